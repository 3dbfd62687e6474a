"""A department's own dates, its leave and the days a return gives: reminders, and a word when they pass."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session, SQLModel

from engine.access import Actor
from engine.calendar import Calendar, Deadline
from engine.clock import VIETNAM
from engine.commands.ground import Ground, note_round, window_of
from engine.commands.moments import MOVED, STAGE_OVER, lay_out
from engine.models import Moment
from engine.queries import waiting
from engine.queries.leave import IN_FORCE
from engine.stages import WITH_DEPARTMENT, Stage

REMIND, ESCALATE = (1, 0), (1,)  # working days before, and after
_NOMINATION, _LEAVE = (SQLModel.metadata.tables[name] for name in ("nomination", "leave"))
_UNMENDED = (
    select(_NOMINATION.c.code)
    .where(
        _NOMINATION.c.round_id == bindparam("round_id"),
        _NOMINATION.c.department_key == bindparam("department"),
        _NOMINATION.c.return_until == bindparam("due", type_=_NOMINATION.c.return_until.type),
        _NOMINATION.c.state.in_(sorted(WITH_DEPARTMENT)),
    )
    .order_by(_NOMINATION.c.id)
)
_OWN_LEAVE = select(_LEAVE.c.until).where(
    _LEAVE.c.round_id == bindparam("round_id"), _LEAVE.c.department_key == bindparam("department"), IN_FORCE
)

_ON_LEAVE = select(_LEAVE.c.department_key).where(
    _LEAVE.c.round_id == bindparam("round_id"),
    _LEAVE.c.until > bindparam("now", type_=_LEAVE.c.until.type),
    IN_FORCE,
)


def expect(
    session: Session,
    ground: Ground,
    stage: Stage,
    department: str,
    deadline: Deadline,
    *,
    calendar: Calendar,
    now: datetime,
) -> None:
    """Lay out the moments of a department's own date: a leave (`proposal`) or days to mend (`office`).

    Their generation is the day's own number, so that several returns due on one day are one reminder.
    """
    rungs = calendar.ladder(deadline, REMIND, ground.definition.morning, escalate=ESCALATE, opened_at=now)
    moments = [(rung.kind.value, rung.offset, rung.at) for rung in rungs]
    lay_out(session, ground, stage, deadline.date.toordinal(), moments, department=department)


def speak(session: Session, actor: Actor, ground: Ground, moment: Moment, *, now: datetime) -> str:
    """Remind the department of its own date, or tell the office once that it has passed with nothing done."""
    if ground.stage not in {Stage.proposal, Stage.office}:
        return STAGE_OVER
    of, department = Stage(moment.stage), moment.department_key
    due = datetime.combine(date.fromordinal(moment.generation), ground.definition.close_of_office, VIETNAM)
    if moment.kind == "remind" and now >= due:
        return "quá hạn, không gửi nhắc nữa"
    overtaken = _overtaken(session, ground, of, department, due)
    if overtaken:
        return overtaken
    asked = {"round_id": ground.round_id, "department": department, "due": due}
    codes = list(session.execute(_UNMENDED, asked).scalars()) if of == Stage.office else []
    if not (codes or (of == Stage.proposal and _silent(session, ground, department, now=now))):
        return "không còn ai phải nhắc"
    facts: dict[str, Any] = {
        # Both dates are the office's to follow up once they have passed.
        "stage": of.value if moment.kind == "remind" else Stage.office.value,
        "step": moment.step,
        "due": due.isoformat(),
        "until": due.isoformat(),
        "departments": [department],
        "persons": [],
        "codes": codes,
    }
    kind = "reminded" if moment.kind == "remind" else "escalated"
    note_round(session, actor, ground, kind, now=now, facts=facts, wake=False)
    return "đã nhắc"


def on_leave(session: Session, ground: Ground, *, now: datetime) -> frozenset[str]:
    """Departments that may still hand in late."""
    return frozenset(session.execute(_ON_LEAVE, {"round_id": ground.round_id, "now": now}).scalars())


def _overtaken(session: Session, ground: Ground, of: Stage, department: str, due: datetime) -> str:
    """Which other date counts for the department, so that nothing is said of this one. Empty if none."""
    asked = {"round_id": ground.round_id, "department": department}
    leave = session.execute(_OWN_LEAVE, asked).scalar()
    if of == Stage.proposal and leave != due:
        return MOVED
    if leave is not None and leave > due:
        return "phòng được nộp muộn đến sau ngày này"
    general = window_of(session, ground, Stage.proposal).due_at
    if ground.stage == Stage.proposal and general is not None and general >= due:
        return "hạn chung của các phòng còn sau ngày này"
    return ""


def _silent(session: Session, ground: Ground, department: str, *, now: datetime) -> bool:
    # What came back lies there rightly until its own date, of which it is reminded by itself.
    who = waiting.whom(session, ground.round_id, ground.definition, Stage.proposal, now=now, late_only=True)
    return department in who.departments
