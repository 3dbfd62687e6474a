"""The real runner process on a real Prefect server: what an operator sees, and what losing it costs."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from sqlalchemy import text
from sqlmodel import select

from engine.clock import VIETNAM, system_clock
from engine.models import DemoClock, Message, Round
from tests.flows.server_child import ROOT, ServerChild
from tests.stories.world import FINAL, SECRET, World

pytestmark = [pytest.mark.prefect, pytest.mark.timeout(240)]


def push_clock(world: World, day: datetime) -> None:
    """The runner process follows the demonstration's clock; ours is only what `now` says here."""
    with world.database.unit_of_work() as session:
        row = session.exec(select(DemoClock)).first() or DemoClock()
        row.ahead_seconds = int((day - system_clock()).total_seconds())
        session.add(row)


@contextmanager
def a_runner(world: World, prefect_api: str) -> Iterator[subprocess.Popen[bytes]]:
    runner = subprocess.Popen(
        [sys.executable, "-m", "flows.serve"],
        cwd=ROOT,
        env=os.environ
        | {
            "TDKT_SECRET": SECRET,
            "TDKT_SMTP_URL": f"smtp://127.0.0.1:{world.postbox.port}",
            "TDKT_DATABASE_URL": world.settings.database_url,
            "TDKT_DATA": str(world.settings.data),
            "TDKT_PREFECT_API_URL": prefect_api,
            "TDKT_DEMO": "1",
        },
    )
    try:
        yield runner
    finally:
        runner.kill()
        runner.wait()


def until(true: Callable[[], bool], limit: float = 60.0) -> None:
    deadline = time.monotonic() + limit
    while not true():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.1)


def stage(world: World) -> str:
    with world.database.read() as session:
        return str(session.exec(select(Round.stage).where(Round.key == FINAL)).one())


def all_sent(world: World) -> bool:
    with world.database.read() as session:
        states = set(session.exec(select(Message.state).where(Message.letter != "silent")).all())
    return states == {"sent"}


def test_an_operator_follows_the_round_in_prefect(world: World, prefect_server: ServerChild) -> None:
    world.plan()
    push_clock(world, datetime(2025, 11, 24, 8, 1, tzinfo=VIETNAM))

    with a_runner(world, prefect_server.api_url):
        until(lambda: stage(world) == "proposal" and all_sent(world))
        until(lambda: any(run["state_type"] == "COMPLETED" for run in prefect_server.runs_of(FINAL)))

    runs = prefect_server.runs_of(FINAL)
    assert {run["name"] for run in runs} == {f"review · {FINAL}"}
    done = next(run for run in runs if run["state_type"] == "COMPLETED")
    assert "chờ 5 phòng" in done["state"]["message"]
    pictures = prefect_server.rows("artifacts", artifacts={"key": {"any_": [FINAL]}})
    assert "Giai đoạn: **phòng đề nghị**" in pictures[0]["data"]
    assert "nhắc" in pictures[0]["data"]
    everything = str(prefect_server.rows("flow_runs")) + str(pictures)
    assert "@bandantoc" not in everything  # Prefect carries ids, never addresses


def test_prefect_away_costs_lateness_only(world: World) -> None:
    world.plan()
    push_clock(world, datetime(2025, 11, 24, 8, 1, tzinfo=VIETNAM))

    with a_runner(world, "http://127.0.0.1:9/api"):
        until(lambda: stage(world) == "proposal" and all_sent(world))

    assert world.postbox.letters


class Nonsense(BaseHTTPRequestHandler):
    """Says 200 to everything, and is no Prefect that anybody could use."""

    body, kind = b"", ""

    def _answer(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", self.kind)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    do_GET = do_POST = _answer  # noqa: N815 — http.server's own names

    def log_message(self, *_: object) -> None:
        """Nothing: the tests' output stays readable."""


class OtherVersion(Nonsense):
    body, kind = b"{}", "application/json"


class LoginPage(Nonsense):
    body, kind = b"<html>", "text/html"


@pytest.mark.parametrize("nonsense", [OtherVersion, LoginPage])
def test_a_prefect_that_is_well_and_answers_nonsense_costs_no_more(
    world: World, nonsense: type[Nonsense]
) -> None:
    world.plan()
    push_clock(world, datetime(2025, 11, 24, 8, 1, tzinfo=VIETNAM))
    with ThreadingHTTPServer(("127.0.0.1", 0), nonsense) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with a_runner(world, f"http://127.0.0.1:{server.server_port}/api"):
            until(lambda: stage(world) == "proposal" and all_sent(world))
        server.shutdown()
    assert world.postbox.letters


def test_a_killed_runner_is_followed_by_another_and_no_letter_goes_twice(
    world: World, prefect_server: ServerChild
) -> None:
    world.plan()
    push_clock(world, datetime(2025, 11, 24, 8, 1, tzinfo=VIETNAM))
    with a_runner(world, prefect_server.api_url) as first:
        until(lambda: bool(world.postbox.letters))
        first.kill()

    # Its lease and its claims run out.
    push_clock(world, datetime(2025, 11, 24, 8, 45, tzinfo=VIETNAM))
    with a_runner(world, prefect_server.api_url):
        until(lambda: stage(world) == "proposal" and all_sent(world))

    by_id: dict[str, set[bytes]] = {}
    for letter, raw in zip(world.postbox.letters, world.postbox.raw, strict=True):
        by_id.setdefault(str(letter["Message-ID"]), set()).add(raw)
    assert all(len(copies) == 1 for copies in by_id.values())
    repeated = len(world.postbox.letters) - len(by_id)
    with world.database.read() as session:
        admitted = sum(session.exec(select(Message.repeats)).all())
        planned = len(session.exec(select(Message.id).where(Message.letter != "silent")).all())
    assert repeated <= admitted
    assert len(by_id) == planned


def test_what_failed_is_named_in_prefect_and_nobodys_address(
    world: World, prefect_server: ServerChild
) -> None:
    """Prefect keeps exception texts in clear, and a database quotes what it refuses."""
    world.plan()
    refused = "Key (email)=(nguyen.van.a@example.vn) already exists"
    with world.database.unit_of_work() as session:
        session.execute(
            text(
                "CREATE TRIGGER broken BEFORE INSERT ON event WHEN NEW.kind = 'proposal_opened' "
                f"BEGIN SELECT RAISE(ABORT, '{refused}'); END"
            )
        )
    push_clock(world, datetime(2025, 11, 24, 8, 1, tzinfo=VIETNAM))

    def failed() -> list[str]:
        runs = prefect_server.runs_of(FINAL)
        return [run["state"]["message"] for run in runs if run["state_type"] == "FAILED"]

    with a_runner(world, prefect_server.api_url):
        until(lambda: bool(failed()))
        until(lambda: "IntegrityError" in str(prefect_server.rows("logs")))

    assert all("sqlalchemy.exc.IntegrityError" in message for message in failed())
    for kind in ("flow_runs", "task_runs", "logs"):
        assert "nguyen.van.a" not in str(prefect_server.rows(kind))
