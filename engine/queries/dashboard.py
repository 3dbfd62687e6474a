"""What Văn phòng sees first: who is late with what, what is to be done today, what will happen by itself."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from engine.models import (
    Ballot,
    DepartmentReply,
    Leave,
    ListLine,
    Nomination,
    NominationList,
    Seat,
    Voting,
)
from engine.queries import deadlines, journal, letters, waiting
from engine.queries.approved import Approved, approved_in
from engine.queries.dossier_returns import Returned, returned_lines
from engine.queries.leave import IN_FORCE
from engine.queries.office import RoundAt
from engine.queries.rounds import step_of
from engine.stages import DEAD, UNSENT, Stage, State

NEXT_MOMENTS = 6
_DRAFTS = frozenset({State.draft, State.ready})


@dataclass(frozen=True)
class DepartmentLine:
    """How far a department is. `sent`: signed off and not taken back, whatever became of it since.

    `silent`: it has not replied, or something of it lies unsigned. `leave`: until when it may be late.
    """

    key: str
    name: str
    sent: int
    draft: int
    returned: int
    replied_at: datetime | None
    nobody: bool
    silent: bool
    leave: datetime | None


@dataclass(frozen=True)
class Named:
    """A nomination that waits for something."""

    code: str
    name: str
    department_key: str
    until: datetime | None
    reason: str


@dataclass(frozen=True)
class ListAt:
    """The newest list: draft, published or frozen; `lines` on it."""

    version: int
    state: str
    hash: str
    lines: int


@dataclass(frozen=True)
class VotingAt:
    """The newest vote: who has sent is a number here, what was chosen is nowhere."""

    opened_at: datetime
    closed_at: datetime | None
    sent: int
    seats: int


@dataclass(frozen=True)
class Dashboard:
    """Everything on the office's first page of a round. `supplemented`: what Sở Nội vụ sent back and somebody
    has added files to since. `owing`: departments with the head's leave whose answer the list waits for.
    """

    states: dict[str, int]
    departments: tuple[DepartmentLine, ...]
    owing: tuple[str, ...]
    returned: tuple[Named, ...]
    held: tuple[Named, ...]
    supplemented: tuple[Returned, ...]
    same_names: tuple[tuple[str, int], ...]
    approved: Approved
    list: ListAt | None
    voting: VotingAt | None
    letters: letters.Undelivered
    next: tuple[deadlines.Planned, ...]
    overdue: int
    timeline: tuple[journal.Happened, ...]
    step: int

    def of(self, *states: str) -> int:
        return sum(self.states.get(state, 0) for state in states)

    @property
    def silent(self) -> tuple[DepartmentLine, ...]:
        return tuple(line for line in self.departments if line.silent)


def dashboard(session: Session, at: RoundAt, *, now: datetime) -> Dashboard:
    """The office's first page, in a constant number of queries."""
    counts = session.execute(
        select(
            col(Nomination.department_key),
            col(Nomination.state),
            func.count(),
            func.count(col(Nomination.signed_at)),
        )
        .where(col(Nomination.round_id) == at.id)
        .group_by(col(Nomination.department_key), col(Nomination.state))
    ).all()
    states: dict[str, int] = {}
    for _, state, count, _signed in counts:
        states[state] = states.get(state, 0) + count
    waits = _waiting_nominations(session, at.id)
    departments = _departments(session, at, [tuple(row) for row in counts], now)
    open_ = [m for m in deadlines.moments(session, at.id) if m.done_at is None]
    return Dashboard(
        states=states,
        departments=departments,
        owing=waiting.owing_on_leave(session, at.id, at.definition, now=now),
        returned=_until(at, departments, [n for state, n in waits if state == State.returned], now),
        held=tuple(named for state, named in waits if state == State.held),
        supplemented=tuple(line for line in _sent_back(session, at, states) if line.added),
        same_names=_same_names(session, at.id),
        approved=approved_in(session, at.id, at.definition) if states.get("approved") else Approved(),
        list=list_at(session, at.id),
        voting=voting_at(session, at.id),
        letters=letters.undelivered(session, at.id),
        next=tuple(m for m in open_ if m.at > now)[:NEXT_MOMENTS],
        overdue=sum(m.at <= now for m in open_),
        timeline=journal.newest(session, at.id),
        step=step_of(at.stage, head_considers=bool(states.get(State.recommended.value))),
    )


