"""What a department may still mend is not called overdue, on its page or on the office's."""

import re
from datetime import date
from pathlib import Path

from engine.commands import proposal, windows
from engine.database import Database
from engine.stages import Stage, State
from tests.api.office_given import Doors, words
from tests.factories import give_leave, given_nomination, given_vote, return_to_department


def test_what_may_still_be_mended_under_a_leave_is_not_called_overdue(doors: Doors) -> None:
    """Returned until 9 October, leave until the 24th: the form takes the later (`engine.commands.term`)."""
    code = given_nomination(doors.scene, who="cs2", state=State.returned)
    doors.scene.close_proposal()
    give_leave(doors.scene, date(2025, 10, 24))
    clerk = doors.at("clerk-cs")
    assert clerk.get(f"/de-nghi/{code}").status_code == 200
    assert "Đã hết hạn" not in words(clerk.get("/viec"))
    desk, page = doors.at("office"), f"/vp/dot/{doors.scene.key}"
    assert "(hạn 24/10/2025)" in words(desk.get(page))
    assert "1 quá hạn" not in words(desk.get(page))
    doors.scene.clock.set(date(2025, 10, 25))
    assert "1 quá hạn" in words(doors.at("office").get(page))


def test_what_may_still_be_mended_before_the_general_deadline_is_not_called_overdue(doors: Doors) -> None:
    given_nomination(doors.scene, who="cs2", state=State.returned)  # until 9 October; all have until the 17th
    doors.scene.clock.set(date(2025, 10, 13))
    assert "Đã hết hạn" not in words(doors.at("clerk-cs").get("/viec"))


def test_a_draft_is_due_when_the_last_of_its_dates_is(doors: Doors) -> None:
    given_nomination(doors.scene)
    give_leave(doors.scene, date(2025, 10, 20))
    with doors.scene.database.unit_of_work() as session:
        moved = {"due": date(2025, 10, 29), "reason": "Bão.", "calendar": doors.scene.calendar}
        office, key = doors.scene.actor("office", session), doors.scene.key
        windows.move_deadline(session, office, key, Stage.proposal, **moved, now=doors.scene.now)
    page = words(doors.at("clerk-cs").get("/viec"))
    assert "29/10/2025" in page
    assert "20/10/2025" not in page


def test_who_mends_in_time_is_not_late(doors: Doors) -> None:
    code = given_nomination(doors.scene, state=State.proposed)
    with doors.scene.database.unit_of_work() as session:
        chief, key = doors.scene.actor("chief-kh", session), doors.scene.key
        proposal.propose_nobody(session, chief, key, department="kh", reason="", now=doors.scene.now)
    doors.scene.close_proposal()
    return_to_department(doors.scene, code)
    page = words(doors.at("office").get(f"/vp/dot/{doors.scene.key}"))
    assert "1 đề nghị trả lại, phòng chưa gửi lại" in page
    assert "Quá hạn" not in page


def test_a_missed_quorum_is_not_called_a_count(sqlite_database: Database, tmp_path: Path) -> None:
    scene, _codes, _hash = given_vote(sqlite_database)
    doors = Doors(scene, tmp_path / "data")
    scene.clock.push(days=10)
    paper = words(doors.at("seat2").get(f"/phieu/{scene.key}"))
    assert "chưa đủ số thành viên gửi phiếu nên chưa có kết quả" in paper
    assert "Những gì đã lưu nháp vẫn còn" in paper
    turnout = words(doors.at("office").get(f"/vp/dot/{scene.key}/tien-do-phieu"))
    assert "hệ thống tự kết thúc" not in turnout
    assert "Gửi đường dẫn mới" not in turnout
    assert "Gia hạn" in turnout


def test_what_can_no_longer_be_signed_is_not_offered(doors: Doors) -> None:
    scene = doors.scene
    given_nomination(scene, who="cs3", state=State.ready)
    sheet = f"/dot/{scene.key}/cua-phong"
    (code,) = re.findall(r'name="codes" value="([^"]+)"', doors.at("chief-cs").get(f"{sheet}?phong=cs").text)
    scene.close_proposal()
    chief = doors.at("chief-cs")
    assert "Hết hạn ký" in words(chief.get("/viec"))
    refused = chief.get(f"{sheet}/ky?phong=cs&codes={code}")
    assert refused.status_code == 409
    assert "Đã hết hạn ký gửi: Nông Đức CS 3" in words(refused)
    give_leave(scene, date(2025, 10, 24))
    assert "Chờ ký" in words(chief.get("/viec"))
    allowed = chief.get(f"{sheet}/ky?phong=cs&codes={code}")
    assert allowed.status_code == 200
    assert "Trưởng phòng còn rút được" not in words(allowed), "that ended with the stage"
