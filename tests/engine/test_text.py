"""Text as it is kept and compared."""

import pytest

from engine.text import clean, fold, same_name


@pytest.mark.parametrize("unseen", ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u2066"])
def test_what_cannot_be_seen_is_not_kept(unseen: str) -> None:
    assert clean(f"Hứa{unseen} Thị{unseen} Khuê") == "Hứa Thị Khuê"
    assert clean(f"một{unseen}\r\nhai", lines=True) == "một\nhai"
    assert clean(f"Hu\u031b{unseen}\u0301a") == "Hứa", "a mark joins its letter once nothing stands between"
    assert fold(f"Hứa Thị Kh{unseen}uê") == "hua thi khue"


@pytest.mark.parametrize("dash", ["-", "–", "—", " - ", " – ", "_", ",", "/"])
def test_names_that_differ_by_a_dash_are_the_same(dash: str) -> None:
    assert same_name(f"Phòng Kế hoạch{dash}Tổng hợp") == "phong ke hoach tong hop"
