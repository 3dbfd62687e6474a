"""Văn phòng's list: compile and order it, publish it, freeze it with its hash, reopen it with a reason."""

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.actor import StaffVisit, Visit, demand
from api.forms import MOST_DIGITS, Form, Typed
from engine.commands import listing
from engine.commands.ground import stand_on
from engine.errors import Incomplete, NotFound, NotNow
from engine.models import NominationList
from engine.queries.compiling import list_page, seen_of
from engine.queries.office import round_at
from engine.stages import Role

router = APIRouter()
PLACE = "place-"
UNSEEN = (
    "Trình duyệt không gửi kèm tình trạng danh sách mà ông/bà đã xem, nên việc vừa bấm không được thực hiện. "
    "Dưới đây là danh sách mới nhất; xem lại rồi bấm lại nếu cần."
)
UNSAVED = (
    "Thứ tự ông/bà ghi chưa được lưu. Bấm “Lập lại theo thứ tự này” trước, hoặc ghi lại số cũ, rồi bấm lại."
)
SAID = {
    "compile": "Đã lập danh sách theo thứ tự đã ghi.",
    "publish": "Đã công khai danh sách cho các phòng.",
    "freeze": "Đã chốt danh sách.",
    "unfreeze": "Đã mở chốt. Danh sách có phiên bản mới, chưa công khai.",
}


@router.get("/vp/dot/{key}/danh-sach")
def look(visit: StaffVisit, key: str) -> Response:
    demand(visit, Role.office, Role.head)
    return _page(visit, key)


def _page(
    visit: Visit,
    key: str,
    *,
    status: int = 200,
    errors: list[tuple[str, str]] | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    with visit.read() as session:
        at = round_at(session, key)
        found = list_page(session, at, now=visit.now)
    return visit.show(
        "office/list.html",
        status=status,
        at=at,
        found=found,
        departments=at.department_names(),
        awards=at.award_names(),
        may_act=visit.me.has(Role.office),
        typed=typed or {},
        errors=errors or [],
    )


@router.post("/vp/dot/{key}/danh-sach")
def act(visit: StaffVisit, key: str, form: Typed) -> Response:
    demand(visit, Role.office)
    wanted = form.text("act")
    if wanted not in SAID:
        raise NotFound("Không có việc này.")
    try:
        with visit.change() as session:
            _demand_fresh(session, key, form)
            _do(visit, session, key, wanted, form)
    except Incomplete as incomplete:
        return _page(visit, key, status=422, errors=list(incomplete.fields.items()), typed=form.typed())
    except NotNow as stale:
        return _page(visit, key, status=409, errors=[("", stale.sentence)], typed=_by_hand(form))
    return visit.go(f"/vp/dot/{key}/danh-sach", SAID[wanted])


def _by_hand(form: Form) -> dict[str, str]:
    """What the person typed, to be shown on a list that has changed: the numbers of lines left alone are the
    old list's, and would undo what somebody else did.
    """
    stood = enumerate(form.begins(PLACE).items(), start=1)
    moved = {PLACE + code: value for number, (code, value) in stood if value.strip() != str(number)}
    return {"reason": form.text("reason", lines=True), **moved}


def _demand_fresh(session: Session, key: str, form: Form) -> None:
    """Raises NotNow when the list is no longer the one on the page: nobody acts on what they did not see."""
    ground = stand_on(session, key=key)
    now_stands = listing.current_list(session, ground.round_id)
    seen = form.text("seen")
    if seen != seen_of(now_stands):
        raise NotNow(_changed(now_stands) if seen else UNSEEN, rule="Danh sách đã thay đổi")


def _changed(row: NominationList | None) -> str:
    if row is not None and row.state == "frozen":
        return (
            "Danh sách đã được chốt sau khi ông/bà mở trang, nên việc vừa bấm không được thực hiện. "
            "Dưới đây là danh sách đã chốt; muốn sửa phải mở chốt, có lý do."
        )
    return (
        "Danh sách đã thay đổi sau khi ông/bà mở trang, nên việc vừa bấm không được thực hiện. "
        "Dưới đây là danh sách mới nhất; xem lại rồi bấm lại nếu cần."
    )


def _do(visit: Visit, session: Session, key: str, wanted: str, form: Form) -> None:
    actor, now = visit.me, visit.clock()
    match wanted:
        case "compile":
            listing.compile_list(session, actor, key, order=_order(form), now=now)
        case "publish":
            _demand_saved(form)
            listing.publish_list(session, actor, key, now=now)
        case "freeze":
            _demand_saved(form)
            listing.freeze_list(session, actor, key, now=now)
        case _:
            listing.unfreeze_list(session, actor, key, reason=form.text("reason"), now=now)


def _demand_saved(form: Form) -> None:
    """Raises Incomplete when numbers were typed that put the lines of the page in another order."""
    stand = list(form.begins(PLACE))
    first = next((code for code, there in zip(_order(form), stand, strict=True) if code != there), None)
    if first is not None:
        raise Incomplete({PLACE + first: UNSAVED})


def _order(form: Form) -> list[str]:
    """Codes by the numbers typed beside them; missing numbers come last.

    Of those with the same number a line that was moved up goes before the one that had it, a line moved down
    after it: one line moved comes to stand where its number says. Otherwise the order of the page is kept.

    Raises Incomplete for what is no number.
    """
    typed = form.begins(PLACE)
    wrong = {
        PLACE + code: f"“{value.strip()[:40]}” không phải là số thứ tự. Ghi 1, 2, 3…"
        for code, value in typed.items()
        if value.strip() and not (value.strip().isdecimal() and len(value.strip()) <= MOST_DIGITS)
    }
    if wrong:
        raise Incomplete(wrong)
    last = len(typed) + 1
    places = {}
    for stood, (code, value) in enumerate(typed.items(), start=1):
        wanted = int(value) if value.strip() else last
        places[code] = wanted, (wanted > stood) - (wanted < stood)
    return sorted(places, key=lambda code: places[code])
