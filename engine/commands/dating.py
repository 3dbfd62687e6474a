"""The order of days: no paper is older than what it rests on: the vote, the head's word, the dossier sent."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select
from sqlmodel import Session, col

from engine.clock import VIETNAM
from engine.models import Event, Result, Voting
from engine.stages import Act
from engine.text import clean

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_RESTS_ON = select(
    select(func.max(col(Voting.closed_at)))
    .where(col(Voting.id).in_(select(col(Result.voting_id)).where(col(Result.nomination_id).in_(_IDS))))
    .scalar_subquery(),
    select(func.max(col(Event.at)))
    .where(col(Event.nomination_id).in_(_IDS), col(Event.kind) == Act.approve.value)
    .scalar_subquery(),
)


@dataclass(frozen=True)
class Earliest:
    """The first day a paper may bear, and what happened on it ("Hội đồng bỏ phiếu xong")."""

    day: date
    what: str

    def fault(self, paper: str, dated: date) -> str:
        """What is wrong with `paper` ("Ngày tờ trình") bearing this date; empty when nothing is."""
        if dated >= self.day:
            return ""
        return f"{paper} không thể trước ngày {self.what} ({self.day:%d/%m/%Y})."


def day_of(moment: datetime) -> date:
    """The day in Vietnam of an aware moment."""
    return moment.astimezone(VIETNAM).date()


def earliest_paper(session: Session, nominations: Collection[int]) -> Earliest | None:
    """From which day a decision or a tờ trình on these nominations may be; None where nobody voted on them.

    Not before the council's vote on them was closed, nor before the head agreed to the last of them.
    """
    voted, approved = session.execute(_RESTS_ON, {"ids": list(nominations)}).one()
    said = [(voted, "Hội đồng bỏ phiếu xong"), (approved, "Thủ trưởng đồng ý")]
    days = [Earliest(day_of(moment), what) for moment, what in said if moment is not None]
    return max(days, key=lambda one: one.day, default=None)


def meeting_fault(dated: date, opened_at: datetime, closed_at: datetime) -> str:
    """What is wrong with the day the council is said to have met; empty within the days of its vote."""
    first, last = day_of(opened_at), day_of(closed_at)
    if first <= dated <= last:
        return ""
    if first == last:
        return f"Ngày họp Hội đồng phải là ngày bỏ phiếu ({first:%d/%m/%Y})."
    return (
        f"Ngày họp Hội đồng không thể trước ngày mở bỏ phiếu ({first:%d/%m/%Y}) "
        f"hoặc sau ngày bỏ phiếu xong ({last:%d/%m/%Y})."
    )


def number_faults(
    number: str, dated: date, now: datetime, *, paper: str = "Ngày văn bản", earliest: Earliest | None = None
) -> dict[str, str]:
    """What is wrong with a document's number and date, field by field; `earliest`: what it rests on."""
    faults = {}
    if not any(c.isdigit() for c in clean(number)):
        faults["number"] = "Ghi số của văn bản, ví dụ 128/QĐ-BDT."
    early = earliest.fault(paper, dated) if earliest else ""
    if dated > day_of(now):
        faults["dated"] = f"{paper} không thể sau hôm nay."
    elif early:
        faults["dated"] = early
    return faults
