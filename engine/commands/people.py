"""Who is who: the roster, what a person may do, and sessions opened by personal links."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, select, text, update
from sqlmodel import Session, SQLModel, col

from engine import history
from engine.access import Actor, demand_role
from engine.commands.linking import (
    ask_ballot_link_again,
    asked_recently,
    issue_link,
    link_of,
    replace_ballot_link,
    token_of,
    use_up,
)
from engine.links import Keys, new_session_key
from engine.models import Grant, Link, Person, Round, SignIn
from engine.queries.visitor import grants_of
from engine.stages import Role, Stage
from engine.text import clean, fold

__all__ = [
    "RosterLine",
    "actor_of",
    "ask_ballot_link_again",
    "ask_to_sign_in",
    "issue_link",
    "keep_alive",
    "link_of",
    "load_roster",
    "open_link",
    "replace_ballot_link",
    "sign_out",
    "token_of",
]

SIGN_IN_LINK_LASTS = timedelta(hours=2)
STAFF_SESSION_LASTS = timedelta(hours=12)
BALLOT_SESSION_LASTS = timedelta(minutes=30)  # idle; the link itself works until the vote closes
SEEN_EVERY = timedelta(minutes=1)
_SIGN_IN = SQLModel.metadata.tables["sign_in"]
_SEEN = update(_SIGN_IN).where(
    _SIGN_IN.c.key_hash == bindparam("key"),
    _SIGN_IN.c.scope != "",
    _SIGN_IN.c.seen_at <= bindparam("before"),
)
_GRANT = SQLModel.metadata.tables["role_grant"]


@dataclass(frozen=True)
class RosterLine:
    """A person as the agency's file has it."""

    key: str
    name: str
    email: str | None
    salutation: str
    title: str
    department_key: str | None
    phone: str
    grants: tuple[tuple[str, str], ...]


def load_roster(
    session: Session, actor: Actor, agency_key: str, lines: Iterable[RosterLine], *, now: datetime
) -> int:
    """Bring the roster up to the file: adds, changes, and switches off who is gone. Returns the count.

    History keeps who loaded it and whose entry changed (keys only), once for each load that changed anything.
    Raises NotYours unless `actor` is the administrator or the office.
    """
    demand_role(actor, Role.admin, Role.office)
    # Whoever leaves keeps no vote open any longer, so the flow looks. Rounds are locked before people.
    session.execute(
        update(Round)
        .where(col(Round.agency_key) == agency_key, col(Round.stage) == Stage.council.value)
        .values(wake_at=now)
    )
    if session.get_bind().dialect.name == "postgresql":
        # Two processes starting at once must not both add the same person.
        session.execute(text("LOCK TABLE person IN SHARE ROW EXCLUSIVE MODE"))
    known = {
        p.key: p
        for p in session.execute(select(Person).where(col(Person.agency_key) == agency_key)).scalars()
    }
    wanted = {line.key: line for line in lines}
    before = _as_lines(session, known)
    gone = [person for key, person in known.items() if key not in wanted]
    for person in gone:
        person.active, person.email = False, None
        session.add(person)
    for key, line in wanted.items():
        if key in known:
            # Addresses may change hands within one file; unique keys are checked row by row.
            known[key].email = known[key].email if known[key].email == _address(line) else None
    session.flush()
    for key, line in wanted.items():
        person = known.setdefault(key, Person(agency_key=agency_key, key=key, name="", folded=""))
        person.name, person.folded = clean(line.name), fold(line.name)
        person.email = _address(line)
        person.salutation, person.title = line.salutation, line.title
        person.department_key, person.phone, person.active = line.department_key, line.phone, True
        session.add(person)
    session.flush()
    ids = [p.id for p in known.values()]
    session.execute(delete(Grant).where(col(Grant.person_id).in_(ids)))
    session.execute(delete(SignIn).where(col(SignIn.person_id).in_([p.id for p in gone])))
    grants = [
        {"person_id": known[key].id, "role": role, "scope": scope}
        for key, line in wanted.items()
        for role, scope in sorted(set(line.grants))
    ]
    if grants:
        session.execute(insert(_GRANT), grants)
    _tell_history(session, actor, agency_key, before, {k: _as_kept(v) for k, v in wanted.items()}, now=now)
    return len(wanted)


def _tell_history(
    session: Session,
    actor: Actor,
    agency_key: str,
    before: Mapping[str, RosterLine],
    after: Mapping[str, RosterLine],
    *,
    now: datetime,
) -> None:
    facts = {
        "added": sorted(after.keys() - before.keys()),
        "changed": sorted(key for key in after.keys() & before.keys() if before[key] != after[key]),
        "gone": sorted(before.keys() - after.keys()),
    }
    if any(facts.values()):
        told = {"agency": agency_key, **facts}
        subject = history.Subject(None)
        history.record(session, "roster_loaded", subject, actor=actor, now=now, facts=told, tell=False)


