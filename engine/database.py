"""Connecting, and the unit of work: the only place that commits.

SQLite: WAL, synchronous=FULL (an acknowledged vote survives a power cut), BEGIN IMMEDIATE for writes and
one write lock in the process, because SQLite's own wait is a sleep-and-retry that starves the unlucky.
PostgreSQL: READ COMMITTED with row locks; the round's row is taken first, so waits never form a ring.
Readers cannot write on either: a page that is only looked at changes nothing, whatever its code does.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlmodel import Session

from engine.errors import Away, Busy, NoRoom

MIGRATIONS = Path(__file__).parent / "migrations"
# PostgreSQL's SQLSTATEs of a lock timeout, a deadlock that this side had to break, a statement timeout.
WAITED_IN_VAIN = frozenset({"55P03", "40P01", "57014"})
DISK_FULL = "53100"
# Classes of SQLSTATE: connection, too little of something, the operator's hand, the system underneath.
LOST = frozenset({"08", "53", "57", "58"})
LOST_FILE = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN})

THREADS = 40  # how many of a web process may look at once (anyio's own limit)


class Database:
    """One database, read and written by sessions that live as long as one request or one task.

    `engine` writes; raises sqlalchemy.exc.ArgumentError for an address that cannot be read.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.engine = _sqlite(parsed, writes=True)
            self._reading = _sqlite(parsed, writes=False)
        else:
            self.engine = _postgres(parsed)
            self._reading = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        self._lock = threading.Lock() if self.is_sqlite else None

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one consistent picture and can change nothing.

        Raises Busy when the database made it wait for too long, Away when it does not answer.
        """
        with _told_plainly(), Session(self._reading, autoflush=False) as session:
            yield session

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """One request or one task, one transaction: commits at the end, or leaves nothing behind.

        Raises Busy when somebody else kept the lock for too long, or two waited for each other; Away when the
        database does not answer (lost while committing, it may have kept everything), NoRoom on a full disk.
        """
        with (
            _told_plainly(),
            self._lock or nullcontext(),
            Session(self.engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def migrate(self) -> None:
        """Bring the schema to the newest migration; safe to repeat, and to race."""
        command.upgrade(alembic_config(self), "head")

    def dispose(self) -> None:
        self.engine.dispose()
        self._reading.dispose()


def alembic_config(database: Database) -> Config:
    """Alembic's configuration, made in code: no ini file to keep true."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = database.engine
    return config


@contextmanager
def _told_plainly() -> Iterator[None]:
    """What the machinery fails of, as a refusal; what is wrong with a statement stays what it is."""
    try:
        yield
    except NoConnectionFree as failed:
        raise Busy from failed
    except DBAPIError as failed:
        refusal = _refusal_of(failed)
        if refusal is None:
            raise
        raise refusal from failed


def _refusal_of(failed: DBAPIError) -> Busy | None:
    state = getattr(failed.orig, "sqlstate", None)
    code = getattr(failed.orig, "sqlite_errorcode", 0) & 0xFF  # whatever the kind of it
    if code == sqlite3.SQLITE_BUSY or state in WAITED_IN_VAIN:
        return Busy()
    if code == sqlite3.SQLITE_FULL or state == DISK_FULL:
        return NoRoom()
    if failed.connection_invalidated or code in LOST_FILE or _left(failed, state):
        return Away()
    return None


def _left(failed: DBAPIError, state: str | None) -> bool:
    """Whether PostgreSQL is gone: it says so itself, or nothing came from it at all."""
    said_by_it = isinstance(failed, OperationalError) and hasattr(failed.orig, "sqlstate")
    return said_by_it and (state is None or state[:2] in LOST)


def _sqlite(url: URL, *, writes: bool) -> Engine:
    # pysqlite's own transaction handling is off (autocommit); the events below say BEGIN themselves.
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=THREADS,  # fewer, and a busy minute opens and closes a file for every request
        connect_args={"timeout": 5, "check_same_thread": False},
    )
    pragmas = (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=5000",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "recursive_triggers=ON",
        f"query_only={'OFF' if writes else 'ON'}",
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if writes:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:  # straight to the driver: it cannot fail, and every request does it twice
            connection.connection.driver_connection.execute("BEGIN")  # type: ignore[union-attr]

    return engine


def _postgres(url: URL) -> Engine:
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,  # names and addresses stay out of error texts and logs
        pool_size=10,
        max_overflow=10,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        connect_args={
            "connect_timeout": 5,
            "options": "-c lock_timeout=5000 -c statement_timeout=15000 -c timezone=UTC",
        },
    )
