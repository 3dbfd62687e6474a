"""History: append-only, chained per nomination (or per round), written in the transaction of the change.

The caller holds the round's row lock, which also orders the chain. `tell` leaves a mark for the planner of
letters in the same transaction: no act without its letters, no letter for an act that was rolled back.
Events of no round (somebody signed in) stand alone, each the first of its own chain. Time does not run
backwards in a chain: clocks of several machines may differ by `SLACK`, one that was set back is refused.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, Table, Update, bindparam, insert, select, update
from sqlmodel import Session, SQLModel, col

from engine.access import Actor
from engine.clock import VIETNAM
from engine.errors import Changed, NotNow
from engine.models import Event, Nomination, Round

_TABLES = SQLModel.metadata.tables
_INSERT_EVENT = insert(_TABLES["event"])
_INSERT_TO_TELL = insert(_TABLES["event_to_tell"])
_EVENT, _ROUND, _NOMINATION = _TABLES["event"], _TABLES["round"], _TABLES["nomination"]
SLACK = timedelta(minutes=2)
_ROW: BindParameter[int] = bindparam("row_id")
_OF_ROUND = (_EVENT.c.round_id == _ROW) & _EVENT.c.nomination_id.is_(None)
_OF_NOMINATION = _EVENT.c.nomination_id == _ROW
# The event before the one that has just been written.
_BEFORE_ROUND, _BEFORE_NOMINATION = (
    select(_EVENT.c.at).where(chain).order_by(_EVENT.c.id.desc()).limit(1).offset(1)
    for chain in (_OF_ROUND, _OF_NOMINATION)
)


def _advance_of(table: Table, before: Select[tuple[datetime]]) -> Update:
    """The row is written only if its head is still the one the event was chained to, and time went on."""
    newest = before.subquery()
    set_back = select(newest.c.at).where(newest.c.at > bindparam("row_latest")).exists()
    head = table.c.history_head == bindparam("row_head")
    return update(table).where(table.c.id == _ROW, head, ~set_back)


_ADVANCE_ROUND = _advance_of(_ROUND, _BEFORE_ROUND)
_ADVANCE_NOMINATION = _advance_of(_NOMINATION, _BEFORE_NOMINATION)


@dataclass(frozen=True)
class Subject:
    """What an event is about: a round, or one nomination of it, with the head of its chain."""

    round_id: int | None
    nomination_id: int | None = None
    head: str = ""


@dataclass(frozen=True)
class Entry:
    """One event to be: its subject, what is told of it, and the columns of the subject it changes."""

    subject: Subject
    facts: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)


def of_round(round_: Round) -> Subject:
    return Subject(round_.id, None, round_.history_head)


def of_nomination(nomination: Nomination) -> Subject:
    return Subject(nomination.round_id, nomination.id, nomination.history_head)


def link_hash(previous: str, fields: Mapping[str, Any]) -> str:
    """SHA-256 over the previous hash and the canonical JSON of the event."""
    canonical = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


def record(
    session: Session,
    kind: str,
    subject: Subject,
    *,
    actor: Actor,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
    tell: bool = True,
) -> Subject:
    """Append one event, and in the same step write `changes` and the chain's new head to the subject's row.

    Returns the subject with its new head. Raises Changed when the row is no longer the one that was read,
    NotNow when the clock stands more than `SLACK` before the newest event of the chain.
    """
    entry = Entry(subject, facts or {}, changes or {})
    row = _row(kind, entry, actor, now)
    # Straight to the connection: three statements of every act, with nothing in them for the ORM to do.
    connection = session.connection()
    written = connection.execute(_INSERT_EVENT, row)
    _advance(connection, [entry], [row["hash"]], now)
    if tell and written.inserted_primary_key is not None:
        connection.execute(_INSERT_TO_TELL, {"event_id": written.inserted_primary_key[0]})
    return replace(subject, head=row["hash"])


def record_many(
    session: Session, kind: str, entries: Sequence[Entry], *, actor: Actor, now: datetime
) -> list[str]:
    """Append one event for each entry (all of one table, all changing the same columns), in two statements.

    For acts on a whole list: the round's own event tells of them. Returns the new heads, in order.
    Raises Changed when any row is no longer the one that was read, NotNow as `record`.
    """
    if not entries:
        return []
    rows = [_row(kind, entry, actor, now) for entry in entries]
    connection = session.connection()
    connection.execute(_INSERT_EVENT, rows)
    heads = [row["hash"] for row in rows]
    _advance(connection, entries, heads, now)
    return heads


def _row(kind: str, entry: Entry, actor: Actor, now: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {
        "round_id": entry.subject.round_id,
        "nomination_id": entry.subject.nomination_id,
        "kind": kind,
        "actor_id": actor.person_id,
        "actor_name": actor.name,
        "door": actor.door,
        "at": now.astimezone(UTC),
        "facts": dict(entry.facts),
        "previous": entry.subject.head,
    }
    return {**row, "hash": link_hash(entry.subject.head, _said(row))}


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the hash of an event covers. The time is written in UTC whatever zone it was told in."""
    return {
        "round": row["round_id"],
        "nomination": row["nomination_id"],
        "kind": row["kind"],
        "actor": row["actor_id"],
        "name": row["actor_name"],
        "door": row["door"],
        "at": row["at"].astimezone(UTC).isoformat(),
        "facts": row["facts"],
    }


