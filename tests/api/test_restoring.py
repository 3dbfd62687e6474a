"""A backup is put back over an installation that was used, was killed, or still runs."""

import errno
import hashlib
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.restoring import restore
from tests.api.cli_given import FINAL, tdkt

CONTENT = b"kept"
NAME = hashlib.sha256(CONTENT).hexdigest()
FILE = Path("files", NAME[:2], NAME)


@pytest.fixture
def data(tmp_path: Path, nothing_set: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with its people, backed up; a round was planned and a file kept since."""
    monkeypatch.setenv("TDKT_SECRET", "s" * 40)
    monkeypatch.setenv("TDKT_SMTP_URL", "smtps://post:h%40rd@mail.example.vn")
    monkeypatch.setenv("TDKT_DATA", str(tmp_path / "data"))
    monkeypatch.setattr("engine.installation.system_clock", lambda: datetime(2025, 11, 20, 2, tzinfo=UTC))
    data = tmp_path / "data"
    tdkt("people", "load")
    (data / FILE).parent.mkdir(parents=True)
    (data / FILE).write_bytes(CONTENT)
    assert tdkt("backup", str(tmp_path / "backup")).exit_code == 0
    for kept in (tmp_path / "backup", tmp_path / "backup" / "tdkt.db"):
        assert kept.stat().st_mode & 0o077 == 0, "votes and letters are nobody else's"
    tdkt("round", "plan", FINAL)
    (data / FILE).unlink()
    return data


def rounds(database: Path) -> int:
    with closing(sqlite3.connect(database)) as opened:
        found: int = opened.execute("SELECT count(*) FROM round").fetchone()[0]
    return found


def test_what_came_after_the_backup_is_gone_and_kept_beside_it(data: Path, tmp_path: Path) -> None:
    said = tdkt("restore", str(tmp_path / "backup"))
    assert said.exit_code == 0, said.output
    assert "Files: 1 put back" in said.output
    assert (data / FILE).read_bytes() == CONTENT
    assert rounds(data / "tdkt.db") == 0
    (before,) = data.glob("tdkt.db.before-*")
    assert rounds(before) == 1
    assert (data / "tdkt.db").stat().st_mode & 0o077 == 0, "votes and letters are nobody else's"
    assert "The record is whole: 1 events" in tdkt("history", "verify").output


def test_the_log_of_a_killed_process_is_not_played_over_it(data: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(data / "tdkt.db")) as running:
        running.execute("UPDATE round SET title = 'sau'")
        running.commit()
        killed = tmp_path / "killed"
        shutil.copytree(data, killed)  # as a power cut leaves it, the log beside the file
    assert (killed / "tdkt.db-wal").stat().st_size
    shutil.rmtree(data)
    killed.rename(data)
    assert tdkt("restore", str(tmp_path / "backup")).exit_code == 0
    assert rounds(data / "tdkt.db") == 0
    assert "The record is whole: 1 events" in tdkt("history", "verify").output


def test_a_damaged_database_is_set_aside_with_its_log(data: Path, tmp_path: Path) -> None:
    (data / "tdkt.db").write_bytes(b"no database" * 1000)
    (data / "tdkt.db-wal").write_bytes(b"of the one before")
    assert tdkt("restore", str(tmp_path / "backup")).exit_code == 0
    assert rounds(data / "tdkt.db") == 0
    assert not list(data.glob("tdkt.db-*"))
    assert list(data.glob("tdkt.db.before-*"))


def test_while_it_runs_nothing_is_touched(data: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(data / "tdkt.db")) as running:
        running.execute("SELECT count(*) FROM round").fetchone()
        said = tdkt("restore", str(tmp_path / "backup"))
    assert said.exit_code == 2
    assert "stop the system first" in said.output
    assert rounds(data / "tdkt.db") == 1
    assert not list(data.glob("tdkt.db.before-*"))


@pytest.mark.parametrize("fault", ["absent", "damaged"])
def test_what_is_no_backup_is_refused(data: Path, tmp_path: Path, fault: str) -> None:
    source = tmp_path / "backup"
    if fault == "absent":
        source = tmp_path / "nowhere"
    else:
        (source / "tdkt.db").write_bytes(b"no database" * 1000)
    said = tdkt("restore", str(source))
    assert said.exit_code == 2
    assert str(source) in said.output.replace("\n", "")
    assert rounds(data / "tdkt.db") == 1


def test_postgresql_has_its_own_tool(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TDKT_DATABASE_URL", "postgresql://tdkt@127.0.0.1/tdkt")
    said = tdkt("restore", str(tmp_path / "backup"))
    assert said.exit_code == 2
    assert "pg_restore" in said.output


@pytest.mark.parametrize("ours", [b"kEpt", b"ke", b""], ids=["damaged", "half", "empty"])
def test_a_damaged_file_is_put_back(data: Path, tmp_path: Path, ours: bytes) -> None:
    (data / FILE).write_bytes(ours)
    said = tdkt("restore", str(tmp_path / "backup"))
    assert "Files: 1 put back" in said.output
    assert (data / FILE).read_bytes() == CONTENT
    assert [path.name for path in (data / "files").glob("**/*") if path.is_file()] == [NAME]
    assert "Files: 0 put back" in tdkt("restore", str(tmp_path / "backup")).output


def test_a_damaged_file_of_the_backup_is_named_and_put_nowhere(data: Path, tmp_path: Path) -> None:
    (tmp_path / "backup" / FILE).write_bytes(b"kEpt")
    said = tdkt("restore", str(tmp_path / "backup"))
    assert said.exit_code == 0
    assert str(tmp_path / "backup" / FILE) in said.output.replace("\n", "")
    assert not (data / FILE).exists()
    (data / FILE).write_bytes(CONTENT)
    tdkt("restore", str(tmp_path / "backup"))
    assert (data / FILE).read_bytes() == CONTENT, "ours is whole, whatever the backup's is"


def test_two_restores_in_one_second_keep_both_databases_of_before(data: Path, tmp_path: Path) -> None:
    now = datetime(2025, 11, 20, 2, tzinfo=UTC)
    for _ in range(3):
        list(restore(f"sqlite:///{data / 'tdkt.db'}", data, tmp_path / "backup", now=now))
    kept = sorted(data.glob("tdkt.db.before-*"))
    assert [path.name.removeprefix("tdkt.db.before-20251120-020000") for path in kept] == ["", "-2", "-3"]
    assert [rounds(path) for path in kept] == [1, 0, 0]


@pytest.mark.parametrize("large", ["tdkt.db.arriving", ".in-"])
def test_a_full_disk_leaves_what_stood_there(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: str
) -> None:
    """Whatever is being copied when the room ends: one line says it, and everything is as it was."""
    real, full = Path.open, OSError(errno.ENOSPC, "No space left on device", large)

    def copyfile(*_given: object) -> None:
        (data / "tdkt.db.arriving").write_bytes(b"half")
        raise full

    def opening(path: Path, *given: object, **more: object) -> object:
        if path == tmp_path / "backup" / FILE:
            raise full
        return real(path, *given, **more)  # type: ignore[call-overload]

    if large == ".in-":
        monkeypatch.setattr(Path, "open", opening)
    else:
        monkeypatch.setattr(shutil, "copyfile", copyfile)
    said = tdkt("restore", str(tmp_path / "backup"))
    assert said.exit_code == 2, said.output
    assert "No space left on device" in said.output
    assert rounds(data / "tdkt.db") == 1
    assert [path.name for path in data.glob("tdkt.db?*")] == []
    assert not list((data / "files").glob("**/.in-*"))
