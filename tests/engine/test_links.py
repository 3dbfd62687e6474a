"""Tokens: derived, bound to what they open, and never at rest."""

import re
from itertools import product

import pytest

from engine.links import PREFIX, Keys, new_session_key

KEYS = Keys.from_secret("s" * 32)
ASK = {"purpose": "ballot", "person_id": 1, "scope": "2", "generation": 1}


def test_a_token_is_the_same_each_time_and_another_for_anything_else() -> None:
    others = [
        {**ASK, **change}
        for change in ({"purpose": "signin"}, {"person_id": 2}, {"scope": "3"}, {"generation": 2})
    ]
    tokens = [keys.token(**ask) for keys, ask in product((KEYS, Keys.from_secret("t" * 32)), (ASK, *others))]  # type: ignore[arg-type]
    assert len(set(tokens)) == len(tokens)
    assert KEYS.token(**ASK) == tokens[0]  # type: ignore[arg-type]
    assert all(token.startswith(PREFIX) and len(token) == len(PREFIX) + 43 for token in tokens)


def test_what_is_at_rest_does_not_open() -> None:
    token = KEYS.token(**ASK)  # type: ignore[arg-type]
    assert len(KEYS.at_rest(token)) == 64
    assert token not in KEYS.at_rest(token)
    assert KEYS.at_rest(token) != Keys.from_secret("t" * 32).at_rest(token)
    assert "s" * 8 not in repr(KEYS)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        Keys.from_secret("s" * 31)


def test_session_keys_do_not_repeat() -> None:
    assert len({new_session_key() for _ in range(100)}) == 100


def test_a_receipt_is_short_the_same_each_time_and_nobody_elses() -> None:
    mine, theirs = (Keys.from_secret(letter * 32) for letter in "ab")
    assert re.fullmatch(r"([0-9A-F]{4}-){2}[0-9A-F]{4}", mine.receipt("phiếu 1"))
    assert mine.receipt("phiếu 1") == mine.receipt("phiếu 1")
    assert len({mine.receipt("phiếu 1"), mine.receipt("phiếu 2"), theirs.receipt("phiếu 1")}) == 3
