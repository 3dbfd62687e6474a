"""The council's seats: who holds them, and one who has left giving way to another."""

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import Response

from api.actor import StaffVisit, Visit, demand
from api.forms import Typed
from engine.access import demand_role
from engine.commands.seats import BEFORE_RESULT, replace_member
from engine.errors import Incomplete
from engine.queries.office import round_at
from engine.queries.seats import candidates, seats_of
from engine.stages import Role

router = APIRouter()


@router.get("/vp/dot/{key}/hoi-dong")
def look(visit: StaffVisit, key: str) -> Response:
    demand_role(visit.me, Role.office, Role.head, Role.secretary, Role.chair, round_key=key)
    return _page(visit, key)


@router.post("/vp/dot/{key}/hoi-dong")
def replace(visit: StaffVisit, key: str, form: Typed) -> Response:
    """Another person takes the seat; in an open vote with a link of their own."""
    demand(visit, Role.office)
    seat, person = form.number("seat"), form.number("person")
    faults = {}
    if seat is None:
        faults["seat"] = "Chọn thành viên cần thay."
    if person is None:
        faults["person"] = "Chọn người thay."
    if seat is not None and person is not None:
        try:
            with visit.change() as session:
                replace_member(
                    session,
                    visit.me,
                    visit.installation.keys,
                    key,
                    seat_id=seat,
                    person_id=person,
                    reason=form.text("reason", lines=True),
                    now=visit.clock(),
                )
        except Incomplete as refused:
            faults = dict(refused.fields)
    if faults:
        return _page(visit, key, typed=form.typed(), faults=faults)
    return visit.go(
        f"/vp/dot/{key}/hoi-dong",
        "Đã thay thành viên. Nếu đang bỏ phiếu, người mới nhận thư mời có đường dẫn riêng.",
    )


def _page(
    visit: Visit, key: str, *, typed: Mapping[str, str] | None = None, faults: Mapping[str, str] | None = None
) -> Response:
    with visit.read() as session:
        at = round_at(session, key)
        seats = seats_of(session, at.id)
        people = candidates(session, at.definition.agency.key, at.id)
    faults = faults or {}
    return visit.show(
        "voting/seats.html",
        status=422 if faults else 200,
        at=at,
        seats=seats,
        people=people,
        may_act=visit.me.has(Role.office) and at.stage in BEFORE_RESULT,
        typed=typed or {},
        faults=faults,
        errors=list(faults.items()),
    )
