"""The council of a round by its seats, and who could take one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlmodel import Session, col

from engine.models import Ballot, Person, Seat, Voting


@dataclass(frozen=True)
class SeatHeld:
    """A seat and who holds it; `sent_at`: when its ballot came in the vote under way."""

    id: int
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
    rows = session.execute(
        select(
            col(Seat.id),
            col(Person.name),
            col(Person.title),
            col(Seat.role),
            col(Person.active),
            col(Person.email).is_not(None),
            col(Ballot.sent_at),
        )
        .join(Person, col(Person.id) == col(Seat.person_id))
        .outerjoin(Voting, and_(col(Voting.round_id) == col(Seat.round_id), col(Voting.closed_at).is_(None)))
        .outerjoin(Ballot, and_(col(Ballot.seat_id) == col(Seat.id), col(Ballot.voting_id) == col(Voting.id)))
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
