"""The unit of work, the readers that cannot write, and the settings of each connection."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from engine.database import Database
from engine.errors import Away, Busy
from engine.models import DemoClock


def ahead(database: Database) -> list[int]:
    with database.read() as session:
        return [row.ahead_seconds for row in session.execute(select(DemoClock)).scalars()]


def test_all_or_nothing(database: Database) -> None:
    with database.unit_of_work() as session:
        session.add(DemoClock(ahead_seconds=1))

    def fail() -> None:
        with database.unit_of_work() as session:
            session.add(DemoClock(ahead_seconds=2))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert ahead(database) == [1]


def test_a_reader_cannot_write(database: Database) -> None:
    with database.read() as session:
        session.add(DemoClock(ahead_seconds=1))
        with pytest.raises(DBAPIError):
            session.flush()
    assert ahead(database) == []


def test_a_reader_sees_one_picture(database: Database, another_database: Callable[[], Database]) -> None:
    other = another_database()
    with database.read() as session:
        assert session.execute(select(DemoClock)).first() is None
        with other.unit_of_work() as writer:
            writer.add(DemoClock(ahead_seconds=1))
        assert session.execute(select(DemoClock)).first() is None
    assert ahead(database) == [1]


def test_two_processes_take_turns(database: Database, another_database: Callable[[], Database]) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    databases = [database, another_database()]
    with database.unit_of_work() as session:
        session.add(DemoClock(id=1, ahead_seconds=0))

    def push(number: int) -> None:
        with databases[number % 2].unit_of_work() as session:
            row = session.execute(select(DemoClock).with_for_update()).scalar_one()
            row.ahead_seconds += 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(push, range(60)))
    assert ahead(database) == [60]


def test_who_waits_too_long_is_told_so(database: Database, another_database: Callable[[], Database]) -> None:
    with database.unit_of_work() as session:
        session.add(DemoClock(id=1))
    other = another_database()
    impatient = "PRAGMA busy_timeout=20" if other.is_sqlite else "SET lock_timeout = 20"

    @event.listens_for(other.engine, "connect")
    def _wait_little(connection: Any, _record: object) -> None:
        connection.execute(impatient)

    with database.unit_of_work() as first:
        first.execute(select(DemoClock).with_for_update()).scalar_one()
        with pytest.raises(Busy, match="bấm gửi lại"), other.unit_of_work() as second:
            second.execute(select(DemoClock).with_for_update()).scalar_one().ahead_seconds = 5
        first.execute(select(DemoClock)).scalar_one().ahead_seconds = 1
    assert ahead(database) == [1]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_reader_who_waits_too_long_is_told_so(database: Database) -> None:
    def nap() -> None:
        with database.read() as session:
            session.execute(text("SET LOCAL statement_timeout = 20"))
            session.execute(text("SELECT pg_sleep(5)"))

    with pytest.raises(Busy):
        nap()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_of_two_who_wait_for_each_other_one_is_told_to_try_again(
    database: Database, another_database: Callable[[], Database]
) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415
    from threading import Barrier  # noqa: PLC0415

    with database.unit_of_work() as session:
        session.add_all((DemoClock(id=1), DemoClock(id=2)))
    both = Barrier(2)

    def take(of: Database, order: tuple[int, int]) -> str:
        try:
            with of.unit_of_work() as session:
                session.execute(text("SET LOCAL deadlock_timeout = 20"))
                session.get_one(DemoClock, order[0], with_for_update=True)
                both.wait(10)
                session.get_one(DemoClock, order[1], with_for_update=True)
        except Busy:
            return "busy"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(take, database, (1, 2)), pool.submit(take, another_database(), (2, 1))]
        assert sorted(one.result() for one in asked) == ["busy", "done"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_finds_every_connection_taken_is_told_so(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database.engine.pool, "_timeout", 0.01)
    with ExitStack() as taken:
        for _ in range(20):
            taken.enter_context(database.engine.connect())
        with pytest.raises(Busy, match="bấm gửi lại"), database.unit_of_work() as session:
            session.execute(select(DemoClock))


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all/tdkt.db", "postgresql://tdkt@127.0.0.1:1/tdkt"])
def test_a_database_that_does_not_answer_is_told_so(url: str) -> None:
    away = Database(url)
    for door in (away.read, away.unit_of_work):
        with pytest.raises(Away, match="không trả lời"), door() as session:
            session.execute(select(DemoClock))
    away.dispose()


def test_another_fault_of_the_database_stays_what_it_is(database: Database) -> None:
    with pytest.raises(DBAPIError), database.unit_of_work() as session:
        session.execute(text("SELECT nothing FROM nowhere"))


def test_sqlite_settings(sqlite_database: Database) -> None:
    def ask(session: Session, name: str) -> object:
        return session.execute(text(f"PRAGMA {name}")).scalar_one()

    for door, query_only in ((sqlite_database.unit_of_work, 0), (sqlite_database.read, 1)):
        with door() as session:
            found = {
                name: ask(session, name)
                for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema", "query_only")
            }
        assert found == {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "trusted_schema": 0,
            "query_only": query_only,
        }
