"""Measurements of the running system, each beside something it can be compared with: `python -m tests.bench`."""
