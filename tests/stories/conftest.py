"""A world for each story, on SQLite and on PostgreSQL."""

import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from engine.clock import VIETNAM
from flows.server import client_environment

# Before anything imports Prefect: a home of its own, and no server to talk to.
os.environ.update(
    client_environment("http://127.0.0.1:9/api", Path(tempfile.mkdtemp(prefix="tdkt-prefect-")))
)

from tests.stories.acts import open_round
from tests.stories.world import World, a_world


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    """The real case before its final review is planned: 20 November 2025."""
    with a_world(tmp_path, database_url, datetime(2025, 11, 20, 9, tzinfo=VIETNAM)) as made:
        yield made


@pytest.fixture
def opened(world: World) -> World:
    """The same on the morning of 24 November, when the departments' time has begun."""
    open_round(world)
    return world
