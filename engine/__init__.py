"""The rules of a review and its record; knows no web, no mail, no orchestrator."""
