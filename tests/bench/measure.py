"""Clocks and scales: CPU seconds and memory of process trees, a fixed loop that shows the machine's noise."""

import os
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
LOOP = 2_000_000  # additions; about a tenth of a second
MIB = 2**20


@dataclass
class Noise:
    """CPU seconds of the same arithmetic, taken between measurements: how even the machine was."""

    taken: list[float] = field(default_factory=list)

    def take(self) -> None:
        began, total = time.process_time(), 0
        for number in range(LOOP):
            total += number
        self.taken.append(time.process_time() - began)

    def in_words(self) -> str:
        low, high = min(self.taken), max(self.taken)
        return f"{low * 1000:.0f}–{high * 1000:.0f} ms over {len(self.taken)} times"


@dataclass(frozen=True)
class Finding:
    """One line of the report: what was aimed at, what was measured, whether it is met (None: no aim)."""

    what: str
    aim: str
    measured: str
    met: bool | None
    how: str = ""


def machine() -> str:
    """The machine in one line; nothing that names it."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}"
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tree(pid: int) -> list[psutil.Process]:
    """A process and everything it started that still lives."""
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def cpu_of(processes: Sequence[psutil.Process]) -> float:
    """User and system seconds so far; a process that has ended counts as nothing."""
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def name_of(process: psutil.Process) -> str:
    """The module or program a process runs: "flows.serve", "uvicorn api.app:from_environment"."""
    words = process.cmdline()
    if "-m" in words:
        module = words[words.index("-m") + 1]
        target = next((word for word in words if word.startswith("api.app:")), "")
        return f"{module} {target}".strip()
    return " ".join(Path(word).name for word in words[1:3]) or process.name()


@contextmanager
def child(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    log: Path | None = None,
    cwd: Path = ROOT,
) -> Iterator[subprocess.Popen[str]]:
    """A child process in a session of its own; it and all it started are ended, by process id."""
    with (log or Path(os.devnull)).open("w") as out:
        process = subprocess.Popen(
            command, cwd=cwd, env={**os.environ, **(environment or {})}, stdout=out, stderr=out,
            stdin=subprocess.DEVNULL, text=True, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[str], patience: float = 15) -> None:
    """Ask it to stop, wait, and kill what is left of its tree."""
    with suppress(psutil.NoSuchProcess):
        family = tree(process.pid)
        process.terminate()
        _gone, left = psutil.wait_procs(family, timeout=patience)
        for one in left:
            with suppress(psutil.NoSuchProcess):
                one.kill()
    process.wait()


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]
