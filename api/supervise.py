"""One foreground process tree: starts the children, watches them, starts them again, ends them all.

`tdkt serve` checks the settings, brings the database up to date and then becomes this program, which stands
on the standard library alone: it lives as long as the system and costs about 10 MB and no CPU at rest.
"""

import ctypes
import os
import select
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Self
from urllib.parse import urlsplit

from api.processes import busy_ports, commands_of, ports_of, read_options

FIRST_DELAY, LONGEST_DELAY = 1.0, 30.0  # seconds between a death and the next start
HEALTHY_LIFE = 60.0  # seconds; who lived that long starts afresh
GRACE = 8.0  # seconds from SIGTERM to SIGKILL: all is over within ten
READY_WITHIN = 60.0  # seconds until the addresses are printed whatever is missing
_PR_SET_PDEATHSIG = 1
_LINUX = sys.platform == "linux"
_LIBC = ctypes.CDLL(None, use_errno=True) if _LINUX else None


@dataclass
class Child:
    """A process to keep alive, and how its life has gone; the first six fields are those of a Command."""

    name: str
    command: Sequence[str]
    health: str = ""
    after: str = ""
    quiet: bool = False
    expendable: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float | None = 0.0
    delay: float = FIRST_DELAY
    healthy: bool = False

    def start(self, now: float) -> None:
        """Start it in a session of its own: Ctrl-C reaches the supervisor alone, which ends all in order."""
        parent = os.getpid()
        self.process = subprocess.Popen(  # noqa: S603 — our own modules
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if self.quiet else None,
            start_new_session=True,
            preexec_fn=lambda: _die_with(parent),  # noqa: PLW1509 — this program has one thread
        )
        self.started_at, self.start_again_at = now, None

    def signal(self, number: int) -> None:
        """Signal the child and everything it started."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


@dataclass
class Tree:
    """The children, in the order they start; they end the other way round."""

    children: Sequence[Child]
    say: Callable[[str], None]
    last_check: float = 0.0

    def run(self, *, when_ready: Callable[[Sequence[str]], None]) -> None:
        """Keep all children alive until SIGTERM or SIGINT; `when_ready` is told once who does not answer."""
        began, told = time.monotonic(), False
        with _Signals() as signals:
            while not signals.stop:
                now = time.monotonic()
                self._reap(now)
                self._start_due(now)
                if not told:
                    self._look(now)
                    missing = [c.name for c in self.children if c.health and not c.healthy]
                    if not missing or now - began > READY_WITHIN:
                        told = True
                        when_ready(missing)
                signals.wait(self._pause(now, told=told))
            self.end()

    def end(self) -> None:
        """SIGTERM first to those who need others; whoever is left after the grace is killed: no orphans."""
        deadline = time.monotonic() + GRACE
        for wave in ([c for c in self.children if c.after], [c for c in self.children if not c.after]):
            for child in wave:
                child.signal(signal.SIGKILL if child.expendable else signal.SIGTERM)
            # Half of what is left: a first wave that hangs must not take the second's time to end well.
            until = time.monotonic() + (deadline - time.monotonic()) / 2
            for child in wave:
                if child.process is not None:
                    with suppress(subprocess.TimeoutExpired):
                        child.process.wait(max(0.05, until - time.monotonic()))
        for child in self.children:
            child.signal(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()

    def _reap(self, now: float) -> None:
        for child in self.children:
            if child.process is None or child.process.poll() is None:
                continue
            code = child.process.returncode
            child.signal(signal.SIGKILL)  # what it left behind must not hold its port
            child.process = None
            if now - child.started_at > HEALTHY_LIFE:
                child.delay = FIRST_DELAY
            child.start_again_at = now + child.delay
            self.say(f"{child.name} ended ({_why(code)}); starting it again in {child.delay:.0f} s")
            child.delay = min(LONGEST_DELAY, child.delay * 2)

    def _start_due(self, now: float) -> None:
        for child in self.children:
            if (
                child.start_again_at is not None
                and now >= child.start_again_at
                and self._may_start(child, now)
            ):
                child.start(now)

    def _may_start(self, child: Child, now: float) -> bool:
        first = next((c for c in self.children if c.name == child.after), None)
        return first is None or first.healthy or (first.started_at > 0 and now - first.started_at > 20)  # noqa: PLR2004 — told in Command

    def _look(self, now: float) -> None:
        if now - self.last_check < 0.25:  # noqa: PLR2004 — four times a second while starting, never afterwards
            return
        self.last_check = now
        for child in self.children:
            if child.health and not child.healthy and child.process is not None:
                child.healthy = answers(child.health)

    def _pause(self, now: float, *, told: bool) -> float | None:
        """Seconds until there is something to do; None: until a signal comes."""
        if not told:
            return 0.25
        again = [c.start_again_at for c in self.children if c.start_again_at is not None]
        return max(0.05, min(again) - now) if again else None


class _Signals:
    """SIGTERM and SIGINT set `stop`; SIGCHLD only wakes. Waiting costs nothing."""

    def __init__(self) -> None:
        self.stop = False
        self._read, self._write = os.pipe()
        for end in (self._read, self._write):
            os.set_blocking(end, False)

    def __enter__(self) -> Self:
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._asked)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)

    def _asked(self, _number: int, _frame: object) -> None:
        self.stop = True

    def wait(self, seconds: float | None) -> None:
        select.select([self._read], [], [], seconds)
        with suppress(BlockingIOError):
            os.read(self._read, 4096)


def _die_with(parent: int) -> None:
    """In the child, before its program: end when the supervisor ends, even by kill -9 (Linux only)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died in between
            os._exit(0)


def _why(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def answers(address: str, timeout: float = 1.0) -> bool:
    """Whether an http address on this machine answers 200. Never raises."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == 200  # noqa: PLR2004 — HTTP's OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the tree until asked to stop. Exit code 2: a port is taken, nothing was started."""
    options = read_options(sys.argv[1:] if argv is None else argv)
    taken = busy_ports(ports_of(options))
    if taken:
        _say("\n".join(taken))
        return 2
    children = [Child(*command) for command in commands_of(options)]
    _say(f"Starting {', '.join(child.name for child in children)} (Ctrl-C ends all) …")

    def ready(missing: Sequence[str]) -> None:
        for name in missing:
            command = next(shlex.join(child.command) for child in children if child.name == name)
            _say(f"{name} does not answer yet; its own messages are above. It was started as: {command}")
        _say(options.greeting)

    Tree(children, _say).run(when_ready=ready)
    _say("Stopped.")
    return 0


def _say(line: str) -> None:
    if line:
        print(line, file=sys.stderr, flush=True)  # noqa: T201 — an operator's terminal is this program's page


if __name__ == "__main__":
    sys.exit(main())
