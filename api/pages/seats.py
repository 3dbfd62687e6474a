"""The council's seats: who holds them, and one who has left giving way to another."""

import re
from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import Response

from api.actor import StaffVisit, Visit, demand
from api.forms import Typed
from engine.access import demand_role
from engine.commands.seats import BEFORE_RESULT, replace_member
from engine.errors import Changed, Incomplete
from engine.queries.dossier_founding import seats_changed
from engine.queries.office import round_at
from engine.queries.seats import candidates, seats_of
from engine.queries.voting import is_settled, vote_at
from engine.stages import Role, Stage

router = APIRouter()
CONFLICT = 409
# A seat and who held it on the page, so that nobody unseats somebody they have not seen.
_HELD = re.compile(r"(\d{1,18})-(\d{1,18})", re.ASCII)


@router.get("/vp/dot/{key}/hoi-dong")
def look(visit: StaffVisit, key: str) -> Response:
    demand_role(visit.me, Role.office, Role.head, Role.secretary, Role.chair, round_key=key)
    return _page(visit, key)


@router.post("/vp/dot/{key}/hoi-dong")
def replace(visit: StaffVisit, key: str, form: Typed) -> Response:
    """Another person takes the seat; in an open vote with a link of their own."""
    demand(visit, Role.office)
    held, person = _HELD.fullmatch(form.text("seat")), form.number("person")
    faults = {}
    if held is None:
        faults["seat"] = "Chọn thành viên cần thay."
    if person is None:
        faults["person"] = "Chọn người thay."
    if held is not None and person is not None:
        try:
            with visit.change() as session:
                replace_member(
                    session,
                    visit.me,
                    visit.installation.keys,
                    key,
                    seat_id=int(held[1]),
                    held_by=int(held[2]),
                    person_id=person,
                    reason=form.text("reason", lines=True),
                    now=visit.clock(),
                )
        except Incomplete as refused:
            faults = dict(refused.fields)
        except Changed as other:
            return _page(visit, key, typed=form.typed(), faults={"seat": other.sentence}, status=CONFLICT)
    if faults:
        return _page(visit, key, typed=form.typed(), faults=faults)
    return visit.go(f"/vp/dot/{key}/hoi-dong", "Đã thay thành viên.")


def _page(
    visit: Visit,
    key: str,
    *,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    status: int = 0,
) -> Response:
    now = visit.clock()
    with visit.read() as session:
        at = round_at(session, key)
        due = at.window(Stage.council).due_at
        seats, changed = seats_of(session, at.id), seats_changed(session, at.id)
        people = candidates(session, at.definition.agency.key, at.id)
        voted = vote_at(session, at.id) is not None
        settled = at.stage == Stage.council and is_settled(session, at.definition, at.id, due, now=now)
    faults = faults or {}
    return visit.show(
        "voting/seats.html",
        status=status or (422 if faults else 200),
        at=at,
        seats=seats,
        changed=changed,
        people=people,
        may_act=visit.me.has(Role.office) and at.stage in BEFORE_RESULT and not settled,
        settled=settled,
        voted=voted,
        past_due=at.stage == Stage.council and due is not None and now >= due,
        typed=typed or {},
        faults=faults,
        errors=list(faults.items()),
    )
