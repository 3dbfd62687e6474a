"""The floor: the same rows with nothing but the standard library's sqlite3."""

import sqlite3
import sys
import time
from pathlib import Path

from tests.bench.turns import Play, serve

STEPS = 4
TABLES = """
PRAGMA journal_mode=WAL;
CREATE TABLE instance (id INTEGER PRIMARY KEY, key TEXT, state TEXT, made_at REAL, updated_at REAL);
CREATE TABLE task (id INTEGER PRIMARY KEY, instance_id INTEGER REFERENCES instance, name TEXT, owner TEXT,
  state TEXT, made_at REAL, done_at REAL);
CREATE INDEX task_of_instance ON task (instance_id);
CREATE TABLE history (id INTEGER PRIMARY KEY, instance_id INTEGER REFERENCES instance, kind TEXT, actor TEXT,
  at REAL);
CREATE INDEX history_of_instance ON history (instance_id);
"""


def one_life(db: sqlite3.Connection, key: str) -> None:
    """Start, four steps, end: five transactions, one instance row, four task rows, six history rows."""
    now = time.time()
    db.execute("BEGIN IMMEDIATE")
    id_ = db.execute(
        "INSERT INTO instance (key, state, made_at, updated_at) VALUES (?, 'running', ?, ?)", (key, now, now)
    ).lastrowid
    _note(db, id_, "started", now)
    task = _task(db, id_, 1, now)
    db.execute("COMMIT")
    for step in range(1, STEPS + 1):
        now = time.time()
        db.execute("BEGIN IMMEDIATE")
        state = db.execute("SELECT state FROM instance WHERE id = ?", (id_,)).fetchone()[0]
        db.execute("UPDATE task SET owner = 'a', state = 'done', done_at = ? WHERE id = ?", (now, task))
        _note(db, id_, f"step {step} from {state}", now)
        if step < STEPS:
            task = _task(db, id_, step + 1, now)
        else:
            _note(db, id_, "ended", now)
        after = f"step {step} done" if step < STEPS else "ended"
        db.execute("UPDATE instance SET state = ?, updated_at = ? WHERE id = ?", (after, now, id_))
        db.execute("COMMIT")


def _task(db: sqlite3.Connection, instance: int | None, step: int, now: float) -> int | None:
    row = (instance, f"step {step}", now)
    return db.execute(
        "INSERT INTO task (instance_id, name, state, made_at) VALUES (?, ?, 'open', ?)", row
    ).lastrowid


def _note(db: sqlite3.Connection, instance: int | None, kind: str, now: float) -> None:
    row = (instance, kind, now)
    db.execute("INSERT INTO history (instance_id, kind, actor, at) VALUES (?, ?, 'a', ?)", row)


def main(folder: Path) -> None:
    db = sqlite3.connect(folder / "floor.db", isolation_level=None)
    db.executescript(TABLES)
    db.execute("PRAGMA synchronous=FULL")

    def prepare(count: int) -> Play:
        before = db.execute("SELECT count(*) FROM instance WHERE state = 'ended'").fetchone()[0]

        def play() -> dict[str, float]:
            for number in range(count):
                one_life(db, f"i{number}")
            ended = db.execute("SELECT count(*) FROM instance WHERE state = 'ended'").fetchone()[0]
            return {"ended": ended - before}

        return play

    serve(prepare)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
