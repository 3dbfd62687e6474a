"""Where the law says so: named by the rule pack of the review's date, never by the code."""

from pathlib import Path

from config.files import read_folder
from engine.definition.files import load
from tests.small_agency import small_definition

SHIPPED = read_folder(Path(__file__).parents[2] / "config")
WORDS = "Một thành tích chỉ đề nghị một hình thức"


def test_each_review_cites_the_law_of_its_date() -> None:
    said = {
        key: load(SHIPPED, key).cited(WORDS, "one_award") for key in ("ntm-2023-so-ket", "ntm-2025-tong-ket")
    }
    assert said == {
        "ntm-2023-so-ket": WORDS,  # the old law's article was not verified
        "ntm-2025-tong-ket": f"{WORDS} (Luật Thi đua, khen thưởng 2022, Đ.5)",
    }


def test_a_round_pinned_before_there_were_citations_says_it_in_words() -> None:
    assert small_definition().cited(WORDS, "one_award") == WORDS
