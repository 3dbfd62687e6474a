"""What Sở Nội vụ answered, line by line: received, to be completed, awarded, not awarded; and taken back."""

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import Response

from api.actor import StaffVisit, Visit, demand
from api.forms import Typed, summary_of
from engine.commands import submission, withdrawals
from engine.errors import Incomplete
from engine.queries import rounds
from engine.queries.answers import answers_of
from engine.queries.submission import Line, line_of
from engine.stages import MOVE_OF, Act, Role, Stage, State

router = APIRouter()
SAID = {
    "awarded": "được khen thưởng",
    "not_awarded": "không được khen thưởng",
    "completion": "bị trả để bổ sung",
}
_ANSWERED = MOVE_OF[Act.withdraw_answer].sources


@router.get("/vp/dot/{key}/tra-loi")
def look(visit: StaffVisit, key: str) -> Response:
    demand(visit, Role.office, Role.head)
    return _page(visit, key)


@router.post("/vp/dot/{key}/tra-loi/da-nhan")
def received(visit: StaffVisit, key: str, form: Typed) -> Response:
    with visit.change() as session:
        version = form.number("version") or 0
        number = form.text(f"receipt_number_{version}")
        count = submission.record_receipt(
            session, visit.me, key, version=version, number=number, now=visit.clock()
        )
    said = (
        f"Đã ghi Sở Nội vụ nhận {count} đề nghị của hồ sơ bản {version}."
        if count
        else f"Việc nhận hồ sơ bản {version} đã được ghi từ trước."
    )
    return visit.go(f"/vp/dot/{key}/tra-loi", said)


@router.post("/vp/dot/{key}/tra-loi")
def answer(visit: StaffVisit, key: str, form: Typed) -> Response:
    demand(visit, Role.office)
    codes, dated, said = form.many("codes"), form.date("dated"), form.text("answer")
    faults = dict(form.errors)
    if not codes:
        faults["codes"] = "Chọn ít nhất một đề nghị."
    if faults:
        return _page(visit, key, typed=form.typed(), ticked=codes, faults=faults, status=422)
    try:
        with visit.change() as session:
            count = submission.record_answer(
                session,
                visit.me,
                key,
                codes=codes,
                answer=said,
                number=form.text("number"),
                dated=dated,
                reason=form.text("reason", lines=True),
                now=visit.clock(),
            )
    except Incomplete as refused:
        return _page(visit, key, typed=form.typed(), ticked=codes, faults=dict(refused.fields), status=422)
    told = (
        f"Đã ghi {count} đề nghị {SAID[said]}. Các phòng được báo qua thư."
        if count
        else "Không có gì thay đổi: kết quả này đã được ghi từ trước."
    )
    return visit.go(f"/vp/dot/{key}/tra-loi", told)


@router.get("/vp/dot/{key}/rut/{code}")
def ask_withdrawal(visit: StaffVisit, key: str, code: str) -> Response:
    demand(visit, Role.office)
    return _withdrawal(visit, key, code)


@router.post("/vp/dot/{key}/rut/{code}")
def withdraw(visit: StaffVisit, key: str, code: str, form: Typed) -> Response:
    """Written to the wrong line: what it said is kept in history, the department is told."""
    demand(visit, Role.office)
    line = _line(visit, key, code, State.submitted, State.received)
    seen = form.text("seen")
    try:
        with visit.change() as session:
            again = rounds.seen(session, key).stage == Stage.closed
            stands = withdrawals.withdraw_answer(
                session,
                visit.me,
                code,
                reason=form.text("reason", lines=True),
                seen=int(seen) if seen.isascii() and seen.isdigit() else 0,
                now=visit.clock(),
            ).state
    except Incomplete as refused:
        return _withdrawal(visit, key, code, typed=form.typed(), faults=refused.fields)
    waits = "vẫn đang trả để bổ sung" if stands == State.completion else "chờ Sở Nội vụ trả lời"
    told = f"Đã rút kết quả ghi nhầm của {line.name}. Đề nghị {waits}; phòng đề nghị được báo."
    if again:
        told += " Đợt xét được mở lại, các lời nhắc thì không: cần nhắc, đổi hạn ở trang Hạn."
    return visit.go(f"/vp/dot/{key}/tra-loi", told)


def _line(visit: Visit, key: str, code: str, *more: State) -> Line:
    with visit.read() as session:
        return line_of(session, rounds.seen(session, key), code, *_ANSWERED, *more)


def _withdrawal(
    visit: Visit,
    key: str,
    code: str,
    *,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> Response:
    """The form about one answer, with what was recorded, what was typed and what is wrong with it."""
    faults = faults or {}
    with visit.read() as session:
        mark = withdrawals.answer_mark(session, code)  # first: what is written meanwhile is then refused
        seen = rounds.seen(session, key)
        line = line_of(session, seen, code, *_ANSWERED)
    withdrawals.refuse_own_award(seen.definition, line.award_key, line.state)
    return visit.show(
        "dossier/withdraw.html",
        status=422 if faults else 200,
        key=key,
        line=line,
        mark=mark,
        typed=typed or {},
        faults=faults,
        errors=summary_of(faults),
    )


def _page(
    visit: Visit,
    key: str,
    *,
    typed: dict[str, str] | None = None,
    ticked: list[str] | None = None,
    faults: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    with visit.read() as session:
        round_ = rounds.seen(session, key)
        answers = answers_of(session, round_)
    faults = faults or {}
    return visit.show(
        "dossier/answers.html",
        status=status,
        round=round_,
        answers=answers,
        recipient=round_.definition.agency.recipient.name,
        typed=typed or {},
        ticked=ticked or [],
        faults=faults,
        errors=summary_of(faults),
    )
