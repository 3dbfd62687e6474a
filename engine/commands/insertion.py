"""Insert a row unless a unique key says it is there: the one statement both databases have for a race."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Table, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session


def insert_if_new(session: Session, table: Table, values: Mapping[str, Any]) -> Any:
    """The new row's (first) primary key, or None when any unique key already has it."""
    connection = session.connection()
    statement = _insert_if_new(table, connection.dialect.name)
    return connection.execute(statement, dict(values)).scalar_one_or_none()


def upsert(session: Session, table: Table, values: Mapping[str, Any], *, says: Sequence[str]) -> bool:
    """Insert a row, or write all of it over the row with its primary key if a column of `says` differs.

    Returns whether anything was written.
    """
    connection = session.connection()
    statement = _upsert(table, tuple(says), connection.dialect.name)
    return connection.execute(statement, dict(values)).first() is not None


@lru_cache
def _insert_if_new(table: Table, dialect: str) -> Any:
    key: Column[Any] = next(iter(table.primary_key.columns))
    return _dialect(dialect).insert(table).on_conflict_do_nothing().returning(key)


@lru_cache
def _upsert(table: Table, says: tuple[str, ...], dialect: str) -> Any:
    keys = list(table.primary_key.columns)
    statement = _dialect(dialect).insert(table)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=keys,
        set_={c.name: new[c.name] for c in table.columns if not c.primary_key},
        where=or_(*(table.c[name] != new[name] for name in says)),
    ).returning(keys[0])


def _dialect(name: str) -> Any:
    return postgresql if name == "postgresql" else sqlite
