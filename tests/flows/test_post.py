"""A letter's way to the mail server while the database is busy: never lost, never sent twice."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from engine.commands import people
from engine.errors import Busy
from engine.models import Message, Person
from flows import post
from tests.stories.world import World


class RefusedConnectionError(Exception):
    """As psycopg says it: without a state, because no server answered."""

    sqlstate = None


def busy_for(times: int, real: Callable[..., Any]) -> Callable[..., Any]:
    """`real`, but for its first calls."""
    left = [times]

    def sometimes(*given: Any, **more: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise Busy
        return real(*given, **more)

    return sometimes


def given_letter(world: World) -> str:
    """Somebody asked to sign in; the letter is written and not yet carried. Returns the address."""
    world.load_people()
    with world.database.unit_of_work() as session:
        address = session.exec(select(Person.email).where(Person.email != None)).first() or ""  # noqa: E711 — SQL
        people.ask_to_sign_in(session, world.installation.keys, email=address, door="page", now=world.now)
    post.write_letters(world.keeper)
    return address


def carry(world: World) -> None:
    asyncio.run(post.carry_letters(world.keeper))


def states(world: World) -> list[str]:
    with world.database.read() as session:
        return list(session.exec(select(Message.state).where(Message.letter == "signin")))


def test_a_letter_the_server_took_is_recorded_however_busy_the_database_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = given_letter(world)
    monkeypatch.setattr(post, "RECORD_PAUSE", 0.0)
    monkeypatch.setattr(post, "record_outcome", busy_for(5, post.record_outcome))
    carry(world)
    assert states(world) == ["sent"]
    world.now += timedelta(hours=1)
    carry(world)
    assert len(world.postbox.to(address)) == 1


def test_a_letter_the_server_took_is_recorded_once_the_database_is_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Away for longer than sixty tries last when nobody even answers."""
    address = given_letter(world)
    monkeypatch.setattr(post, "RECORD_PAUSE", 0.001)
    engine, left, record = world.installation.database.engine, [100], post._record
    refused = OperationalError("connect", {}, RefusedConnectionError("connection refused"))

    def connect(*_given: Any) -> None:
        if left[0]:
            left[0] -= 1
            raise refused

    async def record_away(*given: Any) -> None:
        event.listen(engine, "do_connect", connect)
        engine.dispose()
        await record(*given)

    monkeypatch.setattr(post, "_record", record_away)
    carry(world)
    assert (states(world), left) == (["sent"], [0])
    world.now += timedelta(hours=1)
    carry(world)
    assert len(world.postbox.to(address)) == 1


@pytest.mark.parametrize("gone", [False, True], ids=["damaged", "gone"])
def test_a_letter_does_not_go_with_a_damaged_file(world: World, *, gone: bool) -> None:
    """It fails with a sentence; once the file is back, the office has it sent as it was written."""
    address, files = given_letter(world), world.installation.files
    sha256, _size = files.keep(b"a dossier")
    with world.database.unit_of_work() as session:
        letter = session.exec(select(Message)).one()
        letter.extras = {"files": [{"name": "a.zip", "media_type": "application/zip", "sha256": sha256}]}
        session.add(letter)
    files.path(sha256).write_bytes(b"a dOssier")
    if gone:
        files.path(sha256).unlink()
    carry(world)
    assert states(world) == ["failed"]
    with world.database.read() as session:
        outcome = session.exec(select(Message.outcome)).one()
    said = "Không tìm thấy tệp này trong kho" if gone else "Tệp này trong kho không còn nguyên vẹn"
    assert outcome.startswith(f"Không soạn được thư ({said}")
    assert "). Xin gọi điện" in outcome
    assert not world.postbox.to(address)
    files.keep(b"a dossier")
    with world.database.unit_of_work() as session:
        letter = session.exec(select(Message)).one()
        letter.state, letter.next_at = "queued", world.now
        session.add(letter)
    carry(world)
    assert len(world.postbox.to(address)) == 1


def test_a_busy_database_is_no_fault_of_the_letter(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    address = given_letter(world)
    monkeypatch.setattr(post, "ready", busy_for(1, post.ready))
    with pytest.raises(Busy):
        carry(world)
    assert states(world) == ["claimed"]
    world.now += timedelta(minutes=16)  # the lease of the first attempt is over
    carry(world)
    assert states(world) == ["sent"]
    assert len(world.postbox.to(address)) == 1
