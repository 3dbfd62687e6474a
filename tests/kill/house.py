"""An installation of real processes that are killed all the time, and started again as a supervisor would."""

import math
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from api.operations import load_everybody
from engine.access import Actor
from engine.clock import VIETNAM, system_clock
from engine.database import Database
from engine.errors import Busy
from engine.files import FileStore
from engine.models import DemoClock, EventToTell, Message, Round
from engine.stages import Role
from flows.server import client_environment
from tests.flows.server_child import ROOT, ServerChild
from tests.kill.postbox import POINTS, Postbox
from tests.kill.processes import Processes

SECRET = "a-secret-for-tests-that-is-long-enough"
CONFIG = ROOT / "config"
NOWHERE = "http://127.0.0.1:9/api"
# Longer than the lease of a round (10 minutes) and of a letter (15): the dead let go of what they held.
LEASES = timedelta(minutes=16)

Given = TypeVar("Given")


class House:
    """The processes, their database, clock and mailbox; `allow` says how many kills are due."""

    def __init__(
        self,
        data: Path,
        database_url: str,
        *,
        seed: int,
        backends: bool = False,
        prefect: ServerChild | None = None,
    ) -> None:
        """Killed as well, now and then: PostgreSQL's own processes (`backends`), a Prefect server."""
        self.database = Database(database_url)
        self.files = FileStore(data / "files")
        self.random = Random(seed)  # noqa: S311 — chance, not secrecy
        self.backends, self.prefect = backends, prefect
        api_url = prefect.api_url if prefect else NOWHERE
        self.postbox = Postbox(self._kill_client)
        environment = client_environment(api_url, data / "prefect") | {
            "TDKT_SECRET": SECRET,
            "TDKT_SMTP_URL": f"smtp://127.0.0.1:{self.postbox.port}",
            "TDKT_DATABASE_URL": database_url,
            "TDKT_DATA": str(data),
            "TDKT_PREFECT_API_URL": api_url,
            "TDKT_POLL": "PT0.1S",
            "TDKT_DEMO": "1",
        }
        self.processes = Processes(environment, data / "log.txt", self.random)
        self.address = f"http://127.0.0.1:{self.processes.port}"
        self.pressed: set[str] = set()  # kinds of forms somebody has pressed twice at once
        self._backends_at = -math.inf
        self._stopping = threading.Event()
        self._killer = threading.Thread(target=self._torment, daemon=True)

    # — killing —

    def start(self) -> None:
        """Everything up; the killer at work from here on, as soon as `allow` lets it."""
        if self.prefect:
            self.prefect.start()
        self.processes.start()
        self._killer.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._killer.is_alive():
            self._killer.join()
        self.processes.stop()
        if self.prefect:
            self.prefect.kill()
        self.postbox.close()
        self.database.dispose()

    def allow(self, kills: int) -> None:
        """So many more deaths are due, at moments the seed chooses."""
        self.processes.due += kills

    def rest(self) -> None:
        """No more killing; what dies now died of itself."""
        self.processes.due = 0
        self.postbox.plan = ""
        self.quiet()

    def _torment(self) -> None:
        while not self._stopping.wait(self.random.uniform(0.1, 0.7)):
            if self.processes.due <= 0:
                continue
            self.processes.due -= 1
            lot = self.random.random()
            if self.backends and lot < 0.08 and self._kill_backend():
                continue
            if self.prefect and lot < 0.3:
                self.prefect.kill()
                self.processes.kills["prefect"] += 1
                self.prefect.start()
                continue
            if lot < 0.5 and not self.postbox.plan:
                self.postbox.plan = self.random.choice(list(POINTS))
                continue
            living = self.processes.living()
            if not living or not self.processes.kill(self.random.choice(living), "at random"):
                self.processes.due += 1

    def _kill_client(self, port: int) -> None:
        self.processes.kill_client(port, f"in SMTP, {self.postbox.struck[-1]}")

    def _kill_backend(self) -> bool:
        """Kill one of PostgreSQL's processes: it throws everybody out, recovers and goes on."""
        with suppress(OperationalError, Busy), self.database.read() as session:
            asked = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> :own"
            own = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
            pids = sorted(session.execute(text(asked), {"own": own}).scalars())
            if pids:
                self._backends_at = time.monotonic()
                os.kill(self.random.choice(pids), signal.SIGKILL)
                self.processes.kills["postgres backend"] += 1
                return True
        return False

    @property
    def database_hurt(self) -> bool:
        """Whether PostgreSQL was struck a moment ago: a page may then say that something broke."""
        return time.monotonic() - self._backends_at < 30

    # — time —

    def now(self) -> datetime:
        row = self.read(lambda session: session.exec(select(DemoClock)).first())
        return system_clock() + timedelta(seconds=row.ahead_seconds if row else 0)

    def at(self, day: str, hour: str) -> None:
        """Push the clock forward to a Vietnamese day and hour, unless it is past that."""
        moment = datetime.strptime(f"{day} {hour}", "%d/%m/%Y %H:%M").replace(tzinfo=VIETNAM)
        self.push(moment - system_clock(), absolute=True)

    def push(self, by: timedelta, *, absolute: bool = False) -> None:
        def write() -> None:
            with self.database.unit_of_work() as session:
                row = session.exec(select(DemoClock)).first() or DemoClock()
                ahead = int(by.total_seconds()) + (0 if absolute else row.ahead_seconds)
                row.ahead_seconds = ahead if row.id is None else max(row.ahead_seconds, ahead)
                session.add(row)

        self._in_spite_of_all(write)

    def wait(self, true: Callable[[Session], bool], what: str, limit: float = 90.0) -> None:
        """Wait until the record says so. Who died holding a lease is outlived by pushing the clock."""
        begun = pushed = time.monotonic()
        while not self.read(true):
            now = time.monotonic()
            if now - begun > limit:
                raise AssertionError(f"never: {what}; {self.processes.stacks()}")
            if now - pushed > 0.4 and self.processes.runner_died:
                self.processes.runner_died, pushed = False, now
                self.push(LEASES)
            elif now - pushed > 2:
                self.processes.runner_died, pushed = True, now  # a connection lost in SMTP waits minutes, too
            time.sleep(0.02)

    def read(self, work: Callable[[Session], Given]) -> Given:
        """Look something up in the record."""

        def look() -> Given:
            with self.database.read() as session:
                return work(session)

        return self._in_spite_of_all(look)

    def _in_spite_of_all(self, work: Callable[[], Given]) -> Given:
        """Do it, again if PostgreSQL has just been struck; for what may be done twice."""
        for _ in range(200):
            try:
                return work()
            except (OperationalError, Busy):
                if not self.backends:
                    raise
                time.sleep(0.1)
        raise AssertionError("the database never came back")

    def quiet(self) -> None:
        """Wait until every letter is written and gone, and no round wants anything."""

        def done(session: Session) -> bool:
            waiting = select(Message.id).where(Message.state.in_(["queued", "claimed", "sending"]))  # type: ignore[attr-defined]
            return (
                session.exec(select(EventToTell.event_id).limit(1)).first() is None
                and session.exec(waiting.limit(1)).first() is None
                and session.exec(select(Round.id).where(Round.wake_at.is_not(None)).limit(1)).first() is None  # type: ignore[union-attr]
            )

        self.wait(done, "every letter gone")

    # — the beginning —

    def furnish(self, texts: dict[str, str]) -> None:
        """The agency's people, as the installation's first step brings them in."""
        keeper = Actor(None, "Quản trị", "cli", frozenset({(Role.admin, "")}))
        with self.database.unit_of_work() as session:
            load_everybody(session, keeper, texts, now=system_clock())
