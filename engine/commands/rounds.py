"""A round's life: kept, planned, and carried on by time, one due moment after another."""

from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, insert, or_, select, update
from sqlmodel import Session, SQLModel, col

from engine.access import Actor, demand_role
from engine.calendar import Calendar
from engine.clock import VIETNAM
from engine.commands import council, moments, own_time
from engine.commands.ending import close_if_done, end_round
from engine.commands.ground import Ground, note_round, stand_on, window_of
from engine.commands.insertion import insert_if_new
from engine.commands.windows import (
    close_proposal,
    deadline_of,
    give_leave,
    move_deadline,
    open_stage,
)
from engine.definition import Definition, content_hash, to_body
from engine.errors import Incomplete
from engine.models import Moment, Person, Round
from engine.queries import waiting
from engine.stages import STAGES, Role, Stage

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


def keep(session: Session, definition: Definition, *, now: datetime) -> str:
    """Keep a definition under its content hash (once); returns the hash."""
    key = content_hash(definition)
    row = {"hash": key, "key": definition.key, "body": to_body(definition), "kept_at": now}
    insert_if_new(session, _TABLES["definition"], row)
    return key


def plan(
    session: Session, actor: Actor, definition: Definition, *, calendar: Calendar, now: datetime
) -> Ground:
    """Put a round on the calendar: it opens by itself on the day its definition names.

    Safe to repeat and to race: an existing round of that key is returned as it stands, on the definition it
    has. Raises Incomplete when somebody on the council is not on the roster, or the departments' deadline is
    over: the round would open at once, with a deadline that nobody has set.
    """
    demand_role(actor, Role.office, Role.admin)
    row = {
        "key": definition.key,
        "agency_key": definition.agency.key,
        "definition_hash": keep(session, definition, now=now),
        "title": definition.title,
        "stage": Stage.planned.value,
        "made_at": now,
        "history_head": "",
    }
    fresh = insert_if_new(session, _TABLES["round"], row)
    ground = stand_on(session, key=definition.key)
    if fresh is None:
        return ground
    _seat_the_council(session, ground)
    opens = definition.stages[Stage.proposal].opens
    assert opens is not None  # noqa: S101 — the definition's own check
    opens_at = datetime.combine(opens, definition.morning, VIETNAM)
    due_at = deadline_of(definition, Stage.proposal, calendar, opens).at
    if due_at <= now:
        raise Incomplete(
            {"due": overdue_words(definition.key, due_at)}, rule="Thời hạn nộp đề nghị của đợt xét"
        )
    windows = [
        {
            "round_id": ground.round_id,
            "stage": stage.value,
            "generation": 1,
            "opens_at": opens_at if stage == Stage.proposal else None,
            "due_at": due_at if stage == Stage.proposal else None,
            "explanation": "",
        }
        for stage in STAGES
    ]
    session.execute(insert(_TABLES["stagewindow"]), windows)
    session.add(
        Moment(round_id=ground.round_id, stage=Stage.proposal.value, generation=1, kind="open", at=opens_at)
    )
    facts = {"definition": row["definition_hash"]}
    note_round(session, actor, ground, "planned", now=now, facts=facts, tell=False)
    return ground


def overdue_words(key: str, due_at: datetime) -> str:
    """Why a round whose time is over cannot be planned, and what to do."""
    return (
        f"Hạn nộp đề nghị của đợt này ({due_at.astimezone(VIETNAM):%d/%m/%Y}) đã qua. "
        f"Sửa ngày của các giai đoạn trong config/reviews/{key}.yaml rồi lập lại."
    )


def _seat_the_council(session: Session, ground: Ground) -> None:
    seats = ground.definition.council.seats
    known = session.execute(
        select(col(Person.key), col(Person.id)).where(
            col(Person.agency_key) == ground.round.agency_key, col(Person.key).in_([s.person for s in seats])
        )
    )
    people = {key: id_ for key, id_ in known if id_ is not None}
    missing = [seat.person for seat in seats if seat.person not in people]
    if missing:
        raise Incomplete(
            {"council": f"Chưa có trong danh sách nhân sự: {', '.join(missing)}. Nạp nhân sự trước."},
            rule="Thành phần Hội đồng",
        )
    rows = [
        {"round_id": ground.round_id, "person_id": people[s.person], "role": s.role, "position": position}
        for position, s in enumerate(seats, start=1)
    ]
    if rows:
        session.execute(insert(_TABLES["seat"]), rows)


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
