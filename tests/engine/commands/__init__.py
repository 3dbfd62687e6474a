"""Tests of the commands, on SQLite and PostgreSQL."""
