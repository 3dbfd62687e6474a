"""What waits for a person, whatever the person's roles: the answer behind "Việc của tôi"."""

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from sqlalchemy import func
from sqlmodel import Session, col, select

from engine.access import Actor
from engine.commands.ground import pinned
from engine.models import (
    Attachment,
    Ballot,
    Comment,
    DepartmentReply,
    Event,
    Leave,
    Nomination,
    Seat,
    Voting,
)
from engine.queries.leave import IN_FORCE
from engine.queries.running import Due, Running, running_rounds
from engine.stages import EDITABLE, Act, Role, Stage, State


@dataclass(frozen=True)
class DraftWaiting:
    """A nomination that waits for my department: a draft, one the office returned (`comments` counts its open
    ones), or one that Sở Nội vụ sent back (`reason`; `supplied`: a file came since).
    """

    code: str
    name: str
    award: str
    round_title: str
    state: State
    comments: int
    reason: str
    supplied: bool
    due: Due | None


@dataclass(frozen=True)
class Desk:
    """Something of a round that waits at somebody's desk; `kind` says what, `count` how many."""

    kind: str
    round_key: str
    round_title: str
    count: int
    department: str
    department_name: str
    due: Due | None


@dataclass(frozen=True)
class Work:
    """Everything that waits for one person, and the last thing that person did."""

    desks: tuple[Desk, ...]
    drafts: tuple[DraftWaiting, ...]
    last_kind: str
    last_at: datetime | None

    @property
    def nothing(self) -> bool:
        return not (self.desks or self.drafts)


def work_of(session: Session, actor: Actor, *, now: datetime) -> Work:
    """What waits for `actor`; at most nine queries whatever there is."""
    running = running_rounds(session)
    counts, leaves = _counts(session, running), _leaves(session, actor, running, now)
    desks = [
        *_of_department(session, actor, running, counts, leaves, now=now),
        *_of_office(actor, running, counts),
        *_of_head(actor, running, counts),
        *_ballots(session, actor, running),
    ]
    last = session.execute(
        select(Event.kind, Event.at)
        .where(Event.actor_id == actor.person_id, col(Event.kind).not_in(["signed_in", "sign_in_asked"]))
        .order_by(col(Event.id).desc())
        .limit(1)
    ).one_or_none()
    return Work(
        desks=tuple(desks),
        drafts=_drafts(session, actor, running, leaves, now=now),
        last_kind=last[0] if last else "",
        last_at=last[1] if last else None,
    )


Counts = dict[tuple[int, str, State], int]


def _counts(session: Session, running: dict[int, Running]) -> Counts:
    rows = session.execute(
        select(Nomination.round_id, Nomination.department_key, Nomination.state, func.count())
        .where(col(Nomination.round_id).in_(running))
        .group_by(col(Nomination.round_id), col(Nomination.department_key), col(Nomination.state))
    ).all()
    return {(round_id, department, State(state)): n for round_id, department, state, n in rows}


Leaves = dict[tuple[int, str], Due]


def _leaves(session: Session, actor: Actor, running: dict[int, Running], now: datetime) -> Leaves:
    """Until when my departments may be late, by round and department."""
    if not actor.departments():
        return {}
    late = select(Leave).where(col(Leave.round_id).in_(running), col(Leave.until) > now, IN_FORCE)
    return {
        (leave.round_id, leave.department_key): Due(leave.until, leave.reason)
        for leave in session.exec(late).all()
    }


