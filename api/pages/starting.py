"""The first form of a nomination: who is proposed, for which award."""

import secrets

from fastapi import APIRouter
from fastapi.responses import Response

from api import drafting
from api.actor import StaffVisit, Visit
from api.forms import Typed
from engine.commands import proposal
from engine.commands.proposal import Draft
from engine.definition import Department
from engine.errors import Incomplete, NotFound
from engine.queries import people, rounds
from engine.queries.people import Colleague
from engine.queries.rounds import RoundSeen

router = APIRouter()


@router.get("/dot/{key}/de-nghi/moi")
def ask_new(visit: StaffVisit, key: str, phong: str = "") -> Response:
    with visit.read() as session:
        round_ = rounds.seen(session, key)
    department = _mine(visit, round_, phong)
    return _show_new(visit, round_, department, drafting.EMPTY, nonce=secrets.token_urlsafe(16))


@router.post("/dot/{key}/de-nghi/moi")
def make_new(visit: StaffVisit, key: str, form: Typed) -> Response:
    """The same form sent twice makes one draft: its nonce is the draft's."""
    with visit.read() as session:
        round_ = rounds.seen(session, key)
    department = _mine(visit, round_, form.text("phong"))
    try:
        drafting.demand_one_nominee(form, _colleagues(visit, round_, department), home=department.name)
        with visit.change() as session:
            code = proposal.start(
                session,
                visit.me,
                key,
                department=department.key,
                draft=Draft(**drafting.read_who(form)),
                nonce=form.text("nonce") or None,
                now=visit.clock(),
            ).code
    except Incomplete as refused:
        values = {**drafting.EMPTY, **form.typed()}
        errors = drafting.placed(refused, form)
        shown = {"nonce": form.text("nonce"), "twin": drafting.twin_in(refused)}
        return _show_new(visit, round_, department, values, errors=errors, **shown)
    address = f"/de-nghi/{code}" if form.text("act") == "draft" else f"/de-nghi/{code}/{drafting.DEEDS}"
    return visit.go(address, "Đã lập bản nháp.")


def _mine(visit: Visit, round_: RoundSeen, department: str) -> Department:
    mine = rounds.my_departments(visit.me, round_.definition)
    chosen = next((d for d in mine if not department or d.key == department), None)
    if chosen is None:
        raise NotFound("Không tìm thấy phòng này trong phần việc của ông/bà.", help_from="Văn phòng")
    return chosen


def _colleagues(visit: Visit, round_: RoundSeen, department: Department) -> tuple[Colleague, ...]:
    with visit.read() as session:
        return people.colleagues(session, round_.definition.agency.key, department.key)


def _show_new(
    visit: Visit,
    round_: RoundSeen,
    department: Department,
    values: dict[str, str],
    *,
    nonce: str,
    errors: list[tuple[str, str]] | None = None,
    twin: str = "",
) -> Response:
    with visit.read() as session:
        part = rounds.department_part(session, round_, department, now=visit.now)
    return visit.show(
        "proposal/new.html",
        status=422 if errors else 200,
        round=round_,
        department=department,
        part=part,
        values=values,
        colleagues=_colleagues(visit, round_, department),
        rules=round_.definition,
        nonce=nonce,
        banner=visit.banner(part.until, "", "Hạn nộp đề nghị"),
        errors=errors or [],
        twin=twin,
        beside={},
    )
