"""Letters: what they say, how they are laid out, and how they leave the house."""
