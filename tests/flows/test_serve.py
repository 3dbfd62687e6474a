"""What the runner finds to do, and what it leaves alone."""

import asyncio
from pathlib import Path
from typing import cast

from sqlalchemy import delete
from sqlmodel import select

from engine.models import Event, EventToTell, Message
from flows.serve import LETTERS, _engine_id
from tests.stories.world import World


def test_letters_are_due_only_while_somebody_is_free_to_carry_them(world: World) -> None:
    world.plan()
    with world.database.unit_of_work() as session:
        session.execute(delete(EventToTell))
        event = session.exec(select(Event)).first()
        assert event is not None
        letter = Message(
            event_id=event.id or 0, letter="x", address="a@b.vn", written_at=world.now, next_at=world.now
        )
        session.add(letter)
        told = event.id or 0
    clockwork, carrying = world.clockwork, world.keeper.carrying
    assert LETTERS in clockwork.due()

    hanging = [cast("asyncio.Task[int]", object()) for _ in range(world.keeper.connections)]
    carrying.update(hanging)
    assert LETTERS not in clockwork.due(), "both connections hang: a run could do nothing"

    carrying.discard(hanging[0])
    assert LETTERS in clockwork.due(), "one is free again"

    carrying.add(hanging[0])
    with world.database.unit_of_work() as session:
        session.add(EventToTell(event_id=told))
    assert LETTERS in clockwork.due(), "there is something to write"


def test_a_runner_knows_its_own_runs_again_after_a_restart(tmp_path: Path) -> None:
    here, there = tmp_path / "here" / "data", tmp_path / "there"
    mine = _engine_id(here)
    assert mine == _engine_id(here)
    assert mine != _engine_id(there)
