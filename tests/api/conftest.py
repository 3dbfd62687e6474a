"""The web application over a small agency, and people signed in at its doors."""

from pathlib import Path

import pytest

from engine.database import Database
from engine.stages import Stage
from tests.api.office_given import Doors
from tests.factories import given_round, given_vote


@pytest.fixture
def doors(sqlite_database: Database, tmp_path: Path) -> Doors:
    """A round open for proposals; `doors.at("clerk-cs")` is a browser of the clerk of department cs."""
    return Doors(given_round(sqlite_database, stage=Stage.proposal), tmp_path / "data")


@pytest.fixture
def voting_doors(sqlite_database: Database, tmp_path: Path) -> Doors:
    """A round whose council is voting on two nominations."""
    scene, _codes, _hash = given_vote(sqlite_database)
    return Doors(scene, tmp_path / "data")
