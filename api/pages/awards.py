"""After an award: its decision's number or date put right, or the award itself revoked."""

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import Response

from api.actor import StaffVisit, Visit, demand
from api.forms import Typed, summary_of
from engine.commands import submission
from engine.errors import Incomplete
from engine.queries import rounds
from engine.queries.submission import Line, given_together, line_of
from engine.stages import Role, State

router = APIRouter()
CORRECTION, REVOCATION = "dossier/correct.html", "dossier/revoke.html"


@router.get("/vp/dot/{key}/sua/{code}")
def ask_correction(visit: StaffVisit, key: str, code: str) -> Response:
    demand(visit, Role.office)
    with visit.read() as session:
        line = line_of(session, rounds.seen(session, key), code, State.awarded)
    day = line.decision_date
    stands = {"number": line.decision_number}
    if day:
        stands |= {"dated_day": str(day.day), "dated_month": str(day.month), "dated_year": str(day.year)}
    return _page(visit, CORRECTION, key, code, typed=stands)


@router.post("/vp/dot/{key}/sua/{code}")
def correct(visit: StaffVisit, key: str, code: str, form: Typed) -> Response:
    """A slip of the pen: what stood before is kept in history, the departments are told."""
    demand(visit, Role.office)
    dated, faults = form.date("dated"), dict(form.errors)
    if dated is None:
        faults.setdefault("dated", "Ghi ngày của quyết định.")
    if faults or dated is None:
        return _page(visit, CORRECTION, key, code, typed=form.typed(), faults=faults)
    with visit.read() as session:
        round_ = rounds.seen(session, key)
        line = line_of(session, round_, code, State.awarded, State.revoked)
        together = given_together(session, round_.id, line)
    try:
        with visit.change() as session:
            put_right = submission.correct_award(
                session,
                visit.me,
                code,
                number=form.text("number"),
                dated=dated,
                reason=form.text("reason", lines=True),
                whole=form.text("whole") == "yes",
                now=visit.clock(),
            )
            # Another day under the same number is always the whole decision's.
            whole = form.text("whole") == "yes" or put_right.decision_number == line.decision_number
    except Incomplete as refused:
        return _page(visit, CORRECTION, key, code, typed=form.typed(), faults=refused.fields)
    whose = f"{together} đề nghị" if whole and together > 1 else line.name
    return visit.go(_back(line, key), f"Đã sửa quyết định của {whose}. Phòng đề nghị được báo.")


@router.get("/vp/dot/{key}/huy/{code}")
def ask_revocation(visit: StaffVisit, key: str, code: str) -> Response:
    demand(visit, Role.office, Role.head)
    return _page(visit, REVOCATION, key, code)


@router.post("/vp/dot/{key}/huy/{code}")
def revoke(visit: StaffVisit, key: str, code: str, form: Typed) -> Response:
    """Luật Thi đua, khen thưởng Đ.93: an award given on false ground is cancelled and recovered."""
    demand(visit, Role.office, Role.head)
    line = _line(visit, key, code)
    try:
        with visit.change() as session:
            reason = form.text("reason", lines=True)
            submission.revoke(session, visit.me, code, reason=reason, now=visit.clock())
    except Incomplete as refused:
        return _page(visit, REVOCATION, key, code, typed=form.typed(), faults=refused.fields)
    return visit.go(_back(line, key), f"Đã huỷ khen thưởng của {line.name}. Phòng đề nghị được báo.")


def _line(visit: Visit, key: str, code: str) -> Line:
    with visit.read() as session:
        return line_of(session, rounds.seen(session, key), code, State.awarded, State.revoked)


def _back(line: Line, key: str) -> str:
    return f"/vp/dot/{key}/{'quyet-dinh' if line.level == 'agency' else 'tra-loi'}"


def _page(
    visit: Visit,
    template: str,
    key: str,
    code: str,
    *,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> Response:
    """The form about one award, with what was typed and what is wrong with it."""
    with visit.read() as session:
        round_ = rounds.seen(session, key)
        line = line_of(session, round_, code, State.awarded)
        together = given_together(session, round_.id, line)
    faults = faults or {}
    return visit.show(
        template,
        status=422 if faults else 200,
        round=round_,
        line=line,
        together=together,
        back=_back(line, key),
        typed=typed or {},
        faults=faults,
        errors=summary_of(faults),
    )
