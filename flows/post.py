"""Letters: written from history, then carried to the mail server. Correct without Prefect; shown by it."""

import asyncio
import logging

from engine.errors import Busy, Refused
from flows.keeper import Keeper
from notifications.messages import (
    LEASE,
    Ready,
    cannot_compose,
    claim_next,
    mark_sending,
    ready,
    record_outcome,
)
from notifications.planner import plan_letters
from notifications.smtp import Deferred, Outcome, Postman

log = logging.getLogger("tdkt.post")

PATIENCE = 10.0  # seconds a run waits for its letters
RECORD_PAUSE = 1.0  # seconds between two tries to record what became of a letter


def write_letters(keeper: Keeper) -> int:
    """Turn every event not told yet into letters; returns how many events were read."""
    told = 0
    while True:
        with keeper.installation.database.unit_of_work() as session:
            read = plan_letters(
                session,
                keeper.templates,
                house=keeper.house,
                calendar=keeper.installation.calendar,
                now=keeper.installation.clock(),
            )
        told += read
        if not read:
            return told


async def carry_letters(keeper: Keeper, round_id: int | None = None) -> int:
    """Deliver what is due, over a few connections; returns how many letters were tried in `PATIENCE`.

    A mail server that hangs holds up its letters and nothing else: the connections go on behind the clock's
    back, and while all of them are busy no further one is opened.
    """
    free = keeper.connections - len(keeper.carrying)
    begun = {asyncio.create_task(_carry(keeper, round_id)) for _ in range(free)}
    keeper.carrying.update(begun)
    for task in begun:
        task.add_done_callback(lambda ended: _ended(keeper, ended))
    if not begun:
        return 0
    done, _hanging = await asyncio.wait(begun, timeout=PATIENCE)
    return sum(task.result() for task in done)


def _ended(keeper: Keeper, task: "asyncio.Task[int]") -> None:
    keeper.carrying.discard(task)
    if not task.cancelled() and (broken := task.exception()) is not None:
        log.warning("carrying letters failed: %s", type(broken).__qualname__)


async def let_carriers_end(keeper: Keeper, seconds: float) -> None:
    """At the end of the runner: give letters under way a moment; what is cut off is repeated by the next."""
    if keeper.carrying:
        await asyncio.wait(keeper.carrying, timeout=seconds)


async def _carry(keeper: Keeper, round_id: int | None) -> int:
    tried = 0
    async with Postman(keeper.relay) as postman:
        while (message_id := _claim(keeper, round_id)) is not None:
            tried += 1
            letter = _compose(keeper, message_id)
            if letter is not None and await _deliver(keeper, postman, message_id, letter):
                break
    return tried


def _claim(keeper: Keeper, round_id: int | None) -> int | None:
    with keeper.installation.database.unit_of_work() as session:
        return claim_next(session, owner=keeper.owner, now=keeper.installation.clock(), round_id=round_id)


def _compose(keeper: Keeper, message_id: int) -> Ready | None:
    """The letter's bytes; None when it cannot be composed, which the record then says."""
    here = keeper.installation
    try:
        with here.database.read() as session:
            return ready(
                session, message_id, keys=here.keys, files=here.files, public_url=keeper.house.public_url
            )
    except Busy:
        raise  # nothing is wrong with the letter: its lease ends, and it is tried again
    except (ValueError, OSError, Refused) as broken:
        log.warning("letter %s cannot be composed: %s", message_id, type(broken).__qualname__)
        # A refusal is a sentence for people; what else there is may hold paths and addresses.
        why = broken.sentence.rstrip(".") if isinstance(broken, Refused) else type(broken).__qualname__
        with here.database.unit_of_work() as session:
            cannot_compose(session, message_id, owner=keeper.owner, why=why)
        return None


class TakenOver(Exception):  # noqa: N818 — another runner holds the letter now; nothing is wrong
    """The claim was lost before anything went out."""


async def _deliver(keeper: Keeper, postman: Postman, message_id: int, letter: Ready) -> bool:
    """Send one letter and record what became of it; True when the server wants nothing at all for now."""
    database, clock = keeper.installation.database, keeper.installation.clock

    async def before_data() -> None:
        with database.unit_of_work() as session:
            if not mark_sending(session, message_id, owner=keeper.owner, now=clock()):
                raise TakenOver

    try:
        outcome = await postman.deliver(
            letter.sender, letter.recipient, letter.content, before_data=before_data
        )
    except TakenOver:
        return False
    await _record(keeper, message_id, outcome)
    return isinstance(outcome, Deferred) and outcome.everyone


async def _record(keeper: Keeper, message_id: int, outcome: Outcome) -> None:
    """Keep what became of a letter. A database busy or away just then is asked again while the lease lasts:
    to give up here would be to send a letter twice that the server has taken already.
    """
    here, clock = keeper.installation, asyncio.get_running_loop().time
    until = clock() + LEASE.total_seconds()
    while True:
        try:
            with here.database.unit_of_work() as session:
                record_outcome(session, message_id, outcome, owner=keeper.owner, now=here.clock())
        except Busy:
            if clock() >= until:
                raise
            await asyncio.sleep(RECORD_PAUSE)
        else:
            return
