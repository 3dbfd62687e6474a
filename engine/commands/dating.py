"""The order of days: no paper is older than what it rests on, the vote or the tờ trình."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select
from sqlmodel import Session, col

from engine.clock import VIETNAM
from engine.models import Result, Voting
from engine.text import clean

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_VOTED = select(func.max(col(Voting.closed_at))).where(
    col(Voting.id).in_(select(col(Result.voting_id)).where(col(Result.nomination_id).in_(_IDS)))
)
ABOUT_A_MONTH = timedelta(days=31)


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

    Not before the council's vote on them was closed. The head may have signed on paper before the click.
    """
    voted = session.execute(_VOTED, {"ids": list(nominations)}).scalar()
    return Earliest(day_of(voted), "Hội đồng bỏ phiếu xong") if voted else None


def meeting_fault(dated: date, opened_at: datetime, closed_at: datetime) -> str:
    """What is wrong with the day the council is said to have met; empty within a month of its vote.

    A vote may be opened only to record a meeting held before, or be over before the council meets.
    """
    first, last = day_of(opened_at) - ABOUT_A_MONTH, day_of(closed_at) + ABOUT_A_MONTH
    if first <= dated <= last:
        return ""
    return (
        "Ngày họp Hội đồng cách thời gian bỏ phiếu quá một tháng: "
        f"ghi ngày từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}."
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
