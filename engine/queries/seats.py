"""The council of a round by its seats, and who could take one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from engine.models import Ballot, Person, Seat, Voting


@dataclass(frozen=True)
class SeatHeld:
    """A seat and who holds it; `sent_at`: when its ballot came in the newest vote."""

    id: int
    person_id: int
    name: str
    title: str
    role: str
    active: bool
    has_address: bool
    sent_at: datetime | None


@dataclass(frozen=True)
class Candidate:
    """Somebody of the agency who sits on no seat yet and can be written to."""

    id: int
    name: str
    title: str


def seats_of(session: Session, round_id: int) -> tuple[SeatHeld, ...]:
    """Every seat of the round, in order."""
    newest = select(func.max(col(Voting.id))).where(col(Voting.round_id) == round_id).scalar_subquery()
    rows = session.execute(
        select(
            col(Seat.id),
            col(Person.id),
            col(Person.name),
            col(Person.title),
            col(Seat.role),
            col(Person.active),
            col(Person.email).is_not(None),
            col(Ballot.sent_at),
        )
        .join(Person, col(Person.id) == col(Seat.person_id))
        .outerjoin(Ballot, and_(col(Ballot.seat_id) == col(Seat.id), col(Ballot.voting_id) == newest))
        .where(col(Seat.round_id) == round_id)
        .order_by(col(Seat.position))
    ).all()
    return tuple(SeatHeld(*row) for row in rows)


def candidates(session: Session, agency_key: str, round_id: int) -> tuple[Candidate, ...]:
    """Who may take a seat, by name."""
    seated = select(col(Seat.person_id)).where(col(Seat.round_id) == round_id)
    rows = session.execute(
        select(col(Person.id), col(Person.name), col(Person.title))
        .where(
            col(Person.agency_key) == agency_key,
            col(Person.active).is_(True),
            col(Person.email).is_not(None),
            col(Person.id).not_in(seated),
        )
        .order_by(col(Person.folded), col(Person.id))
    ).all()
    return tuple(Candidate(*row) for row in rows)
