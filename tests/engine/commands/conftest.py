"""A round in the departments' time, for tests of the commands."""

import pytest

from engine.database import Database
from engine.stages import Stage
from tests.factories import Scene, given_round


@pytest.fixture
def scene(database: Database) -> Scene:
    """A round open for proposals."""
    return given_round(database, stage=Stage.proposal)
