"""The roster as pages need it."""

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from engine.commands.ground import pinned
from engine.models import Grant, Person, Round, Voting
from engine.text import fold

PAGE = 50


@dataclass(frozen=True)
class RosterRow:
    """A person on the roster; `roles` are (role, department's name or empty)."""

    name: str
    title: str
    department: str
    email: str
    active: bool
    roles: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Roster:
    """One page of the roster, and how many people it is about."""

    rows: tuple[RosterRow, ...]
    found: int
    pages: int
    without_email: int


@dataclass(frozen=True)
class Colleague:
    """Somebody a department may propose."""

    key: str
    name: str
    title: str


def colleagues(session: Session, agency_key: str, department: str) -> tuple[Colleague, ...]:
    """The active people of one department, by name."""
    rows = session.execute(
        select(Person.key, Person.name, Person.title)
        .where(
            Person.agency_key == agency_key,
            Person.department_key == department,
            col(Person.active).is_(True),
        )
        .order_by(col(Person.folded), col(Person.key))
    ).all()
    return tuple(Colleague(key, name, title) for key, name, title in rows)


def roster(session: Session, *, query: str = "", only_without_email: bool = False, page: int = 1) -> Roster:
    """People whose name holds `query`, whatever its accents; `page` counts from 1."""
    escaped = fold(query).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    wanted = [col(Person.folded).like(f"%{escaped}%", escape="\\")]
    nobody = [col(Person.active).is_(True), col(Person.email).is_(None)]
    if only_without_email:
        wanted += nobody
    found = session.execute(select(func.count()).select_from(Person).where(*wanted)).scalar_one()
    people = session.execute(
        select(  # type: ignore[call-overload]
            Person.id, Person.name, Person.title, Person.department_key, Person.email, Person.active
        )
        .where(*wanted)
        .order_by(col(Person.active).desc(), col(Person.folded), col(Person.id))
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    names = department_names(session)
    roles = _roles(session, [row.id for row in people], names)
    return Roster(
        rows=tuple(
            RosterRow(
                name=name,
                title=title,
                department=names.get(department or "", department or ""),
                email=email or "",
                active=active,
                roles=tuple(roles.get(id_, ())),
            )
            for id_, name, title, department, email, active in people
        ),
        found=found,
        pages=max(1, -(-found // PAGE)),
        without_email=session.execute(select(func.count()).select_from(Person).where(*nobody)).scalar_one(),
    )


def _roles(session: Session, ids: list[int], names: dict[str, str]) -> dict[int, list[tuple[str, str]]]:
    roles: dict[int, list[tuple[str, str]]] = {}
    for person_id, role, scope in session.execute(
        select(Grant.person_id, Grant.role, Grant.scope)
        .where(col(Grant.person_id).in_(ids))
        .order_by(Grant.role, Grant.scope)
    ).all():
        roles.setdefault(person_id, []).append((role, names.get(scope, scope)))
    return roles


def department_names(session: Session) -> dict[str, str]:
    """Department key → name, as the newest round calls them."""
    newest = session.exec(select(Round.definition_hash).order_by(col(Round.made_at).desc())).first()
    if newest is None:
        return {}
    return {department.key: department.name for department in pinned(session, newest).departments}


def round_of_voting(session: Session, voting_id: int) -> str:
    """The key of the round a vote belongs to; empty when there is no such vote."""
    return (
        session.exec(
            select(Round.key).join(Voting, col(Voting.round_id) == Round.id).where(Voting.id == voting_id)
        ).first()
        or ""
    )
