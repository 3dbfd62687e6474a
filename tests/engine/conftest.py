"""A place for files that a test may fill."""

from pathlib import Path

import pytest

from engine.files import FileStore


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")
