"""A bug in the real web process: stderr says where and what kind, and nobody's address."""

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from api.processes import commands_of, read_options

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def a_broken_web(folder: Path) -> Iterator[tuple[httpx.Client, Path]]:
    """The web process as `tdkt serve` starts it, but for the bug; a browser, and the file of its stderr."""
    port = free_port()
    (web,) = [
        each.command
        for each in commands_of(read_options(["--data", str(folder), "--port", str(port)]))
        if each.name == "web"
    ]
    command = ["tests.api.broken_web:with_a_bug" if part.startswith("api.app:") else part for part in web]
    assert command != list(web)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TDKT_")}
    environment |= {"TDKT_SECRET": "s" * 40, "TDKT_SMTP_URL": "smtp://127.0.0.1:25", "TDKT_DATA": str(folder)}
    said = folder / "stderr"
    with said.open("wb") as errors:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=errors, stderr=errors)
    try:
        # After a bug uvicorn drops the connection: each question comes by its own.
        once = {"Connection": "close"}
        base = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=base, headers=once, trust_env=False, timeout=10) as browser:
            for _ in range(300):
                assert process.poll() is None, said.read_text()
                try:
                    browser.get("/health")
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            yield browser, said
    finally:
        process.terminate()
        process.wait(20)


def test_the_text_of_a_bug_stays_out_of_the_log(tmp_path: Path, migrated_sqlite: Path) -> None:
    (tmp_path / "tdkt.db").write_bytes(migrated_sqlite.read_bytes())
    with a_broken_web(tmp_path) as (browser, stderr):
        inside, outside = browser.get("/inside"), browser.get("/outside")
        said = stderr.read_text()
    assert (inside.status_code, outside.status_code) == (500, 500)
    reference = re.search(r"mã\s+<\S+>([0-9a-f]{8})|mã ([0-9a-f]{8})", inside.text)
    assert reference, inside.text
    assert f"500 {reference[1] or reference[2]} /inside ValueError" in said
    assert said.count("in bug") == 1, "each bug is told once"
    assert "RuntimeError" in said, "what our own page never sees is told all the same"
    assert "nguyen.van.a" not in said
