"""The web application over a small agency, and people signed in at its doors."""

from pathlib import Path

import pytest

from engine.database import Database
from engine.stages import Stage
from tests.api.dossier_given import Office, agreed, voted
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


@pytest.fixture
def office(sqlite_database: Database, tmp_path: Path) -> Office:
    """A round after its vote, the head agreed with the council, and Văn phòng at its dossier."""
    scene, codes = voted(sqlite_database)
    agreed(scene, codes[:3])
    doors = Doors(scene, tmp_path / "data")
    return doors, codes, doors.at("office")
