"""What time has to do now, and when next: the questions the clock's loop asks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, and_, bindparam, func, literal, or_, select, union_all
from sqlmodel import Session, col

from engine.models import EventToTell, Message, Moment, Round

_NOW = bindparam("now", type_=Round.__table__.c.wake_at.type)  # type: ignore[attr-defined]
LETTERS = 0  # no round has this id

_ROUNDS = select(col(Round.id)).where(
    or_(
        col(Round.wake_at) <= _NOW,
        col(Round.id).in_(
            select(col(Moment.round_id)).where(col(Moment.done_at).is_(None), col(Moment.at) <= _NOW)
        ),
    ),
    or_(col(Round.lease_until).is_(None), col(Round.lease_until) <= _NOW),
)
_LETTERS = select(literal(LETTERS)).where(
    or_(
        select(col(EventToTell.event_id)).exists(),
        select(col(Message.id))
        .where(
            or_(
                and_(
                    col(Message.state) == "queued",
                    or_(col(Message.next_at).is_(None), col(Message.next_at) <= _NOW),
                ),
                # Whoever took these has died or hangs: its lease is over.
                and_(col(Message.state).in_(["claimed", "sending"]), col(Message.lease_until) <= _NOW),
            )
        )
        .exists(),
    )
)
_DUE: CompoundSelect[Any] = union_all(_ROUNDS, _LETTERS)


@dataclass(frozen=True)
class Due:
    """Rounds (by id) that want a run of the flow, and whether letters wait to be written or sent."""

    rounds: tuple[int, ...] = ()
    letters: bool = False


def look(session: Session, *, now: datetime) -> Due:
    """Everything due at `now`, in one indexed SELECT: cheap enough to ask twice a second."""
    found = session.execute(_DUE, {"now": now}).scalars().all()
    return Due(tuple(sorted(id_ for id_ in found if id_)), LETTERS in found)


def next_moment(session: Session, round_id: int | None = None, *, now: datetime) -> datetime | None:
    """When time next has something to do, in one round or in any: a moment not done, or a letter put off.

    What is overdue answers `now`. None when nothing is planned.
    """
    moment = select(func.min(col(Moment.at))).where(col(Moment.done_at).is_(None))
    letter = select(func.min(col(Message.next_at))).where(col(Message.state) == "queued")
    if round_id is not None:
        moment = moment.where(col(Moment.round_id) == round_id)
        letter = letter.where(col(Message.round_id) == round_id)
    found = session.execute(select(moment.scalar_subquery(), letter.scalar_subquery())).one()
    return max(now, min((at for at in found if at is not None), default=now)) if any(found) else None
