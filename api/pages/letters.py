"""Letters of a round: to whom, when, with what outcome; trying a failed one again."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.actor import StaffVisit, demand
from api.forms import Typed, page_number
from engine.commands.letters import UNWRITTEN, try_again
from engine.queries.letters import letters
from engine.queries.office import round_at
from engine.stages import Role

router = APIRouter()
STATES = ("queued", "sending", "sent", "uncertain", "failed", "dropped")


@router.get("/vp/dot/{key}/thu")
def look(visit: StaffVisit, key: str) -> Response:
    demand(visit, Role.office, Role.head)
    asked = visit.request.query_params
    state = asked.get("tt", "") if asked.get("tt") in STATES else ""
    number = page_number(asked.get("trang", ""))
    with visit.read() as session:
        at = round_at(session, key)
        found = letters(session, at.id, state=state, page=number)
    return visit.show(
        "office/letters.html",
        at=at,
        found=found,
        state=state,
        states=STATES,
        unwritten=UNWRITTEN,
        number=number,
        may_act=visit.me.has(Role.office),
    )


@router.post("/vp/dot/{key}/thu")
def again(visit: StaffVisit, key: str, form: Typed) -> Response:
    demand(visit, Role.office)
    with visit.change() as session:
        message = try_again(session, visit.me, form.number("id") or 0, now=visit.clock())
    if message.letter == UNWRITTEN:
        said = "Hệ thống sẽ viết lại các thư này ngay. Nếu vẫn không được, chỗ hỏng hiện lại ở đây."
    else:
        said = f"Đã xếp thư cho {message.name or message.address} vào hàng chờ gửi lại."
    return visit.go(f"/vp/dot/{key}/thu", said)
