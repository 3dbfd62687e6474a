"""The order of papers: none older than what it rests on, the vote or a tờ trình; one number for each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select
from sqlmodel import Session, col

from engine.clock import VIETNAM
from engine.commands.numbering import form_fault, written
from engine.models import Dossier, Result, Voting

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_VOTED = select(func.max(col(Voting.closed_at))).where(
    col(Voting.id).in_(select(col(Result.voting_id)).where(col(Result.nomination_id).in_(_IDS)))
)
_SENT = (
    select(col(Dossier.version), col(Dossier.document_number), col(Dossier.document_date))
    .where(
        col(Dossier.round_id) == bindparam("round_id"),
        col(Dossier.state) != "draft",
        col(Dossier.document_date).is_not(None),
    )
    .order_by(col(Dossier.version))
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


def submission_faults(session: Session, round_id: int, number: str, dated: date) -> dict[str, str]:
    """What contradicts the tờ trình this round has sent: "number" used in that year, "dated" before the last.

    `number` as `written` gives it.
    """
    faults, sent = {}, session.execute(_SENT, {"round_id": round_id}).all()
    used = [version for version, taken, day in sent if (taken, day.year) == (number, dated.year)]
    if used:
        faults["number"] = f"Số {number} đã dùng cho bản {used[0]}; mỗi văn bản một số."
    if sent:
        version, _taken, last = max(sent, key=lambda row: row[2])
        early = Earliest(last, f"của tờ trình bản {version}").fault("Ngày tờ trình", dated)
        faults |= {"dated": early} if early else {}
    return faults


def number_faults(
    number: str,
    dated: date,
    now: datetime,
    *,
    sign: str = "",
    not_sign: str = "",
    paper: str = "Ngày văn bản",
    earliest: Earliest | None = None,
) -> dict[str, str]:
    """What is wrong with a document's number and date, field by field.

    `sign`: what the agency's own documents of this kind bear; `not_sign`: the same, of a document that is
    another's; `earliest`: what this one rests on.
    """
    faults, said = {}, written(number, sign)
    if not said:
        faults["number"] = form_fault(sign)
    elif not_sign and said.partition("/")[2].casefold() == not_sign.casefold():
        faults["number"] = (
            f"Ký hiệu {not_sign} là của quyết định do cơ quan mình ban hành. {form_fault()} "
            "Đó là số của quyết định do cấp trên ký."
        )
    early = earliest.fault(paper, dated) if earliest else ""
    if dated > day_of(now):
        faults["dated"] = f"{paper} không thể sau hôm nay."
    elif early:
        faults["dated"] = early
    return faults
