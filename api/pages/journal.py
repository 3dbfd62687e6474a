"""The whole journal of a round, page by page: openings, deadlines, leaves, replacements, lists, results."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.actor import StaffVisit, demand
from api.forms import page_number
from engine.queries.journal import journal
from engine.queries.office import round_at
from engine.stages import Role

router = APIRouter()


@router.get("/vp/dot/{key}/nhat-ky")
def look(visit: StaffVisit, key: str) -> Response:
    demand(visit, Role.office, Role.head)
    with visit.read() as session:
        at = round_at(session, key)
        found = journal(session, at.id, page=page_number(visit.request.query_params.get("trang", "")))
    return visit.show("office/journal.html", at=at, found=found, departments=at.department_names())
