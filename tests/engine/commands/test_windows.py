"""Stages in time: whom a closed stage waits for, a leave given twice, and moments nobody could act on."""

from datetime import date, datetime

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from engine.clock import VIETNAM
from engine.commands import proposal, rounds, windows
from engine.commands.ground import window_of
from engine.commands.term import open_until
from engine.database import Database
from engine.errors import Incomplete, NotNow
from engine.models import Event, EventToTell, Leave, Moment, Round
from engine.queries import deadlines, waiting
from engine.stages import Stage, State
from tests.engine.commands.test_time import run_time
from tests.factories import (
    Scene,
    give_leave,
    given_frozen_list,
    given_nomination,
    given_return,
    given_round,
    given_vote,
    open_vote,
    return_to_department,
    small_definition,
)


def silent(scene: Scene) -> tuple[str, ...]:
    with scene.database.unit_of_work() as session:  # standing on a round locks it
        ground = scene.ground(session)
        who = waiting.whom(
            session, ground.round_id, ground.definition, Stage.proposal, now=scene.now, late_only=True
        )
        return who.departments


def facts_of(scene: Scene, kind: str) -> list[dict[str, object]]:
    with scene.database.read() as session:
        return list(session.execute(select(col(Event.facts)).where(col(Event.kind) == kind)).scalars())


def returned_late_in_the_stage(scene: Scene) -> str:
    """Signed in time, returned on Thursday 16 October until Tuesday 21, beyond the deadline of the 17th."""
    code = given_nomination(scene, who="cs1", state=State.proposed)
    given_nomination(scene, who="kh1", state=State.proposed)
    scene.clock.set(date(2025, 10, 16))
    return_to_department(scene, code)
    return code


def test_a_department_within_its_days_to_mend_is_not_late(database: Database) -> None:
    scene = given_round(database, stage=Stage.proposal)
    returned_late_in_the_stage(scene)
    assert silent(scene) == ("cs",), "before the deadline it is reminded like the others"
    scene.close_proposal()
    assert [facts["silent"] for facts in facts_of(scene, "proposal_closed")] == [[]]
    assert silent(scene) == ()
    scene.clock.set(date(2025, 10, 20), 8)
    assert "late: không còn ai phải nhắc" in run_time(scene)
    assert facts_of(scene, "late") == []
    scene.clock.set(date(2025, 10, 21), 17)
    assert silent(scene) == ("cs",), "its own days are over as well"


