"""A vote as Văn phòng and the secretary see it: the turnout and, after the close, the results.

Before the close nothing here reads a choice: turnout looks at `ballot`, results at `result`, none at `vote`.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, func, select
from sqlmodel import Session, col

from engine.ballot import quorum_needed
from engine.definition import Definition
from engine.models import Ballot, Link, ListLine, Message, Nomination, Person, Result, Seat, Voting

_AWARDS_VOTED = (
    select(col(Nomination.award_key))
    .distinct()
    .join(ListLine, col(ListLine.nomination_id) == col(Nomination.id))
    .join(Voting, col(Voting.list_id) == col(ListLine.list_id))
    .where(col(Voting.id) == bindparam("voting_id"))
)


@dataclass(frozen=True)
class Quorum:
    """How far a running vote is from being valid for one award."""

    award: str
    needed: int
    met: bool


def quorums(
    session: Session, definition: Definition, voting_id: int, seats: int, sent: int
) -> tuple[Quorum, ...]:
    """For each award put to the vote, whether the ballots that have come make it valid already."""
    if not seats:
        return ()
    voted = set(session.execute(_AWARDS_VOTED, {"voting_id": voting_id}).scalars())
    needed = {a.name: quorum_needed(a.ballot.rule(), seats) for a in definition.awards if a.key in voted}
    return tuple(Quorum(name, count, sent >= count) for name, count in needed.items())


@dataclass(frozen=True)
class Turnout:
    """One seat in the vote: has it sent, by which link, did the letter arrive. Never what it chose."""

    person_id: int
    name: str
    role: str
    email: str
    phone: str
    sent_at: datetime | None
    times_sent: int
    link_made_at: datetime | None
    link_generation: int
    letter_state: str
    active: bool


@dataclass(frozen=True)
class VoteAt:
    """The newest vote of a round."""

    id: int
    number: int
    list_hash: str
    opened_at: datetime
    closed_at: datetime | None
    why_closed: str


def is_settled(
    session: Session, definition: Definition, round_id: int, due: datetime | None, *, now: datetime
) -> bool:
    """Past its deadline with its quorum met a vote is over, though time may not have closed it yet."""
    vote = vote_at(session, round_id)
    return vote is not None and due is not None and now >= due and quorum_met(session, definition, vote.id)


def quorum_met(session: Session, definition: Definition, voting_id: int) -> bool:
    """Whether the ballots that have come make a vote valid for every award put to it."""
    count = select(func.count(), func.count(col(Ballot.sent_at))).where(col(Ballot.voting_id) == voting_id)
    seats, sent = session.execute(count).one()
    return all(quorum.met for quorum in quorums(session, definition, voting_id, seats, sent))


def vote_at(session: Session, round_id: int) -> VoteAt | None:
    row = session.execute(
        select(
            col(Voting.id),
            col(Voting.number),
            col(Voting.list_hash),
            col(Voting.opened_at),
            col(Voting.closed_at),
            col(Voting.why_closed),
        )
        .where(col(Voting.round_id) == round_id)
        .order_by(col(Voting.number).desc())
        .limit(1)
    ).one_or_none()
    return VoteAt(*row) if row else None


def turnout(session: Session, round_id: int, voting_id: int) -> tuple[Turnout, ...]:
    """Who has sent a ballot and who has not, in the order of the seats."""
    newest = (
        select(col(Link.person_id), func.max(col(Link.id)).label("id"))
        .where(col(Link.purpose) == "ballot", col(Link.scope) == str(voting_id))
        .group_by(col(Link.person_id))
        .subquery()
    )
    letter = (
        select(col(Message.link_id), func.max(col(Message.id)).label("id"))
        .where(col(Message.round_id) == round_id, col(Message.link_id).is_not(None))
        .group_by(col(Message.link_id))
        .subquery()
    )
    rows = session.execute(
        select(
            col(Person.id),
            col(Person.name),
            col(Seat.role),
            func.coalesce(col(Person.email), ""),
            col(Person.phone),
            col(Ballot.sent_at),
            col(Ballot.times_sent),
            col(Link.made_at),
            func.coalesce(col(Link.generation), 0),
            func.coalesce(col(Message.state), ""),
            col(Person.active),
        )
        .join(Seat, col(Seat.person_id) == col(Person.id))
        .join(Ballot, and_(col(Ballot.seat_id) == col(Seat.id), col(Ballot.voting_id) == voting_id))
        .outerjoin(newest, newest.c.person_id == col(Person.id))
        .outerjoin(Link, col(Link.id) == newest.c.id)
        .outerjoin(letter, letter.c.link_id == col(Link.id))
        .outerjoin(Message, col(Message.id) == letter.c.id)
        .where(col(Seat.round_id) == round_id)
        .order_by(col(Seat.position))
    ).all()
    return tuple(Turnout(*row) for row in rows)


@dataclass(frozen=True)
class Outcome:
    """One nomination against its threshold."""

    code: str
    position: int
    name: str
    kind: str
    title: str
    unit: str
    award_key: str
    state: str
    yes: int
    no: int
    abstain: int
    silent: int
    recused: int
    base: int
    needed: int
    passed: bool
    sentence: str
    reason: str


def results(session: Session, voting_id: int) -> tuple[Outcome, ...]:
    """Every nomination × award of a closed vote, in the order of the list. Empty before the close."""
    rows = session.execute(
        select(
            col(Nomination.code),
            col(ListLine.position),
            col(Nomination.nominee_name),
            col(Nomination.nominee_kind),
            col(Nomination.nominee_title),
            col(Nomination.nominee_unit),
            col(Nomination.award_key),
            col(Nomination.state),
            *(getattr(Result, name) for name in _FIGURES),
        )
        .join(Result, col(Result.nomination_id) == col(Nomination.id))
        .join(Voting, col(Voting.id) == col(Result.voting_id))
        .join(
            ListLine,
            and_(
                col(ListLine.list_id) == col(Voting.list_id),
                col(ListLine.nomination_id) == col(Nomination.id),
            ),
        )
        .where(col(Voting.id) == voting_id, col(Voting.closed_at).is_not(None))
        .order_by(col(ListLine.position))
    ).all()
    return tuple(Outcome(*row) for row in rows)


_FIGURES = ("yes", "no", "abstain", "silent", "recused", "base", "needed", "passed", "sentence", "reason")
