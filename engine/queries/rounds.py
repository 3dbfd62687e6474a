"""Rounds as everybody sees them, and one round as a department sees it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from engine import eligibility
from engine.access import Actor
from engine.commands.ground import Ground, pinned
from engine.commands.proposal import open_until
from engine.definition import Definition, Department
from engine.eligibility import Severity
from engine.errors import NotFound
from engine.models import Comment, DepartmentReply, Nomination, Person, Round, StageWindow
from engine.queries import judging
from engine.stages import DEAD, WITH_DEPARTMENT, Stage, State


@dataclass(frozen=True)
class RoundLine:
    """One round in a list, with the window of the stage it is in (of the first stage while planned)."""

    key: str
    title: str
    stage: Stage
    opens_at: datetime | None
    due_at: datetime | None
    explanation: str
    closed_at: datetime | None


@dataclass(frozen=True)
class Window:
    """When a stage opens and is due, why, and when it was really left."""

    stage: Stage
    opens_at: datetime | None
    due_at: datetime | None
    explanation: str
    closed_at: datetime | None


@dataclass(frozen=True)
class RoundSeen:
    """A round with the definition it is pinned to and the windows of its four stages."""

    id: int
    key: str
    title: str
    stage: Stage
    definition: Definition
    windows: dict[Stage, Window]
    closed_at: datetime | None

    @property
    def window(self) -> Window | None:
        """The window of the stage the round is in; of the first one while it is planned."""
        return self.windows.get(Stage.proposal if self.stage == Stage.planned else self.stage)

    @property
    def step(self) -> int:
        """Where the five-step bar stands: 1–5, 6 when all is done."""
        return {
            Stage.planned: 1,
            Stage.proposal: 1,
            Stage.office: 2,
            Stage.council: 3,
            Stage.submission: 4,
            Stage.closed: 6,
        }[self.stage]


@dataclass(frozen=True)
class NominationLine:
    """One nomination in its department's list; `blocks`: what must be mended, `unread`: open comments."""

    code: str
    name: str
    kind: str
    award: str
    state: State
    blocks: int
    holds: int
    unread: int
    return_until: datetime | None
    signed_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True)
class DepartmentPart:
    """A department's part in a round: what it has, what it answered, and until when it may act."""

    department: Department
    lines: tuple[NominationLine, ...]
    until: datetime | None
    open: bool
    replied_at: datetime | None
    replied_by: str
    nobody: bool
    reason: str

    def count(self, *states: State) -> int:
        return sum(line.state in states for line in self.lines)

    @property
    def ready(self) -> tuple[NominationLine, ...]:
        """What waits for the department head's signature."""
        return tuple(line for line in self.lines if line.state == State.ready)


def all_rounds(session: Session) -> tuple[RoundLine, ...]:
    """Every round, running ones first, then planned, then closed; newest first."""
    rows = session.execute(
        select(  # type: ignore[call-overload]
            Round.key,
            Round.title,
            Round.stage,
            StageWindow.stage,
            StageWindow.opens_at,
            StageWindow.due_at,
            StageWindow.explanation,
            Round.closed_at,
        )
        .outerjoin(StageWindow, col(StageWindow.round_id) == Round.id)
        .order_by(col(Round.made_at).desc(), col(Round.id).desc())
    ).all()
    lines: dict[str, RoundLine] = {}
    for key, title, stage, of, opens, due, why, closed in rows:
        told = {Stage.planned.value: Stage.proposal.value, Stage.closed.value: Stage.submission.value}
        if key not in lines or of == told.get(stage, stage):
            lines[key] = RoundLine(key, title, Stage(stage), opens, due, why or "", closed)
    order = {Stage.planned: 1, Stage.closed: 2}
    return tuple(sorted(lines.values(), key=lambda line: order.get(line.stage, 0)))


