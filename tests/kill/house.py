"""An installation of real processes that are killed all the time, and started again as a supervisor would."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import IO, Any, TypeVar

import psutil
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from engine.clock import VIETNAM, system_clock
from engine.commands import people
from engine.database import Database
from engine.definition_files import people as people_of
from engine.files import FileStore
from engine.models import DemoClock, EventToTell, Message, Round
from flows.server import client_environment
from tests.flows.server_child import ROOT, free_port
from tests.kill.postbox import POINTS, Postbox

AGENCY = "ban-dan-toc-lang-son"
SECRET = "a-secret-for-tests-that-is-long-enough"
CONFIG = ROOT / "config"
PROCESSES = ("web", "runner-1", "runner-2")
WEB_POINTS = ("request", "commit", "committed", "committed", "answer", "answer", "half")
RUNNER_POINTS = ("commit", "committed")
NOWHERE = "http://127.0.0.1:9/api"
# Longer than the lease of a round (10 minutes) and of a letter (15): the dead let go of what they held.
LEASES = timedelta(minutes=16)

Given = TypeVar("Given")


class House:
    """Two flow runners and the web application over one database; `allow` says how many kills are due."""

    def __init__(self, data: Path, database_url: str, *, seed: int, backends: bool = False) -> None:
        """`backends`: PostgreSQL's own processes are killed as well, now and then."""
        self.database = Database(database_url)
        self.files = FileStore(data / "files")
        self.random = Random(seed)  # noqa: S311 — chance, not secrecy
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.postbox = Postbox(self._kill_client)
        self.due = 0
        self.kills: Counter[str] = Counter()
        self.faults: list[str] = []
        self.backends = backends
        self._backends_at = 0.0
        self._leases_held = False
        self._living: dict[str, int] = {}
        self._plans: dict[int, str] = {}
        self._reasons: dict[int, str] = {}
        self._buried: list[dict[str, Any]] = []  # deaths heard of while a birth was waited for
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self.log = data / "log.txt"
        environment = client_environment(NOWHERE, data / "prefect") | {
            "TDKT_SECRET": SECRET,
            "TDKT_SMTP_URL": f"smtp://127.0.0.1:{self.postbox.port}",
            "TDKT_PUBLIC_URL": self.address,
            "TDKT_DATABASE_URL": database_url,
            "TDKT_DATA": str(data),
            "TDKT_PREFECT_API_URL": NOWHERE,
            "TDKT_POLL": "PT0.05S",
            "TDKT_DEMO": "1",
        }
        with self.log.open("wb") as log:
            self._forge = subprocess.Popen(
                [sys.executable, "-m", "tests.kill.forge"],
                cwd=ROOT,
                env=os.environ | environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    # — processes —

    def start(self) -> None:
        """Everything up; the killer at work from here on, as soon as `allow` lets it."""
        assert "ready" in self._heard()
        for name in PROCESSES:
            self._make(name, "")
        for work in (self._supervise, self._torment):
            threading.Thread(target=work, daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()
        with self._lock:
            for pid in self._living.values():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self._forge.kill()
        self._forge.wait()
        for pipe in (self._forge.stdin, self._forge.stdout):
            if pipe is not None:
                pipe.close()
        self.postbox.close()
        self.database.dispose()

    def _heard(self) -> dict[str, Any]:
        line = self._pipe(self._forge.stdout).readline()
        found: dict[str, Any] = json.loads(line) if line else {}
        return found

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe

    def _make(self, name: str, plan: str) -> None:
        """Order a process; `made` in the answer gives its pid. Only one order is open at a time."""
        what = name.partition("-")[0]
        stdin = self._pipe(self._forge.stdin)
        stdin.write(json.dumps({"what": what, "plan": plan, "port": self.port}) + "\n")
        stdin.flush()
        while "made" not in (answer := self._heard()):
            assert answer, self.log.read_text()
            self._buried.append(answer)
        with self._lock:
            self._living[name] = answer["made"]
            self._plans[answer["made"]] = plan

    def _supervise(self) -> None:
        """Start again whatever has died, at once, perhaps with the plan of its next death."""
        while not self._stopping.is_set():
            heard = self._buried.pop(0) if self._buried else self._heard()
            if "dead" not in heard or self._stopping.is_set():
                continue
            pid, status = heard["dead"], heard["status"]
            with self._lock:
                name = next((n for n, p in self._living.items() if p == pid), "")
                if not name:
                    continue
                del self._living[name]
                plan = self._plans.pop(pid)
                reason = self._reasons.pop(pid, plan.partition(":")[0])
            if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL and reason:
                self.kills[f"{name.partition('-')[0]} {reason}"] += 1
                if plan and reason != plan.partition(":")[0]:
                    self.due += 1  # killed before its plan came true: the plan is still owed
            else:
                self.faults.append(f"{name} ended by itself: {status}")
                return
            self._leases_held |= name != "web"
            self._make(name, self._plan(name))

    def _plan(self, name: str) -> str:
        if self.due <= 0 or self.random.random() < 0.3:
            return ""
        self.due -= 1
        if name == "web":
            return f"{self.random.choice(WEB_POINTS)}:{self.random.randint(1, 3)}"
        return f"{self.random.choice(RUNNER_POINTS)}:{self.random.randint(1, 9)}"

    # — killing —

    def allow(self, kills: int) -> None:
        """So many more deaths are due, at moments the seed chooses."""
        self.due += kills

    def _torment(self) -> None:
        while not self._stopping.wait(self.random.uniform(0.02, 0.5)):
            if self.due <= 0:
                continue
            self.due -= 1
            lot = self.random.random()
            if self.backends and lot < 0.08 and self._kill_backend():
                continue
            if lot < 0.5 and not self.postbox.plan:
                self.postbox.plan = self.random.choice(list(POINTS))
            else:
                with self._lock:
                    name = self.random.choice(PROCESSES)
                    pid = self._living.get(name)
                if pid is None or not self._kill(pid, "at random"):
                    self.due += 1

    def _kill(self, pid: int, reason: str) -> bool:
        with self._lock:
            if pid not in self._living.values() or pid in self._reasons:
                return False
            self._reasons[pid] = reason
            os.kill(pid, signal.SIGKILL)
            return True

    def _kill_client(self, port: int) -> None:
        """Kill the process whose connection comes from this port, and see it dead before going on."""
        with self._lock:
            living = list(self._living.values())
        for pid in living:
            with suppress(psutil.NoSuchProcess):
                process = psutil.Process(pid)
                if any(c.laddr and c.laddr[1] == port for c in process.net_connections("tcp")):
                    self._kill(pid, f"in SMTP, {self.postbox.struck[-1] if self.postbox.struck else 'after'}")
                    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                        time.sleep(0.001)

    def _kill_backend(self) -> bool:
        """Kill one of PostgreSQL's processes: it throws everybody out, recovers and goes on."""
        with suppress(OperationalError), self.database.read() as session:
            asked = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> :own"
            own = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
            pids = sorted(session.execute(text(asked), {"own": own}).scalars())
            if pids:
                self._backends_at = time.monotonic()
                os.kill(self.random.choice(pids), signal.SIGKILL)
                self.kills["postgres backend"] += 1
                return True
        return False

    @property
    def database_hurt(self) -> bool:
        """Whether PostgreSQL was struck a moment ago: a page may then say that something broke."""
        return time.monotonic() - self._backends_at < 30

    def rest(self) -> None:
        """No more killing; what dies now died of itself."""
        self.due = 0
        self.postbox.plan = ""
        self.quiet()

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
                raise AssertionError(f"never: {what}; {self._stacks()}")
            if now - pushed > 0.4 and self._leases_held:
                self._leases_held, pushed = False, now
                self.push(LEASES)
            elif now - pushed > 2:
                self._leases_held, pushed = True, now  # a connection lost in SMTP waits minutes, too
            time.sleep(0.02)

    def _stacks(self) -> str:
        """Where every process stands, for whoever has to find out why nothing happens."""
        for pid in self._living.values():
            os.kill(pid, signal.SIGUSR1)
        time.sleep(1)
        return self.log.read_text()[-8000:]

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
            except OperationalError:
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
        with self.database.unit_of_work() as session:
            people.load_roster(
                session,
                AGENCY,
                [
                    people.RosterLine(
                        p.key, p.name, p.email, p.salutation, p.title, p.department, p.phone, p.grants
                    )
                    for p in people_of(texts, AGENCY)
                ],
            )