def _advance(connection: Connection, entries: Sequence[Entry], heads: Sequence[str], now: datetime) -> None:
    first = entries[0].subject
    if first.round_id is None:
        return
    statement = _ADVANCE_ROUND if first.nomination_id is None else _ADVANCE_NOMINATION
    rows = [
        {
            **entry.changes,
            "history_head": head,
            "row_id": entry.subject.nomination_id or entry.subject.round_id,
            "row_head": entry.subject.head,
            "row_latest": now + SLACK,
        }
        for entry, head in zip(entries, heads, strict=True)
    ]
    given = rows[0] if len(rows) == 1 else rows
    if connection.execute(statement, given).rowcount != len(rows):
        before = _BEFORE_ROUND if first.nomination_id is None else _BEFORE_NOMINATION
        for row in rows:
            _refuse_set_back(connection.execute(before, {"row_id": row["row_id"]}).scalar(), now)
        raise Changed("Hồ sơ vừa được người khác thay đổi. Mời xem lại rồi làm lại.", theirs={}, version=0)


def _refuse_set_back(newest: datetime | None, now: datetime) -> None:
    if newest is not None and newest > now + SLACK:
        here, there = (f"{moment.astimezone(VIETNAM):%H giờ %M ngày %d/%m/%Y}" for moment in (now, newest))
        raise NotNow(
            f"Đồng hồ máy chủ đang chỉ {here}, trước cả việc ghi gần nhất (lúc {there}), nên chưa ghi gì. "
            "Báo người quản trị chỉnh lại đồng hồ rồi làm lại.",
            rule="Nhật ký ghi theo thứ tự thời gian",
            help_from="quản trị hệ thống",
        )


def set_back(session: Session) -> list[int]:
    """Ids of events more than `SLACK` before the one they follow in their chain, in order."""
    newest: dict[tuple[int, int | None], datetime] = {}
    found: list[int] = []
    asked = select(_EVENT.c.id, _EVENT.c.round_id, _EVENT.c.nomination_id, _EVENT.c.at)
    for id_, *chain, at in session.execute(asked.where(_EVENT.c.round_id.is_not(None)).order_by(_EVENT.c.id)):
        if at + SLACK < newest.get(tuple(chain), at):
            found.append(int(id_))
        newest[tuple(chain)] = at
    return found


def broken_links(session: Session, *, nomination_id: int | None, round_id: int) -> list[int]:
    """Ids of events whose hash does not follow from what they say and the event before; empty when whole.

    The newest event must also be the head that the row itself remembers: a tail cut off shows as event 0.
    """
    events = (
        session.execute(
            select(Event)
            .where(
                col(Event.round_id) == round_id,
                col(Event.nomination_id).is_(None)
                if nomination_id is None
                else col(Event.nomination_id) == nomination_id,
            )
            .order_by(col(Event.id))
        )
        .scalars()
        .all()
    )
    broken, head = [], ""
    for event in events:
        if event.previous != head or event.hash != link_hash(head, _said(event.model_dump())):
            broken.append(event.id or 0)
        head = event.hash
    owner = (
        select(col(Round.history_head)).where(col(Round.id) == round_id)
        if nomination_id is None
        else select(col(Nomination.history_head)).where(col(Nomination.id) == nomination_id)
    )
    if session.execute(owner).scalar_one() != head:
        broken.append(0)
    return broken
