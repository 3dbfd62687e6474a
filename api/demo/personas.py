"""Who may be played: everybody with something to do, grouped as the agency sees itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, select, update
from sqlmodel import Session, col

from engine.commands import linking, people
from engine.errors import NotFound
from engine.links import Keys
from engine.models import Grant, Person, Round, Seat, SignIn
from engine.queries.people import department_names
from engine.stages import Role

DOOR = "demo"
# Pushing the clock by a month must not sign everybody out.
LASTS = timedelta(days=3650)


@dataclass(frozen=True)
class Persona:
    """Somebody to play; `roles` are (kind of label, value) pairs for the page's words."""

    key: str
    name: str
    title: str
    roles: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Group:
    """Personas under one heading."""

    heading: str
    personas: tuple[Persona, ...]


def groups(session: Session) -> tuple[Group, ...]:
    """Departments first, then office, council (of the newest round), head, administrator."""
    granted = session.execute(
        select(col(Grant.role), col(Grant.scope), col(Person.key), col(Person.name), col(Person.title))
        .join(Person, col(Person.id) == col(Grant.person_id))
        .where(col(Person.active).is_(True))
        .order_by(col(Grant.role).desc(), col(Person.id))
    ).all()
    found = []
    for department, name in department_names(session).items():
        of = [(role, key, who, title) for role, scope, key, who, title in granted if scope == department]
        found.append(
            Group(name, tuple(Persona(key, who, title, (("role", role),)) for role, key, who, title in of))
        )
    for heading, role in (
        ("Văn phòng (tổng hợp, danh sách, hồ sơ trình)", Role.office),
        ("Thủ trưởng cơ quan", Role.head),
    ):
        found.append(_with_role(granted, heading, role))
    found.insert(-1, Group("Hội đồng Thi đua – Khen thưởng", _council(session)))
    found.append(_with_role(granted, "Quản trị", Role.admin))
    return tuple(group for group in found if group.personas)


def _with_role(granted: Sequence[Row[str, str, str, str, str]], heading: str, wanted: Role) -> Group:
    return Group(
        heading,
        tuple(
            Persona(key, who, title, (("role", role),))
            for role, _scope, key, who, title in granted
            if role == wanted
        ),
    )


def _council(session: Session) -> tuple[Persona, ...]:
    newest = session.execute(select(col(Round.id)).order_by(col(Round.id).desc()).limit(1)).scalar()
    rows = session.execute(
        select(col(Person.key), col(Person.name), col(Person.title), col(Seat.role))
        .join(Seat, col(Seat.person_id) == col(Person.id))
        .where(col(Seat.round_id) == newest)
        .order_by(col(Seat.position))
    ).all()
    return tuple(Persona(key, name, title, (("seat", role),)) for key, name, title, role in rows)


def act_as(session: Session, keys: Keys, person_key: str, *, now: datetime) -> tuple[str, Person]:
    """Sign in as a persona through the demonstration's door; returns the session's key. Raises NotFound.

    It stands on the same link and session as a mailed one, under a purpose of its own: links in letters
    stay as they are. History says that it was the demonstration.
    """
    person = session.execute(
        select(Person).where(col(Person.key) == person_key, col(Person.active).is_(True))
    ).scalar_one_or_none()
    if person is None:
        raise NotFound("Không có người này trong dữ liệu mẫu.")
    link = linking.issue_link(session, keys, purpose=DOOR, person_id=person.id or 0, now=now)
    key, _ = people.open_link(session, keys, linking.token_of(keys, link), now=now)
    session.execute(
        update(SignIn)
        .where(col(SignIn.key_hash) == keys.at_rest(key))
        .values(door=DOOR, expires_at=now + LASTS)
    )
    return key, person
