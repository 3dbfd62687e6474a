"""What an installation may change."""
