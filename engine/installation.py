"""What every process of one installation stands on, opened once from plain arguments."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import yaml
from sqlmodel import select

from engine.calendar import Calendar, parse_calendar
from engine.clock import Clock, shifted_clock, system_clock
from engine.database import Database
from engine.files import FileStore
from engine.links import Keys
from engine.models import DemoClock

CALENDAR_FILE = "config/calendar/viet-nam.yaml"


@dataclass(frozen=True)
class Installation:
    """Database, keys, clock, working calendar, file store and the texts under config/."""

    database: Database
    keys: Keys
    clock: Clock
    calendar: Calendar
    files: FileStore
    texts: Mapping[str, str]


def open_installation(
    *, database_url: str, secret: str, data: Path, texts: Mapping[str, str], demo: bool
) -> Installation:
    """Open database and files and read the calendar. In demo mode the clock follows the demo's table."""
    # Names, reports, letters: for this account only, whatever process writes them.
    os.umask(0o077)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database(database_url)
    return Installation(
        database=database,
        keys=Keys.from_secret(secret),
        clock=shifted_clock(lambda: _demo_ahead(database)) if demo else system_clock,
        calendar=parse_calendar(yaml.safe_load(texts[CALENDAR_FILE]), CALENDAR_FILE),
        files=FileStore(data / "files"),
        texts=texts,
    )


def _demo_ahead(database: Database) -> timedelta:
    with database.read() as session:
        row = session.exec(select(DemoClock)).first()
    return timedelta(seconds=row.ahead_seconds if row else 0)
