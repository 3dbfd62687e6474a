"""Who stands behind a browser's cookie, and what they may do: asked at every request, in two reads."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, literal, select, union_all
from sqlmodel import Session, col

from engine.access import Actor
from engine.models import Grant, Person, Round, Seat, SignIn, Voting
from engine.stages import Role

# Built once: building a statement costs more than running it.
_SESSION = (
    select(
        col(SignIn.person_id),
        col(SignIn.scope),
        col(SignIn.door),
        col(SignIn.expires_at),
        col(Person.name),
        col(Person.title),
        col(Person.department_key),
        col(Person.active),
    )
    .join(Person, col(Person.id) == col(SignIn.person_id))
    .where(col(SignIn.key_hash) == bindparam("key_hash"))
)
_ROLES = union_all(
    select(literal(0), col(Grant.role), col(Grant.scope)).where(col(Grant.person_id) == bindparam("person")),
    select(literal(1), col(Seat.role), col(Round.key))
    .join(Round, col(Round.id) == col(Seat.round_id))
    .where(col(Seat.person_id) == bindparam("person")),
)
_SEAT_OF_VOTE = (
    select(col(Round.key))
    .join(Voting, col(Voting.round_id) == col(Round.id))
    .join(Seat, col(Seat.round_id) == col(Round.id))
    .where(col(Voting.id) == bindparam("voting"), col(Seat.person_id) == bindparam("person"))
)
SPEAKS_FOR_COUNCIL = frozenset({Role.secretary.value, Role.chair.value})


@dataclass(frozen=True)
class Visitor:
    """A person with a living session; `scope` is the vote's id when a ballot link opened it, else empty."""

    actor: Actor
    scope: str
    title: str


def visitor(session: Session, key_hash: str, *, now: datetime) -> Visitor | None:
    """The visitor behind the keyed hash of a session's key, or None when the session is over."""
    row = session.connection().execute(_SESSION, {"key_hash": key_hash}).one_or_none()
    if row is None:
        return None
    person_id, scope, door, expires_at, name, title, department, active = row
    if now >= expires_at or not active:
        return None
    grants = grants_of(session, person_id, scope=scope)
    return Visitor(Actor(person_id, name, door, grants, department or ""), scope, title)


def grants_of(session: Session, person_id: int, *, scope: str = "") -> frozenset[tuple[Role, str]]:
    """Own grants, and the roles of own seats in rounds (scope: the round's key).

    A session opened by a ballot link (`scope`: the vote's id) is worth the seat's ballot in that vote's round
    and nothing else, whatever else the person may do.
    """
    if scope:
        asked = {"voting": int(scope), "person": person_id}
        keys = session.connection().execute(_SEAT_OF_VOTE, asked).scalars()
        return frozenset((Role.member, key) for key in keys)
    grants = set()
    for is_seat, role, of in session.connection().execute(_ROLES, {"person": person_id}):
        if is_seat:
            grants.add((Role.member, of))
        if not is_seat or role in SPEAKS_FOR_COUNCIL:
            grants.add((Role(role), of))
    return frozenset(grants)
