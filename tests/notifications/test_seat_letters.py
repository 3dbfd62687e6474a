"""Letters about a seat of the council that come late: after the vote, or perhaps twice."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from engine.commands import council, letters, windows
from engine.database import Database
from engine.errors import NotNow
from engine.models import Message
from engine.stages import Stage
from tests.engine.commands.test_seats import NEW, carry, plan, replace
from tests.factories import Scene, cast, close_vote, given_vote

SEAT4 = "seat4@bdt.example"


def invitation(scene: Scene, address: str, **become: object) -> int:
    """A seat's invitation in another state than it would be; its id."""
    with scene.database.unit_of_work() as session:
        wanted = (col(Message.letter) == "ballot", col(Message.address) == address)
        message = session.execute(select(Message).where(*wanted)).scalar_one()
        for name, value in become.items():
            setattr(message, name, value)
        return message.id or 0


def give_a_week(scene: Scene) -> None:
    due = (scene.now + timedelta(days=7)).date()
    with scene.database.unit_of_work() as session:
        moved = {"due": due, "reason": "Thiếu phiếu.", "calendar": scene.calendar, "now": scene.now}
        windows.move_deadline(session, scene.actor("office", session), scene.key, Stage.council, **moved)


def test_who_perhaps_had_the_invitation_is_told_that_the_seat_is_taken(sqlite_database: Database) -> None:
    scene, _codes, _hash = given_vote(sqlite_database)
    plan(scene)
    invitation(scene, SEAT4, repeats=1)  # the server went away just as it took the letter
    replace(scene, "seat4")
    assert ("seat_taken", SEAT4) in carry(scene)


def test_and_so_is_who_had_it_when_the_vote_has_ended_meanwhile(sqlite_database: Database) -> None:
    scene, codes, hash_ = given_vote(sqlite_database)
    carry(scene)
    replace(scene, "seat4")
    for seat in (1, 2, 3, 5):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    with sqlite_database.unit_of_work() as session:
        sent = {"choices": dict.fromkeys(codes, "yes"), "list_hash": hash_, "keys": scene.keys}
        council.send_ballot(session, scene.actor(NEW, session), scene.key, **sent, now=scene.now)
    assert close_vote(scene)
    assert ("seat_taken", SEAT4) in carry(scene)


def test_nobody_is_invited_to_a_vote_that_has_ended(sqlite_database: Database) -> None:
    scene, codes, hash_ = given_vote(sqlite_database)
    plan(scene)
    failed = invitation(scene, SEAT4, state="failed", next_at=None)
    deferred = invitation(scene, "seat5@bdt.example", next_at=scene.now + timedelta(days=30))
    carry(scene)
    for seat in (1, 2, 3, 4):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    scene.clock.push(days=30)
    assert close_vote(scene, "time")
    assert "ballot" not in {letter for letter, _address in carry(scene)}
    with pytest.raises(NotNow, match="đã kết thúc bỏ phiếu"), sqlite_database.unit_of_work() as session:
        letters.try_again(session, scene.actor("office", session), failed, now=scene.now)
    with sqlite_database.read() as session:
        outcome = "Hội đồng đã kết thúc bỏ phiếu, không gửi nữa."
        assert session.get_one(Message, deferred).outcome == outcome


def test_who_took_a_seat_past_the_deadline_is_invited_once_when_both_are_told_together(
    sqlite_database: Database,
) -> None:
    scene, _codes, _hash = given_vote(sqlite_database)
    carry(scene)
    scene.clock.push(days=10)
    replace(scene, "seat4")
    give_a_week(scene)
    told = [letter for letter, address in carry(scene) if address.startswith(NEW)]
    assert told == ["ballot"]


def test_who_took_a_seat_past_the_deadline_is_invited_with_the_next_one(
    sqlite_database: Database,
) -> None:
    scene, _codes, _hash = given_vote(sqlite_database)
    carry(scene)
    scene.clock.push(days=10)
    replace(scene, "seat4")
    carry(scene)
    for letter in ("ballot", "deadline_moved"):
        give_a_week(scene)
        told = dict.fromkeys(carry(scene))
        assert (letter, f"{NEW}@bdt.example") in told
        assert ("deadline_moved", "seat1@bdt.example") in told
        assert len([1 for _letter, address in told if address.startswith(NEW)]) == 1
        scene.clock.push(days=20)
