"""The outbox: claimed by one, sent once, told apart when doubtful; one bad letter holds up no other."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from engine.database import Database
from engine.errors import Refused
from engine.files import FileStore
from engine.links import Keys
from engine.models import Event, Message
from notifications.messages import (
    LEASE,
    MOST_ATTEMPTS,
    cannot_compose,
    claim_next,
    mark_sending,
    ready,
    record_outcome,
)
from notifications.smtp import Accepted, Deferred, Rejected, Uncertain

NOW = datetime(2025, 12, 10, 2, tzinfo=UTC)
KEYS = Keys.from_secret("s" * 40)


def a_letter(session: Session, **more: object) -> int:
    event = Event(kind="sign_in_asked", actor_name="", door="page", at=NOW, facts={}, hash="h")
    session.add(event)
    session.flush()
    row = Message(
        event_id=event.id or 0,
        letter="signin",
        address=f"lan{event.id}@example.vn",
        name="Vi Thị Lan",
        sender="vp@example.vn",
        reply_to="Ban\nVăn phòng",
        subject="Thư",
        text="Chào bà.\n",
        html="<p>Chào bà.</p>",
        message_id=f"<{event.id}@example.vn>",
        written_at=NOW,
        next_at=NOW,
        **more,
    )
    session.add(row)
    session.flush()
    return row.id or 0


def claim(database: Database, owner: str = "a", now: datetime = NOW) -> int | None:
    with database.unit_of_work() as session:
        return claim_next(session, owner=owner, now=now)


def told(database: Database, letter: int, outcome: object, *, owner: str = "a", now: datetime = NOW) -> None:
    with database.unit_of_work() as session:
        mark_sending(session, letter, owner=owner, now=now)
        record_outcome(session, letter, outcome, owner=owner, now=now)  # type: ignore[arg-type]


def seen(database: Database, letter: int) -> Message:
    with database.read() as session:
        return session.get_one(Message, letter)


@pytest.fixture
def letter(database: Database) -> int:
    with database.unit_of_work() as session:
        return a_letter(session)


def test_a_claimed_letter_is_nobody_elses_until_its_lease_is_over(database: Database, letter: int) -> None:
    assert claim(database, "a") == letter
    assert claim(database, "b") is None
    assert claim(database, "b", NOW + LEASE) == letter
    with database.unit_of_work() as session:
        assert not mark_sending(session, letter, owner="a", now=NOW + LEASE)
        assert mark_sending(session, letter, owner="b", now=NOW + LEASE)


def test_an_owner_who_lost_the_claim_writes_nothing(database: Database, letter: int) -> None:
    claim(database, "a")
    claim(database, "b", NOW + LEASE)
    told(database, letter, Rejected(550, "no such user"), owner="a", now=NOW + LEASE)
    assert seen(database, letter).state == "claimed"


def test_accepted_is_sent_and_never_due_again(database: Database, letter: int) -> None:
    claim(database)
    told(database, letter, Accepted("250 kept"))
    assert (seen(database, letter).state, seen(database, letter).sent_at) == ("sent", NOW)
    assert claim(database, now=NOW + timedelta(days=30)) is None


def test_a_refusal_fails_at_once_and_tells_to_telephone(database: Database, letter: int) -> None:
    claim(database)
    told(database, letter, Rejected(550, "no such user"))
    assert seen(database, letter).state == "failed"
    assert "gọi điện" in seen(database, letter).outcome


def test_a_refusal_of_ourselves_waits_and_is_told_as_such(database: Database, letter: int) -> None:
    claim(database)
    told(database, letter, Deferred(550, "5.7.60 may not send as this sender", ours=True))
    after = seen(database, letter)
    assert (after.state, after.next_at) == ("queued", NOW + timedelta(minutes=1))
    assert "không phải từ chối người nhận" in after.outcome
    assert "550" in after.outcome


def test_a_deferred_letter_waits_longer_each_time_and_gives_up_after_five_days(
    database: Database, letter: int
) -> None:
    now, waits = NOW, []
    for _ in range(MOST_ATTEMPTS):
        assert claim(database, now=now) == letter
        told(database, letter, Deferred(451, "later"), now=now)
        after = seen(database, letter)
        if after.next_at is None:
            break
        waits.append((after.next_at - now) // timedelta(minutes=1))
        now = after.next_at
    assert waits[:7] == [1, 5, 15, 30, 60, 60, 60]
    assert seen(database, letter).state == "failed"
    assert timedelta(days=5) < now - NOW < timedelta(days=6)


def test_a_server_that_is_away_is_not_asked_again_by_the_next_letter(database: Database, letter: int) -> None:
    with database.unit_of_work() as session:
        a_letter(session)
    claim(database)
    told(database, letter, Deferred(421, "away", everyone=True))
    assert claim(database, now=NOW + timedelta(seconds=59)) is None
    assert claim(database, now=NOW + timedelta(minutes=1)) is not None


def test_killed_while_sending_one_copy_goes_and_the_second_doubt_is_for_a_person(
    database: Database, letter: int
) -> None:
    claim(database)
    with database.unit_of_work() as session:
        mark_sending(session, letter, owner="a", now=NOW)

    assert claim(database, "b", NOW + LEASE) == letter
    assert seen(database, letter).repeats == 1

    told(database, letter, Uncertain("connection lost"), owner="b", now=NOW + LEASE)
    assert seen(database, letter).state == "uncertain"
    assert claim(database, now=NOW + timedelta(days=1)) is None


def test_one_letter_that_cannot_be_composed_fails_alone(database: Database, tmp_path: Path) -> None:
    with database.unit_of_work() as session:
        broken = a_letter(
            session,
            extras={"files": [{"sha256": "0" * 64, "name": "ho-so.zip", "media_type": "application/zip"}]},
        )
        sound = a_letter(session)

    assert claim(database) == broken
    with pytest.raises((OSError, Refused)), database.read() as session:
        ready(session, broken, keys=KEYS, files=FileStore(tmp_path), public_url="http://x")
    with database.unit_of_work() as session:
        cannot_compose(session, broken, owner="who lost the claim", why="NotFound")
        assert session.get_one(Message, broken).state == "claimed"
        cannot_compose(session, broken, owner="a", why="NotFound")

    assert seen(database, broken).state == "failed"
    assert claim(database) == sound


def test_a_repeated_letter_is_the_same_bytes(database: Database, letter: int, tmp_path: Path) -> None:
    claim(database)
    with database.read() as session:
        first, second = (
            ready(session, letter, keys=KEYS, files=FileStore(tmp_path), public_url="http://x")
            for _ in range(2)
        )
    assert first == second
    with database.read() as session:
        assert session.exec(select(Message.message_id)).one().encode() in first.content
