"""A round is put on the calendar, with its council and the day it opens by itself."""

from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlmodel import Session, SQLModel, col

from engine.access import Actor, demand_role
from engine.calendar import Calendar
from engine.clock import VIETNAM
from engine.commands.ground import Ground, note_round, stand_on, window_of
from engine.commands.insertion import insert_if_new
from engine.commands.windows import deadline_of
from engine.definition import Definition, content_hash, to_body
from engine.errors import Incomplete
from engine.models import Moment, Person
from engine.stages import STAGES, Role, Stage

_TABLES = SQLModel.metadata.tables


def keep(session: Session, definition: Definition, *, now: datetime) -> str:
    """Keep a definition under its content hash (once); returns the hash."""
    key = content_hash(definition)
    row = {"hash": key, "key": definition.key, "body": to_body(definition), "kept_at": now}
    insert_if_new(session, _TABLES["definition"], row)
    return key


def plan(
    session: Session,
    actor: Actor,
    definition: Definition,
    *,
    anew: bool = False,
    calendar: Calendar,
    now: datetime,
) -> Ground:
    """Put a round on the calendar: it opens by itself on the day its definition names.

    Safe to repeat and to race: an existing round of that key is returned as it stands, on the definition it
    has; with `anew` one that has not opened takes the definition as it reads now. Raises Incomplete when
    somebody on the council is not on the roster, or the departments' deadline is over: the round would open
    at once, with a deadline that nobody has set.
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
        stale = ground.round.definition_hash != row["definition_hash"]
        if anew and stale and ground.stage == Stage.planned:
            return _plan_anew(session, actor, ground, definition, calendar=calendar, now=now)
        return ground
    _seat_the_council(session, ground, definition)
    opens_at, due_at = _times(definition, calendar=calendar, now=now)
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


def _plan_anew(
    session: Session,
    actor: Actor,
    ground: Ground,
    definition: Definition,
    *,
    calendar: Calendar,
    now: datetime,
) -> Ground:
    """A round that nobody has seen yet takes its corrected files: seats, dates and all."""
    opens_at, due_at = _times(definition, calendar=calendar, now=now)
    if definition.council != ground.definition.council:  # else members replaced by a decision stay
        session.execute(delete(_TABLES["seat"]).where(_TABLES["seat"].c.round_id == ground.round_id))
        _seat_the_council(session, ground, definition)
    window = window_of(session, ground, Stage.proposal)
    window.opens_at, window.due_at, window.generation = opens_at, due_at, window.generation + 1
    session.add(window)
    moment = _TABLES["moment"]
    session.execute(delete(moment).where(moment.c.round_id == ground.round_id, moment.c.done_at.is_(None)))
    session.add(
        Moment(
            round_id=ground.round_id,
            stage=Stage.proposal.value,
            generation=window.generation,
            kind="open",
            at=opens_at,
        )
    )
    facts = {"definition": content_hash(definition), "before": ground.round.definition_hash}
    changes = {"definition_hash": facts["definition"], "title": definition.title}
    note_round(session, actor, ground, "planned", now=now, facts=facts, changes=changes, tell=False)
    return stand_on(session, key=definition.key)


def _times(definition: Definition, *, calendar: Calendar, now: datetime) -> tuple[datetime, datetime]:
    """When the departments' time begins and ends. Raises Incomplete when it is over."""
    opens = definition.stages[Stage.proposal].opens
    assert opens is not None  # noqa: S101 — the definition's own check
    due_at = deadline_of(definition, Stage.proposal, calendar, opens).at
    if due_at <= now:
        raise Incomplete(
            {"due": overdue_words(definition.key, due_at)}, rule="Thời hạn nộp đề nghị của đợt xét"
        )
    return datetime.combine(opens, definition.morning, VIETNAM), due_at


def overdue_words(key: str, due_at: datetime) -> str:
    """Why a round whose time is over cannot be planned, and what to do."""
    return (
        f"Hạn nộp đề nghị của đợt này ({due_at.astimezone(VIETNAM):%d/%m/%Y}) đã qua. "
        f"Sửa ngày của các giai đoạn trong config/reviews/{key}.yaml rồi lập lại."
    )


def _seat_the_council(session: Session, ground: Ground, definition: Definition) -> None:
    seats = definition.council.seats
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