def _departments(
    session: Session, at: RoundAt, counts: list[tuple[str, str, int, int]], now: datetime
) -> tuple[DepartmentLine, ...]:
    replies = {
        key: (replied_at, nobody)
        for key, replied_at, nobody in session.execute(
            select(
                col(DepartmentReply.department_key),
                col(DepartmentReply.replied_at),
                col(DepartmentReply.nobody),
            ).where(col(DepartmentReply.round_id) == at.id)
        ).all()
    }
    silent = set(
        waiting.whom(session, at.id, at.definition, Stage.proposal, now=now, late_only=True).departments
    )
    late = select(col(Leave.department_key), col(Leave.until)).where(
        col(Leave.round_id) == at.id, col(Leave.until) > now, IN_FORCE
    )
    leaves = dict(session.execute(late).all())
    lines = []
    for department in at.definition.departments:
        own = {State(state): count for key, state, count, _ in counts if key == department.key}
        sent = (n for key, state, _, n in counts if key == department.key and state not in UNSENT)
        replied_at, nobody = replies.get(department.key, (None, False))
        lines.append(
            DepartmentLine(
                key=department.key,
                name=department.name,
                sent=sum(sent),
                draft=sum(n for state, n in own.items() if state in _DRAFTS),
                returned=own.get(State.returned, 0),
                replied_at=replied_at,
                nobody=nobody,
                silent=department.key in silent,
                leave=leaves.get(department.key),
            )
        )
    return tuple(lines)


def _waiting_nominations(session: Session, round_id: int) -> list[tuple[State, Named]]:
    rows = session.execute(
        select(
            col(Nomination.state),
            col(Nomination.code),
            col(Nomination.nominee_name),
            col(Nomination.department_key),
            col(Nomination.return_until),
            col(Nomination.reason),
        )
        .where(
            col(Nomination.round_id) == round_id,
            col(Nomination.state).in_([State.returned.value, State.held.value]),
        )
        .order_by(col(Nomination.return_until), col(Nomination.id))
    ).all()
    return [(State(row[0]), Named(*row[1:])) for row in rows]


def _until(
    at: RoundAt, departments: tuple[DepartmentLine, ...], returned: list[Named], now: datetime
) -> tuple[Named, ...]:
    """The day the office named; once it has passed, what else keeps the form open (`commands.term`)."""
    general = at.window(Stage.proposal).due_at if at.stage == Stage.proposal else None
    later = {line.key: max(filter(None, (line.leave, general)), default=None) for line in departments}
    return tuple(
        replace(named, until=later[named.department_key] or named.until)
        if named.until is not None and named.until <= now
        else named
        for named in returned
    )


def _sent_back(session: Session, at: RoundAt, states: dict[str, int]) -> tuple[Returned, ...]:
    return returned_lines(session, at.id, {}) if states.get(State.completion.value) else ()


def _same_names(session: Session, round_id: int) -> tuple[tuple[str, int], ...]:
    """Names that stand in more than one live nomination, and how often."""
    dead = [State.draft.value, State.ready.value, *(state.value for state in DEAD)]
    rows = session.execute(
        select(func.min(col(Nomination.nominee_name)), func.count())
        .where(col(Nomination.round_id) == round_id, col(Nomination.state).not_in(dead))
        .group_by(col(Nomination.nominee_folded))
        .having(func.count() > 1)
        .order_by(col(Nomination.nominee_folded))
    ).all()
    return tuple((name, count) for name, count in rows)


def list_at(session: Session, round_id: int) -> ListAt | None:
    """The newest list of a round and how many lines it has."""
    row = session.execute(
        select(
            col(NominationList.version),
            col(NominationList.state),
            col(NominationList.hash),
            func.count(col(ListLine.nomination_id)),
        )
        .outerjoin(ListLine, col(ListLine.list_id) == col(NominationList.id))
        .where(col(NominationList.round_id) == round_id)
        .group_by(col(NominationList.id))
        .order_by(col(NominationList.version).desc())
        .limit(1)
    ).one_or_none()
    return ListAt(*row) if row else None


def voting_at(session: Session, round_id: int) -> VotingAt | None:
    """The newest vote of a round and its turnout."""
    row = session.execute(
        select(
            col(Voting.opened_at),
            col(Voting.closed_at),
            func.count(col(Ballot.sent_at)),
            func.count(col(Seat.id)),
        )
        .join(Ballot, col(Ballot.voting_id) == col(Voting.id))
        .join(Seat, col(Seat.id) == col(Ballot.seat_id))
        .where(col(Voting.round_id) == round_id)
        .group_by(col(Voting.id))
        .order_by(col(Voting.number).desc())
        .limit(1)
    ).one_or_none()
    return VotingAt(*row) if row else None
