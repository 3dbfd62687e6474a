"""Reminders as they leave the outbox: to whom, of which date, and what they say is still missing."""

from datetime import date

import pytest

from engine.commands import proposal, windows
from engine.database import Database
from engine.definition import Contact
from engine.models import Message
from engine.stages import Stage, State
from notifications.compose import make_environment
from notifications.desk import House
from notifications.messages import claim_next, mark_sending, record_outcome
from notifications.planner import plan_letters
from notifications.smtp import Accepted
from tests.engine.commands.test_time import run_time
from tests.factories import Scene, give_leave, given_nomination, given_return, given_round, person

TEMPLATES = make_environment()
HOUSE = House("Ban Dân tộc", Contact(name="Văn phòng Ban", email="van-phong@bdt.example"), "http://127.0.0.1")
OF_CS = ["chief-cs@bdt.example", "clerk-cs@bdt.example"]
OF_KH = ["chief-kh@bdt.example", "clerk-kh@bdt.example"]


def write(scene: Scene) -> None:
    with scene.database.unit_of_work() as session:
        while plan_letters(session, TEMPLATES, house=HOUSE, calendar=scene.calendar, now=scene.now):
            pass


def leaving(scene: Scene) -> list[Message]:
    """What the outbox gives out to be sent now."""
    write(scene)
    with scene.database.unit_of_work() as session:
        ids = []
        while (claimed := claim_next(session, owner="a", now=scene.now)) is not None:
            ids.append(claimed)
        return [session.get_one(Message, id_) for id_ in ids]


def reminded(scene: Scene, day: date, letter: str) -> list[Message]:
    """Letters of one kind that leave on a morning."""
    written(scene, day)
    return [message for message in leaving(scene) if message.letter == letter]


def written(scene: Scene, day: date) -> None:
    """A morning's letters are in the outbox, and what was written before is sent."""
    for message in leaving(scene):
        with scene.database.unit_of_work() as session:
            mark_sending(session, message.id or 0, owner="a", now=scene.now)
            record_outcome(session, message.id or 0, Accepted("250 kept"), owner="a", now=scene.now)
    scene.clock.set(day, 8)
    run_time(scene)
    write(scene)


def addresses(letters: list[Message]) -> list[str]:
    return sorted(letter.address for letter in letters)


def test_a_leave_is_reminded_of_after_the_departments_stage(database: Database) -> None:
    scene = given_round(database, stage=Stage.proposal)
    give_leave(scene, date(2025, 10, 22))
    scene.close_proposal()
    letters = reminded(scene, date(2025, 10, 21), "proposal_reminder")
    assert addresses(letters) == OF_CS
    assert "22/10/2025" in letters[0].text


def test_a_reminder_of_a_leave_is_dropped_when_the_department_has_answered(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    give_leave(scene, date(2025, 10, 22))
    scene.close_proposal()
    written(scene, date(2025, 10, 21))
    with sqlite_database.unit_of_work() as session:
        chief = scene.actor("chief-cs", session)
        proposal.propose_nobody(session, chief, scene.key, department="cs", reason="", now=scene.now)
    assert [m for m in leaving(scene) if m.letter == "proposal_reminder"] == []


def test_a_reminder_of_a_leave_is_dropped_when_the_office_is_through(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    give_leave(scene, date(2025, 10, 22))
    scene.close_proposal()
    written(scene, date(2025, 10, 21))
    with sqlite_database.unit_of_work() as session:
        scene.ground(session).round.stage = Stage.council.value
    assert [m for m in leaving(scene) if m.letter == "proposal_reminder"] == []


def test_a_clerk_is_reminded_for_the_department_of_the_grant(database: Database) -> None:
    scene = given_round(database, stage=Stage.proposal)
    with database.unit_of_work() as session:
        person(session, "clerk-cs").department_key = "kh"
        chief = scene.actor("chief-kh", session)
        proposal.propose_nobody(session, chief, scene.key, department="kh", reason="", now=scene.now)
    assert addresses(reminded(scene, date(2025, 10, 10), "proposal_reminder")) == OF_CS


def test_where_somebody_has_their_desk_is_no_reason_for_a_reminder(sqlite_database: Database) -> None:
    """Written while both are owing; by the time it leaves, only the department of the desk is."""
    scene = given_round(sqlite_database, stage=Stage.proposal)
    with sqlite_database.unit_of_work() as session:
        person(session, "clerk-cs").department_key = "kh"
    written(scene, date(2025, 10, 10))
    with sqlite_database.unit_of_work() as session:
        chief = scene.actor("chief-cs", session)
        proposal.propose_nobody(session, chief, scene.key, department="cs", reason="", now=scene.now)
    assert addresses(leaving(scene)) == OF_KH


@pytest.fixture
def returned(sqlite_database: Database) -> tuple[Scene, list[str]]:
    return given_return(sqlite_database)


def test_a_head_whose_signature_is_missing_is_reminded_of_a_return(returned: tuple[Scene, list[str]]) -> None:
    scene, codes = returned
    with scene.database.unit_of_work() as session:
        clerk = scene.actor("clerk-cs", session)
        for code in codes:
            proposal.finish(session, clerk, code, now=scene.now)
        proposal.reopen(session, clerk, codes[1], now=scene.now)
    letters = reminded(scene, date(2025, 10, 21), "returned")
    assert addresses(letters) == OF_CS
    for letter in letters:
        assert (
            "Nông Đức CS 1 – Bằng khen của Chủ tịch UBND tỉnh: đã bổ sung, chờ Trưởng phòng ký" in letter.text
        )
        said = "Tóm tắt thành tích: Viết rõ hơn."
        assert f"Nông Đức CS 2 – Bằng khen của Chủ tịch UBND tỉnh: {said}" in letter.text
        assert "22/10/2025" in letter.text


def test_a_returned_nomination_is_not_called_a_draft(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    given_nomination(scene, who="cs1", state=State.returned)
    given_nomination(scene, who="cs2", state=State.draft)
    letters = reminded(scene, date(2025, 10, 10), "proposal_reminder")
    text = next(letter.text for letter in letters if letter.address == OF_CS[0])
    assert "Nông Đức CS 1 – Bằng khen của Chủ tịch UBND tỉnh: Văn phòng đã trả lại, chưa bổ sung xong" in text
    assert "Nông Đức CS 2 – Bằng khen của Chủ tịch UBND tỉnh: còn là bản nháp" in text


def test_a_moved_deadline_says_to_each_why_they_are_told(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    scene.close_proposal()
    leaving(scene)
    with sqlite_database.unit_of_work() as session:
        windows.move_deadline(
            session,
            scene.actor("office", session),
            scene.key,
            Stage.office,
            due=date(2025, 10, 30),
            reason="Bão.",
            calendar=scene.calendar,
            now=scene.now,
        )
    letters = {m.address: m.text for m in leaving(scene) if m.letter == "deadline_moved"}
    assert sorted(letters) == ["head@bdt.example", "office@bdt.example"]
    assert "vì Văn phòng là thường trực" in letters["office@bdt.example"]
    assert "vì Văn phòng là thường trực" not in letters["head@bdt.example"]
    assert "vì là người quyết định" in letters["head@bdt.example"]
