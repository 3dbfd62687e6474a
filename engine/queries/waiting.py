"""Who has not acted yet, stage by stage: the one answer that reminders, pages and escalations share."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, false, not_, select
from sqlmodel import Session, col

from engine.definition import Definition
from engine.models import Ballot, DepartmentReply, Grant, Leave, Nomination, Person, Seat, StageWindow, Voting
from engine.queries.leave import IN_FORCE
from engine.stages import WITH_DEPARTMENT, Role, Stage, State


@dataclass(frozen=True)
class Waiting:
    """Departments (by key) and persons (by id) the round is waiting for."""

    departments: tuple[str, ...] = ()
    persons: tuple[int, ...] = ()

    @property
    def anyone(self) -> bool:
        return bool(self.departments or self.persons)


def whom(
    session: Session,
    round_id: int,
    definition: Definition,
    stage: Stage,
    *,
    now: datetime,
    late_only: bool = False,
) -> Waiting:
    """Whom `stage` waits for at `now`; `late_only` leaves out who is inside days a return gave."""
    match stage:
        case Stage.proposal:
            return Waiting(departments=_silent_departments(session, round_id, definition, now, late_only))
        case Stage.office:
            return Waiting(
                _with_returned(session, round_id, now), _with_role(session, definition, Role.office)
            )
        case Stage.council:
            return Waiting(persons=silent_seats(session, round_id))
        case Stage.submission:
            return Waiting(persons=_for_submission(session, round_id, definition))
        case _:
            return Waiting()


def _silent_departments(
    session: Session,
    round_id: int,
    definition: Definition,
    now: datetime,
    late_only: bool,  # noqa: FBT001 — passed on by name above
) -> tuple[str, ...]:
    """No reply (a signed batch, or "nothing to propose") yet, or something still lying unsigned.

    After their deadline, what came back from the office lies there rightly until its own date.
    """
    due = (
        select(col(StageWindow.due_at))
        .where(col(StageWindow.round_id) == round_id, col(StageWindow.stage) == Stage.proposal.value)
        .scalar_subquery()
    )
    until = col(Nomination.return_until)
    being_mended = and_(until.is_not(None), until > now, due <= now) if late_only else false()
    replied = set(
        session.execute(
            select(col(DepartmentReply.department_key)).where(col(DepartmentReply.round_id) == round_id)
        ).scalars()
    )
    lying = set(
        session.execute(
            select(col(Nomination.department_key))
            .where(
                col(Nomination.round_id) == round_id,
                col(Nomination.state).in_(sorted(WITH_DEPARTMENT)),
                not_(being_mended),
            )
            .distinct()
        ).scalars()
    )
    return tuple(d.key for d in definition.departments if d.key not in replied or d.key in lying)


def owing_on_leave(
    session: Session, round_id: int, definition: Definition, *, now: datetime
) -> tuple[str, ...]:
    """Names of departments that the head gave more time and that still owe their answer."""
    late = set(
        session.execute(
            select(col(Leave.department_key)).where(
                col(Leave.round_id) == round_id, col(Leave.until) > now, IN_FORCE
            )
        ).scalars()
    )
    if not late:
        return ()
    owing = whom(session, round_id, definition, Stage.proposal, now=now).departments
    return tuple(definition.department(key).name for key in owing if key in late)


def _with_returned(session: Session, round_id: int, now: datetime) -> tuple[str, ...]:
    found = session.execute(
        select(col(Nomination.department_key))
        .where(
            col(Nomination.round_id) == round_id,
            col(Nomination.state) == State.returned.value,
            col(Nomination.return_until) > now,
        )
        .distinct()
    ).scalars()
    return tuple(sorted(found))


def _with_role(session: Session, definition: Definition, role: Role) -> tuple[int, ...]:
    found = session.execute(
        select(col(Grant.person_id))
        .join(Person, col(Person.id) == col(Grant.person_id))
        .where(
            col(Grant.role) == role.value,
            col(Person.agency_key) == definition.agency.key,
            col(Person.active).is_(True),
        )
        .distinct()
    ).scalars()
    return tuple(sorted(found))


def silent_seats(session: Session, round_id: int) -> tuple[int, ...]:
    """Persons on the council, still of the agency, whose ballot in the open vote has not been sent."""
    return tuple(
        session.execute(
            select(col(Seat.person_id))
            .join(Ballot, col(Ballot.seat_id) == col(Seat.id))
            .join(Voting, col(Voting.id) == col(Ballot.voting_id))
            .join(Person, col(Person.id) == col(Seat.person_id))
            .where(
                col(Seat.round_id) == round_id,
                col(Voting.closed_at).is_(None),
                col(Ballot.sent_at).is_(None),
                col(Person.active).is_(True),
            )
            .order_by(col(Seat.position))
        ).scalars()
    )


def _for_submission(session: Session, round_id: int, definition: Definition) -> tuple[int, ...]:
    """The head while recommendations wait for a word; the office while approved or held ones wait for it."""
    states = set(
        session.execute(
            select(col(Nomination.state))
            .where(col(Nomination.round_id) == round_id)
            .group_by(col(Nomination.state))
        ).scalars()
    )
    persons: set[int] = set()
    if State.recommended.value in states:
        persons |= set(_with_role(session, definition, Role.head))
    if states & {State.approved.value, State.completion.value, State.held.value}:
        persons |= set(_with_role(session, definition, Role.office))
    return tuple(sorted(persons))
