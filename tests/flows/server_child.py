"""A real Prefect server child, and real runner processes that talk to it."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from flows.server import api_url_of, client_environment, is_healthy, server_command, server_environment

ROOT = Path(__file__).parents[2]
SAMPLE = Path(__file__).with_name("sample_runner.py")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class ServerChild:
    """The embedded server as the supervisor starts it, on a port and in a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.api_url = api_url_of(self.port)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, limit: float = 90.0) -> None:
        """Returns once it is healthy; fails with its output when it ends or takes over `limit` seconds."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                server_command(self.port),
                env=server_environment(self.home, self.port),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + limit
        while not is_healthy(self.api_url, 1.0):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)

    def kill(self) -> None:
        """As kill -9 does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def get(self, path: str, **headers: str) -> httpx.Response:
        with httpx.Client(trust_env=False) as client:
            return client.get(f"http://127.0.0.1:{self.port}{path}", headers=headers, follow_redirects=True)

    def rows(self, kind: str, **query: Any) -> list[dict[str, Any]]:
        """What the API shows: kind is flow_runs, task_runs, artifacts or logs."""
        with httpx.Client(trust_env=False) as client:
            answer = client.post(f"{self.api_url}/{kind}/filter", json=query).raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    def runs_of(self, round_id: str) -> list[dict[str, Any]]:
        return self.rows("flow_runs", flow_runs={"tags": {"all_": [f"round:{round_id}"]}})

    def runner(self, *arguments: str) -> subprocess.Popen[str]:
        """A runner process of its own, as `flows.server.client_environment` sets it up."""
        return subprocess.Popen(
            [sys.executable, "-W", "error", str(SAMPLE), *arguments],
            env=os.environ
            | client_environment(self.api_url, self.home / "client")
            | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> str:
        """What a runner printed; fails with its complaints unless it ended well."""
        with self.runner(*arguments) as process:
            said, complained = process.communicate(timeout=100)
        assert process.returncode == 0, complained
        return said
