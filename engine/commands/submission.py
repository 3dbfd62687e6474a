"""From the council's advice to the last word: the head considers, the agency decides, Sở Nội vụ answers."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from engine.access import Actor, demand_role
from engine.commands.corrections import correct_award
from engine.commands.dating import Earliest, day_of, earliest_paper, number_faults
from engine.commands.dossiers import (
    dossier_of,
    dossiers_holding,
    earliest_answer,
    latest_dossier,
    lines_of,
    record_receipt,
    seal_dossier,
    send_dossier,
    sent_dossier,
)
from engine.commands.ending import close_if_done
from engine.commands.ground import (
    Ground,
    demand_act,
    move,
    move_all,
    named,
    nomination_of,
    note_round,
    stand_on,
)
from engine.commands.numbering import decision_sign, written
from engine.commands.preparing import keep_minutes, prepare_dossier
from engine.errors import Incomplete, NotNow
from engine.models import Decision, Nomination
from engine.stages import Act, Role, State
from engine.text import clean

__all__ = [
    "approve",
    "correct_award",
    "decide",
    "dossier_of",
    "keep_minutes",
    "latest_dossier",
    "lines_of",
    "prepare_dossier",
    "record_answer",
    "record_receipt",
    "refuse",
    "revoke",
    "seal_dossier",
    "send_dossier",
    "sent_dossier",
]

_BY_NUMBER = select(Decision).where(
    col(Decision.round_id) == bindparam("round_id"), col(Decision.number) == bindparam("number")
)
ANSWERS = {"awarded": Act.award, "not_awarded": Act.not_award, "completion": Act.ask_completion}
TARGETS = {
    Act.award: State.awarded,
    Act.not_award: State.not_awarded,
    Act.ask_completion: State.completion,
}


def _named(session: Session, ground: Ground, codes: Sequence[str]) -> list[Nomination]:
    """The nominations of these codes, all of this round. Raises Incomplete or NotFound."""
    if not codes:
        raise Incomplete({"codes": "Chọn ít nhất một đề nghị."})
    return named(session, ground, codes)


def approve(session: Session, actor: Actor, key: str, *, codes: Sequence[str], now: datetime) -> int:
    """The head agrees with the council on these nominations; returns how many. Safe to repeat."""
    demand_role(actor, Role.head)
    ground = stand_on(session, key=key)
    fresh = [n for n in _named(session, ground, codes) if n.state != State.approved]
    move_all(session, actor, ground, fresh, Act.approve, now=now)
    if fresh:
        facts = {"codes": [n.code for n in fresh]}
        note_round(session, actor, ground, "head_approved", now=now, facts=facts)
    return len(fresh)


def refuse(session: Session, actor: Actor, code: str, *, reason: str, now: datetime) -> Nomination:
    """The head does not follow the council on one nomination, and says why. Safe to repeat."""
    demand_role(actor, Role.head)
    ground, nomination = nomination_of(session, code)
    said = clean(reason, lines=True)
    if nomination.state == State.refused:
        if said != nomination.reason:
            raise NotNow(
                f"Đã ghi không đồng ý từ trước và đã báo cho phòng, với lý do: “{nomination.reason}”.",
                rule="Ý kiến của Thủ trưởng ghi một lần",
                help_from="Văn phòng",
            )
        return nomination
    demand_act(actor, ground, nomination, Act.refuse)
    if not said:
        raise Incomplete({"reason": "Ghi lý do không đồng ý để báo cho phòng và lưu hồ sơ."})
    facts = {"reason": said}
    move(session, actor, ground, nomination, Act.refuse, now=now, facts=facts, changes=facts)
    close_if_done(session, actor, ground, now=now)
    return nomination


def decide(
    session: Session,
    actor: Actor,
    key: str,
    *,
    codes: Sequence[str],
    number: str,
    dated: date,
    now: datetime,
) -> Decision:
    """Record the agency's own decision (Giấy khen): number, date, and the nominations it awards.

    Safe to repeat; more nominations may be added to a number, on its own date only. The date is no earlier
    than the council's vote. `number` bears the agency's sign, which is added to a bare one.
    """
    demand_role(actor, Role.office, Role.head)
    ground = stand_on(session, key=key)
    asked = _named(session, ground, codes)
    sign = decision_sign(ground.definition)
    said = written(number, sign)
    row: Decision | None = session.execute(
        _BY_NUMBER, {"round_id": ground.round_id, "number": said}
    ).scalar_one_or_none()
    earliest = earliest_paper(session, [n.id or 0 for n in asked])
    faults = number_faults(number, dated, now, sign=sign, paper="Ngày quyết định", earliest=earliest)
    wrong = [n.nominee_name for n in asked if ground.definition.award(n.award_key).level != "agency"]
    if wrong:
        faults["codes"] = (
            f"Không thuộc thẩm quyền của cơ quan: {', '.join(wrong)}. Hình thức này phải trình cấp trên."
        )
    if row is not None and row.dated != dated:
        faults["number"] = f"Số {said} đã dùng cho quyết định ngày {row.dated:%d/%m/%Y}."
    if faults:
        raise Incomplete(
            faults, rule=ground.definition.cited("Thẩm quyền quyết định khen thưởng", "own_decision")
        )
    if row is None:
        row = Decision(
            round_id=ground.round_id, number=said, dated=dated, made_by=actor.person_id, made_at=now
        )
        session.add(row)
        session.flush()
    fresh = [n for n in asked if not (n.state == State.awarded and n.decision_number == said)]
    facts = {"number": said, "date": dated.isoformat()}
    changes = {"decision_number": said, "decision_date": dated}
    move_all(
        session, actor, ground, fresh, Act.decide, now=now, facts=lambda _: facts, changes=lambda _: changes
    )
    if fresh:
        told = {**facts, "codes": [n.code for n in fresh]}
        note_round(session, actor, ground, "decided", now=now, facts=told)
        close_if_done(session, actor, ground, now=now)
    return row


def record_answer(
    session: Session,
    actor: Actor,
    key: str,
    *,
    codes: Sequence[str],
    answer: str,
    number: str = "",
    dated: date | None = None,
    reason: str = "",
    now: datetime,
) -> int:
    """What Sở Nội vụ answered about these nominations; departments are told. Returns how many changed.

    `answer`: "awarded" (needs the decision's number and date), "not_awarded" or "completion" (a reason).
    """
    demand_role(actor, Role.office)
    ground = stand_on(session, key=key)
    asked = _named(session, ground, codes)
    act = ANSWERS.get(answer)
    if act is None:
        raise Incomplete({"answer": "Chọn kết quả: được khen, không được khen hoặc trả để bổ sung."})
    earliest = None
    if act == Act.award:
        earliest = earliest_answer(session, ground.round_id, [n.id or 0 for n in asked])
    own = decision_sign(ground.definition)
    facts, changes = _answer(act, number, dated, reason, own=own, earliest=earliest, now=now)
    fresh = [n for n in asked if n.state != TARGETS[act]]
    if act == Act.award:
        _refuse_other_award(asked, written(number), dated)
    move_all(session, actor, ground, fresh, act, now=now, facts=lambda _: facts, changes=lambda _: changes)
    if not fresh:
        return 0
    if act == Act.ask_completion:
        holding = dossiers_holding(session, ground.round_id)
        for dossier in {d.version: d for n in fresh if (d := holding.get(n.id or 0))}.values():
            dossier.state = "returned"
            session.add(dossier)
    told = {"answer": answer, "codes": [n.code for n in fresh], **facts}
    note_round(session, actor, ground, "answered", now=now, facts=told)
    close_if_done(session, actor, ground, now=now)
    return len(fresh)


def _refuse_other_award(asked: Sequence[Nomination], number: str, dated: date | None) -> None:
    """A decision written down already is put right on purpose and with a reason, not by a stale page."""
    other = [
        n.nominee_name
        for n in asked
        if n.state == State.awarded and (n.decision_number, n.decision_date) != (number, dated)
    ]
    if other:
        said = f"Đã ghi quyết định khác cho: {', '.join(other)}. Nếu ghi nhầm, bấm “Sửa số, ngày” ở dòng đó."
        raise Incomplete({"codes": said}, rule="Kết quả khen thưởng phải có căn cứ")


def _answer(
    act: Act,
    number: str,
    dated: date | None,
    reason: str,
    *,
    own: str,
    earliest: Earliest | None,
    now: datetime,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What history and the row keep of an answer; `own`: the sign of the agency's decisions, which it is not.

    Raises Incomplete when it has no ground.
    """
    said, faults = clean(reason, lines=True), {}
    if act == Act.award:
        faults = number_faults(
            number,
            dated or day_of(now),
            now,
            not_sign=own,
            paper="Ngày quyết định khen thưởng",
            earliest=earliest,
        )
        if dated is None:
            faults["dated"] = "Ghi ngày của quyết định khen thưởng."
    elif not said:
        faults["reason"] = "Ghi lý do Sở Nội vụ nêu để báo cho phòng."
    if faults:
        raise Incomplete(faults, rule="Kết quả khen thưởng phải có căn cứ")
    if act != Act.award or dated is None:
        return {"reason": said}, {"reason": said}
    facts = {"number": written(number), "date": dated.isoformat()}
    return facts, {"decision_number": facts["number"], "decision_date": dated}


def revoke(session: Session, actor: Actor, code: str, *, reason: str, now: datetime) -> Nomination:
    """Cancel an award given on false ground (Luật TĐKT Đ.93), also in a closed round. Safe to repeat."""
    demand_role(actor, Role.head, Role.office)
    ground, nomination = nomination_of(session, code)
    if nomination.state == State.revoked:
        return nomination
    demand_act(actor, ground, nomination, Act.revoke)
    said = clean(reason, lines=True)
    if not said:
        raise Incomplete(
            {"reason": "Ghi căn cứ huỷ quyết định khen thưởng."},
            rule=ground.definition.cited("Huỷ quyết định khen thưởng", "revocation"),
        )
    facts = {"reason": said}
    move(session, actor, ground, nomination, Act.revoke, now=now, facts=facts, changes=facts)
    return nomination
