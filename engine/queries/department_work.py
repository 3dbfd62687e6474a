"""What a department still works on in the running rounds, and until when it may."""

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from sqlalchemy import func
from sqlmodel import Session, col, select

from engine.access import Actor
from engine.commands.ground import pinned
from engine.models import Attachment, Comment, Event, Leave, Nomination, StageWindow
from engine.queries.leave import IN_FORCE
from engine.queries.running import Due, Running
from engine.stages import EDITABLE, Act, Stage, State

MENDING = "Hạn bổ sung kể từ ngày Văn phòng trả lại"
Leaves = dict[tuple[int, str], Due]
# Whether a file was added after Sở Nội vụ asked for one.
_SUPPLIED = (
    select(Attachment.id)
    .where(
        Attachment.nomination_id == Nomination.id,
        col(Attachment.removed_at).is_(None),
        Attachment.uploaded_at
        >= select(func.max(Event.at))
        .where(Event.nomination_id == Nomination.id, Event.kind == Act.ask_completion.value)
        .correlate(Nomination)
        .scalar_subquery(),
    )
    .correlate(Nomination)
    .exists()
)


@dataclass(frozen=True)
class DraftWaiting:
    """A nomination that waits for my department: a draft, one the office returned (`comments` counts its open
    ones), or one that Sở Nội vụ sent back (`reason`; `supplied`: a file came since).
    """

    code: str
    name: str
    award: str
    round_key: str
    round_title: str
    department: str
    state: State
    comments: int
    reason: str
    supplied: bool
    due: Due | None


@dataclass(frozen=True)
class Times:
    """Until when departments may act, by round and department; a time that is over is kept, to be told.

    `general`: the deadline of their stage, by round; `leaves`: the head's leave; `mending`: the longest days
    given to mend what waits for a signature again.
    """

    general: dict[int, Due]
    leaves: Leaves
    mending: Leaves

    def of(self, round_: Running, department: str, *more: Due | None) -> Due | None:
        """The latest of leave, stage's deadline and `more` keeps a form open (`engine.commands.term`)."""
        dues = (self.leaves.get((round_.id, department)), self.general.get(round_.id), *more)
        return max((due for due in dues if due), key=attrgetter("at"), default=None)

    def to_sign(self, round_: Running, department: str) -> Due | None:
        """Until when the head of a department may sign what waits for it."""
        return self.of(round_, department, self.mending.get((round_.id, department)))


def times_of(session: Session, actor: Actor, running: dict[int, Running]) -> Times:
    """The dates of the actor's departments in the running rounds."""
    if not actor.departments():
        return Times({}, {}, {})
    return Times(_general(session, running), _leaves(session, running), _mending(session, running))


def _general(session: Session, running: dict[int, Running]) -> dict[int, Due]:
    """The departments' deadline of each round that they may still have drafts in, past or not."""
    rows = session.execute(
        select(StageWindow.round_id, StageWindow.due_at, StageWindow.explanation).where(
            col(StageWindow.round_id).in_(
                [id_ for id_, r in running.items() if r.stage in {Stage.proposal, Stage.office}]
            ),
            StageWindow.stage == Stage.proposal.value,
        )
    ).all()
    return {round_id: Due(due, why) for round_id, due, why in rows if due}


def _leaves(session: Session, running: dict[int, Running]) -> Leaves:
    given = select(Leave).where(col(Leave.round_id).in_(running), IN_FORCE)
    return {
        (leave.round_id, leave.department_key): Due(leave.until, leave.reason)
        for leave in session.exec(given).all()
    }


def _mending(session: Session, running: dict[int, Running]) -> Leaves:
    rows = session.execute(
        select(Nomination.round_id, Nomination.department_key, func.max(col(Nomination.return_until)))
        .where(
            col(Nomination.round_id).in_(running),
            Nomination.state == State.ready.value,
            col(Nomination.return_until).is_not(None),
        )
        .group_by(col(Nomination.round_id), col(Nomination.department_key))
    ).all()
    return {(round_id, department): Due(until, MENDING) for round_id, department, until in rows}


def drafts_of(
    session: Session, actor: Actor, running: dict[int, Running], times: Times, *, now: datetime
) -> tuple[DraftWaiting, ...]:
    """What my departments still work on, returned ones first: they have the shorter time."""
    if not actor.departments():
        return ()
    rows = session.execute(
        select(  # type: ignore[call-overload]
            Nomination.code,
            Nomination.nominee_name,
            Nomination.award_key,
            Nomination.round_id,
            Nomination.department_key,
            Nomination.state,
            Nomination.return_until,
            Nomination.reason,
            _SUPPLIED,
            func.count(col(Comment.id)),
        )
        .outerjoin(
            Comment, (col(Comment.nomination_id) == Nomination.id) & col(Comment.resolved_at).is_(None)
        )
        .where(
            col(Nomination.round_id).in_(running),
            col(Nomination.department_key).in_(actor.departments()),
            col(Nomination.state).in_([s.value for s in EDITABLE | {State.completion}]),
        )
        .group_by(col(Nomination.id))
        .order_by(col(Nomination.state).desc(), col(Nomination.updated_at).desc())
    ).all()
    waiting = []
    for code, name, award, round_id, department, state, until, reason, supplied, comments in rows:
        round_ = running[round_id]
        own = Due(until, MENDING) if until else None
        due = times.of(round_, department, own)
        if own and state == State.returned and now < own.at:
            due = own  # the day the office has named
        waiting.append(
            DraftWaiting(
                code=code,
                name=name,
                award=pinned(session, round_.definition_hash).award(award).name,
                round_key=round_.key,
                round_title=round_.title,
                department=department,
                state=State(state),
                comments=comments,
                reason=reason,
                supplied=supplied,
                due=due,
            )
        )
    return tuple(waiting)
