"""What Sở Nội vụ asked for: files added to a nomination it sent back for completion."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.actor import StaffVisit, Visit
from api.forms import Typed, take_in
from engine.commands import proposal
from engine.errors import Incomplete, NotNow
from engine.file_kinds import KINDS
from engine.queries import nominations
from engine.queries.nominations import NominationSeen
from engine.stages import Role, State

router = APIRouter()


def _asked(visit: Visit, code: str) -> NominationSeen:
    """The nomination, if it waits for a supplement and this person may add one."""
    with visit.read() as session:
        nomination = nominations.seen(session, visit.me, code, now=visit.now)
    if nomination.state != State.completion or not (nomination.mine or visit.me.has(Role.office)):
        raise NotNow(
            "Chỉ bổ sung tệp khi Sở Nội vụ trả đề nghị để bổ sung.",
            rule="Trình tự gửi, nhận hồ sơ",
            help_from="Văn phòng",
        )
    return nomination


@router.get("/de-nghi/{code}/bo-sung")
def look(visit: StaffVisit, code: str) -> Response:
    return _page(visit, _asked(visit, code))


def _page(
    visit: Visit, nomination: NominationSeen, *, item: str = "", errors: dict[str, str] | None = None
) -> Response:
    return visit.show(
        "nominations/supplement.html",
        status=422 if errors else 200,
        nomination=nomination,
        items=[(i.key, i.label[:1].upper() + i.label[1:]) for i in nomination.items if i.kind == "file"],
        item=item,
        accept=",".join(KINDS),
        limit=visit.request.app.state.settings.upload_limit,
        errors=list((errors or {}).items()),
    )


@router.post("/de-nghi/{code}/bo-sung")
def add(visit: StaffVisit, code: str, form: Typed) -> Response:
    nomination = _asked(visit, code)
    item, uploads = form.text("item"), form.files("file")
    errors = {}
    if item not in {i.key for i in nomination.items if i.kind == "file"}:
        errors["item"] = "Chọn loại tệp được bổ sung."
    if not uploads:
        errors["file"] = "Chọn tệp bổ sung."
    if errors:
        return _page(visit, nomination, item=item, errors=errors)
    try:
        for upload in uploads:
            limit = visit.request.app.state.settings.upload_limit
            stored = take_in(visit.installation.files, upload, field_name="file", limit=limit)
            with visit.change() as session:
                proposal.attach(session, visit.me, code, item_key=item, file=stored, now=visit.clock())
    except Incomplete as refused:
        return _page(visit, nomination, item=item, errors={"file": refused.sentence})
    return visit.go(f"/de-nghi/{code}", "Đã bổ sung tệp. Văn phòng tạo lại hồ sơ để trình bản mới.")
