"""The web application over a small agency, and people signed in at its doors; the demonstration's sample."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pytest

from api.demo import start
from engine.database import Database
from engine.installation import Installation
from engine.stages import Stage
from tests.api.demo_given import opened, settings_for
from tests.api.dossier_given import Office, agreed, voted
from tests.api.office_given import Doors
from tests.factories import given_round, given_vote


@pytest.fixture
def data(tmp_path: Path, nothing_set: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation's settings; nothing is there yet."""
    monkeypatch.setenv("TDKT_SECRET", "s" * 40)
    monkeypatch.setenv("TDKT_SMTP_URL", "smtps://post:h%40rd@mail.example.vn")
    monkeypatch.setenv("TDKT_DATA", str(tmp_path / "data"))
    # The shipped reviews are of 2023 and 2025: a round whose deadline is over is not planned.
    monkeypatch.setattr("engine.installation.system_clock", lambda: datetime(2025, 11, 20, 2, tzinfo=UTC))
    return tmp_path / "data"


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


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demonstration whose sample has just been made; for looking only."""
    folder = tmp_path_factory.mktemp("demo")
    here = opened(settings_for(folder, demo=True))
    here.database.migrate()
    spent = time.process_time()
    assert start.make_sample(here)
    assert time.process_time() - spent < 8
    here.database.dispose()
    return folder


@pytest.fixture
def here(sample: Path, tmp_path: Path) -> Iterator[Installation]:
    """A demonstration of one's own to play with."""
    copytree(sample, tmp_path / "demo")
    installation = opened(settings_for(tmp_path / "demo", demo=True))
    yield installation
    installation.database.dispose()
