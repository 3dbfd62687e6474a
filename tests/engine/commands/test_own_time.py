"""Reminders of a department's own dates, and moments of a stage that has been left."""

from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlmodel import col

from engine.commands import council, proposal
from engine.database import Database
from engine.models import Event, Moment
from engine.queries import deadlines, picture
from engine.stages import Stage, State
from tests.engine.commands.test_time import run_time
from tests.factories import (
    Scene,
    cast,
    close_vote,
    give_leave,
    given_frozen_list,
    given_nomination,
    given_return,
    given_round,
    given_vote,
    nomination,
    open_vote,
    return_to_department,
)


def told(scene: Scene, kind: str, department: str = "cs") -> list[dict[str, object]]:
    """Facts of the events of a kind that speak of this department alone."""
    with scene.database.read() as session:
        facts = session.execute(
            select(col(Event.facts)).where(col(Event.kind) == kind).order_by(col(Event.id))
        )
        return [f for f in facts.scalars() if f["departments"] == [department] and f.get("until")]


def open_moments(scene: Scene) -> list[tuple[str, str, str]]:
    with scene.database.read() as session:
        found = session.execute(
            select(col(Moment.stage), col(Moment.kind), col(Moment.department_key))
            .where(col(Moment.done_at).is_(None))
            .order_by(col(Moment.at), col(Moment.id))
        )
        return [(stage, kind, department) for stage, kind, department in found]


@pytest.fixture
def returned(database: Database) -> tuple[Scene, list[str]]:
    return given_return(database)


def test_days_to_mend_are_reminded_of_once_and_told_to_the_office(returned: tuple[Scene, list[str]]) -> None:
    scene, codes = returned
    with scene.database.read() as session:
        until = nomination(session, codes[0]).return_until
    assert until is not None
    scene.clock.set(date(2025, 10, 21), 8)
    run_time(scene)
    (first,) = told(scene, "reminded")
    assert (first["stage"], first["step"], first["codes"], first["persons"]) == ("office", 1, codes, [])
    assert datetime.fromisoformat(str(first["until"])) == until
    with scene.database.unit_of_work() as session:
        clerk, chief = scene.actor("clerk-cs", session), scene.actor("chief-cs", session)
        proposal.finish(session, clerk, codes[0], now=scene.now)
        proposal.sign_off(session, chief, scene.key, department="cs", codes=codes[:1], now=scene.now)
    scene.clock.set(date(2025, 10, 22), 8)
    run_time(scene)
    assert [f["codes"] for f in told(scene, "reminded")] == [codes, codes[1:]]
    scene.clock.set(date(2025, 10, 23), 8)
    run_time(scene)
    run_time(scene)
    assert [(f["stage"], f["codes"]) for f in told(scene, "escalated")] == [("office", codes[1:])]


def test_what_is_mended_is_not_spoken_of(returned: tuple[Scene, list[str]]) -> None:
    scene, codes = returned
    with scene.database.unit_of_work() as session:
        clerk, chief = scene.actor("clerk-cs", session), scene.actor("chief-cs", session)
        for code in codes:
            proposal.finish(session, clerk, code, now=scene.now)
        proposal.sign_off(session, chief, scene.key, department="cs", codes=codes, now=scene.now)
    scene.clock.set(date(2025, 10, 24), 8)
    run_time(scene)
    assert told(scene, "reminded") == told(scene, "escalated") == []


def test_days_to_mend_that_end_before_the_general_deadline_are_no_lateness(database: Database) -> None:
    scene = given_round(database, stage=Stage.proposal)
    code = given_nomination(scene, who="cs1", state=State.returned)
    with database.read() as session:
        until = nomination(session, code).return_until
    assert until is not None
    assert until.date() == date(2025, 10, 9)
    scene.clock.set(date(2025, 10, 10), 8)
    run_time(scene)
    assert told(scene, "escalated") == []
    scene.close_proposal()
    scene.clock.set(date(2025, 10, 20), 8)
    run_time(scene)
    with database.read() as session:
        (late,) = session.execute(select(col(Event.facts)).where(col(Event.kind) == "late")).scalars()
    assert late["departments"] == ["cs", "kh"], "with the general deadline it is late like the others"


def test_days_to_mend_give_way_to_a_longer_leave(returned: tuple[Scene, list[str]]) -> None:
    scene, codes = returned
    give_leave(scene, date(2025, 10, 24))
    scene.clock.set(date(2025, 10, 23), 9)
    run_time(scene)
    assert told(scene, "escalated") == [], "it may act until the 24th"
    assert str(told(scene, "reminded")[-1]["until"])[:10] == "2025-10-24"
    assert [f["codes"] for f in told(scene, "reminded")] == [[]]
    scene.clock.set(date(2025, 10, 27), 8)
    run_time(scene)
    (passed,) = told(scene, "escalated")
    assert str(passed["until"])[:10] == "2025-10-24"
    assert codes


def test_the_plan_names_whose_date_it_is(returned: tuple[Scene, list[str]]) -> None:
    scene, _codes = returned
    with scene.database.unit_of_work() as session:
        planned = deadlines.moments(session, scene.ground(session).round_id)
    said = [moment.words for moment in planned]
    assert said.count("Nhắc phòng đang bổ sung hồ sơ (ngày cuối)") == 1, "one for both, due on one day"
    assert said.count("Báo Văn phòng: phòng hết hạn bổ sung hồ sơ mà chưa xong") == 1