def seen(session: Session, key: str) -> RoundSeen:
    """One round, looked at without a lock. Raises NotFound."""
    row = session.execute(
        select(  # type: ignore[call-overload]
            Round.id, Round.key, Round.title, Round.stage, Round.definition_hash, Round.closed_at
        ).where(Round.key == key)
    ).one_or_none()
    if row is None:
        raise NotFound("Không tìm thấy đợt xét này.", help_from="Văn phòng")
    windows = session.exec(select(StageWindow).where(StageWindow.round_id == row.id)).all()
    return RoundSeen(
        id=row.id,
        key=row.key,
        title=row.title,
        stage=Stage(row.stage),
        definition=pinned(session, row.definition_hash),
        windows={
            Stage(w.stage): Window(Stage(w.stage), w.opens_at, w.due_at, w.explanation, w.closed_at)
            for w in windows
        },
        closed_at=row.closed_at,
    )


def my_departments(actor: Actor, definition: Definition) -> tuple[Department, ...]:
    """Departments of the round this person proposes for, in the round's order."""
    return tuple(d for d in definition.departments if d.key in actor.departments())


def department_part(
    session: Session, round_: RoundSeen, department: Department, *, now: datetime
) -> DepartmentPart:
    """What one department has in a round; seven queries whatever the number of nominations."""
    ground = Ground(session.get_one(Round, round_.id), round_.definition)
    nominations = session.exec(
        select(Nomination)
        .where(Nomination.round_id == round_.id, col(Nomination.state).not_in([s.value for s in DEAD]))
        .order_by(col(Nomination.id))
    ).all()
    gone = session.exec(
        select(Nomination)
        .where(
            Nomination.round_id == round_.id,
            Nomination.department_key == department.key,
            col(Nomination.state).in_([s.value for s in DEAD]),
        )
        .order_by(col(Nomination.id))
    ).all()
    mine = [n for n in nominations if n.department_key == department.key]
    counts = _findings(session, round_.definition, nominations, mine)
    unread = _open_comments(session, [n.id or 0 for n in mine])
    reply = session.execute(
        select(DepartmentReply, Person.name)
        .join(Person, col(Person.id) == DepartmentReply.replied_by)
        .where(DepartmentReply.round_id == round_.id, DepartmentReply.department_key == department.key)
    ).one_or_none()
    until = open_until(session, ground, department.key, None)
    return DepartmentPart(
        department=department,
        lines=tuple(
            NominationLine(
                code=n.code,
                name=n.nominee_name,
                kind=n.nominee_kind,
                award=round_.definition.award(n.award_key).name,
                state=State(n.state),
                blocks=counts.get(n.code, (0, 0))[0],
                holds=counts.get(n.code, (0, 0))[1],
                unread=unread.get(n.id or 0, 0),
                return_until=n.return_until,
                signed_at=n.signed_at,
                updated_at=n.updated_at,
            )
            for n in (*mine, *gone)
        ),
        until=until,
        open=until is not None and now < until,
        replied_at=reply[0].replied_at if reply else None,
        replied_by=reply[1] if reply else "",
        nobody=reply[0].nobody if reply else False,
        reason=reply[0].reason if reply else "",
    )


def _findings(
    session: Session, definition: Definition, live: Sequence[Nomination], mine: Sequence[Nomination]
) -> dict[str, tuple[int, int]]:
    """Blocks and holds of the nominations still with the department, by code."""
    wanted = {n.code for n in mine if State(n.state) in WITH_DEPARTMENT}
    if not wanted:
        return {}
    facts = judging.facts_of(session, live)
    found = {
        fact.code: eligibility.findings(definition, fact, [other for other in facts if other is not fact])
        for fact in facts
        if fact.code in wanted
    }
    return {
        code: (
            sum(f.severity == Severity.block for f in findings),
            sum(f.severity == Severity.hold for f in findings),
        )
        for code, findings in found.items()
    }


def _open_comments(session: Session, ids: Iterable[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for id_ in session.exec(
        select(Comment.nomination_id).where(
            col(Comment.nomination_id).in_(list(ids)), col(Comment.resolved_at).is_(None)
        )
    ).all():
        counts[id_] = counts.get(id_, 0) + 1
    return counts
