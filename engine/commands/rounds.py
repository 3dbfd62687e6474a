"""A round's life: kept, planned, and carried on by time, one due moment after another."""

from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, or_, select, update
from sqlmodel import Session, SQLModel, col

from engine.access import Actor, demand_role
from engine.calendar import Calendar
from engine.commands import council, moments, own_time
from engine.commands.ending import close_if_done, end_round
from engine.commands.ground import Ground, note_round, window_of
from engine.commands.planning import keep, plan
from engine.commands.windows import (
    close_proposal,
    give_leave,
    move_deadline,
    open_stage,
)
from engine.models import Moment, Round
from engine.queries import waiting
from engine.stages import Role, Stage

__all__ = [
    "act_on",
    "close_if_done",
    "close_proposal",
    "due_moments",
    "end_round",
    "give_leave",
    "keep",
    "lease",
    "move_deadline",
    "open_stage",
    "plan",
    "release",
    "remind",
]

_TABLES = SQLModel.metadata.tables
AFTER_DEADLINE = {"late", "escalate"}
SPOKEN = {"remind": "reminded", "late": "late", "escalate": "escalated"}


def due_moments(session: Session, round_id: int, *, now: datetime) -> list[Moment]:
    """Moments of a round whose time has come, in due order."""
    return list(
        session.execute(
            select(Moment)
            .where(col(Moment.round_id) == round_id, col(Moment.done_at).is_(None), col(Moment.at) <= now)
            .order_by(col(Moment.at), col(Moment.id))
        ).scalars()
    )


def act_on(
    session: Session, actor: Actor, ground: Ground, moment: Moment, *, calendar: Calendar, now: datetime
) -> str:
    """Do what a due moment asks, and mark it done in the same transaction; returns the outcome in words.

    Safe to run twice and on a stale `moment`: it is read again under the round's lock, and one that is done
    answers with the outcome of the first time. Raises NotYours unless `actor` is time itself.
    """
    demand_role(actor, Role.time)
    session.refresh(moment)
    if moment.done_at is not None:
        return moment.outcome
    if now < moment.at:
        return "chưa đến giờ"
    outcome = _do(session, actor, ground, moment, calendar=calendar, now=now)
    moments.finish(session, moment.id or 0, now=now, outcome=outcome)
    return outcome


def _do(
    session: Session, actor: Actor, ground: Ground, moment: Moment, *, calendar: Calendar, now: datetime
) -> str:
    stage = Stage(moment.stage)
    if moment.kind in SPOKEN:
        return remind(session, actor, ground, moment, now=now)
    if moment.kind == "open":
        if ground.stage != Stage.planned:
            return "đã mở từ trước"
        open_stage(session, actor, ground, stage, calendar=calendar, now=now)
        return "đã mở"
    return _close(session, actor, ground, moment, calendar=calendar, now=now)


def _close(
    session: Session, actor: Actor, ground: Ground, moment: Moment, *, calendar: Calendar, now: datetime
) -> str:
    stage = Stage(moment.stage)
    if ground.stage != stage:
        return moments.STAGE_OVER
    if stage == Stage.proposal:
        closed = close_proposal(session, actor, ground, calendar=calendar, now=now)
        return "đã hết hạn của các phòng" if closed else "chưa đến hạn"
    closed = council.close_vote(session, actor, ground.round.key, calendar=calendar, now=now)
    return "đã kết thúc bỏ phiếu" if closed else "chưa đủ số thành viên tham gia"


def remind(session: Session, actor: Actor, ground: Ground, moment: Moment, *, now: datetime) -> str:
    """Remind exactly those who have not acted; returns what was done, in words for the moment's record.

    Only the latest due rung of a ladder speaks: after a day without the flow nobody gets three letters.
    """
    demand_role(actor, Role.time)
    if moments.superseded(session, moment, now):
        return "đã có lần nhắc sau"
    say = own_time.speak if moment.department_key else _speak
    return say(session, actor, ground, moment, now=now)


def _speak(session: Session, actor: Actor, ground: Ground, moment: Moment, *, now: datetime) -> str:
    stage = Stage(moment.stage)
    window = window_of(session, ground, stage)
    # The departments' deadline closes their stage, so their lateness is spoken of in the office's time.
    overdue = moment.kind in AFTER_DEADLINE and (stage, ground.stage) == (Stage.proposal, Stage.office)
    if ground.stage != stage and not overdue:
        return moments.STAGE_OVER
    if moment.kind == "remind" and (window.due_at is None or now >= window.due_at):
        return "quá hạn, không gửi nhắc nữa"
    who = waiting.whom(session, ground.round_id, ground.definition, stage, now=now, late_only=overdue)
    if overdue:  # who was given leave is not late yet, and has moments of its own
        on_leave = own_time.on_leave(session, ground, now=now)
        who = replace(who, departments=tuple(d for d in who.departments if d not in on_leave))
    if not who.anyone:
        return "không còn ai phải nhắc"
    # Departments that mend a return are reminded of their own date, not of the office's.
    own_dates = stage == Stage.office and moment.kind == "remind"
    facts: dict[str, Any] = {
        "stage": stage.value,
        "step": moment.step,
        "due": window.due_at.isoformat() if window.due_at else "",
        "departments": [] if own_dates else list(who.departments),
        "persons": list(who.persons),
    }
    note_round(session, actor, ground, SPOKEN[moment.kind], now=now, facts=facts, wake=False)
    return "đã nhắc"


def lease(session: Session, round_id: int, *, owner: str, until: datetime, now: datetime) -> bool:
    """Take the round for one run of the flow; False when another run holds it. A dead one's lapses."""
    free = or_(
        col(Round.lease_until).is_(None), col(Round.lease_until) <= now, col(Round.lease_owner) == owner
    )
    result = session.execute(
        update(Round).where(col(Round.id) == round_id, free).values(lease_owner=owner, lease_until=until)
    )
    return bool(cast("CursorResult[Any]", result).rowcount)


def release(session: Session, round_id: int, *, owner: str, seen_wake: datetime | None) -> None:
    """Give the lease back; the wake mark goes only if nobody has left a newer one meanwhile."""
    session.execute(
        update(Round)
        .where(col(Round.id) == round_id, col(Round.lease_owner) == owner)
        .values(lease_owner=None, lease_until=None)
    )
    if seen_wake is not None:
        session.execute(
            update(Round)
            .where(col(Round.id) == round_id, col(Round.wake_at) == seen_wake)
            .values(wake_at=None)
        )
