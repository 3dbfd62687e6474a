"""An answer of Sở Nội vụ written to the wrong line is taken back in sight; what it said stays in history."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlmodel import Session, col

from engine.access import Actor, demand_role
from engine.commands.dossiers import dossiers_holding, lines_of
from engine.commands.ending import reopen_round
from engine.commands.ground import Ground, demand_act, move, nomination_of, note_round
from engine.definition import Definition
from engine.errors import Incomplete, NotNow
from engine.models import Event, Nomination
from engine.stages import Act, Role, State
from engine.text import clean

_Written = Row[tuple[int, str, dict[str, Any]]]
_CORRECTED = "award_corrected"
_MOVES = (
    select(col(Event.id), col(Event.kind), col(Event.facts))
    .join(Nomination, col(Nomination.id) == col(Event.nomination_id))
    .where(
        col(Nomination.code) == bindparam("code"),
        col(Event.kind).in_([*(act.value for act in Act), _CORRECTED]),
    )
    .order_by(col(Event.id))
)
_NO_ANSWER: Mapping[str, object] = {"reason": "", "decision_number": "", "decision_date": None}


def withdraw_answer(
    session: Session, actor: Actor, code: str, *, reason: str, seen: int, now: datetime
) -> Nomination:
    """Take back what was written by mistake as the answer: the nomination stands where it stood before.

    A round that has closed meanwhile comes back with it. `seen`: the `answer_mark` of what the actor was
    shown. Safe to repeat from that page; from one shown since, the answer it led back to goes too. Raises
    NotYours, NotNow for what has no answer, another one than was shown, or an award of the agency's own, and
    Incomplete without a reason.
    """
    demand_role(actor, Role.office)
    ground, nomination = nomination_of(session, code)
    written = _written(session, code)
    if [event.id for event in written[-2:-1]] == [seen] and written[-1].kind == Act.withdraw_answer:
        return nomination
    demand_act(actor, ground, nomination, Act.withdraw_answer)
    refuse_own_award(ground.definition, nomination.award_key, nomination.state)
    if _mark(written) != seen:
        raise NotNow(
            "Kết quả của đề nghị này vừa được ghi khác với trang ông/bà xem. Tải lại trang rồi xem lại.",
            rule="Kết quả khen thưởng phải có căn cứ",
        )
    said = clean(reason, lines=True)
    if not said:
        raise Incomplete({"reason": "Ghi lý do rút kết quả để lưu hồ sơ và báo cho phòng."})
    *earlier, answer = _standing(written)
    dated, before, stood = nomination.decision_date, nomination.state, State(answer.facts["from"])
    changes = dict(_NO_ANSWER)
    if stood == State.completion:  # Sở Nội vụ still waits for what it asked for then
        asked = [event.facts["reason"] for event in earlier if event.kind == Act.ask_completion]
        changes["reason"] = asked[-1] if asked else ""
    facts = {
        "reason": said,
        "answer": answer.facts.get("reason", ""),
        "number": nomination.decision_number,
        "date": dated.isoformat() if dated else "",
        "asked": changes["reason"],
    }
    move(
        session,
        actor,
        ground,
        nomination,
        Act.withdraw_answer,
        now=now,
        facts=facts,
        changes=changes,
        back_to=stood,
    )
    if State.completion in {before, stood}:
        _follow(session, ground, nomination)
    told = {"code": code, "name": nomination.nominee_name, "reason": said}
    note_round(session, actor, ground, "answer_withdrawn", now=now, facts=told, tell=False, wake=False)
    reopen_round(session, actor, ground, {"code": code}, now=now)
    return nomination


def answer_mark(session: Session, code: str) -> int:
    """Which answer, as corrected, a nomination has now: for a page that asks whether to withdraw it."""
    return _mark(_written(session, code))


def refuse_own_award(definition: Definition, award: str, state: str) -> None:
    """The agency's own decision is a paper that was signed. Raises NotNow."""
    if definition.award(award).level == "agency" and state == State.awarded:
        raise NotNow(
            "Khen thưởng này do cơ quan quyết định nên không rút được. "
            "Ghi nhầm số, ngày thì bấm “Sửa số, ngày”; "
            "quyết định sai thì bấm “Huỷ khen thưởng” ở trang Quyết định khen thưởng.",
            rule=definition.cited("Thẩm quyền quyết định khen thưởng", "own_decision"),
            help_from="Văn phòng",
        )


def _written(session: Session, code: str) -> list[_Written]:
    """Every step the nomination took and every correction of its award, the oldest first."""
    return list(session.execute(_MOVES, {"code": code}).all())


def _mark(written: list[_Written]) -> int:
    return written[-1].id if written else 0


def _standing(written: list[_Written]) -> list[_Written]:
    """The steps that hold: a withdrawal is none and takes the newest of them away."""
    steps: list[_Written] = []
    for event in written:
        if event.kind == Act.withdraw_answer:
            steps.pop()
        elif event.kind != _CORRECTED:
            steps.append(event)
    return steps


def _follow(session: Session, ground: Ground, nomination: Nomination) -> None:
    """The dossier is out again unless a line of it is to be completed; it came back if one is."""
    holding = dossiers_holding(session, ground.round_id)
    dossier = holding.get(nomination.id or 0)
    if dossier is None:
        return
    lines = lines_of(session, dossier)
    gone_again = [line for line in lines if holding[line.id or 0].version > dossier.version]
    if any(line.state == State.completion for line in lines if line not in gone_again):
        dossier.state = "returned"
    elif dossier.state == "returned" and not gone_again:
        dossier.state = "received" if dossier.received_at else "sent"
    session.add(dossier)
