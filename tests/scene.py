"""Where a test plays: a `Scene` holds a database, the clock, keys, calendar and people."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import yaml
from sqlalchemy import select
from sqlmodel import Session, col

from engine.access import Actor, time_itself
from engine.calendar import Calendar, parse_calendar
from engine.clock import VIETNAM
from engine.commands import people, windows
from engine.commands.ground import Ground, stand_on
from engine.database import Database
from engine.links import Keys
from engine.models import Nomination, Person
from engine.stages import STAGES, Stage
from tests.small_agency import ROUND

ROOT = Path(__file__).parents[1]
SECRET = "a-secret-of-the-tests-" * 3
CALENDAR = parse_calendar(
    yaml.safe_load((ROOT / "config/calendar/viet-nam.yaml").read_text(encoding="utf-8")), "viet-nam.yaml"
)


class FakeClock:
    """A clock that stands still until it is set or pushed."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def push(self, **span: float) -> datetime:
        """Run on by a timedelta's keywords; returns the new time."""
        self.now += timedelta(**span)
        return self.now

    def set(self, day: date, hour: int = 9, minute: int = 0) -> datetime:
        """Go to an hour of the office's clock; returns the new time."""
        self.now = datetime(day.year, day.month, day.day, hour, minute, tzinfo=VIETNAM).astimezone(UTC)
        return self.now


@dataclass
class Scene:
    """Where a test plays: a database with a roster and a planned round, and what commands ask for."""

    database: Database
    clock: FakeClock
    keys: Keys = field(default_factory=lambda: Keys.from_secret(SECRET))
    calendar: Calendar = CALENDAR
    key: str = ROUND

    @property
    def now(self) -> datetime:
        return self.clock()

    def actor(self, key: str, session: Session, *, door: str = "page") -> Actor:
        """Somebody by roster key; "time" is the flow."""
        if key == "time":
            return time_itself()
        return people.actor_of(session, person(session, key), door=door)

    def ground(self, session: Session) -> Ground:
        return stand_on(session, key=self.key)

    def set_stage(self, session: Session, stage: Stage) -> None:
        """Open stages one after another up to `stage`, whatever their deadlines."""
        for one in STAGES:
            windows.open_stage(
                session, time_itself(), self.ground(session), one, calendar=self.calendar, now=self.now
            )
            if one == stage:
                return

    def close_proposal(self) -> None:
        """Go past the departments' deadline and let time close their stage."""
        with self.database.unit_of_work() as session:
            ground = self.ground(session)
            due = windows.window_of(session, ground, Stage.proposal).due_at
            assert due is not None
            self.clock.now = max(self.now, due)
            windows.close_proposal(session, time_itself(), ground, calendar=self.calendar, now=self.now)


def person(session: Session, key: str) -> Person:
    return session.execute(select(Person).where(col(Person.key) == key)).scalar_one()


def nomination(session: Session, code: str) -> Nomination:
    found: Nomination = session.execute(select(Nomination).where(col(Nomination.code) == code)).scalar_one()
    return found
