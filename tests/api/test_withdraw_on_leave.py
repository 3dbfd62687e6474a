"""A department with the head's leave says "that is all": it drops what it never signed, the list goes on."""

from datetime import date
from pathlib import Path

import pytest

from engine.commands import listing, proposal
from engine.database import Database
from engine.errors import Incomplete, NotYours, StageClosed
from engine.stages import Stage, State
from tests.api.office_given import Doors, state_of, words
from tests.factories import Scene, give_leave, given_nomination, given_round, return_to_department

LEAVE = date(2025, 10, 23)


@pytest.fixture
def scene(sqlite_database: Database) -> Scene:
    """After the general deadline; kh has handed in, cs has leave until Thursday."""
    scene = given_round(sqlite_database, stage=Stage.proposal)
    given_nomination(scene, who="kh1", state=State.accepted)
    scene.close_proposal()
    give_leave(scene, LEAVE)
    scene.clock.push(hours=1)
    return scene


def withdraw(scene: Scene, code: str, who: str = "clerk-cs", reason: str = "") -> None:
    with scene.database.unit_of_work() as session:
        proposal.withdraw(session, scene.actor(who, session), code, reason=reason, now=scene.now)


def shown(scene: Scene) -> None:
    with scene.database.unit_of_work() as session:
        actor = scene.actor("office", session)
        listing.compile_list(session, actor, scene.key, now=scene.now)
        listing.publish_list(session, actor, scene.key, now=scene.now)


def freeze(scene: Scene) -> None:
    with scene.database.unit_of_work() as session:
        listing.freeze_list(session, scene.actor("office", session), scene.key, now=scene.now)


def test_dropping_the_unsigned_is_the_answer_the_list_waits_for(scene: Scene, tmp_path: Path) -> None:
    given_nomination(scene, who="cs1", state=State.accepted)
    unwanted = [given_nomination(scene, who="cs2"), given_nomination(scene, who="cs3", state=State.ready)]
    shown(scene)
    doors = Doors(scene, tmp_path / "data")
    desk, clerk = doors.at("office"), doors.at("clerk-cs")
    page = words(desk.get(f"/vp/dot/{scene.key}/danh-sach"))
    assert "Phòng Chính sách còn được nộp muộn theo cho phép của Trưởng Ban mà chưa trả lời" in page
    assert "Chưa chốt được: Phòng Chính sách được nộp muộn mà chưa trả lời." in page
    assert 'value="freeze"' not in desk.get(f"/vp/dot/{scene.key}/danh-sach").text
    board = words(desk.get(f"/vp/dot/{scene.key}"))
    assert "Phòng Chính sách được nộp muộn mà chưa trả lời: chờ trả lời hoặc hết hạn ấy" in board
    with pytest.raises(Incomplete, match="Phòng Chính sách"):
        freeze(scene)
    for code in unwanted:
        assert f"/de-nghi/{code}/rut" in clerk.get(f"/de-nghi/{code}").text
        assert clerk.get(f"/de-nghi/{code}/rut").status_code == 200
        assert clerk.post(f"/de-nghi/{code}/rut", data={"reason": ""}).status_code == 303
        assert state_of(scene, code) == State.withdrawn
    page = words(desk.get(f"/vp/dot/{scene.key}/danh-sach"))
    assert "nộp muộn" not in page
    assert "nộp muộn mà chưa trả lời" not in words(desk.get(f"/vp/dot/{scene.key}"))
    freeze(scene)


def test_what_was_signed_stays_with_the_office(scene: Scene, tmp_path: Path) -> None:
    signed = {
        state: given_nomination(scene, who=f"cs{number}", state=state)
        for number, state in enumerate((State.proposed, State.held, State.accepted, State.returned), start=1)
    }
    chief = Doors(scene, tmp_path / "data").at("chief-cs")
    for state, code in signed.items():
        with pytest.raises(StageClosed, match="không rút được nữa"):
            withdraw(scene, code, "chief-cs", "Nhầm.")
        assert f"/de-nghi/{code}/rut" not in chief.get(f"/de-nghi/{code}").text
        assert chief.get(f"/de-nghi/{code}/rut").status_code == 409
        assert state_of(scene, code) == state
    mended = signed[State.returned]
    with scene.database.unit_of_work() as session:
        proposal.finish(session, scene.actor("clerk-cs", session), mended, now=scene.now)
    for who in ("clerk-cs", "chief-cs"):
        with pytest.raises(StageClosed, match="không rút được nữa"):
            withdraw(scene, mended, who, "Nhầm.")
    assert f"/de-nghi/{mended}/rut" not in chief.get(f"/de-nghi/{mended}").text
    assert state_of(scene, mended) == State.ready


def test_with_the_leave_the_right_to_drop_ends(scene: Scene, tmp_path: Path) -> None:
    code = given_nomination(scene, who="cs2")
    with pytest.raises(NotYours):
        withdraw(scene, code, "office")
    scene.clock.set(LEAVE, 17)
    with pytest.raises(StageClosed, match="Đã hết hạn"):
        withdraw(scene, code)
    clerk = Doors(scene, tmp_path / "data").at("clerk-cs")
    assert clerk.get(f"/de-nghi/{code}/rut").status_code == 409
    assert state_of(scene, code) == State.draft


def test_days_to_mend_are_no_leave(sqlite_database: Database, tmp_path: Path) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    code = given_nomination(scene, who="cs1", state=State.proposed)
    scene.close_proposal()
    return_to_department(scene, code)
    scene.clock.push(hours=1)
    with scene.database.unit_of_work() as session:
        proposal.finish(session, scene.actor("clerk-cs", session), code, now=scene.now)
    with pytest.raises(StageClosed):
        withdraw(scene, code)
    clerk = Doors(scene, tmp_path / "data").at("clerk-cs")
    page = clerk.get(f"/de-nghi/{code}")
    assert f"/de-nghi/{code}/rut" not in page.text
    assert "Mở lại để sửa" in words(page)
