"""Awards of the agency: the decision the head signs, as a draft and with its number and date."""

from dataclasses import replace
from datetime import date, datetime

from fastapi import APIRouter
from fastapi.responses import Response

from api.actor import StaffVisit, Visit, demand
from api.forms import Number, Typed, summary_of
from api.printing import demand_form, press_of, printed
from engine.commands import submission
from engine.commands.ground import pinned_then
from engine.dossier.build import decision_documents
from engine.errors import Incomplete, NotFound
from engine.queries import dossier_source, rounds
from engine.queries import submission as after_council
from engine.stages import Role

router = APIRouter()


@router.get("/vp/dot/{key}/quyet-dinh")
def look(visit: StaffVisit, key: str) -> Response:
    demand(visit, Role.office, Role.head)
    return _page(visit, key)


@router.post("/vp/dot/{key}/quyet-dinh")
def decide(visit: StaffVisit, key: str, form: Typed) -> Response:
    demand(visit, Role.office, Role.head)
    codes, number, dated = form.many("codes"), form.text("number"), form.date("dated")
    faults = dict(form.errors)
    if not codes:
        faults["codes"] = "Chọn ít nhất một đề nghị."
    if not number:
        faults["number"] = "Ghi số của quyết định, ví dụ 128/QĐ-BDT."
    if dated is None:
        faults.setdefault("dated", "Ghi ngày của quyết định.")
    if faults or dated is None:
        return _page(visit, key, typed=form.typed(), ticked=codes, faults=faults, status=422)
    try:
        with visit.change() as session:
            submission.decide(
                session,
                visit.me,
                key,
                codes=codes,
                number=number,
                dated=dated,
                now=visit.clock(),
            )
    except Incomplete as refused:
        return _page(visit, key, typed=form.typed(), ticked=codes, faults=dict(refused.fields), status=422)
    return visit.go(
        f"/vp/dot/{key}/quyet-dinh",
        f"Đã ghi quyết định cho {len(codes)} đề nghị. Các phòng được báo qua thư.",
    )


@router.get("/vp/dot/{key}/quyet-dinh/du-thao.{form}")
def draft(visit: StaffVisit, key: str, form: str) -> Response:
    """The decision on everything approved and not yet decided, number and date left to be written in."""
    return _document(visit, key, None, form)


@router.get("/vp/dot/{key}/quyet-dinh/{decision_id}.{form}")
def document(visit: StaffVisit, key: str, decision_id: Number, form: str) -> Response:
    return _document(visit, key, decision_id, form)


def _document(visit: Visit, key: str, decision_id: int | None, form: str) -> Response:
    demand(visit, Role.office, Role.head)
    demand_form(form)
    with visit.read() as session:
        round_ = rounds.seen(session, key)
        decisions = after_council.decisions_of(session, round_)
        lines, number, dated, made_at = _of(decisions, decision_id)
        if made_at:
            then = pinned_then(session, round_.id, round_.definition, made_at)
            round_ = replace(round_, definition=then)
        source = dossier_source.decision_source_of(
            session, round_, codes=[line.code for line in lines], number=number, dated=dated
        )
    press = press_of(visit.installation.texts)
    name = "du-thao-quyet-dinh" if decision_id is None else f"quyet-dinh-{number.partition('/')[0]}"
    return printed(press, decision_documents(source, press.texts), name=name, form=form)


def _of(
    decisions: after_council.Decisions, decision_id: int | None
) -> tuple[tuple[after_council.Line, ...], str, date | None, datetime | None]:
    if decision_id is None:
        return decisions.waiting, "", None, None
    for made in decisions.made:
        if made.id == decision_id:
            return made.lines, made.number, made.dated, made.made_at
    raise NotFound("Không tìm thấy quyết định này.", help_from="Văn phòng")


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
        decisions = after_council.decisions_of(session, round_)
    faults = faults or {}
    return visit.show(
        "dossier/decisions.html",
        status=status,
        round=round_,
        decisions=decisions,
        typed=typed or {},
        ticked=[line.code for line in decisions.waiting] if ticked is None else ticked,
        faults=faults,
        errors=summary_of(faults),
    )
