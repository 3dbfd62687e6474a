"""Measurements of the running system, each beside something comparable: `python -m tests.bench`."""
