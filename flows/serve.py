"""The flow runner: asks our database what is due, about twice a second, and runs the flow for it.

`python -m flows.serve` reads the settings from the environment. Prefect is imported only after its own
environment is in place, and shows what is done here; it decides nothing.
"""

import asyncio
import logging
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlmodel import Session, select

from config.settings import Settings, read_settings
from engine.clock import system_clock
from engine.commands import rounds
from engine.commands.ground import stand_on
from engine.models import EventToTell
from engine.queries import due
from flows.keeper import Keeper, keeper_from, keeping
from flows.post import let_carriers_end
from flows.runner import PrefectLink, run_forever, run_round, run_until_signalled
from flows.server import api_url_of, client_environment

log = logging.getLogger("tdkt.clock")

LETTERS, UPKEEP = "·letters", "·upkeep"
# A killed runner's rounds wait so long for the next one. A run that takes longer may be joined by another
# runner's, which finds every act done or guarded.
LEASE = timedelta(minutes=1)
EVERY = timedelta(days=1)  # housekeeping


class Clockwork:
    """One runner: what is due, and how it is done."""

    def __init__(self, keeper: Keeper, api_url: str, engine_id: str) -> None:
        """`engine_id` tells this runner's runs in Prefect from those of another one on the same server."""
        self.keeper = keeper
        self.link = PrefectLink(api_url)
        self.engine_id = engine_id
        self.tidied_at: datetime | None = None

    def due(self) -> Sequence[int | str]:
        """Ids of rounds with something to do, and LETTERS when a run could write or carry some."""
        with self.keeper.installation.database.read() as session:
            found = due.look(session, now=self.keeper.installation.clock())
            letters = found.letters and (self._may_carry() or _has_to_tell(session))
        items: list[int | str] = list(found.rounds)
        if letters:
            items.append(LETTERS)
        if self.tidied_at is None or system_clock() - self.tidied_at > EVERY:
            items.append(UPKEEP)
        return items

    def _may_carry(self) -> bool:
        """While the server hangs on every connection, a run for the letters behind would end at once."""
        return len(self.keeper.carrying) < self.keeper.connections

    async def work(self, item: int | str) -> None:
        """Do one thing that is due."""
        from flows.letters import letters_by_prefect, letters_plainly  # noqa: PLC0415 — imports Prefect
        from flows.upkeep import tidy, tidy_prefect  # noqa: PLC0415 — imports Prefect

        if isinstance(item, int):
            await self._review(item)
        elif item == UPKEEP:
            tidy(self.keeper, now=self.keeper.installation.clock())
            if await self.link.healthy():
                await tidy_prefect(self.engine_id)
            self.tidied_at = system_clock()
        else:
            await run_round(lambda: letters_by_prefect(self.engine_id), letters_plainly, link=self.link)

    async def _review(self, round_id: int) -> None:
        """One run of a round under its lease; a second runner finds it taken and leaves it alone."""
        from flows.review import review_plainly, reviewed_by_prefect  # noqa: PLC0415 — imports Prefect

        database = self.keeper.installation.database
        with database.unit_of_work() as session:
            ground = stand_on(session, round_id=round_id)
            now = self.keeper.installation.clock()
            if not rounds.lease(session, round_id, owner=self.keeper.owner, until=now + LEASE, now=now):
                return
            wake, key = ground.round.wake_at, ground.round.key
        try:
            await run_round(
                lambda: reviewed_by_prefect(key, self.engine_id),
                lambda: review_plainly(key),
                link=self.link,
            )
        except BaseException:
            with database.unit_of_work() as session:
                rounds.release(session, round_id, owner=self.keeper.owner, seen_wake=None)
            raise
        with database.unit_of_work() as session:
            rounds.release(session, round_id, owner=self.keeper.owner, seen_wake=wake)

    async def run(self, stop: asyncio.Event, pause: float) -> None:
        """Sweep what a killed predecessor left in Prefect, then keep time until told to stop."""
        keeping.set(self.keeper)
        if await self.link.answers():
            from flows.picture import sweep_zombies  # noqa: PLC0415 — imports Prefect

            try:
                await sweep_zombies(self.engine_id)
            except Exception as error:  # noqa: BLE001 — a picture; the work is resumed from our database
                log.warning("zombie runs not swept: %s", type(error).__qualname__)
        try:
            await run_forever(self.due, self.work, pause=pause, stop=stop)
        finally:
            await let_carriers_end(self.keeper, 8.0)


def _has_to_tell(session: Session) -> bool:
    return session.exec(select(EventToTell.event_id).limit(1)).first() is not None


def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    api_url = settings.prefect_api_url or api_url_of(settings.prefect_port)
    home: Path = settings.data / "prefect"
    os.environ.update(client_environment(api_url, home))
    clockwork = Clockwork(keeper_from(settings), api_url, _engine_id(settings.data))
    run_until_signalled(lambda stop: clockwork.run(stop, settings.poll.total_seconds()))


def _engine_id(data: Path) -> str:
    """The same after every start of one installation's runner, wherever its data folder is mounted."""
    file = data / "engine-id"
    if not file.exists():
        data.mkdir(parents=True, exist_ok=True)
        file.write_text(uuid4().hex[:12], "ascii")
    return file.read_text("ascii").strip()


def _log_ours_only() -> None:
    """Warnings of our own on stderr; what Prefect has to say is in its pages."""
    shown = logging.StreamHandler()
    shown.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    for name in ("tdkt", "flows"):
        logging.getLogger(name).addHandler(shown)


if __name__ == "__main__":
    _log_ours_only()
    serve(read_settings())
