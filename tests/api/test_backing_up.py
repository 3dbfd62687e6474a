"""What stands in the way of a backup is said with the remedy, and no half of one is left to be trusted."""

import errno
import shutil
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.api.cli_given import tdkt


@pytest.fixture
def data(tmp_path: Path, nothing_set: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with its people and one kept file."""
    monkeypatch.setenv("TDKT_SECRET", "s" * 40)
    monkeypatch.setenv("TDKT_SMTP_URL", "smtp://127.0.0.1:25")
    monkeypatch.setenv("TDKT_DATA", str(tmp_path / "data"))
    tdkt("people", "load")
    kept = tmp_path / "data" / "files" / "ab" / ("ab" * 32)
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"report")
    return tmp_path / "data"


def refused(target: Path) -> str:
    said = tdkt("backup", str(target))
    assert said.exit_code == 2, said.output
    assert "Traceback" not in said.output
    return said.output


def test_a_folder_that_cannot_be_made_is_told(data: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "Not a directory. No backup was made." in refused(tmp_path / "file" / "backup")
    assert "File name too long" in refused(tmp_path / ("x" * 300))


@pytest.mark.parametrize("name", ["backup", "mounted"])
def test_a_full_disk_leaves_no_half_backup(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    target = tmp_path / name
    (tmp_path / "mounted").mkdir()  # there already, and empty
    real = shutil.copyfile

    def full(source: str, place: str, **more: Any) -> NoReturn:
        real(source, place, **more)
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", full)
        assert "No space left on device. No backup was made." in refused(target)
    assert not target.exists()
    assert tdkt("backup", str(target)).exit_code == 0


def test_a_damaged_database_is_told_and_not_kept_as_a_backup(data: Path, tmp_path: Path) -> None:
    file, target = data / "tdkt.db", tmp_path / "backup"
    for log in data.glob("tdkt.db-*"):
        log.unlink()
    sound = file.read_bytes()
    for damaged in (b"no database at all" * 500, sound[:8192] + b"\xff" * 8192 + sound[16384:]):
        file.write_bytes(damaged)
        assert "is damaged" in refused(target)
        assert not target.exists()


@pytest.mark.parametrize("place", [".", "backup", "../files/ab/backup"])
def test_no_backup_goes_where_the_sweep_deletes_what_no_row_names(data: Path, place: str) -> None:
    target = data / "files" / place
    assert "the daily sweep" in refused(target)
    assert place == "." or not target.exists()
