"""One nomination for everybody it concerns: what it says, its files, what may be done, what became of it."""

from collections.abc import Iterator
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import Response

from api import drafting
from api.actor import StaffVisit, Visit
from api.downloads import download as sent
from api.forms import Form, Number, Typed, take_in
from engine.commands import proposal
from engine.errors import Incomplete, NotFound, NotNow
from engine.file_kinds import KINDS
from engine.queries import nominations
from engine.queries.nominations import NominationSeen
from engine.stages import WITH_DEPARTMENT, Act, State

router = APIRouter()

ACCEPT = ",".join(KINDS)
# Where each act is done; {code} and {round} are filled in.
PLACES: dict[Act, tuple[str, str]] = {
    Act.finish: ("Kiểm tra và chuyển Trưởng phòng ký", "/de-nghi/{code}/kiem-tra"),
    Act.sign_off: ("Ký cùng các đề nghị của phòng", "/dot/{round}/cua-phong?phong={department}"),
    Act.withdraw: ("Rút đề nghị", "/de-nghi/{code}/rut"),
    Act.accept: ("Thẩm định hồ sơ", "/vp/de-nghi/{code}"),
    Act.return_to_department: ("Thẩm định hồ sơ", "/vp/de-nghi/{code}"),
    Act.hold: ("Thẩm định hồ sơ", "/vp/de-nghi/{code}"),
    Act.release: ("Thẩm định hồ sơ", "/vp/de-nghi/{code}"),
    Act.decline: ("Thẩm định hồ sơ", "/vp/de-nghi/{code}"),
    Act.freeze: ("Lập và chốt danh sách", "/vp/dot/{round}/danh-sach"),
    Act.unfreeze: ("Lập và chốt danh sách", "/vp/dot/{round}/danh-sach"),
    Act.approve: ("Xem xét kết quả Hội đồng", "/ky/{round}"),
    Act.refuse: ("Xem xét kết quả Hội đồng", "/ky/{round}"),
    Act.decide: ("Ghi quyết định khen thưởng", "/vp/dot/{round}/quyet-dinh"),
    Act.submit: ("Lập hồ sơ trình Sở Nội vụ", "/vp/dot/{round}/ho-so"),
    Act.receive: ("Ghi trả lời của Sở Nội vụ", "/vp/dot/{round}/tra-loi"),
    Act.ask_completion: ("Ghi trả lời của Sở Nội vụ", "/vp/dot/{round}/tra-loi"),
    Act.award: ("Ghi trả lời của Sở Nội vụ", "/vp/dot/{round}/tra-loi"),
    Act.not_award: ("Ghi trả lời của Sở Nội vụ", "/vp/dot/{round}/tra-loi"),
    Act.withdraw_answer: ("Rút kết quả đã ghi nhầm", "/vp/dot/{round}/rut/{code}"),
}


def _seen(visit: Visit, code: str) -> NominationSeen:
    with visit.read() as session:
        return nominations.seen(session, visit.me, code, now=visit.now)


@router.get("/de-nghi/{code}")
def one(visit: StaffVisit, code: str) -> Response:
    nomination = _seen(visit, code)
    waiting = nomination.mine and nomination.state in WITH_DEPARTMENT
    return visit.show(
        "nominations/one.html",
        nomination=nomination,
        rows=drafting.summary_rows(nomination),
        ways=_ways(nomination),
        banner=visit.banner(*drafting.due_of(nomination, visit.now)) if waiting else None,
        step=_step(nomination),
    )


def _ways(nomination: NominationSeen) -> list[tuple[str, str]]:
    """Pages on which this person may act on the nomination now, each once."""
    places = {PLACES[act][1]: PLACES[act][0] for act in nomination.acts if act in PLACES}
    return [
        (
            words,
            place.format(
                code=nomination.code, round=nomination.round_key, department=quote(nomination.department)
            ),
        )
        for place, words in places.items()
    ]


def _step(nomination: NominationSeen) -> int:
    """Where the nomination itself stands on the five-step bar; the head's word ends the fourth step."""
    return {
        State.draft: 1,
        State.ready: 1,
        State.returned: 1,
        State.proposed: 2,
        State.held: 2,
        State.accepted: 2,
        State.listed: 3,
        State.recommended: 4,
        State.approved: 5,
        State.submitted: 5,
        State.received: 5,
        State.completion: 5,
        State.awarded: 6,
    }.get(nomination.state, 0)


def _demand_mine(visit: Visit, code: str) -> NominationSeen:
    nomination = _seen(visit, code)
    if not nomination.mine:
        raise NotFound(nominations.NOT_THERE, help_from="Văn phòng")
    return nomination


