"""The steps of a draft: who, what was done, check; saved while typing; two editors get a choice."""

import secrets
from dataclasses import replace

from fastapi import APIRouter
from fastapi.responses import Response

from api import drafting
from api.actor import StaffVisit, Visit
from api.drafting import DEEDS, FILES, WHO
from api.forms import Form, Typed
from engine.clock import VIETNAM
from engine.commands import proposal
from engine.commands.proposal import Draft
from engine.errors import Changed, Incomplete, NotFound
from engine.queries import nominations, people
from engine.queries.nominations import NominationSeen
from engine.queries.people import Colleague
from engine.stages import EDITABLE, State

router = APIRouter()

NEXT = {WHO: DEEDS, DEEDS: FILES}
TEMPLATES = {WHO: "proposal/who.html", DEEDS: "proposal/deeds.html"}
OVERTAKEN = (
    "Người khác vừa sửa bản nháp này. Bấm nút lưu để xem hai bản và chọn; nội dung ông/bà gõ còn nguyên."
)
PASSED_ON = "Đã kiểm tra xong và chuyển Trưởng phòng ký."
LONGEST_NONCE = 40
Errors = list[tuple[str, str]]


@router.get("/de-nghi/{code}/nguoi")
def who(visit: StaffVisit, code: str, ve: str = "") -> Response:
    return _show_step(visit, _open(visit, code), WHO, back=ve)


@router.get("/de-nghi/{code}/thanh-tich")
def deeds(visit: StaffVisit, code: str, ve: str = "") -> Response:
    return _show_step(visit, _open(visit, code), DEEDS, back=ve)


@router.post("/de-nghi/{code}/nguoi")
def keep_who(visit: StaffVisit, code: str, form: Typed) -> Response:
    return _keep(visit, code, WHO, form)


@router.post("/de-nghi/{code}/thanh-tich")
def keep_deeds(visit: StaffVisit, code: str, form: Typed) -> Response:
    return _keep(visit, code, DEEDS, form)


def _seen(visit: Visit, code: str) -> NominationSeen:
    """A nomination of my department. Raises NotFound for anybody else's."""
    with visit.read() as session:
        nomination = nominations.seen(session, visit.me, code, now=visit.now)
    if not nomination.mine:
        raise NotFound(nominations.NOT_THERE, help_from="Văn phòng")
    return nomination


def _open(visit: Visit, code: str) -> NominationSeen:
    """The same, for a form: raises NotNow when nothing may be typed any more."""
    nomination = _seen(visit, code)
    if not nomination.editable:
        raise drafting.shut(nomination)
    return nomination


def _show_step(
    visit: Visit,
    nomination: NominationSeen,
    step: str,
    *,
    back: str = "",
    values: dict[str, str] | None = None,
    errors: Errors | None = None,
    twin: str = "",
) -> Response:
    return visit.show(
        TEMPLATES[step],
        status=422 if errors else 200,
        nomination=nomination,
        values=drafting.values_of(nomination.draft) | (values or {}),
        colleagues=_colleagues(visit, nomination) if step == WHO else (),
        rules=nomination.definition,
        step=step,
        return_to=back,
        nonce=secrets.token_urlsafe(12),
        banner=visit.banner(*drafting.due_of(nomination, visit.now)),
        errors=errors or [],
        twin=twin,
        beside=drafting.beside(nomination.findings, nomination.draft),
    )


def _keep(visit: Visit, code: str, step: str, form: Form) -> Response:
    nomination = _seen(visit, code)
    back = form.text("ve")
    try:
        _save(visit, nomination, form, step)
    except Incomplete as refused:
        errors = drafting.placed(refused, form)
        shown = {"back": back, "twin": drafting.twin_in(refused)}
        return _show_step(
            visit, _as_read(nomination, form), step, values=form.typed(), errors=errors, **shown
        )
    except Changed:
        return _show_choice(visit, code, step, form)
    if form.errors:
        wrong = [(f"{name}_day", sentence) for name, sentence in form.errors.items()]
        typed = form.typed() | {"version": ""}
        return _show_step(visit, _seen(visit, code), step, back=back, values=typed, errors=wrong)
    if form.text("act") == "draft":
        return visit.go(f"/de-nghi/{code}", "Đã lưu nháp. Làm tiếp lúc nào cũng được, trước hạn nộp.")
    return visit.go(f"/de-nghi/{code}/{'kiem-tra' if back else NEXT[step]}")


def _as_read(nomination: NominationSeen, form: Form) -> NominationSeen:
    """Nothing was saved: the form goes on from the version it was filled from, so that nobody's is lost."""
    return replace(nomination, version=form.number("version") or 0)


def _colleagues(visit: Visit, nomination: NominationSeen) -> tuple[Colleague, ...]:
    with visit.read() as session:
        return people.colleagues(session, nomination.definition.agency.key, nomination.department)


def _laid(visit: Visit, nomination: NominationSeen, form: Form, step: str) -> Draft:
    """The stored draft with the form laid over it. Raises Incomplete for one that names two nominees."""
    if step == WHO:
        drafting.demand_one_nominee(form, _colleagues(visit, nomination), home=nomination.department_name)
    return drafting.read_step(form, step, nomination.draft)