def test_a_draft_beside_what_is_mended_is_still_owed(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    returned_late_in_the_stage(scene)
    given_nomination(scene, who="cs2", state=State.draft)
    scene.close_proposal()
    assert silent(scene) == ("cs",)


def test_who_was_given_leave_is_not_late_before_it_ends(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    give_leave(scene, date(2025, 10, 24))
    scene.close_proposal()
    scene.clock.set(date(2025, 10, 20), 8)
    run_time(scene)
    assert [facts["departments"] for facts in facts_of(scene, "late")] == [["kh"]]
    scene.clock.set(date(2025, 10, 22), 8)
    run_time(scene)
    assert [facts["departments"] for facts in facts_of(scene, "escalated")] == [["kh"]]


def given(scene: Scene) -> tuple[int, int, int]:
    """Rows, events and events whose letters are still to be written."""
    with scene.database.read() as session:
        rows = session.execute(select(func.count()).select_from(Leave)).scalar_one()
        of_kind = select(col(Event.id)).where(col(Event.kind) == "leave_given")
        events = len(session.execute(of_kind).all())
        told = select(func.count()).select_from(EventToTell).where(col(EventToTell.event_id).in_(of_kind))
        return rows, events, session.execute(told).scalar_one()


def test_a_leave_pressed_twice_is_one_leave(database: Database) -> None:
    scene = given_round(database, stage=Stage.proposal)
    for _ in range(2):
        give_leave(scene, date(2025, 10, 22))
    assert given(scene) == (1, 1, 1)
    give_leave(scene, date(2025, 10, 24))
    assert given(scene) == (2, 2, 2), "another day is another leave"


def test_a_vote_past_its_deadline_promises_no_letter_to_those_who_cannot_vote(
    sqlite_database: Database,
) -> None:
    scene, _codes, _hash = given_vote(sqlite_database)
    with sqlite_database.read() as session:
        laid = select(col(Moment.kind)).where(col(Moment.stage) == "council").distinct()
        assert set(session.execute(laid).scalars()) == {"remind", "close", "escalate"}
    scene.clock.set(date(2025, 10, 30), 8)
    run_time(scene)
    assert [facts for facts in facts_of(scene, "late") if facts["stage"] == "council"] == []
    assert len(facts_of(scene, "quorum_missed")) == 1


def test_a_leave_put_right_to_an_earlier_day_counts(database: Database) -> None:
    """Typed 2026 for 2025: the newer leave is in the letter, opens the form and holds up the freeze."""
    scene = given_round(database, stage=Stage.proposal)
    given_nomination(scene, who="kh1", state=State.accepted)
    scene.close_proposal()
    give_leave(scene, date(2026, 10, 20))
    give_leave(scene, date(2025, 10, 22))
    with database.unit_of_work() as session:  # standing on a round locks it
        assert open_until(session, scene.ground(session), "cs", None) == datetime(
            2025, 10, 22, 17, tzinfo=VIETNAM
        )
        found = deadlines.leaves(session, scene.ground(session).round_id)
        assert [leave.replaced for leave in found] == [False, True]
        planned = deadlines.moments(session, scene.ground(session).round_id)
        promised = [m.at.year for m in planned if m.department_key and m.done_at is None]
        assert promised, "the new date has its reminders"
        assert set(promised) == {2025}, "and the slip has none"
    scene.clock.set(date(2025, 10, 24))
    given_frozen_list(scene)


def test_a_round_may_end_once_who_is_on_leave_has_answered(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    given_nomination(scene, who="kh1", state=State.declined)
    scene.close_proposal()
    give_leave(scene, date(2025, 10, 24))

    def end(session: Session) -> bool:
        office = scene.actor("office", session)
        return rounds.end_round(session, office, scene.key, reason="Không còn đề nghị.", now=scene.now)

    with sqlite_database.unit_of_work() as session, pytest.raises(NotNow, match="chưa trả lời"):
        end(session)
    with sqlite_database.unit_of_work() as session:
        chief = scene.actor("chief-cs", session)
        proposal.propose_nobody(session, chief, scene.key, department="cs", reason="Không có.", now=scene.now)
        assert end(session)


def outlasts(scene: Scene, until: date) -> bool:
    """The head gives cs leave; whether the list will wait for it beyond the office's own deadline."""
    with scene.database.unit_of_work() as session:
        return windows.give_leave(
            session,
            scene.actor("head", session),
            scene.key,
            department="cs",
            until=until,
            reason="Bão.",
            calendar=scene.calendar,
            now=scene.now,
        )


def test_who_gives_leave_learns_whether_it_outlasts_the_offices_deadline(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    assert not outlasts(scene, date(2026, 10, 20)), "the office has no deadline yet"
    scene.close_proposal()
    with sqlite_database.unit_of_work() as session:  # standing on a round locks it
        due = window_of(session, scene.ground(session), Stage.office).due_at
    assert due == datetime(2025, 10, 24, 17, tzinfo=VIETNAM)
    assert not outlasts(scene, date(2025, 10, 24)), "both end in the same minute"
    assert outlasts(scene, date(2025, 10, 27))
    assert outlasts(scene, date(2025, 10, 27)), "pressed twice it is told twice"
    assert given(scene) == (3, 3, 3)


def own_moments(scene: Scene) -> set[tuple[str, Stage, str, date, str, int, bool]]:
    """Round, stage, department, whose date, kind, step and whether it has come, of departments' own."""
    with scene.database.read() as session:
        rows = session.execute(
            select(Moment, col(Round.key))
            .join(Round, col(Round.id) == col(Moment.round_id))
            .where(col(Moment.department_key) != "")
        ).all()
        return {
            (
                key,
                Stage(one.stage),
                one.department_key,
                date.fromordinal(one.generation),
                one.kind,
                one.step,
                one.done_at is not None,
            )
            for one, key in rows
        }


def test_a_newer_leave_forgets_what_was_planned_for_the_one_before_and_nothing_else(
    sqlite_database: Database,
) -> None:
    scene, _codes = given_return(sqlite_database)
    other = given_round(sqlite_database, stage=Stage.proposal, definition=small_definition("thu-hai-2025"))
    first, newer = date(2025, 10, 21), date(2025, 10, 24)
    give_leave(other, first)
    give_leave(scene, first, department="kh")
    give_leave(scene, first)
    scene.clock.set(date(2025, 10, 20), 8)
    run_time(scene)
    before = own_moments(scene)
    give_leave(scene, newer)
    after = own_moments(scene)
    mine = (scene.key, Stage.proposal, "cs")
    assert before - after == {(*mine, first, "remind", 0, False), (*mine, first, "escalate", 1, False)}
    assert {row[:4] for row in after - before} == {(*mine, newer)}
    kept = {row[:4] for row in before & after}
    assert kept == {
        (*mine, first),  # the reminder that had come
        (scene.key, Stage.proposal, "kh", first),
        (scene.key, Stage.office, "cs", date(2025, 10, 22)),
        (other.key, Stage.proposal, "cs", first),
    }


def test_a_leave_takes_no_time_away(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    for day in (10, 17):
        with pytest.raises(Incomplete, match="sau hạn chung của các phòng: 17 giờ 00, thứ Sáu 17/10/2025"):
            give_leave(scene, date(2025, 10, day))
    give_leave(scene, date(2025, 10, 20))


@pytest.mark.parametrize(
    ("day", "hour", "due"),
    [(27, 16, date(2025, 10, 27)), (27, 17, date(2025, 10, 28)), (31, 9, date(2025, 11, 3))],
)
def test_no_stage_opens_overdue(sqlite_database: Database, day: int, hour: int, due: date) -> None:
    """The vote was planned to end at 17:00 on the 27th: opened later, it gets one working day."""
    stages = {
        "proposal": {"opens": "2025-10-06", "due": "2025-10-17"},
        "office": {"working_days": 5},
        "council": {"due": "2025-10-27"},
        "submission": {"working_days": 10},
    }
    scene = given_round(sqlite_database, stage=Stage.proposal, definition=small_definition(stages=stages))
    given_nomination(scene, state=State.accepted)
    given_frozen_list(scene)
    scene.clock.set(date(2025, 10, day), hour)
    open_vote(scene)
    with sqlite_database.unit_of_work() as session:  # standing on a round locks it
        window = window_of(session, scene.ground(session), Stage.council)
        assert window.due_at == datetime(due.year, due.month, due.day, 17, tzinfo=VIETNAM)
        passed = "hạn đã định 27/10/2025 qua trước khi giai đoạn này bắt đầu"
        assert (passed in window.explanation) == (due.day != 27)


def test_a_leave_beyond_the_offices_day_is_known_before_that_stage_opens(sqlite_database: Database) -> None:
    days = {"proposal": {"opens": "2025-10-06", "due": "2025-10-17"}, "office": {"due": "2025-10-24"}}
    rest = {"council": {"working_days": 3, "remind": [1, 0]}, "submission": {"working_days": 10}}
    scene = given_round(
        sqlite_database, stage=Stage.proposal, definition=small_definition(stages=days | rest)
    )
    assert not give_leave(scene, date(2025, 10, 24))
    assert give_leave(scene, date(2025, 10, 27))
