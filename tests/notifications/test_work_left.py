"""What waits for the office after the vote: its letters name the work and lead to the page of it."""

from pathlib import Path

import pytest

from engine.database import Database
from engine.models import Message
from tests.api.dossier_given import ROOT
from tests.api.office_given import Doors, words
from tests.factories import given_result
from tests.notifications.test_bad_news import letters_of
from tests.notifications.test_dossier_letter import HOUSE

AGENCY, PROVINCE = ("kh1", "giay-khen"), ("cs1", "bang-khen")
OF_AGENCY = "1 đề nghị đã được Thủ trưởng đồng ý, chờ quyết định của cơ quan."
OF_PROVINCE = "1 đề nghị đã được Thủ trưởng đồng ý, chưa trình Sở Nội vụ."


def leads_to(letter: Message, page: str) -> bool:
    address = f"{HOUSE.public_url}{ROOT}{page}"
    return f'href="{address}"' in letter.html and address in letter.text.split()


@pytest.mark.parametrize(
    ("nominees", "action", "page", "said"),
    [
        ((AGENCY,), "Ra quyết định khen thưởng", "/quyet-dinh", [OF_AGENCY]),
        ((PROVINCE,), "Hoàn tất hồ sơ trình", "/ho-so", [OF_PROVINCE]),
        (
            (PROVINCE, AGENCY),
            "Ra quyết định khen thưởng, hoàn tất hồ sơ trình",
            "",
            [OF_AGENCY, OF_PROVINCE],
        ),
    ],
)
def test_the_letter_leads_to_the_work(
    sqlite_database: Database,
    nominees: tuple[tuple[str, str], ...],
    action: str,
    page: str,
    said: list[str],
) -> None:
    scene, _codes = given_result(sqlite_database, nominees=nominees, approved=True)
    (letter,) = [one for one in letters_of(scene, "head_approved") if one.letter == "dossier_reminder"]
    assert letter.subject.startswith(f"{action} – ")
    assert leads_to(letter, page)
    assert [line[2:] for line in letter.text.splitlines() if line.startswith("- ")] == said


def test_the_pages_of_a_round_that_sends_nothing_say_so(sqlite_database: Database, tmp_path: Path) -> None:
    scene, _codes = given_result(sqlite_database, nominees=(AGENCY,), approved=True)
    desk = Doors(scene, tmp_path / "data").at("office")
    for page in ("ho-so", "tra-loi"):
        shown = desk.get(f"{ROOT}/{page}")
        assert "Đợt xét này không có đề nghị nào trình cấp trên." in words(shown)
        assert "đợi Thủ trưởng" not in words(shown).lower()
        assert "Còn 1 đề nghị thuộc thẩm quyền của cơ quan chờ quyết định." in words(shown)
        assert f'href="{ROOT}/quyet-dinh">Ra quyết định khen thưởng' in shown.text
        assert "Lập và gửi hồ sơ" not in words(shown)


def test_who_makes_the_minutes_is_led_to_their_page(sqlite_database: Database) -> None:
    scene, _codes = given_result(sqlite_database)
    letters = {
        one.address: one
        for one in letters_of(scene, "vote_closed")
        if one.letter == "ballot_closed_secretary"
    }
    assert leads_to(letters.pop("office@bdt.example"), "/ho-so")
    assert letters, "the secretary and the chair have seats alone"
    for letter in letters.values():
        assert leads_to(letter, "/ket-qua")
        assert "Thông tin của biên bản do" in letter.text
