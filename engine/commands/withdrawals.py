"""An answer of Sở Nội vụ written to the wrong line is taken back in sight; what it said stays in history."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from engine.access import Actor, demand_role
from engine.commands.dossiers import dossiers_holding, lines_of
from engine.commands.ending import reopen_round
from engine.commands.ground import Ground, demand_act, move, nomination_of
from engine.errors import Incomplete, NotNow
from engine.models import Event, Nomination
from engine.stages import Act, Role, State
from engine.text import clean

_LAST_ACT = (
    select(col(Event.kind))
    .where(
        col(Event.nomination_id) == bindparam("id"),
        col(Event.kind).in_([act.value for act in Act]),
    )
    .order_by(col(Event.id).desc())
    .limit(1)
)
_NO_ANSWER: Mapping[str, object] = {"reason": "", "decision_number": "", "decision_date": None}


def withdraw_answer(
    session: Session, actor: Actor, code: str, *, reason: str, seen: str = "", now: datetime
) -> Nomination:
    """Take back what was written by mistake as the answer: the nomination waits for it once more.

    A round that has closed meanwhile comes back with it. `seen`: the state the actor was shown, "" where
    nothing was shown. Safe to repeat. Raises NotYours, NotNow for what has no answer, another one than was
    shown, or an award of the agency's own, and Incomplete without a reason.
    """
    demand_role(actor, Role.office)
    ground, nomination = nomination_of(session, code)
    if nomination.state == State.submitted and _taken_back(session, nomination):
        return nomination
    demand_act(actor, ground, nomination, Act.withdraw_answer)
    refuse_own_award(ground.definition.award(nomination.award_key).level, nomination.state)
    if seen not in {"", nomination.state}:
        raise NotNow(
            "Kết quả của đề nghị này vừa được ghi khác với trang ông/bà xem. Tải lại trang rồi xem lại.",
            rule="Kết quả khen thưởng phải có căn cứ",
        )
    said = clean(reason, lines=True)
    if not said:
        raise Incomplete({"reason": "Ghi lý do rút kết quả để lưu hồ sơ và báo cho phòng."})
    dated, before = nomination.decision_date, nomination.state
    facts = {
        "reason": said,
        "answer": nomination.reason,
        "number": nomination.decision_number,
        "date": dated.isoformat() if dated else "",
    }
    move(session, actor, ground, nomination, Act.withdraw_answer, now=now, facts=facts, changes=_NO_ANSWER)
    if before == State.completion:
        _out_again(session, ground, nomination)
    reopen_round(session, actor, ground, {"code": code}, now=now)
    return nomination


def refuse_own_award(level: str, state: str) -> None:
    """The agency's own decision is a paper that was signed. Raises NotNow."""
    if level == "agency" and state == State.awarded:
        raise NotNow(
            "Khen thưởng này do cơ quan quyết định nên không rút được. "
            "Ghi nhầm số, ngày thì bấm “Sửa số, ngày”; "
            "quyết định sai thì bấm “Huỷ khen thưởng” ở trang Quyết định khen thưởng.",
            rule="Thẩm quyền quyết định khen thưởng (Luật Thi đua, khen thưởng Đ.80.1)",
            help_from="Văn phòng",
        )


def _taken_back(session: Session, nomination: Nomination) -> bool:
    last = session.execute(_LAST_ACT, {"id": nomination.id}).scalar_one_or_none()
    return last == Act.withdraw_answer.value


def _out_again(session: Session, ground: Ground, nomination: Nomination) -> None:
    """The dossier did not come back after all, unless another of its lines did."""
    holding = dossiers_holding(session, ground.round_id)
    dossier = holding.get(nomination.id or 0)
    if dossier is None or dossier.state != "returned":
        return
    if any(
        line.state == State.completion or holding[line.id or 0].version > dossier.version
        for line in lines_of(session, dossier)
    ):
        return
    dossier.state = "received" if dossier.received_at else "sent"
    session.add(dossier)
