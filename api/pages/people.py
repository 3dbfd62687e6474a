"""The roster, to look at: who works here, with what roles, who gets no letters. It is changed in files."""

from functools import partial
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from api.actor import StaffVisit, demand
from engine.queries import people
from engine.stages import Role

MOST_PAGES = 10**5  # no list is longer

router = APIRouter()


@router.get("/qt/nguoi-dung")
def roster(visit: StaffVisit, q: str = "", thieu: str = "", trang: int = 1) -> Response:
    demand(visit, Role.office, Role.admin)
    with visit.read() as session:
        search = partial(people.roster, session, query=q[:100], only_without_email=bool(thieu))
        found = search(page=min(max(trang, 1), MOST_PAGES))
        if trang > found.pages:
            found = search(page=found.pages)
    state = urlencode({"q": q, **({"thieu": "1"} if thieu else {})})
    return visit.show(
        "people/roster.html",
        roster=found,
        q=q,
        only_without_email=bool(thieu),
        current=min(max(trang, 1), found.pages),
        url=f"/qt/nguoi-dung?{state}&trang={{}}",
    )
