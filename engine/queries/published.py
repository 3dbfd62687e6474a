"""The list as everybody in the agency may see it from the day it is shown (Luật Thi đua, khen thưởng Đ.5)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from engine.models import ListLine, Nomination, NominationList


@dataclass(frozen=True)
class ShownLine:
    """Who stands on the list and for what; nothing of the report, nothing of a vote."""

    position: int
    name: str
    kind: str
    title: str
    unit: str
    department_key: str
    award_key: str


@dataclass(frozen=True)
class ShownList:
    """The list the office has shown: `published` may still change, `frozen` is what the council votes on."""

    version: int
    state: str
    published_at: datetime
    lines: tuple[ShownLine, ...]


_NEWEST = (
    select(
        col(NominationList.id),
        col(NominationList.version),
        col(NominationList.state),
        col(NominationList.published_at),
    )
    .where(col(NominationList.round_id) == bindparam("round_id"))
    .order_by(col(NominationList.version).desc())
    .limit(1)
)


def is_shown(session: Session, round_id: int) -> bool:
    """Whether there is a list to be seen by everybody."""
    newest = session.execute(_NEWEST, {"round_id": round_id}).one_or_none()
    return newest is not None and newest.published_at is not None


def shown_list(session: Session, round_id: int) -> ShownList | None:
    """The newest list if it has been shown as it is now; None before, and while it is compiled anew."""
    newest = session.execute(_NEWEST, {"round_id": round_id}).one_or_none()
    if newest is None or newest.published_at is None:
        return None
    rows = session.execute(
        select(
            col(ListLine.position),
            col(Nomination.nominee_name),
            col(Nomination.nominee_kind),
            col(Nomination.nominee_title),
            col(Nomination.nominee_unit),
            col(Nomination.department_key),
            col(Nomination.award_key),
        )
        .join(Nomination, col(Nomination.id) == col(ListLine.nomination_id))
        .where(col(ListLine.list_id) == newest.id)
        .order_by(col(ListLine.position))
    ).all()
    return ShownList(newest.version, newest.state, newest.published_at, tuple(ShownLine(*r) for r in rows))
