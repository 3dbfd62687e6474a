"""The demonstration's doors: play a persona, read the mailbox, push the clock. In demo mode only."""

from datetime import datetime, time, timedelta
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from api.actor import AnyVisit, Visit
from api.demo import clock, mailbox, personas
from api.forms import Form, Number, Typed
from api.guard import POLICY
from engine.calendar import in_words
from engine.clock import VIETNAM
from engine.errors import Incomplete, NotFound

router = APIRouter(prefix="/demo")

# A letter's HTML stands in a frame of its own, without scripts, forms or anything fetched from outside.
WITH_FRAME = f"{POLICY}; frame-src 'self'"
IN_FRAME = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'"
# Links of the letter open in the whole window, as from a mail program.
WHOLE_WINDOW = '<base target="_top">'


@router.get("")
def door(visit: AnyVisit) -> Response:
    with visit.read() as session:
        groups = personas.groups(session)
    return visit.show("demo/personas.html", groups=groups)


@router.post("")
def act_as(visit: AnyVisit, form: Typed) -> Response:
    with visit.change() as session:
        key, person = personas.act_as(
            session, visit.installation.keys, form.text("person"), now=visit.clock()
        )
        name, title = person.name, person.title
    answer = visit.go("/viec", f"Ông/bà đang đóng vai {name}, {title}.")
    state = visit.request.app.state
    answer.set_cookie(
        state.cookie, key, httponly=True, samesite="lax", secure=state.settings.secure, path="/"
    )
    return answer


@router.get("/mailbox")
def letters(visit: AnyVisit, to: str = "", page: int = 1) -> Response:
    found = mailbox.listing(_folder(visit), to=to, page=max(1, page))
    return visit.show("demo/mailbox.html", found=found, to=to, number=max(1, page))


@router.get("/mailbox/{letter}")
def letter(visit: AnyVisit, letter: str) -> Response:
    answer = visit.show("demo/letter.html", letter=mailbox.letter(_folder(visit), letter))
    answer.headers["Content-Security-Policy"] = WITH_FRAME
    return answer


@router.get("/mailbox/{letter}/html")
def letter_html(visit: AnyVisit, letter: str) -> Response:
    html = mailbox.letter(_folder(visit), letter).html
    if not html:
        raise NotFound("Thư này không có phần HTML.")
    start, head, rest = html.partition("<head>")
    shown = f"{start}{head}{WHOLE_WINDOW}{rest}" if head else WHOLE_WINDOW + html
    return HTMLResponse(shown, headers={"Content-Security-Policy": IN_FRAME})


@router.get("/mailbox/{letter}/tep/{number}")
def attachment(visit: AnyVisit, letter: str, number: Number) -> Response:
    attached = mailbox.letter(_folder(visit), letter).attached
    if not 1 <= number <= len(attached):
        raise NotFound("Thư này không có tệp đó.")
    chosen = attached[number - 1]
    answer = Response(chosen.content, media_type="application/octet-stream")
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in chosen.name)
    answer.headers["Content-Disposition"] = f'attachment; filename="{plain}"'
    return answer


@router.get("/clock")
def look_at_clock(visit: AnyVisit) -> Response:
    return _clock_page(visit)


@router.post("/clock")
def push_clock(visit: AnyVisit, form: Typed) -> Response:
    try:
        with visit.change() as session:
            now = visit.clock()
            match form.text("push"):
                case "next":
                    if clock.push_to_next(session, now=now) is None:
                        return visit.go("/demo/clock", "Không còn việc nào được hẹn giờ.")
                case "hour":
                    clock.set_to(session, now + timedelta(hours=1), now=now)
                case _:
                    clock.set_to(session, _typed_moment(form), now=now)
    except Incomplete as refused:
        return _clock_page(visit, form, [*refused.fields.items()])
    said = in_words(visit.clock())
    return visit.go("/demo/clock", f"Bây giờ là {said}. Việc đến hạn được làm trong vài giây.")


def _clock_page(
    visit: Visit, form: Form | None = None, errors: list[tuple[str, str]] | None = None
) -> Response:
    with visit.read() as session:
        coming = clock.coming(session)
    return visit.show(
        "demo/clock.html",
        status=422 if errors else 200,
        coming=coming,
        typed=form.typed() if form else {},
        errors=errors or [],
    )


def _typed_moment(form: Form) -> datetime:
    """Date and hour as typed. Raises Incomplete."""
    day = form.date("day")
    hour, _, minute = form.text("hour").replace("giờ", ":").replace("h", ":").partition(":")
    faults = dict(form.errors)
    if day is None and "day" not in faults:
        faults["day"] = "Ghi ngày, như 12/12/2025."
    try:
        of_day = time(int(hour or 8), int(minute.strip() or 0))
    except (ValueError, OverflowError):
        faults["hour"] = f"“{form.text('hour')[:40]}” không phải là giờ. Ghi như 17:00."
    if faults or day is None:
        raise Incomplete(faults)
    return datetime.combine(day, of_day, VIETNAM)


def _folder(visit: Visit) -> Path:
    data: Path = visit.request.app.state.settings.data
    return data / "mail"
