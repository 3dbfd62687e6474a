"""What time does: moments done once, reminders to those who have not acted, and the question what is due."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from engine.clock import VIETNAM
from engine.commands import office, proposal, rounds
from engine.database import Database
from engine.errors import Incomplete, NotFound, NotNow, NotYours
from engine.models import Event, EventToTell, Message, Moment, Round
from engine.queries import due
from engine.stages import Stage, State
from tests.factories import Scene, given_frozen_list, given_nomination, given_round, small_definition


def run_time(scene: Scene) -> list[str]:
    """One run of the flow: every due moment, each in its own transaction; "kind: outcome" of each."""
    done = []
    with scene.database.read() as session:
        round_id = session.execute(select(col(Round.id)).where(col(Round.key) == scene.key)).scalar_one()
        moments = rounds.due_moments(session, round_id or 0, now=scene.now)
    for moment in moments:
        with scene.database.unit_of_work() as session:
            again = session.get_one(Moment, moment.id)
            outcome = rounds.act_on(
                session,
                scene.actor("time", session),
                scene.ground(session),
                again,
                calendar=scene.calendar,
                now=scene.now,
            )
            done.append(f"{moment.kind}: {outcome}")
    return done


def kinds(scene: Scene) -> list[str]:
    with scene.database.read() as session:
        return list(session.execute(select(col(Event.kind)).order_by(col(Event.id))).scalars())


def test_a_round_opens_reminds_and_closes_by_itself(database: Database) -> None:
    scene = given_round(database)
    assert run_time(scene) == []
    scene.clock.set(date(2025, 10, 6), 8)
    assert run_time(scene) == ["open: đã mở"]
    assert run_time(scene) == []
    given_nomination(scene, state=State.proposed)
    scene.clock.set(date(2025, 10, 10), 8)
    assert run_time(scene) == ["remind: đã nhắc"]
    with database.read() as session:
        reminded = session.execute(select(Event).where(col(Event.kind) == "reminded")).scalar_one()
        assert (reminded.facts["departments"], reminded.facts["step"]) == (["kh"], 5)
    scene.clock.set(date(2025, 10, 17), 12)
    assert run_time(scene) == [
        "remind: đã có lần nhắc sau",
        "remind: đã có lần nhắc sau",
        "remind: đã nhắc",
    ]
    scene.clock.set(date(2025, 10, 17), 17)
    assert run_time(scene) == ["close: đã hết hạn của các phòng"]
    scene.clock.set(date(2025, 10, 20), 8)
    assert run_time(scene)[0] == "late: đã nhắc"
    assert kinds(scene).count("late") == 1


def test_lateness_of_a_stage_left_behind_is_not_spoken_of(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    given_nomination(scene, state=State.accepted)
    given_frozen_list(scene)
    with sqlite_database.unit_of_work() as session:
        scene.set_stage(session, Stage.council)
    scene.clock.set(date(2025, 10, 21), 8)
    said = [outcome for outcome in run_time(scene) if outcome.startswith(("late", "escalate"))]
    assert said == ["late: giai đoạn đã qua", "escalate: giai đoạn đã qua"]


def test_a_moved_deadline_takes_its_moments_along(database: Database) -> None:
    scene = given_round(database, stage=Stage.proposal)

    def move(session, who: str, day: date, reason: str = "Mưa lũ.") -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        actor = scene.actor(who, session)
        rounds.move_deadline(
            session,
            actor,
            scene.key,
            Stage.proposal,
            due=day,
            reason=reason,
            calendar=scene.calendar,
            now=scene.now,
        )

    with database.unit_of_work() as session:
        with pytest.raises(NotYours):
            move(session, "clerk-cs", date(2025, 10, 24))
        with pytest.raises(Incomplete) as refused:
            move(session, "office", date(2025, 10, 3), reason=" ")
        assert set(refused.value.fields) == {"due", "reason"}
        move(session, "office", date(2025, 10, 24))
        move(session, "office", date(2025, 10, 24))
    scene.clock.set(date(2025, 10, 17), 17)
    assert run_time(scene) == ["remind: đã nhắc"], "five working days before the new deadline"
    scene.clock.set(date(2025, 10, 24), 17)
    assert run_time(scene)[-1] == "close: đã hết hạn của các phòng"
    assert kinds(scene).count("deadline_moved") == 1
    with database.unit_of_work() as session, pytest.raises(NotNow):
        move(session, "office", date(2025, 10, 30))


def test_leave_is_the_heads_to_give(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    given = {"until": date(2025, 10, 22), "reason": "Bão.", "calendar": scene.calendar, "now": scene.now}
    with sqlite_database.unit_of_work() as session:
        head, boss = scene.actor("head", session), scene.actor("office", session)
        with pytest.raises(NotYours):
            rounds.give_leave(session, boss, scene.key, department="cs", **given)  # type: ignore[arg-type]
        with pytest.raises(NotFound):
            rounds.give_leave(session, head, scene.key, department="zz", **given)  # type: ignore[arg-type]
        rounds.give_leave(session, head, scene.key, department="cs", **given)  # type: ignore[arg-type]
    given_nomination(scene, who="kh1", state=State.accepted)
    given_nomination(scene, who="cs1")
    with pytest.raises(Incomplete, match="Phòng Chính sách còn được nộp muộn"):
        given_frozen_list(scene)


def test_only_time_acts_on_moments_and_not_too_early(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database)
    with sqlite_database.unit_of_work() as session:
        moment = session.execute(select(Moment)).scalar_one()
        asked = {"calendar": scene.calendar, "now": scene.now}
        with pytest.raises(NotYours):
            rounds.act_on(session, scene.actor("office", session), scene.ground(session), moment, **asked)  # type: ignore[arg-type]
        early = rounds.act_on(session, scene.actor("time", session), scene.ground(session), moment, **asked)  # type: ignore[arg-type]
        assert (early, moment.done_at) == ("chưa đến giờ", None)


def test_what_is_due(database: Database) -> None:
    scene = given_round(database)
    opens = datetime(2025, 10, 6, 8, tzinfo=VIETNAM)
    with database.unit_of_work() as session:
        # Planning wakes the round once; a run of the flow answers it.
        round_ = session.execute(select(Round)).scalar_one()
        id_ = round_.id or 0
        assert due.look(session, now=scene.now).rounds == (id_,)
        assert rounds.lease(session, id_, owner="a", until=scene.now + timedelta(minutes=5), now=scene.now)
        assert not rounds.lease(
            session, id_, owner="b", until=scene.now + timedelta(minutes=5), now=scene.now
        )
        assert due.look(session, now=scene.now).rounds == ()
        assert due.look(session, now=scene.now + timedelta(minutes=5)).rounds == (id_,), "its owner died"
        newer = scene.now + timedelta(seconds=1)
        rounds.release(session, id_, owner="a", seen_wake=newer)
        assert due.look(session, now=scene.now).rounds == (id_,), "the run has not seen this mark"
        rounds.release(session, id_, owner="a", seen_wake=scene.now)
        assert due.look(session, now=scene.now) == due.Due()
        assert due.next_moment(session, now=scene.now) == opens
        assert due.next_moment(session, id_, now=opens + timedelta(days=1)) == opens + timedelta(days=1)
        assert due.next_moment(session, id_ + 1, now=scene.now) is None
        assert due.look(session, now=opens).rounds == (id_,)
        assert due.look(session, now=opens - timedelta(microseconds=1)).rounds == ()


def test_letters_that_wait(database: Database) -> None:
    scene = given_round(database)
    with database.unit_of_work() as session:
        event = session.execute(select(Event)).scalars().first()
        assert event is not None
        assert not due.look(session, now=scene.now).letters
        session.add(EventToTell(event_id=event.id or 0))
        session.flush()
        assert due.look(session, now=scene.now).letters
        session.delete(session.get_one(EventToTell, event.id))
        later = scene.now + timedelta(minutes=1)
        letter = Message(
            event_id=event.id or 0, letter="x", address="a@b.vn", written_at=scene.now, next_at=later
        )
        session.add(letter)
        session.flush()
        assert not due.look(session, now=scene.now).letters
        assert due.next_moment(session, now=scene.now) == later
        assert due.look(session, now=later).letters
        letter.state, letter.lease_until = "sending", later
        session.flush()
        assert not due.look(session, now=scene.now).letters
        assert due.look(session, now=later).letters, "whoever took it is dead"


def test_the_office_speaks_with_reasons(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    code = given_nomination(scene, state=State.proposed)
    with sqlite_database.unit_of_work() as session:
        boss, clerk = scene.actor("office", session), scene.actor("clerk-cs", session)
        for act in (office.hold, office.decline):
            with pytest.raises(NotYours):
                act(session, clerk, code, reason="x", now=scene.now)
            with pytest.raises(Incomplete):
                act(session, boss, code, reason=" ", now=scene.now)
        with pytest.raises(Incomplete):
            office.tick(session, boss, code, ticks={"khac": True}, now=scene.now)
        with pytest.raises(Incomplete):
            office.return_to_department(
                session, boss, code, comments={"summary": " "}, calendar=scene.calendar, now=scene.now
            )
        office.hold(session, boss, code, reason="Chờ.", now=scene.now)
        office.release(session, boss, code, reason="Đã rõ.", now=scene.now)
        office.decline(session, boss, code, reason="Trùng.", now=scene.now)
        with pytest.raises(NotNow):
            office.decline(session, boss, code, reason="Trùng.", now=scene.now)
        assert proposal.open_until(session, scene.ground(session), "cs", None) is not None
    assert small_definition().key == scene.key
