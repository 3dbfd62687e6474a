"""Letters of a round: to whom, when, what became of them, and whom to telephone when one did not go."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session, col

from engine.commands.letters import NO_ADDRESS
from engine.models import Message, Person

PAGE = 50
# Put off: waiting after an attempt, or being tried once more. An attempt that has just begun has not failed.
PUT_OFF = or_(
    and_(col(Message.state) == "queued", col(Message.attempts) > 0),
    and_(col(Message.state).in_(["claimed", "sending"]), col(Message.attempts) > 1),
)


@dataclass(frozen=True)
class Letter:
    """One letter to one person. `phone` is the person's, to be called when the letter failed."""

    id: int
    letter: str
    name: str
    address: str
    subject: str
    state: str
    written_at: datetime
    sent_at: datetime | None
    next_at: datetime | None
    attempts: int
    outcome: str
    phone: str

    @property
    def addressless(self) -> bool:
        return self.address.startswith(NO_ADDRESS)


@dataclass(frozen=True)
class Letters:
    """One page of a round's letters with the figures of all."""

    rows: tuple[Letter, ...]
    total: int
    by_state: dict[str, int]
    deferred: int

    @property
    def pages(self) -> int:
        return -(-self.total // PAGE)


@dataclass(frozen=True)
class Undelivered:
    """Figures for the dashboard: letters given up, and letters the mail server keeps putting off."""

    failed: int
    deferred: int


def undelivered(session: Session, round_id: int) -> Undelivered:
    failed, deferred = session.execute(
        select(
            func.count().filter(col(Message.state) == "failed"),
            func.count().filter(PUT_OFF),
        ).where(col(Message.round_id) == round_id)
    ).one()
    return Undelivered(failed, deferred)


def letters(session: Session, round_id: int, *, state: str = "", page: int = 1) -> Letters:
    """Letters of a round, newest first; letters nobody had to get (`silent`) are not shown."""
    counted = session.execute(
        select(
            col(Message.state),
            func.count(),
            func.count().filter(PUT_OFF),
        )
        .where(col(Message.round_id) == round_id, col(Message.state) != "silent")
        .group_by(col(Message.state))
    ).all()
    by_state = {state_: count for state_, count, _ in counted}
    query = (
        select(
            col(Message.id),
            col(Message.letter),
            col(Message.name),
            col(Message.address),
            col(Message.subject),
            col(Message.state),
            col(Message.written_at),
            col(Message.sent_at),
            col(Message.next_at),
            col(Message.attempts),
            col(Message.outcome),
            func.coalesce(col(Person.phone), ""),
        )
        .outerjoin(Person, col(Person.id) == col(Message.person_id))
        .where(col(Message.round_id) == round_id, col(Message.state) != "silent")
    )
    if state:
        query = query.where(col(Message.state) == state)
    rows = session.execute(
        query.order_by(col(Message.id).desc()).limit(PAGE).offset((max(page, 1) - 1) * PAGE)
    ).all()
    return Letters(
        rows=tuple(Letter(*row) for row in rows),
        total=by_state.get(state, 0) if state else sum(by_state.values()),
        by_state=by_state,
        deferred=sum(late for *_, late in counted),
    )
