"""The process tree: children come up, come back, and never stay behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar
from urllib.request import urlopen

import psutil
import pytest

from api import processes
from api.supervise import answers

ROOT = Path(__file__).parents[2]
TREE = Path(__file__).with_name("supervised_tree.py")
T = TypeVar("T")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """The supervisor as a process, and everything it has said."""

    def __init__(self, *kinds: str, into: Path) -> None:
        self.port = free_port()
        self.said = into / "said.txt"
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        with self.said.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, str(TREE), str(self.port), *kinds], stdout=out, stderr=out, env=environment
            )

    def hears(self, words: str, within: float = 20) -> str:
        return wait_for(lambda: next((line for line in self.lines() if words in line), ""), within, self.said)

    def lines(self) -> list[str]:
        return self.said.read_text().splitlines()

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def web_pid(self) -> int:
        with suppress(OSError), urlopen(f"http://127.0.0.1:{self.port}/", timeout=1) as page:
            return int(page.read())
        return 0


def wait_for(what: Callable[[], T], within: float, said: Path | None = None) -> T:
    deadline = time.monotonic() + within
    while not (found := what()):
        assert time.monotonic() < deadline, said.read_text() if said else "it did not happen in time"
        time.sleep(0.05)
    return found


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def begin(*kinds: str) -> Running:
        started.append(Running(*kinds, into=tmp_path))
        return started[-1]

    yield begin
    for running in started:
        with suppress(psutil.NoSuchProcess):
            for left in [*running.family(), psutil.Process(running.process.pid)]:
                with suppress(psutil.NoSuchProcess):
                    left.kill()
        running.process.wait(5)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_it_ends_everything_within_ten_seconds(
    start: Callable[..., Running], number: signal.Signals
) -> None:
    running = start("web", "stubborn", "parent")
    running.hears("ready []")
    running.hears("stubborn is up")
    running.hears("grandchild")
    family = running.family()
    assert len(family) == 4
    began = time.monotonic()
    running.process.send_signal(number)
    assert running.process.wait(12) == 0
    assert time.monotonic() - began < 10
    assert psutil.wait_procs(family, timeout=1)[1] == []
    running.hears("ended")


def test_what_keeps_nothing_of_ours_is_not_asked_to_say_goodbye(start: Callable[..., Running]) -> None:
    """Prefect's server, stopped between two flushes of its recorder, ended with a traceback."""
    running = start("web", "wordy")
    running.hears("ready []")
    running.hears("wordy is up")
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(12) == 0
    running.hears("ended")
    assert not any("Traceback" in line for line in running.lines())


def test_killed_outright_it_leaves_no_orphans(start: Callable[..., Running]) -> None:
    running = start("web")
    running.hears("ready []")
    family = running.family()
    running.process.kill()
    running.process.wait(5)
    assert psutil.wait_procs(family, timeout=5)[1] == []


def test_a_child_that_dies_comes_back_and_it_is_said_in_one_line(start: Callable[..., Running]) -> None:
    running = start("web")
    running.hears("ready []")
    first = running.web_pid()
    os.kill(first, signal.SIGKILL)
    assert running.hears("web ended") == "web ended (signal SIGKILL); starting it again in 1 s"
    second = wait_for(running.web_pid, 20)
    assert second != first


def test_a_child_that_cannot_live_is_started_ever_less_often(start: Callable[..., Running]) -> None:
    running = start("broken")
    assert running.hears("in 1 s") == "broken ended (exit code 3); starting it again in 1 s"
    running.hears("starting it again in 2 s")
    running.hears("starting it again in 4 s")


def test_what_needs_another_waits_for_its_health(start: Callable[..., Running]) -> None:
    running = start("late", "web")
    running.hears("late is up")
    assert running.web_pid()


def test_at_rest_it_does_not_wake_up(start: Callable[..., Running]) -> None:
    running = start("web")
    running.hears("ready []")
    time.sleep(0.5)
    supervisor = psutil.Process(running.process.pid)
    before = supervisor.num_ctx_switches().voluntary
    time.sleep(1.5)
    assert supervisor.num_ctx_switches().voluntary - before <= 1
    assert supervisor.memory_info().rss < 30 * 2**20


def test_a_port_in_use_is_named_with_its_remedy_before_anything_starts() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        tried = subprocess.run(
            [sys.executable, "-m", "api.supervise", "--data", "nowhere", "--port", str(port)],
            cwd=ROOT, capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
    assert tried.returncode == 2
    assert tried.stderr.strip() == (
        f"Port {port} for the web pages is in use: stop what uses it, or set TDKT_PORT to another."
    )


def test_the_supervisor_loads_neither_the_web_nor_prefect() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import sys, api.supervise; print(*sys.modules)"],
        cwd=ROOT, capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    loaded = {name.partition(".")[0] for name in said.stdout.split()}
    assert not loaded & {"prefect", "fastapi", "uvicorn", "sqlalchemy", "pydantic", "typer"}


def test_what_runs_depends_on_the_settings() -> None:
    plain = processes.read_options(["--data", "d", "--prefect-port", "4200"])
    assert [command.name for command in processes.commands_of(plain)] == ["web", "prefect", "clock"]
    outside = processes.read_options(["--data", "d"])
    assert [command.name for command in processes.commands_of(outside)] == ["web", "clock"]
    demo = processes.read_options(["--data", "d", "--prefect-port", "4200", "--smtp-port", "2525"])
    assert [command.name for command in processes.commands_of(demo)] == ["mail", "web", "prefect", "clock"]
    assert [port.number for port in processes.ports_of(demo)] == [8000, 4200, 2525]
    everywhere = processes.read_options(["--data", "d", "--host", "0.0.0.0"])  # noqa: S104 — read, not bound
    assert processes.commands_of(everywhere)[0].health == "http://127.0.0.1:8000/health"
    newer = processes.read_options(["--data", "d", "--host", "::1"])
    assert processes.commands_of(newer)[0].health == "http://[::1]:8000/health"


@pytest.mark.prefect
@pytest.mark.timeout(240)
def test_the_whole_demonstration_comes_up_recovers_and_goes_away(tmp_path: Path) -> None:
    """The real command with all its processes: pages, Prefect, letters; a killed page server comes back."""
    web, prefect, smtp = free_port(), free_port(), free_port()
    ports = ["--port", str(web), "--prefect-port", str(prefect), "--smtp-port", str(smtp)]
    said = tmp_path / "said.txt"
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with said.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "demo", "--data", str(tmp_path / "demo"), *ports],
            cwd=ROOT, env=environment, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        wait_for(lambda: "Try first" in said.read_text(), 150, said)
        assert answers(f"http://127.0.0.1:{web}/demo")
        assert answers(f"http://127.0.0.1:{prefect}/api/health")
        family = psutil.Process(process.pid).children(recursive=True)
        served = next(child for child in family if "uvicorn" in child.cmdline())
        if hasattr(served, "cpu_affinity"):  # Linux
            assert len(served.cpu_affinity()) == 1, "decision 18"
        served.kill()
        wait_for(lambda: list((tmp_path / "demo" / "mail").glob("*.eml")), 60, said)
        wait_for(lambda: answers(f"http://127.0.0.1:{web}/demo/mailbox"), 60, said)
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        assert process.wait(12) == 0
        assert psutil.wait_procs(family, timeout=1)[1] == []
        assert "Stopped." in said.read_text()
        assert "Traceback" not in said.read_text(), said.read_text()
    finally:
        process.kill()
