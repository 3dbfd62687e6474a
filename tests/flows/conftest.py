"""A world of its own for each test, and one real Prefect server for the few that need it: its first start
costs some 10 s.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from engine.clock import VIETNAM
from tests.flows.server_child import ServerChild
from tests.stories.world import World, a_world


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerChild]:
    server = ServerChild(tmp_path_factory.mktemp("prefect"))
    try:
        server.start()
        yield server
    finally:
        server.kill()


@pytest.fixture
def world(tmp_path: Path, sqlite_database_url: str) -> Iterator[World]:
    """The real case before its final review is planned: 20 November 2025."""
    with a_world(tmp_path, sqlite_database_url, datetime(2025, 11, 20, 9, tzinfo=VIETNAM)) as made:
        yield made