def _as_lines(session: Session, known: Mapping[str, Person]) -> dict[str, RosterLine]:
    """Everybody active as the roster has them now, in the file's terms."""
    ids = [p.id for p in known.values()]
    grants: dict[int, list[tuple[str, str]]] = {}
    for id_, role, scope in session.execute(
        select(_GRANT.c.person_id, _GRANT.c.role, _GRANT.c.scope).where(_GRANT.c.person_id.in_(ids))
    ):
        grants.setdefault(id_, []).append((role, scope))
    return {
        p.key: RosterLine(
            p.key,
            p.name,
            p.email,
            p.salutation,
            p.title,
            p.department_key,
            p.phone,
            tuple(sorted(grants.get(p.id or 0, ()))),
        )
        for p in known.values()
        if p.active
    }


def _as_kept(line: RosterLine) -> RosterLine:
    return replace(line, name=clean(line.name), email=_address(line), grants=tuple(sorted(set(line.grants))))


def _address(line: RosterLine) -> str | None:
    return clean(line.email).lower() if line.email else None


def actor_of(session: Session, person: Person, *, door: str, scope: str = "") -> Actor:
    """The person as an actor; `scope` as in `engine.queries.visitor.grants_of`."""
    grants = grants_of(session, person.id or 0, scope=scope)
    return Actor(person.id, person.name, door, grants, person.department_key or "")


def ask_to_sign_in(session: Session, keys: Keys, *, email: str, door: str, now: datetime) -> None:
    """Mail a sign-in link if the address is known; says nothing either way: no fishing for names."""
    person = session.execute(
        select(Person)
        .where(col(Person.email) == clean(email).lower(), col(Person.active).is_(True))
        .with_for_update()
    ).scalar_one_or_none()
    if person is None or asked_recently(session, purpose="signin", person_id=person.id or 0, now=now):
        return
    expires_at = now + SIGN_IN_LINK_LASTS
    link = issue_link(
        session, keys, purpose="signin", person_id=person.id or 0, expires_at=expires_at, now=now
    )
    history.record(
        session,
        "sign_in_asked",
        history.Subject(None),
        actor=Actor(person.id, person.name, door),
        now=now,
        facts={"link": link.id, "person": person.id},
    )


def open_link(session: Session, keys: Keys, token: str, *, now: datetime) -> tuple[str, Link]:
    """Exchange a link for a session, by a person's click; returns the new session's key and the link.

    A sign-in link opens everything of that person, once; a ballot link opens that ballot only.
    """
    at_rest = keys.at_rest(token)
    # The person before the link, and without keeping others from pointing to the person (key_share).
    session.execute(
        select(col(Person.id))
        .join(Link, col(Link.person_id) == col(Person.id))
        .where(col(Link.token_hash) == at_rest)
        .with_for_update(of=Person, key_share=True)
    )
    session.execute(select(col(Link.id)).where(col(Link.token_hash) == at_rest).with_for_update())
    link, person = link_of(session, keys, token, now=now)
    key = new_session_key()
    staff = link.purpose == "signin"
    door = "page" if staff else "link"
    if staff:
        use_up(session, link, now=now)
    session.add(
        SignIn(
            key_hash=keys.at_rest(key),
            person_id=person.id or 0,
            scope="" if staff else link.scope,
            door=door,
            made_at=now,
            seen_at=now,
            expires_at=now + (STAFF_SESSION_LASTS if staff else BALLOT_SESSION_LASTS),
        )
    )
    history.record(
        session,
        "signed_in",
        history.Subject(None),
        actor=Actor(person.id, person.name, door),
        now=now,
        facts={"purpose": link.purpose, "link": link.id},
        tell=False,
    )
    session.flush()  # who asks next, on this transaction, finds the session there
    return key, link


def keep_alive(session: Session, key_hash: str, *, now: datetime) -> None:
    """Move a ballot session's idle limit on, once a minute at most; staff sessions have an absolute end."""
    asked = {"key": key_hash, "before": now - SEEN_EVERY}
    session.connection().execute(_SEEN, {**asked, "seen_at": now, "expires_at": now + BALLOT_SESSION_LASTS})


def sign_out(session: Session, key_hash: str) -> None:
    session.execute(delete(SignIn).where(col(SignIn.key_hash) == key_hash))
