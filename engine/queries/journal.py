"""The journal of a round: who did what to the round itself, when, newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from engine.models import Event
from engine.queries.timeline import remark_of

PAGE, NEWEST = 50, 12
# What gives time, and the fact that says until when.
_UNTIL = {"leave_given": "until", "deadline_moved": "due"}


@dataclass(frozen=True)
class Happened:
    """One event of the round; `department` by key, where it concerned one; `until`: the day it gave."""

    who: str
    kind: str
    at: datetime
    remark: str
    department: str
    until: datetime | None


@dataclass(frozen=True)
class Journal:
    """One page of a round's journal; `page` counts from 1 and is the last when a later one was asked for."""

    rows: tuple[Happened, ...]
    page: int
    pages: int
    total: int


def newest(session: Session, round_id: int) -> tuple[Happened, ...]:
    """The newest events of the round itself (not of its nominations), newest first."""
    return _read(session, _of(round_id).limit(NEWEST))


def journal(session: Session, round_id: int, *, page: int = 1) -> Journal:
    """One page of all events of the round itself, newest first."""
    total: int = session.execute(select(func.count()).select_from(_of(round_id).subquery())).scalar_one()
    pages = max(-(-total // PAGE), 1)
    at = min(max(page, 1), pages)
    return Journal(_read(session, _of(round_id).limit(PAGE).offset((at - 1) * PAGE)), at, pages, total)


def _of(round_id: int) -> Select[Any]:
    return (
        select(col(Event.actor_name), col(Event.kind), col(Event.at), col(Event.facts))
        .where(col(Event.round_id) == round_id, col(Event.nomination_id).is_(None))
        .order_by(col(Event.id).desc())
    )


def _read(session: Session, query: Select[Any]) -> tuple[Happened, ...]:
    return tuple(
        Happened(who, kind, at, remark_of(facts), str(facts.get("department", "")), _until(kind, facts))
        for who, kind, at, facts in session.execute(query).all()
    )


def _until(kind: str, facts: dict[str, Any]) -> datetime | None:
    said = facts.get(_UNTIL.get(kind, ""), "")
    return datetime.fromisoformat(said) if said else None
