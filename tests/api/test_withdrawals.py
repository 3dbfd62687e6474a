"""The page on which an answer written to the wrong line is taken back."""

from pathlib import Path

from lxml import html

from engine.commands import submission
from engine.commands.dating import day_of
from engine.database import Database
from engine.stages import State
from tests.api.dossier_given import ROOT, state_of
from tests.api.office_given import Doors, words
from tests.engine.commands.test_completion import answer, sent
from tests.factories import given_result

LINK = "Ghi nhầm kết quả…"


def test_an_answer_is_taken_back_on_a_page_in_a_closed_round(
    sqlite_database: Database, tmp_path: Path
) -> None:
    scene, (awarded, wrong) = sent(sqlite_database)
    answer(scene, [awarded], "awarded", number="15/QĐ-UBND", dated=day_of(scene.now))
    answer(scene, [wrong], "not_awarded", reason="Không đúng đối tượng.")
    doors = Doors(scene, tmp_path / "data")
    desk, address = doors.at("office"), f"{ROOT}/rut/{wrong}"
    for page in (f"{ROOT}/tra-loi", f"/de-nghi/{wrong}"):
        assert address in desk.get(page).text
    assert f"{ROOT}/rut/{awarded}" in desk.get(f"{ROOT}/tra-loi").text
    assert "Không đúng đối tượng." in words(desk.get(address))
    assert "Số 15/QĐ-UBND" in words(desk.get(f"{ROOT}/rut/{awarded}"))
    seen = html.fromstring(desk.get(address).text).xpath("string(//input[@name='seen']/@value)")
    empty = desk.post(address, data={"reason": " ", "seen": seen})
    assert empty.status_code == 422
    assert 'href="#reason"' in empty.text
    for unknown in ({"seen": str(int(seen) - 1)}, {"seen": "not_awarded"}, {}):
        stale = desk.post(address, data={"reason": "Nhầm dòng với người khác.", **unknown})
        assert stale.status_code == 409
        assert "Nhầm dòng với người khác." in stale.text, "what was typed stays"
    assert state_of(doors, wrong) == State.not_awarded
    told = words(desk.post(address, data={"reason": "Nhầm dòng.", "seen": seen}, follow_redirects=True))
    assert "Đợt xét được mở lại, các lời nhắc thì không" in told
    again = words(desk.post(address, data={"reason": "Nhầm dòng.", "seen": seen}, follow_redirects=True))
    assert "Đã rút kết quả ghi nhầm" in again
    assert "được mở lại" not in again
    assert state_of(doors, wrong) == State.submitted
    assert "Rút kết quả đã ghi nhầm Nông Đức CS 2: Nhầm dòng." in words(desk.get(f"{ROOT}/nhat-ky"))
    assert "Ghi kết quả" in words(desk.get(f"{ROOT}/tra-loi"))
    assert address not in desk.get(f"{ROOT}/tra-loi").text


def test_no_form_for_others_nor_for_an_award_of_the_agency(sqlite_database: Database, tmp_path: Path) -> None:
    nominees = (("cs1", "bang-khen"), ("kh1", "giay-khen"))
    scene, (_province, own) = given_result(sqlite_database, nominees=nominees, approved=True)
    with sqlite_database.unit_of_work() as session:
        boss, day = scene.actor("office", session), day_of(scene.now)
        submission.decide(session, boss, scene.key, codes=[own], number="1", dated=day, now=scene.now)
    doors = Doors(scene, tmp_path / "data")
    refused = doors.at("office").get(f"{ROOT}/rut/{own}")
    assert refused.status_code == 409
    assert "Huỷ khen thưởng" in words(refused)
    assert f"/rut/{own}" not in doors.at("office").get(f"/de-nghi/{own}").text


def test_what_is_to_be_completed_is_taken_back_by_the_office_alone(
    sqlite_database: Database, tmp_path: Path
) -> None:
    scene, (code, _other) = sent(sqlite_database)
    answer(scene, [code], "completion", reason="Thiếu dấu.")
    doors = Doors(scene, tmp_path / "data")
    assert LINK in words(doors.at("office").get(f"{ROOT}/tra-loi"))
    assert LINK not in words(doors.at("head").get(f"{ROOT}/tra-loi"))
    for who in ("head", "clerk-cs"):
        assert doors.at(who).get(f"{ROOT}/rut/{code}").status_code == 403
        assert doors.at(who).post(f"{ROOT}/rut/{code}", data={"reason": "x"}).status_code == 403
