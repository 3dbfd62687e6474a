"""kill -9 of any process at any moment of the story: what users were told, held against the record."""