def _save(visit: Visit, nomination: NominationSeen, form: Form, step: str) -> int:
    """Save; returns the new version. A form that overtook its own autosave is no second editor."""
    draft = _laid(visit, nomination, form, step)
    with visit.change() as session:
        return proposal.save(
            session,
            visit.me,
            nomination.code,
            version=form.number("version") or 0,
            draft=draft,
            page=form.text("page")[:LONGEST_NONCE],
            now=visit.clock(),
        ).version


@router.post("/de-nghi/{code}/luu")
def autosave(visit: StaffVisit, code: str, form: Typed) -> Response:
    """Save while typing: answers with the time and what the rules say now, for the page's own places."""
    step = WHO if form.text("step") == WHO else DEEDS
    nomination = _seen(visit, code)
    problem = ""
    try:
        _save(visit, nomination, form, step)
        problem = " ".join(form.errors.values())
    except Incomplete as refused:
        problem = "Chưa lưu: " + " ".join(refused.fields.values())
    except Changed:
        return visit.show("turned.html", status=409, sentence=OVERTAKEN)
    nomination = _seen(visit, code)
    return visit.show(
        "proposal/saved.html",
        status=422 if problem else 200,
        nomination=nomination,
        step=step,
        problem=problem,
        clock=nomination.updated_at.astimezone(VIETNAM).strftime("%H:%M"),
        beside=drafting.beside(nomination.findings, nomination.draft),
    )


def _show_choice(visit: Visit, code: str, step: str, form: Form, missing: Errors | None = None) -> Response:
    """Both versions side by side; every value typed travels on in the form."""
    theirs = _seen(visit, code)
    mine = drafting.read_step(form, step, theirs.draft)
    if mine.person_key:
        choices = _colleagues(visit, theirs)
        name = next((c.name for c in choices if c.key == mine.person_key), mine.nominee_name)
        mine = replace(mine, nominee_name=name)
    typed = {name: text for name, text in form.typed().items() if not name.startswith("keep.")}
    return visit.show(
        "proposal/choose.html",
        status=422 if missing else 409,
        nomination=theirs,
        step=step,
        differences=drafting.differences(mine, theirs.draft, theirs.definition),
        keep=form.begins("keep."),
        typed=typed | {"step": step, "version": str(theirs.version)},
        errors=missing or [],
    )


@router.post("/de-nghi/{code}/chon-ban")
def choose(visit: StaffVisit, code: str, form: Typed) -> Response:
    """Keep, field by field, the version each choice names."""
    step = WHO if form.text("step") == WHO else DEEDS
    theirs = _seen(visit, code)
    mine = drafting.read_step(form, step, theirs.draft)
    keep = form.begins("keep.")
    open_ = [d for d in drafting.differences(mine, theirs.draft, theirs.definition) if d.id not in keep]
    if open_:
        asked = [(f"keep.{d.id}", f"Chọn bản để giữ cho “{d.label}”.") for d in open_]
        return _show_choice(visit, code, step, form, asked)
    try:
        with visit.change() as session:
            proposal.save(
                session,
                visit.me,
                code,
                version=form.number("version") or 0,
                draft=drafting.chosen(mine, theirs.draft, keep, theirs.definition),
                now=visit.clock(),
            )
    except Changed:
        return _show_choice(visit, code, step, form)
    except Incomplete as refused:
        errors = drafting.placed(refused, form)
        twin = drafting.twin_in(refused)
        return _show_step(visit, _as_read(theirs, form), step, values=form.typed(), errors=errors, twin=twin)
    return visit.go(f"/de-nghi/{code}/{step}", "Đã lưu bản ông/bà chọn.")


@router.get("/de-nghi/{code}/kiem-tra")
def check(visit: StaffVisit, code: str) -> Response:
    return _passed_on(visit, code) or _show_check(visit, _open(visit, code))


@router.post("/de-nghi/{code}/kiem-tra")
def finish(visit: StaffVisit, code: str) -> Response:
    done = _passed_on(visit, code)
    if done:
        return done
    try:
        with visit.change() as session:
            proposal.finish(session, visit.me, code, now=visit.clock())
    except Incomplete as refused:
        return _show_check(visit, _seen(visit, code), list(refused.fields.items()))
    return visit.go(f"/de-nghi/{code}", PASSED_ON)


def _passed_on(visit: Visit, code: str) -> Response | None:
    """The way on for who comes back to check what is checked already: its page says how it stands."""
    state = _seen(visit, code).state
    if state in EDITABLE:
        return None
    return visit.go(f"/de-nghi/{code}", *([PASSED_ON] if state == State.ready else []))


def _show_check(visit: Visit, nomination: NominationSeen, errors: Errors | None = None) -> Response:
    return visit.show(
        "proposal/check.html",
        status=422 if errors else 200,
        nomination=nomination,
        rows=drafting.summary_rows(nomination),
        banner=visit.banner(*drafting.due_of(nomination, visit.now)),
        errors=errors or [],
    )
