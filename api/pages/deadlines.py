"""Deadlines of a round: why each is when it is, moving one, leave to be late, what happens by itself."""

from collections.abc import Callable, Mapping
from datetime import date

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.actor import StaffVisit, Visit, demand
from api.forms import Form, Typed
from engine.commands import rounds, windows
from engine.errors import Incomplete
from engine.queries import deadlines
from engine.queries.office import round_at
from engine.stages import STAGES, Role, Stage

router = APIRouter()


@router.get("/vp/dot/{key}/han")
def look(visit: StaffVisit, key: str) -> Response:
    demand(visit, Role.office, Role.head)
    return _page(visit, key)


def _page(
    visit: Visit, key: str, *, form: Form | None = None, errors: dict[str, str] | None = None
) -> Response:
    with visit.read() as session:
        at = round_at(session, key)
        moments = deadlines.moments(session, at.id)
        leaves = deadlines.leaves(session, at.id)
    return visit.show(
        "office/deadlines.html",
        status=422 if errors else 200,
        at=at,
        to_come=[m for m in moments if m.done_at is None],
        past=[m for m in reversed(moments) if m.done_at is not None],
        leaves=leaves,
        departments=at.department_names(),
        planned={stage: deadlines.not_open_yet(at.definition, stage) for stage in STAGES},
        running=at.stage in STAGES,
        may_end=at.stage in {Stage.office, Stage.submission},
        taking=at.stage in {Stage.proposal, Stage.office},
        may_move=visit.me.has(Role.office) or visit.me.has(Role.head),
        may_leave=visit.me.has(Role.head),
        typed=form.typed() if form else {},
        errors=list((errors or {}).items()),
    )


@router.post("/vp/dot/{key}/han")
def move(visit: StaffVisit, key: str, form: Typed) -> Response:
    """Another deadline for the stage that is running."""
    demand(visit, Role.office, Role.head)

    def act(session: Session, due: date) -> None:
        at = round_at(session, key)
        windows.move_deadline(
            session,
            visit.me,
            key,
            # The stage the form was filled for: if the round has moved on meanwhile, the command refuses.
            Stage(form.text("stage")) if form.text("stage") in set(STAGES) else at.stage,
            due=due,
            reason=form.text("reason", lines=True),
            calendar=visit.installation.calendar,
            now=visit.clock(),
        )

    needed = {"reason": "Ghi lý do đổi hạn để lưu hồ sơ và báo cho những người liên quan."}
    return _dated(visit, key, form, "due", act, needed=needed) or visit.go(
        f"/vp/dot/{key}/han", "Đã đổi hạn. Những người liên quan được báo qua thư."
    )


@router.post("/vp/dot/{key}/han/nop-muon")
def leave(visit: StaffVisit, key: str, form: Typed) -> Response:
    """Leave for one department to act after the deadline; the head's alone to give."""
    demand(visit, Role.head)

    outlasts, given = False, True

    def act(session: Session, until: date) -> None:
        nonlocal outlasts, given
        department = form.text("department")
        if department not in round_at(session, key).department_names():
            raise Incomplete({"department": "Chọn phòng được nộp muộn."})
        round_id = round_at(session, key).id
        before = deadlines.leaves(session, round_id)
        outlasts = windows.give_leave(
            session,
            visit.me,
            key,
            department=department,
            until=until,
            reason=form.text("leave_reason", lines=True),
            calendar=visit.installation.calendar,
            now=visit.clock(),
        )
        given = deadlines.leaves(session, round_id) != before

    needed = {"department": "Chọn phòng được nộp muộn.", "leave_reason": "Ghi lý do cho nộp muộn."}
    refused = _dated(visit, key, form, "until", act, needed=needed)
    later = " Ngày này sau hạn của Văn phòng: danh sách chờ phòng, nên cần dời cả hạn của Văn phòng."
    told = "Đã cho nộp muộn. Phòng được báo qua thư."
    if not given:
        told = "Phòng đã được nộp muộn đến ngày ấy từ trước; không có gì thay đổi, không gửi thêm thư."
    said = told + (later if outlasts else "")
    return refused or visit.go(f"/vp/dot/{key}/han", said)


@router.post("/vp/dot/{key}/ket-thuc")
def end(visit: StaffVisit, key: str, form: Typed) -> Response:
    """End a round in which nothing is left to decide."""
    demand(visit, Role.office, Role.head)
    try:
        with visit.change() as session:
            reason = form.text("end_reason", lines=True)
            rounds.end_round(session, visit.me, key, reason=reason, now=visit.clock())
    except Incomplete as incomplete:
        errors = {"end_reason" if at == "reason" else at: said for at, said in incomplete.fields.items()}
        return _page(visit, key, form=form, errors=errors)
    return visit.go(f"/vp/dot/{key}/han", "Đã kết thúc đợt xét.")


def _dated(
    visit: Visit,
    key: str,
    form: Form,
    name: str,
    act: Callable[[Session, date], None],
    *,
    needed: Mapping[str, str],
) -> Response | None:
    """Act with the date typed in field `name`: the page with its errors when refused, None when done.

    `needed`: the other fields and what is said of an empty one, so that all that is missing is said at once.
    """
    day = form.date(name)
    errors = dict(form.errors)
    if day is None and not errors:
        errors[name] = f"Ghi một ngày, ví dụ {form.example}."
        errors |= {field: said for field, said in needed.items() if not form.text(field)}
    if day is not None:
        try:
            with visit.change() as session:
                act(session, day)
        except Incomplete as incomplete:
            # The page has two fields for a reason; the command knows one.
            reason = "leave_reason" if name == "until" else "reason"
            errors |= {reason if at == "reason" else at: said for at, said in incomplete.fields.items()}
    return _page(visit, key, form=form, errors=errors) if errors else None
