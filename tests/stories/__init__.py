"""The mission, sentence by sentence, through the doors its users have."""
