"""A backup is put back. What stood there is kept beside it, and no old log is played over the new file."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from sqlalchemy.engine import make_url

from engine.errors import NotFound
from engine.files import FileStore

LOGS = ("-wal", "-shm")


class CannotRestore(Exception):  # noqa: N818 — said to the operator as it stands
    """Why nothing was put back, and what to do."""


def restore(database_url: str, data: Path, source: Path, *, now: datetime) -> Iterator[str]:
    """Put database and files of a folder made by `tdkt backup` back; yields what was done.

    The database that stood there is renamed, never deleted. SQLite's log beside it must go with it: left
    there, it would be played over the restored file. Files are named by the hash of their content, so that
    those kept since the backup may stay; one that is gone or damaged is put back. Everything is there under
    other names before anything is renamed: a full disk leaves what stood there. Raises CannotRestore.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        raise CannotRestore(
            "PostgreSQL is restored by its own tool, with everything stopped (pg_restore --clean);"
            f"\nthen copy the backup's files/ into {data / 'files'}."
        )
    backup, target = source / "tdkt.db", Path(url.database or "")
    if not backup.is_file():
        raise CannotRestore(f"There is no {backup}: name a folder made by `tdkt backup`.")
    _refuse_damaged(backup)
    _refuse_running(target)
    os.umask(0o077)  # as the installation keeps its own: votes and letters are nobody else's
    arriving = target.with_name(f"{target.name}.arriving")
    try:
        yield from _put_back_files(source / "files", data / "files")
        _copy(backup, arriving)
        _refuse_running(target)  # somebody may have started it while files were copied
        before = _set_aside(target, now) if target.exists() else None
        arriving.replace(target)
    except OSError as failed:
        raise CannotRestore(
            f"{failed.filename or target}: {failed.strerror or failed}. The database was not put back. "
            "Make room on the disk, or give this user leave to write there; then restore again."
        ) from failed
    finally:
        arriving.unlink(missing_ok=True)
    if before:
        yield f"The database of before is kept as {before}."
    yield f"Database: {target} ({target.stat().st_size} bytes)."
    yield "Now `tdkt history verify`, then start. Links in letters work only with the TDKT_SECRET of then."


def _refuse_damaged(backup: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{backup.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.DatabaseError as damaged:
        verdict = str(damaged)
    if verdict != "ok":
        raise CannotRestore(f"The backup {backup} is damaged ({verdict}). Take another one.")


def _refuse_running(target: Path) -> None:
    """Leaving the log needs the file for itself: refused as long as any process has it open."""
    if not target.exists():
        return
    try:
        with closing(sqlite3.connect(target, timeout=1)) as database:
            database.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.OperationalError as refused:
        if "locked" in str(refused):
            raise CannotRestore(f"{target} is in use: stop the system first, then restore.") from None
    except sqlite3.DatabaseError:
        return  # it is damaged: that is why something is restored


def _set_aside(target: Path, now: datetime) -> Path:
    first = target.with_name(f"{target.name}.before-{now:%Y%m%d-%H%M%S}")
    others = (first.with_name(f"{first.name}-{number}") for number in count(2))
    kept = next(path for path in chain([first], others) if not path.exists())
    target.rename(kept)
    for log in LOGS:  # of a damaged database, which could not take it in
        beside = target.with_name(target.name + log)
        if beside.exists():
            beside.rename(kept.with_name(kept.name + log))
    return kept


def _copy(backup: Path, arriving: Path) -> None:
    arriving.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(backup, arriving)
    with arriving.open("rb+") as file:
        os.fsync(file.fileno())


def _put_back_files(source: Path, target: Path) -> Iterator[str]:
    """Each file of the backup that is gone or damaged here, checked by its name."""
    store, needed, useless = FileStore(target), 0, []
    for path in sorted(source.glob("??/*")):
        try:
            needed += store.put_back(path)
        except NotFound:
            continue  # no name of ours: something else has been put there
        except ValueError:
            useless.append(path)
    yield f"Files: {needed} put back into {target}."
    for path in useless:
        yield f"Left out, damaged in the backup itself: {path}. Take it from another one."
