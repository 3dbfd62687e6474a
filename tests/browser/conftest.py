"""One Chromium for a module, and a hall (an installation with a web server) for each test."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from engine.clock import VIETNAM
from flows.server import client_environment

# Before anything imports Prefect: a home of its own, and no server to talk to.
os.environ.update(
    client_environment("http://127.0.0.1:9/api", Path(tempfile.mkdtemp(prefix="tdkt-prefect-")))
)

from tests.browser.hall import Hall, a_hall

HOW = "No Chromium found: apt-get install chromium, or .venv/bin/playwright install chromium"
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium_path() -> str | None:
    """A Chromium of this machine; None leaves it to the one playwright may have brought."""
    named = os.environ.get("TDKT_CHROMIUM")
    if named:
        return named
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return next((path for path in found if path), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed with its module: while it runs, its event loop keeps any other test's from being started."""
    root = ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as playwright:
        try:
            launched = playwright.chromium.launch(executable_path=chromium_path(), args=[*QUIET, *root])
        except Error:
            pytest.fail(HOW, pytrace=False)
        yield launched
        launched.close()


@pytest.fixture
def hall(browser: Browser, tmp_path: Path, database_url: str) -> Iterator[Hall]:
    """An empty installation on SQLite, then on PostgreSQL, four days before the round opens."""
    with a_hall(browser, tmp_path, database_url, datetime(2025, 11, 20, 9, tzinfo=VIETNAM)) as made:
        yield made


@pytest.fixture
def sqlite_hall(browser: Browser, tmp_path: Path, migrated_sqlite: Path) -> Iterator[Hall]:
    """The same on SQLite only, for what looks the same on both."""
    path = tmp_path / "tdkt.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    with a_hall(browser, tmp_path, f"sqlite:///{path}", datetime(2025, 11, 20, 9, tzinfo=VIETNAM)) as made:
        yield made
