"""A decision's number or date was written down wrongly: put right in sight, what stood before is kept."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import bindparam, delete, insert, select, update
from sqlmodel import Session, SQLModel, col

from engine.access import Actor, demand_role
from engine.commands.dating import earliest_paper, number_faults
from engine.commands.dossiers import earliest_answer
from engine.commands.ground import Ground, nomination_of, note, note_round
from engine.commands.numbering import decision_sign, written
from engine.errors import Incomplete, NotNow
from engine.models import Decision, Nomination
from engine.stages import Role, State
from engine.text import clean

_DECISION = SQLModel.metadata.tables["decision"]
_SAME = select(col(Decision.dated)).where(
    col(Decision.round_id) == bindparam("round_id"), col(Decision.number) == bindparam("number")
)
_GIVEN = (
    select(Nomination)
    .where(
        col(Nomination.round_id) == bindparam("round_id"),
        col(Nomination.decision_number) == bindparam("number"),
        col(Nomination.decision_date) == bindparam("dated"),
        col(Nomination.state) == State.awarded.value,
    )
    .order_by(col(Nomination.id))
)
_USED = select(col(Nomination.id)).where(
    col(Nomination.round_id) == bindparam("round_id"), col(Nomination.decision_number) == bindparam("number")
)


def correct_award(
    session: Session,
    actor: Actor,
    code: str,
    *,
    number: str,
    dated: date,
    reason: str,
    whole: bool = False,
    now: datetime,
) -> Nomination:
    """Put right the decision's number or date of an award, with a reason, also in a closed round.

    `whole`: of every award that decision gave, otherwise of this one alone, which was written to the wrong
    decision. Another date for the same number always goes for the whole. Safe to repeat.
    Raises NotYours, NotNow for what has no award, and Incomplete for a number of another form, a date to come
    or older than what the awards rest on, a missing reason, or a number of the agency in use for another day.
    """
    demand_role(actor, Role.office)
    ground, nomination = nomination_of(session, code)
    if nomination.state != State.awarded:
        raise NotNow(
            "Đề nghị này chưa có quyết định khen thưởng nên không có gì để sửa.",
            rule="Trình tự xét khen thưởng",
            help_from="Văn phòng",
        )
    agency = ground.definition.award(nomination.award_key).level == "agency"
    own = decision_sign(ground.definition)
    sign, not_sign = (own, "") if agency else ("", own)
    said, before = written(number, sign), nomination.decision_number
    redated = said == before
    wrong = _given_with(session, ground, nomination) if whole or redated else [nomination]
    ids = [one.id or 0 for one in wrong]
    earliest = earliest_paper(session, ids) if agency else earliest_answer(session, ground.round_id, ids)
    faults = number_faults(
        number, dated, now, sign=sign, not_sign=not_sign, paper="Ngày quyết định", earliest=earliest
    )
    if not clean(reason, lines=True):
        faults["reason"] = "Ghi lý do sửa số, ngày quyết định để lưu hồ sơ."
    if faults:
        raise Incomplete(faults, rule="Kết quả khen thưởng phải có căn cứ")
    if agency and redated:
        _redate(session, ground, said, dated)
    elif agency:
        _number_of_agency(session, actor, ground, said, dated, now=now)
    _put_right(session, actor, ground, wrong, number=said, dated=dated, reason=reason, now=now)
    if said != before:
        _forget_unused(session, ground, before)
    return nomination


def _given_with(session: Session, ground: Ground, nomination: Nomination) -> list[Nomination]:
    """Every award of the decision that gave this one."""
    asked = {
        "round_id": ground.round_id,
        "number": nomination.decision_number,
        "dated": nomination.decision_date,
    }
    return list(session.execute(_GIVEN, asked).scalars())


def _put_right(
    session: Session,
    actor: Actor,
    ground: Ground,
    nominations: Sequence[Nomination],
    *,
    number: str,
    dated: date,
    reason: str,
    now: datetime,
) -> None:
    """Write number and date to awards where they differ, and tell the departments."""
    wrong = [n for n in nominations if (n.decision_number, n.decision_date) != (number, dated)]
    before = wrong[0].decision_number if wrong and wrong[0].decision_number != number else ""
    for one in wrong:
        _write(session, actor, one, number=number, dated=dated, reason=reason, now=now)
    if wrong:
        facts = {
            "before": before,
            "number": number,
            "date": dated.isoformat(),
            "reason": clean(reason, lines=True),
        }
        told = {**facts, "codes": [one.code for one in wrong]}
        note_round(session, actor, ground, "awards_corrected", now=now, facts=told, wake=False)


def _write(
    session: Session,
    actor: Actor,
    nomination: Nomination,
    *,
    number: str,
    dated: date,
    reason: str,
    now: datetime,
) -> None:
    had = nomination.decision_date
    facts = {
        "before": nomination.decision_number,
        "before_date": had.isoformat() if had else "",
        "number": number,
        "date": dated.isoformat(),
        "reason": clean(reason, lines=True),
    }
    changes = {"decision_number": number, "decision_date": dated, "updated_at": now}
    note(session, actor, nomination, "award_corrected", now=now, facts=facts, changes=changes)


def _redate(session: Session, ground: Ground, number: str, dated: date) -> None:
    """One decision has one date."""
    session.execute(
        update(_DECISION)
        .where(_DECISION.c.round_id == ground.round_id, _DECISION.c.number == number)
        .values(dated=dated)
    )


def _number_of_agency(
    session: Session, actor: Actor, ground: Ground, number: str, dated: date, *, now: datetime
) -> None:
    """The agency's decisions have a row each; one number stands for one day."""
    used = session.execute(_SAME, {"round_id": ground.round_id, "number": number}).scalar_one_or_none()
    if used is None:
        row = {"number": number, "dated": dated, "made_by": actor.person_id, "made_at": now}
        session.execute(insert(_DECISION), [{"round_id": ground.round_id, **row}])
    elif used != dated:
        raise Incomplete({"number": f"Số {number} đã dùng cho quyết định ngày {used.day}/{used:%m/%Y}."})


def _forget_unused(session: Session, ground: Ground, number: str) -> None:
    """A number nothing rests on any more was the slip of the pen; history keeps it."""
    asked = {"round_id": ground.round_id, "number": number}
    if session.execute(_USED, asked).first() is None:
        session.execute(
            delete(_DECISION).where(_DECISION.c.round_id == ground.round_id, _DECISION.c.number == number)
        )
