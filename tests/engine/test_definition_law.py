"""Where the law says so: named by the rule pack of the review's date, never by the code."""

from pathlib import Path

from config.files import read_folder
from engine.definition.files import check, load
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


def test_a_running_round_may_name_a_day_for_its_agency() -> None:
    """A new head in the middle of a review: a new version, and the review's own date stays."""
    agency, review = "config/agency/ban-dan-toc-lang-son/agency.yaml", "config/reviews/ntm-2025-tong-ket.yaml"
    first, second = SHIPPED[agency].split("  - valid_from: 2022-01-01\n")
    later = second.replace(
        "    name: Ban Dân tộc tỉnh Lạng Sơn\n", "    name: Sở Dân tộc và Tôn giáo tỉnh Lạng Sơn\n", 1
    )
    versions = (
        f"{first}  - valid_from: 2022-01-01\n    valid_to: 2025-11-30\n{second}"
        f"\n  - valid_from: 2025-12-01\n{later}"
    )
    files = {**SHIPPED, agency: versions}
    assert load(files, "ntm-2025-tong-ket").agency.name == "Ban Dân tộc tỉnh Lạng Sơn"
    files[review] = files[review].replace("\nagency:", "\nagency_on: 2025-12-05\nagency:", 1)
    assert load(files, "ntm-2025-tong-ket").agency.name == "Sở Dân tộc và Tôn giáo tỉnh Lạng Sơn"
    files[review] = files[review].replace("agency_on: 2025-12-05", "agency_on: 2019-12-05")
    (fault,) = [fault for fault in check(files) if fault.file == review]
    assert "sửa ngày agency_on" in fault.remedy
