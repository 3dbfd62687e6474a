"""One nomination on Văn phòng's desk: everything to check, who else is like it, and what comes next."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from engine.access import Actor, demand_sight
from engine.commands.ground import Ground
from engine.commands.term import open_until
from engine.definition import Definition
from engine.eligibility import Finding, told_once
from engine.errors import NotFound
from engine.models import Attachment, Check, Comment, Nomination, Person, Round
from engine.queries import judging, timeline
from engine.queries.office import in_list_order
from engine.stages import DEAD, State


@dataclass(frozen=True)
class File:
    """A file of the nomination as it stands."""

    id: int
    item_key: str
    name: str
    size: int
    uploaded_at: datetime


@dataclass(frozen=True)
class Item:
    """One item of the checklist: whether a file is there, and who ticked it when."""

    key: str
    label: str
    kind: str
    required: bool
    source: str
    files: tuple[File, ...]
    ticked_by: str
    ticked_at: datetime | None

    @property
    def missing(self) -> bool:
        return self.kind == "file" and self.required and not self.files


@dataclass(frozen=True)
class Remark:
    """What the office wrote beside a field when it returned the nomination for the `turn`-th time (from 1).

    `resolved_at`: when the department signed again.
    """

    field: str
    body: str
    author: str
    made_at: datetime
    resolved_at: datetime | None
    turn: int


@dataclass(frozen=True)
class Other:
    """Another live nomination with the same name or the same nominee."""

    code: str
    name: str
    department_key: str
    award_key: str
    state: str
    same_nominee: bool


@dataclass(frozen=True)
class Neighbours:
    """The nominations before and after this one among those still to be checked; `left` counts them all."""

    previous: str | None
    next: str | None
    left: int


@dataclass(frozen=True)
class Desk:
    """Everything the office needs to judge one nomination. `until`: how long its department may act on it."""

    nomination: Nomination
    round_key: str
    items: tuple[Item, ...]
    findings: tuple[Finding, ...]
    remarks: tuple[Remark, ...]
    others: tuple[Other, ...]
    history: tuple[timeline.Happening, ...]
    neighbours: Neighbours
    until: datetime | None

    @property
    def ready(self) -> bool:
        """Whether every required item is there and ticked, so that it can be accepted."""
        return not any(item.required and (item.missing or not item.ticked_by) for item in self.items)


def round_key_of(session: Session, actor: Actor, code: str) -> str:
    """The round of a nomination the actor may see. Raises NotFound, the same for what does not exist."""
    row = session.execute(
        select(col(Round.key), col(Nomination.department_key), col(Nomination.state))
        .join(Nomination, col(Nomination.round_id) == col(Round.id))
        .where(col(Nomination.code) == code)
    ).one_or_none()
    if row is None:
        raise NotFound("Không tìm thấy đề nghị này, hoặc ông/bà không có quyền xem.", help_from="Văn phòng")
    key: str = row[0]
    department, state = row[1:]
    demand_sight(actor, department=department, round_key=key, state=State(state), list_published=False)
    return key


def desk(session: Session, definition: Definition, round_key: str, code: str) -> Desk:
    """One nomination for the office's check. The caller has made sure that it may be seen."""
    nomination = session.exec(select_rows(Nomination).where(Nomination.code == code)).one()
    round_ = session.get_one(Round, nomination.round_id)
    return Desk(
        nomination=nomination,
        round_key=round_key,
        items=_items(session, definition, nomination),
        findings=told_once(judging.findings_of(session, definition, nomination)),
        remarks=_remarks(session, nomination),
        others=_others(session, nomination),
        history=timeline.of_nomination(session, nomination.id or 0),
        neighbours=neighbours(session, definition, nomination.round_id, code),
        until=open_until(session, Ground(round_, definition), nomination.department_key, nomination)
        if nomination.state == State.returned
        else None,
    )


def _items(session: Session, definition: Definition, nomination: Nomination) -> tuple[Item, ...]:
    files = [
        File(*row)
        for row in session.execute(
            select(
                col(Attachment.id),
                col(Attachment.item_key),
                col(Attachment.name),
                col(Attachment.size),
                col(Attachment.uploaded_at),
            )
            .where(col(Attachment.nomination_id) == nomination.id, col(Attachment.removed_at).is_(None))
            .order_by(col(Attachment.id))
        ).all()
    ]
    ticks = {
        key: (name, at)
        for key, name, at in session.execute(
            select(col(Check.item_key), col(Person.name), col(Check.checked_at))
            .join(Person, col(Person.id) == col(Check.checked_by))
            .where(col(Check.nomination_id) == nomination.id)
        ).all()
    }
    return tuple(
        Item(
            item.key,
            item.label,
            item.kind,
            item.required,
            item.source,
            tuple(file for file in files if file.item_key == item.key),
            *ticks.get(item.key, ("", None)),
        )
        for item in definition.items_for(award=nomination.award_key, nominee_kind=nomination.nominee_kind)
    )


def _remarks(session: Session, nomination: Nomination) -> tuple[Remark, ...]:
    rows = session.execute(
        select(
            col(Comment.field),
            col(Comment.body),
            col(Person.name),
            col(Comment.made_at),
            col(Comment.resolved_at),
        )
        .join(Person, col(Person.id) == col(Comment.author_id))
        .where(col(Comment.nomination_id) == nomination.id)
        .order_by(col(Comment.id).desc())
    ).all()
    # One return writes all its remarks at one moment.
    turns = {at: turn for turn, at in enumerate(sorted({row.made_at for row in rows}), start=1)}
    return tuple(Remark(field, body, who, at, done, turns[at]) for field, body, who, at, done in rows)


def _others(session: Session, nomination: Nomination) -> tuple[Other, ...]:
    hidden = [State.draft.value, State.ready.value, *(state.value for state in DEAD)]
    rows = session.execute(
        select(
            col(Nomination.code),
            col(Nomination.nominee_name),
            col(Nomination.department_key),
            col(Nomination.award_key),
            col(Nomination.state),
            col(Nomination.nominee_key) == nomination.nominee_key,
        )
        .where(
            col(Nomination.round_id) == nomination.round_id,
            col(Nomination.id) != nomination.id,
            col(Nomination.nominee_folded) == nomination.nominee_folded,
            col(Nomination.state).not_in(hidden),
        )
        .order_by(col(Nomination.id))
    ).all()
    return tuple(Other(*row) for row in rows)


def neighbours(session: Session, definition: Definition, round_id: int, code: str) -> Neighbours:
    """Where `code` stands among the nominations still to be checked; beside it if it is not one of them."""
    codes = list(
        session.scalars(
            select(col(Nomination.code))
            .where(col(Nomination.round_id) == round_id, col(Nomination.state) == State.proposed.value)
            .order_by(*in_list_order(definition))
        ).all()
    )
    if code not in codes:
        return Neighbours(None, codes[0] if codes else None, len(codes))
    place = codes.index(code)
    return Neighbours(
        codes[place - 1] if place else None,
        codes[place + 1] if place + 1 < len(codes) else None,
        len(codes),
    )


def last_change(session: Session, nomination: Nomination) -> timeline.Happening:
    """The newest event of a nomination: who changed it while somebody else was reading."""
    return timeline.of_nomination(session, nomination.id or 0)[-1]
