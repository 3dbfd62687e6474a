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
from engine.eligibility import Severity, told_once
from engine.errors import NotFound
from engine.models import Comment, DepartmentReply, Nomination, Person, Round, StageWindow
from engine.queries import judging
from engine.stages import DEAD, UNSENT, WITH_DEPARTMENT, Stage, State


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


def step_of(stage: Stage, *, head_considers: bool) -> int:
    """The step of parts/progress.html, for every page: 0 before the round opens, 1–5, 6 when all is done.

    The last stage is the head's while a recommendation waits for the head's word (`head_considers`).
    """
    if stage == Stage.submission:
        return 4 if head_considers else 5
    return {Stage.planned: 0, Stage.proposal: 1, Stage.office: 2, Stage.council: 3, Stage.closed: 6}[stage]


@dataclass(frozen=True)
class RoundSeen:
    """A round with the definition it is pinned to, the windows of its four stages and where it stands."""

    id: int
    key: str
    title: str
    stage: Stage
    definition: Definition
    windows: dict[Stage, Window]
    closed_at: datetime | None
    step: int

    @property
    def window(self) -> Window | None:
        """The window of the stage the round is in; of the first one while it is planned."""
        return self.windows.get(Stage.proposal if self.stage == Stage.planned else self.stage)


@dataclass(frozen=True)
class NominationLine:
    """One nomination in its department's list; `blocks`: what must be mended, `unread`: open comments."""

    code: str
    version: int
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
    def sent(self) -> int:
        """How many were signed off and not taken back, whatever the office and the council made of them."""
        return sum(line.signed_at is not None and line.state not in UNSENT for line in self.lines)

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


_HEAD_CONSIDERS = (
    select(Nomination.id)
    .where(Nomination.round_id == Round.id, Nomination.state == State.recommended.value)
    .correlate(Round)
    .exists()
)


def seen(session: Session, key: str) -> RoundSeen:
    """One round, looked at without a lock. Raises NotFound."""
    rows = session.execute(
        select(  # type: ignore[call-overload, misc]
            Round.id,
            Round.title,
            Round.stage,
            Round.definition_hash,
            Round.closed_at,
            _HEAD_CONSIDERS,
            StageWindow.stage,
            StageWindow.opens_at,
            StageWindow.due_at,
            StageWindow.explanation,
            StageWindow.closed_at,
        )
        .join(StageWindow, col(StageWindow.round_id) == Round.id)
        .where(Round.key == key)
    ).all()
    if not rows:
        raise NotFound("Không tìm thấy đợt xét này.", help_from="Văn phòng")
    id_, title, stage, definition_hash, closed_at, head_considers = rows[0][:6]
    windows = [Window(Stage(row[6]), *row[7:]) for row in rows]
    return RoundSeen(
        id=id_,
        key=key,
        title=title,
        stage=Stage(stage),
        definition=pinned(session, definition_hash),
        windows={window.stage: window for window in windows},
        closed_at=closed_at,
        step=step_of(Stage(stage), head_considers=head_considers),
    )


def my_departments(actor: Actor, definition: Definition) -> tuple[Department, ...]:
    """Departments of the round this person proposes for, in the round's order."""
    return tuple(d for d in definition.departments if d.key in actor.departments())


def department_part(
    session: Session, round_: RoundSeen, department: Department, *, now: datetime
) -> DepartmentPart:
    """What one department has in a round; at most nine queries whatever the number of nominations."""
    lines = _lines(session, round_, department)
    reply = session.execute(
        select(DepartmentReply.replied_at, DepartmentReply.nobody, DepartmentReply.reason, Person.name)
        .join(Person, col(Person.id) == DepartmentReply.replied_by)
        .where(DepartmentReply.round_id == round_.id, DepartmentReply.department_key == department.key)
    ).one_or_none()
    # open_until looks at the round's stage and windows only: no need to read the row again.
    row = Round(
        id=round_.id,
        key=round_.key,
        stage=round_.stage.value,
        agency_key="",
        definition_hash="",
        title="",
        made_at=now,
    )
    until = open_until(session, Ground(row, round_.definition), department.key, None)
    return DepartmentPart(
        department=department,
        lines=lines,
        until=until,
        open=until is not None and now < until,
        replied_at=reply.replied_at if reply else None,
        replied_by=reply.name if reply else "",
        nobody=reply.nobody if reply else False,
        reason=reply.reason if reply else "",
    )


def _lines(session: Session, round_: RoundSeen, department: Department) -> tuple[NominationLine, ...]:
    """The department's nominations, live ones first; findings and comments where somebody still works."""
    rows = session.execute(
        select(  # type: ignore[call-overload]
            Nomination.id,
            Nomination.code,
            Nomination.version,
            Nomination.nominee_name,
            Nomination.nominee_kind,
            Nomination.award_key,
            Nomination.state,
            Nomination.return_until,
            Nomination.signed_at,
            Nomination.updated_at,
        )
        .where(Nomination.round_id == round_.id, Nomination.department_key == department.key)
        .order_by(col(Nomination.id))
    ).all()
    working = [row.code for row in rows if row.state in WITH_DEPARTMENT]
    returned = [row.id for row in rows if row.state == State.returned]
    counts = _findings(session, round_, working) if working else {}
    unread = _open_comments(session, returned) if returned else {}
    awards = {award.key: award.name for award in round_.definition.awards}
    lines = [
        NominationLine(
            code=code,
            version=version,
            name=name,
            kind=kind,
            award=awards[award],
            state=State(state),
            blocks=counts.get(code, (0, 0))[0],
            holds=counts.get(code, (0, 0))[1],
            unread=unread.get(id_, 0),
            return_until=until,
            signed_at=signed,
            updated_at=updated,
        )
        for id_, code, version, name, kind, award, state, until, signed, updated in rows
    ]
    return tuple(sorted(lines, key=lambda line: line.state in DEAD))


def _findings(session: Session, round_: RoundSeen, codes: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Blocks and holds of nominations by code, each judged beside all the others of the round."""
    live = session.exec(
        select(Nomination)
        .where(Nomination.round_id == round_.id, col(Nomination.state).not_in([s.value for s in DEAD]))
        .order_by(col(Nomination.id))
    ).all()
    facts = judging.facts_of(session, live)
    counts = {}
    for fact in facts:
        if fact.code in codes:
            others = [other for other in facts if other is not fact]
            found = told_once(eligibility.findings(round_.definition, fact, others))
            counts[fact.code] = (
                sum(f.severity == Severity.block for f in found),
                sum(f.severity == Severity.hold for f in found),
            )
    return counts


def _open_comments(session: Session, ids: Iterable[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for id_ in session.exec(
        select(Comment.nomination_id).where(
            col(Comment.nomination_id).in_(list(ids)), col(Comment.resolved_at).is_(None)
        )
    ).all():
        counts[id_] = counts.get(id_, 0) + 1
    return counts
