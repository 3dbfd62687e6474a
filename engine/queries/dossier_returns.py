"""What Sở Nội vụ sent back for completion: who has added what since, and what nobody has completed yet."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from engine.models import Attachment, Event, Nomination, Person
from engine.queries.dossier_facts import Facts
from engine.stages import Act, State


@dataclass(frozen=True)
class Added:
    """A file added since the return."""

    name: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Returned:
    """A nomination sent back at `at` for `reason`. `ticked`: the office says that no file had to be added
    for it, because what was wrong lay elsewhere (the tờ trình itself, say).
    """

    id: int
    code: str
    name: str
    department_key: str
    reason: str
    at: datetime
    added: tuple[Added, ...]
    ticked: bool

    @property
    def completed(self) -> bool:
        return bool(self.added) or self.ticked


def returned_lines(session: Session, round_id: int, facts: Facts) -> tuple[Returned, ...]:
    """Everything a round has back for completion, in the order of entry; `facts` are those of the version
    being filled. Two queries, one where nothing is back.
    """
    rows = session.execute(
        select(
            col(Nomination.id),
            col(Nomination.code),
            col(Nomination.nominee_name),
            col(Nomination.department_key),
            col(Nomination.reason),
            func.max(col(Event.at)),
        )
        .join(
            Event,
            (col(Event.nomination_id) == col(Nomination.id)) & (col(Event.kind) == Act.ask_completion.value),
        )
        .where(col(Nomination.round_id) == round_id, col(Nomination.state) == State.completion.value)
        .group_by(col(Nomination.id))
        .order_by(col(Nomination.id))
    ).all()
    if not rows:
        return ()
    added = _added(session, {row[0]: row[5] for row in rows})
    ticked = set(facts.get("nothing_added", "").split(","))
    return tuple(
        Returned(id_, code, name, department, reason, at, added.get(id_, ()), str(id_) in ticked)
        for id_, code, name, department, reason, at in rows
    )


def _added(session: Session, since: dict[int, datetime]) -> dict[int, tuple[Added, ...]]:
    """By nomination, what was added from its return on; an earlier supplement was sent along already."""
    rows = session.execute(
        select(
            col(Attachment.nomination_id),
            col(Attachment.name),
            col(Person.name),
            col(Attachment.uploaded_at),
        )
        .outerjoin(Person, col(Person.id) == col(Attachment.uploaded_by))
        .where(
            col(Attachment.nomination_id).in_(since),
            col(Attachment.supplement).is_(True),
            col(Attachment.removed_at).is_(None),
        )
        .order_by(col(Attachment.id))
    ).all()
    found: dict[int, list[Added]] = {}
    for of, name, by, at in rows:
        if at >= since[of]:
            found.setdefault(of, []).append(Added(name, by or "", at))
    return {of: tuple(files) for of, files in found.items()}