def test_a_leave_is_reminded_of_until_the_department_answers(database: Database) -> None:
    scene = given_round(database, stage=Stage.proposal)
    give_leave(scene, date(2025, 10, 22))
    give_leave(scene, date(2025, 10, 22))
    scene.close_proposal()
    run_time(scene)
    assert ("proposal", "remind", "cs") in open_moments(scene)
    scene.clock.set(date(2025, 10, 21), 8)
    run_time(scene)
    (first,) = told(scene, "reminded")
    assert (first["stage"], first["step"], str(first["until"])[:10]) == ("proposal", 1, "2025-10-22")
    with scene.database.unit_of_work() as session:
        chief = scene.actor("chief-cs", session)
        proposal.propose_nobody(session, chief, scene.key, department="cs", reason="", now=scene.now)
    scene.clock.set(date(2025, 10, 23), 8)
    run_time(scene)
    assert len(told(scene, "reminded")) == 1
    assert told(scene, "escalated") == []


def test_of_two_leaves_the_later_counts_and_its_end_is_told_once(database: Database) -> None:
    scene = given_round(database, stage=Stage.proposal)
    scene.close_proposal()
    give_leave(scene, date(2025, 10, 21))
    give_leave(scene, date(2025, 10, 23))
    scene.clock.set(date(2025, 10, 21), 8)
    run_time(scene)
    assert told(scene, "reminded") == []
    scene.clock.set(date(2025, 10, 24), 9)
    run_time(scene)
    run_time(scene)
    (passed,) = told(scene, "escalated")
    assert (passed["stage"], str(passed["until"])[:10]) == ("office", "2025-10-23")


def test_a_slip_of_the_leave_put_right_is_reminded_of_as_if_it_had_not_been(database: Database) -> None:
    scene = given_round(database, stage=Stage.proposal)
    for day in (22, 29, 22):
        give_leave(scene, date(2025, 10, day))
    scene.close_proposal()
    scene.clock.set(date(2025, 10, 21), 8)
    run_time(scene)
    assert [str(said["until"])[:10] for said in told(scene, "reminded")] == ["2025-10-22"]
    scene.clock.set(date(2025, 10, 30), 9)
    run_time(scene)
    assert [str(said["until"])[:10] for said in told(scene, "escalated")] == ["2025-10-22"]


def test_a_stage_left_leaves_no_promises(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    code = given_nomination(scene, state=State.accepted)
    scene.close_proposal()
    left = open_moments(scene)
    assert not [m for m in left if m[:2] == ("proposal", "remind")]
    assert ("proposal", "late", "") in left, "spoken of in the office's time"
    hash_ = given_frozen_list(scene)
    open_vote(scene)
    assert {stage for stage, *_ in open_moments(scene)} == {"council"}
    for seat in range(1, 6):
        cast(scene, seat, {code: "no"}, hash_)
    assert close_vote(scene)
    assert open_moments(scene) == [], "nothing recommended: the round is over as well"
    with sqlite_database.read() as session:
        outcomes = set(
            session.execute(select(col(Moment.outcome)).where(col(Moment.stage) == "council")).scalars()
        )
        assert outcomes == {"giai đoạn đã qua"}


def test_time_that_closes_a_vote_keeps_its_own_words(sqlite_database: Database) -> None:
    scene, codes, hash_ = given_vote(sqlite_database)
    for seat in range(1, 6):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    with sqlite_database.read() as session:
        council.count(session, scene.ground(session), council.open_voting(session, scene.ground(session)))
        closing = session.execute(
            select(Moment).where(col(Moment.stage) == "council", col(Moment.kind) == "close")
        ).scalar_one()
    scene.clock.now = closing.at
    assert run_time(scene)[-1] == "close: đã kết thúc bỏ phiếu"
    with sqlite_database.read() as session:
        assert session.get_one(Moment, closing.id).outcome == "đã kết thúc bỏ phiếu"


def test_the_picture_shows_what_is_still_to_come(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    with sqlite_database.unit_of_work() as session:
        scene.set_stage(session, Stage.council)  # whatever the deadlines: earlier moments stay open
    with sqlite_database.read() as session:
        said = picture.of_round(session, scene.key, now=scene.now).markdown
    assert "đóng: Hội đồng bỏ phiếu" in said
    assert ": phòng đề nghị |" not in said
    assert ": Văn phòng tổng hợp |" not in said
    assert "Sắp tới" in said
    with sqlite_database.unit_of_work() as session:
        scene.ground(session).round.stage = Stage.closed.value
    with sqlite_database.read() as session:
        over = picture.of_round(session, scene.key, now=scene.now).markdown
    assert over.splitlines()[1] == "Giai đoạn: **đã kết thúc**"
    assert "Sắp tới" not in over


def test_who_answered_under_a_leave_is_not_called_silent_while_it_mends(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    scene.close_proposal()
    give_leave(scene, date(2025, 10, 22))
    scene.clock.set(date(2025, 10, 20), 9)
    code = given_nomination(scene, state=State.proposed)
    scene.clock.set(date(2025, 10, 21), 9)
    return_to_department(scene, code)
    for day, hour in ((22, 8), (23, 9)):
        scene.clock.set(date(2025, 10, day), hour)
        run_time(scene)
    assert [said["stage"] for said in told(scene, "reminded") if said.get("until")] == ["office"], (
        "its own days"
    )
    assert told(scene, "escalated") == []