def _of_department(
    session: Session,
    actor: Actor,
    running: dict[int, Running],
    counts: Counts,
    leaves: Leaves,
    *,
    now: datetime,
) -> list[Desk]:
    """Batches waiting for a signature; rounds a department has not answered yet."""
    departments = actor.departments()
    if not departments:
        return []
    replied = {
        (r, d)
        for r, d in session.exec(
            select(DepartmentReply.round_id, DepartmentReply.department_key).where(
                col(DepartmentReply.round_id).in_(running)
            )
        ).all()
    }
    desks = []
    for round_ in running.values():
        for department in pinned(session, round_.definition_hash).departments:
            key = department.key
            if key not in departments or round_.stage not in {Stage.proposal, Stage.office}:
                continue
            due = _latest(
                leaves.get((round_.id, key)), round_.due if round_.stage == Stage.proposal else None
            )
            has = {state: counts.get((round_.id, key, state), 0) for state in State}
            waiting = has[State.ready]
            if waiting and actor.has(Role.department_head, key):
                desks.append(Desk("sign", round_.key, round_.title, waiting, key, department.name, due))
            if due and now < due.at and (round_.id, key) not in replied and not any(has.values()):
                desks.append(Desk("propose", round_.key, round_.title, 0, key, department.name, due))
    return desks


def _of_office(actor: Actor, running: dict[int, Running], counts: Counts) -> list[Desk]:
    if not actor.has(Role.office):
        return []
    wanted = {
        State.proposed: ("check", {Stage.proposal, Stage.office}),
        State.held: ("held", {Stage.proposal, Stage.office, Stage.submission}),
        State.accepted: ("compile", {Stage.office}),
        State.listed: ("voting", {Stage.office, Stage.council}),
        State.approved: ("send", {Stage.submission}),
        State.completion: ("complete", {Stage.submission}),
        State.submitted: ("answers", {Stage.submission}),
        State.received: ("answers", {Stage.submission}),
    }
    tally: dict[tuple[int, str], int] = {}
    for (round_id, _department, state), n in counts.items():
        kind, stages = wanted.get(state, ("", set()))
        if kind and running[round_id].stage in stages:
            tally[round_id, kind] = tally.get((round_id, kind), 0) + n
    return [_desk(kind, running[round_id], n) for (round_id, kind), n in sorted(tally.items())]


def _of_head(actor: Actor, running: dict[int, Running], counts: Counts) -> list[Desk]:
    if not actor.has(Role.head):
        return []
    tally: dict[int, int] = {}
    for (round_id, _department, state), n in counts.items():
        if state == State.recommended and running[round_id].stage == Stage.submission:
            tally[round_id] = tally.get(round_id, 0) + n
    return [_desk("consider", running[round_id], n) for round_id, n in sorted(tally.items())]


def _ballots(session: Session, actor: Actor, running: dict[int, Running]) -> list[Desk]:
    """Open votes in which my ballot is not sent yet."""
    rows = session.exec(
        select(Voting.round_id)
        .join(Ballot, col(Ballot.voting_id) == Voting.id)
        .join(Seat, col(Seat.id) == Ballot.seat_id)
        .where(
            Seat.person_id == actor.person_id,
            col(Voting.closed_at).is_(None),
            col(Ballot.sent_at).is_(None),
        )
    ).all()
    return [_desk("vote", running[round_id], 1) for round_id in rows if round_id in running]


def _desk(kind: str, round_: Running, count: int) -> Desk:
    return Desk(kind, round_.key, round_.title, count, "", "", round_.due)


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


def _drafts(
    session: Session, actor: Actor, running: dict[int, Running], leaves: Leaves, *, now: datetime
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
        mending = Due(until, "Hạn bổ sung kể từ ngày Văn phòng trả lại") if until else None
        general = round_.due if round_.stage == Stage.proposal else None
        due = _latest(leaves.get((round_id, department)), general, mending)
        if mending and state == State.returned and now < mending.at:
            due = mending  # the day the office has named
        waiting.append(
            DraftWaiting(
                code=code,
                name=name,
                award=pinned(session, round_.definition_hash).award(award).name,
                round_title=round_.title,
                state=State(state),
                comments=comments,
                reason=reason,
                supplied=supplied,
                due=due,
            )
        )
    return tuple(waiting)


def _latest(*dues: Due | None) -> Due | None:
    """Whatever ends last keeps a department's form open (`engine.commands.term`)."""
    return max((due for due in dues if due), key=attrgetter("at"), default=None)
