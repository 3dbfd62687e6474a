"""Text as it is kept and compared."""

import time

import pytest

from engine.text import clean, fold, nfc, same_name


@pytest.mark.parametrize("unseen", ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u2066"])
def test_what_cannot_be_seen_is_not_kept(unseen: str) -> None:
    assert clean(f"Hứa{unseen} Thị{unseen} Khuê") == "Hứa Thị Khuê"
    assert clean(f"một{unseen}\r\nhai", lines=True) == "một\nhai"
    assert clean(f"Hu\u031b{unseen}\u0301a") == "Hứa", "a mark joins its letter once nothing stands between"
    assert fold(f"Hứa Thị Kh{unseen}uê") == "hua thi khue"


@pytest.mark.parametrize("blank", ["\u3164", "\u115f", "\u1160", "\u2800", "\uffa0", "\u034f", "\ufe0f"])
def test_letters_that_show_nothing_are_no_name(blank: str) -> None:
    assert clean(blank * 3) == ""
    assert clean(f"{blank}Nông {blank}Đức{blank}") == "Nông Đức"
    assert clean(f"{blank}\n{blank}", lines=True) == ""


@pytest.mark.parametrize("dash", ["-", "–", "—", " - ", " – ", "_", ",", "/"])
def test_names_that_differ_by_a_dash_are_the_same(dash: str) -> None:
    assert same_name(f"Phòng Kế hoạch{dash}Tổng hợp") == "phong ke hoach tong hop"


@pytest.mark.parametrize("marks", ["\u0301\u0316", "\u0f73\u0316", "\u0f75\u0f81"])
def test_a_flood_of_marks_on_one_letter_takes_no_longer_than_its_length(marks: str) -> None:
    """Sorting them is quadratic: 160,000 of them in the box of an address held the process for 20 s."""
    flood = "a" + marks * 80_000
    begun = time.thread_time()
    assert len(clean(flood)) < 100, "30 marks, some of them of two"
    assert fold(flood) == "a"
    assert time.thread_time() - begun < 0.5


def test_long_text_keeps_every_mark_a_writing_has() -> None:
    decomposed = "Hu\u031b\u0301a Thi\u0323 Khue\u0302 " * 50
    assert nfc(decomposed) == "Hứa Thị Khuê " * 50
