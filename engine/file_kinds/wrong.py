"""What is wrong with a file, said with its remedy."""


class WrongFileError(Exception):
    """Carries the sentence that says what is wrong with the file."""
