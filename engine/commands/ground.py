"""What a command stands on: the round under its lock, the definition it is pinned to, the nomination."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, SQLModel, col

from engine import history
from engine.access import Actor, demand_move, demand_role, demand_stage
from engine.definition import Definition, from_body
from engine.errors import NotFound, NotNow
from engine.models import Definition as KeptDefinition
from engine.models import Event, Nomination, Round, StageWindow
from engine.stages import MOVE_OF, Act, Role, Stage, State

Facts = Mapping[str, Any]

_TABLES = SQLModel.metadata.tables
_ROUND, _NOMINATION = _TABLES["round"], _TABLES["nomination"]
# populate_existing: what was read before the lock is worth nothing under it.
_FRESH = {"populate_existing": True}
_ROUND_BY_KEY = (
    select(Round).where(col(Round.key) == bindparam("key")).with_for_update().execution_options(**_FRESH)
)
_ROUND_BY_ID = (
    select(Round).where(col(Round.id) == bindparam("id")).with_for_update().execution_options(**_FRESH)
)
# `of`: the round's row alone, always first. Two rows locked by one statement come in no promised order.
_LOCK_ROUND_OF_CODE = (
    select(_ROUND.c.id)
    .join(_NOMINATION, _NOMINATION.c.round_id == _ROUND.c.id)
    .where(_NOMINATION.c.code == bindparam("code"))
    .with_for_update(of=_ROUND)
)
_WITH_ROUND = (
    select(Nomination, Round)
    .join(Round, col(Round.id) == col(Nomination.round_id))
    .where(col(Nomination.code) == bindparam("code"))
    .execution_options(**_FRESH)
)
_WINDOW = select(StageWindow).where(
    col(StageWindow.round_id) == bindparam("round_id"), col(StageWindow.stage) == bindparam("stage")
)
_NAMED = (
    select(Nomination)
    .where(
        col(Nomination.round_id) == bindparam("round_id"),
        col(Nomination.code).in_(bindparam("codes", expanding=True)),
    )
    .order_by(col(Nomination.id))
)
_MOVED_SINCE = (
    select(col(Event.facts))
    .where(
        col(Event.round_id) == bindparam("round_id"),
        col(Event.kind) == "definition_moved",
        col(Event.at) > bindparam("at"),
    )
    .order_by(col(Event.id))
    .limit(1)
)
NOT_FOUND = "Không tìm thấy đề nghị này, hoặc ông/bà không có quyền xem."


@dataclass(frozen=True)
class Ground:
    """A round, locked, with its definition."""

    round: Round
    definition: Definition

    @property
    def round_id(self) -> int:
        assert self.round.id is not None  # noqa: S101 — read from the database
        return self.round.id

    @property
    def stage(self) -> Stage:
        return Stage(self.round.stage)


_KEPT: dict[str, Definition] = {}


def pinned(session: Session, definition_hash: str) -> Definition:
    """The definition kept under a hash. Content never changes, so what was read once stays read."""
    if definition_hash not in _KEPT:
        kept = session.get_one(KeptDefinition, definition_hash)
        _KEPT[definition_hash] = from_body(kept.body)
    return _KEPT[definition_hash]


def pinned_then(session: Session, round_id: int, now: Definition, at: datetime) -> Definition:
    """What a round was pinned to at a moment; `now`: what it is pinned to."""
    moved = session.execute(_MOVED_SINCE, {"round_id": round_id, "at": at}).scalar()
    return pinned(session, moved["before"]) if moved else now


def stand_on(session: Session, *, key: str = "", round_id: int | None = None) -> Ground:
    """Lock the round's row and read it. Raises NotFound."""
    found = (
        session.execute(_ROUND_BY_KEY, {"key": key})
        if key
        else session.execute(_ROUND_BY_ID, {"id": round_id})
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("Không tìm thấy đợt xét này.", help_from="Văn phòng")
    return Ground(found, pinned(session, found.definition_hash))


def nomination_of(session: Session, code: str) -> tuple[Ground, Nomination]:
    """The nomination with this public code, under its round's lock. Raises NotFound."""
    asked = {"code": code}
    connection = session.connection()
    if connection.dialect.name != "sqlite":  # there, BEGIN IMMEDIATE has shut everybody else out already
        connection.execute(_LOCK_ROUND_OF_CODE, asked)
    found = session.execute(_WITH_ROUND, asked).one_or_none()
    if found is None:
        raise NotFound(NOT_FOUND, help_from="Văn phòng")
    nomination, round_ = found
    return Ground(round_, pinned(session, round_.definition_hash)), nomination


def own_nomination_of(session: Session, actor: Actor, code: str, *roles: Role) -> tuple[Ground, Nomination]:
    """A nomination of the actor's own department, for acts of `roles` (clerk or head unless named).

    Raises NotFound to other departments, word for word as if it did not exist, and NotYours to those who may
    see it but not do this.
    """
    ground, nomination = nomination_of(session, code)
    outsider = nomination.department_key not in actor.departments()
    if outsider and not (actor.has(Role.office) or actor.has(Role.head)):
        raise NotFound(NOT_FOUND, help_from="Văn phòng")
    wanted = roles or (Role.clerk, Role.department_head)
    demand_role(actor, *wanted, department=nomination.department_key)
    return ground, nomination


def named(session: Session, ground: Ground, codes: Sequence[str]) -> list[Nomination]:
    """The nominations of these codes, in the order they were started. Raises NotFound unless all are here."""
    asked = {"round_id": ground.round_id, "codes": list(codes)}
    found = list(session.execute(_NAMED, asked).scalars())
    if len(found) != len(set(codes)):
        raise NotFound("Có đề nghị không thuộc đợt xét này. Tải lại trang rồi chọn lại.")
    return found


def window_of(session: Session, ground: Ground, stage: Stage) -> StageWindow:
    asked = {"round_id": ground.round_id, "stage": stage.value}
    window: StageWindow = session.execute(_WINDOW, asked).scalar_one()
    return window


def demand_act(actor: Actor, ground: Ground, nomination: Nomination, act: Act) -> State:
    """The state `act` would lead to. Raises NotYours, NotNow or StageClosed; changes nothing."""
    target = demand_move(
        actor,
        act,
        state=State(nomination.state),
        department=nomination.department_key,
        round_key=ground.round.key,
    )
    demand_stage(act, stage=ground.stage)
    if act in ground.definition.acts_off:
        raise NotNow("Đợt xét này không dùng bước này.", rule="Quy trình của đợt xét", help_from="Văn phòng")
    return target


def move(
    session: Session,
    actor: Actor,
    ground: Ground,
    nomination: Nomination,
    act: Act,
    *,
    now: datetime,
    facts: Facts | None = None,
    changes: Facts | None = None,
    tell: bool = True,
    back_to: State | None = None,
) -> State:
    """Make one move of the table: check person, state and stage; write state and history together.

    `back_to`: the state it came from, for an act that takes something back.
    """
    target = demand_act(actor, ground, nomination, act)
    if back_to is not None and back_to in MOVE_OF[act].back_to:
        target = back_to
    written = {"state": target.value, "updated_at": now, **(changes or {})}
    subject = history.record(
        session,
        act.value,
        history.of_nomination(nomination),
        actor=actor,
        now=now,
        facts={"from": nomination.state, "to": target.value, **(facts or {})},
        changes=written,
        tell=tell,
    )
    _bring_up_to_date(nomination, written, subject.head)
    return target


def move_all(
    session: Session,
    actor: Actor,
    ground: Ground,
    nominations: Sequence[Nomination],
    act: Act,
    *,
    now: datetime,
    facts: Callable[[Nomination], Facts] = lambda _: {},
    changes: Callable[[Nomination], Facts] = lambda _: {},
) -> None:
    """One move for many nominations, all or none, in two statements; the caller's round event tells of it."""
    entries, written = [], []
    for nomination in nominations:
        target = demand_act(actor, ground, nomination, act).value
        written.append({"state": target, "updated_at": now, **changes(nomination)})
        said = {"from": nomination.state, "to": target, **facts(nomination)}
        entries.append(history.Entry(history.of_nomination(nomination), said, written[-1]))
    heads = history.record_many(session, act.value, entries, actor=actor, now=now)
    for nomination, columns, head in zip(nominations, written, heads, strict=True):
        _bring_up_to_date(nomination, columns, head)


def note(
    session: Session,
    actor: Actor,
    nomination: Nomination,
    kind: str,
    *,
    now: datetime,
    facts: Facts | None = None,
    changes: Facts | None = None,
    tell: bool = False,
) -> None:
    """Record something about a nomination that moves no state, with the columns it changes."""
    subject = history.record(
        session,
        kind,
        history.of_nomination(nomination),
        actor=actor,
        now=now,
        facts=facts,
        changes=changes,
        tell=tell,
    )
    _bring_up_to_date(nomination, changes or {}, subject.head)


def note_round(
    session: Session,
    actor: Actor,
    ground: Ground,
    kind: str,
    *,
    now: datetime,
    facts: Facts | None = None,
    changes: Facts | None = None,
    tell: bool = True,
    wake: bool = True,
) -> None:
    """Record something about the round; `wake` leaves the mark that makes the flow look at it."""
    written = {**(changes or {}), **({"wake_at": now} if wake else {})}
    subject = history.record(
        session,
        kind,
        history.of_round(ground.round),
        actor=actor,
        now=now,
        facts=facts,
        changes=written,
        tell=tell,
    )
    _bring_up_to_date(ground.round, written, subject.head)


def _bring_up_to_date(row: Nomination | Round, changes: Facts, head: str) -> None:
    """Let the object in hand show what was written, without a second UPDATE at flush."""
    for name, value in {**changes, "history_head": head}.items():
        set_committed_value(row, name, value)