@router.post("/de-nghi/{code}/mo-lai")
def reopen(visit: StaffVisit, code: str) -> Response:
    with visit.change() as session:
        proposal.reopen(session, visit.me, code, now=visit.clock())
    return visit.go(f"/de-nghi/{code}", "Đã mở lại để sửa. Sửa xong, chuyển Trưởng phòng ký lại.")


@router.get("/de-nghi/{code}/rut")
def ask_to_withdraw(visit: StaffVisit, code: str) -> Response:
    nomination = _demand_mine(visit, code)
    if Act.withdraw not in nomination.acts:
        raise NotNow(
            "Đề nghị này hiện không rút được: chỉ rút được đến hết hạn nộp của các phòng; "
            "phòng được nộp muộn thì còn rút được bản nháp chưa ký.",
            rule="Trình tự, thời hạn của đợt xét",
            help_from="Văn phòng",
        )
    return visit.show("nominations/withdraw.html", nomination=nomination, reason="", errors=[])


@router.post("/de-nghi/{code}/rut")
def withdraw(visit: StaffVisit, code: str, form: Typed) -> Response:
    reason = form.text("reason", lines=True)
    try:
        with visit.change() as session:
            row = proposal.withdraw(session, visit.me, code, reason=reason, now=visit.clock())
            name = row.nominee_name
    except Incomplete as refused:
        return visit.show(
            "nominations/withdraw.html",
            status=422,
            nomination=_demand_mine(visit, code),
            reason=reason,
            errors=list(refused.fields.items()),
        )
    return visit.go(f"/de-nghi/{code}", f"Đã rút đề nghị của {name}.")


@router.get("/de-nghi/{code}/tep")
def files(visit: StaffVisit, code: str, ve: str = "") -> Response:
    nomination = _demand_mine(visit, code)
    if not nomination.editable:
        raise drafting.shut(nomination, doing="thêm, gỡ tệp")
    return _show_files(visit, nomination, back=ve)


def _show_files(
    visit: Visit, nomination: NominationSeen, *, back: str, errors: list[tuple[str, str]] | None = None
) -> Response:
    return visit.show(
        "proposal/files.html",
        status=422 if errors else 200,
        nomination=nomination,
        return_to=back,
        accept=ACCEPT,
        limit=visit.request.app.state.settings.upload_limit,
        banner=visit.banner(*drafting.due_of(nomination, visit.now)),
        errors=errors or [],
    )


@router.post("/de-nghi/{code}/tep")
def keep_files(visit: StaffVisit, code: str, form: Typed) -> Response:
    """Each file stands for itself: those that are in order stay, the others are named."""
    nomination = _demand_mine(visit, code)
    back = form.text("ve")
    errors = [
        error
        for item in nomination.items
        if item.kind == "file"
        for error in _take_in_all(visit, code, form, item.key)
    ]
    if errors:
        return _show_files(visit, _demand_mine(visit, code), back=back, errors=errors)
    if form.text("act") == "draft":
        return visit.go(f"/de-nghi/{code}", "Đã lưu nháp. Làm tiếp lúc nào cũng được, trước hạn nộp.")
    if form.text("act") == "more":
        return visit.go(f"/de-nghi/{code}/tep", "Đã tải tệp lên.")
    return visit.go(f"/de-nghi/{code}/kiem-tra")


def _take_in_all(visit: Visit, code: str, form: Form, item_key: str) -> Iterator[tuple[str, str]]:
    """Keep the files chosen for one item; yields what was wrong with those that were not kept."""
    name = f"files.{item_key}"
    limit = visit.request.app.state.settings.upload_limit
    for upload in form.files(name):
        try:
            stored = take_in(visit.installation.files, upload, field_name=name, limit=limit)
            with visit.change() as session:
                proposal.attach(session, visit.me, code, item_key=item_key, file=stored, now=visit.clock())
        except Incomplete as refused:
            yield from ((name, sentence) for sentence in refused.fields.values())


@router.post("/de-nghi/{code}/tep/{attachment_id}/go")
def take_off(visit: StaffVisit, code: str, attachment_id: Number, form: Typed) -> Response:
    with visit.change() as session:
        proposal.detach(session, visit.me, code, attachment_id=attachment_id, now=visit.clock())
    back = "?ve=kiem-tra" if form.text("ve") else ""
    return visit.go(f"/de-nghi/{code}/tep{back}", "Đã gỡ tệp.")


@router.get("/tep/{attachment_id}")
def download(visit: StaffVisit, attachment_id: Number) -> Response:
    """A file for whoever may see its nomination. Kept, never run by a page of ours."""
    with visit.read() as session:
        file = nominations.file_seen(session, visit.me, attachment_id)
    return sent(visit.installation.files, file.sha256, name=file.name, media_type=file.media_type)
