"""The chain: every change is one event, and every change to the past shows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlmodel import Session, col

from engine import history
from engine.access import time_itself
from engine.commands.ground import nomination_of, note
from engine.database import Database
from engine.errors import Changed, NotNow
from engine.models import Event, EventToTell, Nomination
from engine.stages import Stage, State
from tests.factories import Scene, given_nomination, given_round, nomination


@pytest.fixture
def scene(database: Database) -> Scene:
    return given_round(database, stage=Stage.proposal)


def broken(session: Session, code: str) -> list[int]:
    row = nomination(session, code)
    return history.broken_links(session, nomination_id=row.id, round_id=row.round_id)


def forge(scene: Scene, statement: str) -> None:
    """Change history the way somebody with all rights on the database would: without its triggers."""
    with scene.database.unit_of_work() as session:
        if scene.database.is_sqlite:
            session.execute(text("DROP TRIGGER IF EXISTS event_kept_from_update"))
            session.execute(text("DROP TRIGGER IF EXISTS event_kept_from_delete"))
        else:
            session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(statement))
        if scene.database.is_sqlite:
            return
        session.execute(text("SET LOCAL session_replication_role = origin"))


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'accept'",
        "actor_name = 'Ai đó'",
        "actor_id = NULL",
        "door = 'cli'",
        "facts = '{}'",
        "previous = ''",
        "hash = 'ab'",
    ],
)
def test_a_change_to_an_event_breaks_the_chain(scene: Scene, change: str) -> None:
    code = given_nomination(scene, state=State.proposed)
    with scene.database.read() as session:
        assert broken(session, code) == []
        last = session.execute(select(col(Event.id)).where(col(Event.kind) == "sign_off")).scalar_one()
    forge(scene, f"UPDATE event SET {change} WHERE id = {last}")  # noqa: S608 — figures of this test
    with scene.database.read() as session:
        assert last in broken(session, code)


def test_a_tail_cut_off_shows_against_the_row(scene: Scene) -> None:
    code = given_nomination(scene, state=State.proposed)
    forge(scene, "DELETE FROM event WHERE kind = 'sign_off'")
    with scene.database.read() as session:
        assert broken(session, code) == [0]


def test_an_event_on_an_old_head_is_refused_and_rolled_back(scene: Scene) -> None:
    code = given_nomination(scene)
    with scene.database.read() as session:
        good = history.of_nomination(nomination(session, code))
    stale = replace(good, head="old")
    with pytest.raises(Changed), scene.database.unit_of_work() as session:
        history.record(session, "saved", stale, actor=time_itself(), now=scene.now)
    entries = [history.Entry(good), history.Entry(stale)]
    with pytest.raises(Changed), scene.database.unit_of_work() as session:
        history.record_many(session, "saved", entries, actor=time_itself(), now=scene.now)
    with scene.database.read() as session:
        assert session.execute(select(Event).where(col(Event.kind) == "saved")).first() is None


def test_the_object_in_hand_shows_what_was_written_and_writes_it_once(scene: Scene) -> None:
    code = given_nomination(scene)
    with scene.database.unit_of_work() as session:
        _ground, row = nomination_of(session, code)
        note(session, time_itself(), row, "saved", now=scene.now, changes={"summary": "Mới."}, tell=True)
        assert row.summary == "Mới."
        assert row not in session.dirty
        head = row.history_head
        note(session, time_itself(), row, "saved", now=scene.now)
    with scene.database.read() as session:
        kept = session.execute(select(Nomination)).scalar_one()
        assert (kept.summary, kept.history_head != head) == ("Mới.", True)
        told = session.execute(select(EventToTell, Event).join(Event)).all()
        assert [event.kind for _mark, event in told].count("saved") == 1
        assert broken(session, code) == []


def test_the_zone_a_time_was_told_in_does_not_matter(scene: Scene) -> None:
    code = given_nomination(scene)
    moment = datetime(2025, 10, 7, 9, 30, 1, 123456, tzinfo=timezone(timedelta(hours=7)))
    with scene.database.unit_of_work() as session:
        _ground, row = nomination_of(session, code)
        note(session, time_itself(), row, "saved", now=moment, facts={"chữ": "Hội đồng “A”", "số": [1, None]})
    with scene.database.read() as session:
        event = session.execute(select(Event).where(col(Event.kind) == "saved")).scalar_one()
        assert event.at == moment
        assert event.at.tzinfo is UTC
        assert broken(session, code) == []


@pytest.mark.parametrize("of", ["nomination", "round"])
@pytest.mark.parametrize("many", [False, True])
def test_a_clock_set_back_is_refused(scene: Scene, of: str, *, many: bool) -> None:
    """More than two minutes: machines may differ by less."""
    code, newest = given_nomination(scene), scene.now

    def write(now: datetime) -> None:
        with scene.database.unit_of_work() as session:
            row = nomination(session, code)
            round_ = scene.ground(session).round
            subject = history.of_nomination(row) if of == "nomination" else history.of_round(round_)
            if many:
                history.record_many(session, "saved", [history.Entry(subject)], actor=time_itself(), now=now)
            else:
                history.record(session, "saved", subject, actor=time_itself(), now=now)

    write(newest)
    for back in (timedelta(minutes=2, seconds=1), timedelta(days=400)):
        with pytest.raises(NotNow, match="Đồng hồ máy chủ đang chỉ"):
            write(newest - back)
    write(newest - timedelta(minutes=2))
    write(newest + timedelta(days=400))
    with scene.database.read() as session:
        assert len(session.execute(select(Event).where(col(Event.kind) == "saved")).all()) == 3
        assert history.set_back(session) == []


def test_a_time_that_runs_backwards_shows(scene: Scene) -> None:
    code = given_nomination(scene, state=State.proposed)
    with scene.database.read() as session:
        last = session.execute(select(col(Event.id)).where(col(Event.kind) == "sign_off")).scalar_one()
    forge(scene, f"UPDATE event SET at = '2024-10-07 02:30:00.000000' WHERE id = {last}")  # noqa: S608 — as above
    with scene.database.read() as session:
        assert last in broken(session, code)
        assert history.set_back(session) == [last]
