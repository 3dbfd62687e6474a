"""The demonstration's clock: what time is waiting for, and pushing it there. It never goes back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from engine.clock import VIETNAM, Clock, system_clock
from engine.commands.ground import pinned
from engine.errors import Incomplete
from engine.models import DemoClock, Event, Moment, Round
from engine.queries import deadlines, due
from engine.stages import Stage

COMING = 12
BEGINS = datetime(2025, 12, 10, 9, tzinfo=VIETNAM)  # two days before the departments' deadline


@dataclass(frozen=True)
class Coming:
    """Something time will do by itself."""

    at: datetime
    round_key: str
    round_name: str
    words: str


def coming(session: Session) -> tuple[Coming, ...]:
    """The next moments of all rounds, soonest first; what is due already comes first of all."""
    rows = session.execute(
        select(
            col(Moment.at),
            col(Moment.stage),
            col(Moment.kind),
            col(Moment.step),
            col(Moment.department_key),
            col(Round.key),
            col(Round.definition_hash),
        )
        .join(Round, col(Round.id) == col(Moment.round_id))
        .where(col(Moment.done_at).is_(None))
        .order_by(col(Moment.at), col(Moment.id))
        .limit(COMING)
    ).all()
    return tuple(
        Coming(at, key, pinned(session, hash_).short_title, deadlines.in_words(Stage(stage), kind, step, own))
        for at, stage, kind, step, own, key, hash_ in rows
    )


def set_to(session: Session, wanted: datetime, *, now: datetime, base: Clock = system_clock) -> None:
    """Let the clock show `wanted` from now on. Raises Incomplete for a time that has passed."""
    if wanted < now:
        raise Incomplete({"when": "Đồng hồ chỉ chạy tới. Chọn một thời điểm sau thời điểm đang hiện."})
    row = session.execute(select(DemoClock).with_for_update()).scalars().first() or DemoClock(id=1)
    # Whole seconds, rounded up: the moment asked for has come, not nearly come.
    row.ahead_seconds = -int(-(wanted - base()).total_seconds() // 1)
    session.add(row)


def resume(session: Session, base: Clock = system_clock) -> None:
    """Go on where the demonstration was left: no deadline passes while nobody is looking."""
    last = session.execute(select(func.max(Event.at))).scalar_one()
    row = session.execute(select(DemoClock)).scalars().first()
    if last is not None and row is not None:
        row.ahead_seconds = min(row.ahead_seconds, int((max(last, BEGINS) - base()).total_seconds()) + 1)
        session.add(row)


def push_to_next(session: Session, *, now: datetime) -> datetime | None:
    """Push to the next due moment; returns it, or None when nothing is planned."""
    found = due.next_moment(session, now=now)
    if found is not None and found > now:
        set_to(session, found, now=now)
    return found
