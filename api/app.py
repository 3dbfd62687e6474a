"""The web application: pages over commands and queries. It starts without Prefect and never imports it."""

import errno
import gc
import logging
import os
import secrets
import traceback
from contextlib import suppress
from functools import partial

import yaml
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from sqlmodel import select
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api import signin
from api.actor import PageHead, SignInFirst, visit_at_last
from api.assets import static_app
from api.forms import form_of
from api.guard import Guard, TooLarge, harden
from api.pages import (
    answers,
    awards,
    compiling,
    council,
    deadlines,
    decisions,
    dossier,
    head,
    journal,
    letters,
    nominations,
    office,
    people,
    planning,
    proposal,
    review,
    rounds,
    seats,
    start,
    starting,
    supplement,
    voting,
)
from api.rendering import make_environment
from config.files import read_folder
from config.settings import Settings, read_settings
from engine import errors
from engine.installation import Installation, open_installation
from engine.models import Round

log = logging.getLogger("tdkt.web")
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
TOLD = "told in the log of tdkt.web"

STATUS: dict[type[errors.Refused], int] = {
    errors.NotFound: 404,
    errors.NotYours: 403,
    errors.StageClosed: 409,
    errors.NotNow: 409,
    errors.Changed: 409,
    errors.LinkExpired: 410,
    errors.Incomplete: 422,
    errors.Busy: 503,
}
PAGES = (  # the first are found first: those that many ask for at once
    *(council, office),
    *(signin, start, rounds, starting, proposal, nominations, supplement, head, people),
    *(review, compiling, voting, seats, deadlines, letters, journal, planning),  # Văn phòng
    *(decisions, dossier, answers, awards),  # Văn phòng, after the head
)


def create_app(settings: Settings, installation: Installation) -> FastAPI:
    """The application over an opened installation. Demo doors exist only where settings say so."""
    app = FastAPI(title="Thi đua khen thưởng", docs_url=None, redoc_url=None, openapi_url=None)
    labels = yaml.safe_load(installation.texts["config/locale/vi.yaml"])
    agency = yaml.safe_load(installation.texts["config/locale/site.yaml"])
    app.state.installation = installation
    app.state.settings = settings
    app.state.agency_name = agency["agency_name"]
    app.state.cookie = "__Host-tdkt" if settings.secure else "tdkt"
    app.state.pages = make_environment(labels, demo=settings.demo, support=agency["support"])
    for page in PAGES:
        app.include_router(page.router)
    if settings.demo:
        from api.pages import demo  # noqa: PLC0415 — its doors must not even exist elsewhere

        app.include_router(demo.router)
        # Its doors open without a password: a page elsewhere must not reach them by a name of its own.
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "::1", "[::1]"])
    app.mount("/static", static_app())
    app.add_middleware(
        Guard,
        public_url=settings.public_url,
        upload_limit=settings.upload_limit,
        cookie=app.state.cookie,
        page=partial(_turned_away, app),
    )
    app.add_exception_handler(errors.Refused, _refused)
    app.add_exception_handler(errors.Busy, _not_reached)
    app.add_exception_handler(OSError, _no_room)
    app.add_exception_handler(SignInFirst, _sign_in_first)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _no_such_address)
    app.add_exception_handler(TooLarge, _too_large)
    app.add_exception_handler(Exception, _broken)
    app.add_api_route("/health", _health, methods=["GET"], include_in_schema=False)
    return app


def _keep_to_one_core() -> None:
    """Python runs one thread at a time: on several cores its threads only wake each other, at twice the CPU.

    Each of several workers takes the core its process number falls on: two may share one (decision 18).
    """
    if hasattr(os, "sched_setaffinity"):  # Linux
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[os.getpid() % len(cores)]})


def _refused(request: Request, refused: Exception) -> Response:
    assert isinstance(refused, errors.Refused)  # noqa: S101 — registered for it
    status = next((code for kind, code in STATUS.items() if isinstance(refused, kind)), 409)
    visit = visit_at_last(request)
    if isinstance(refused, errors.Away | errors.NoRoom):  # the page tells the person, this who can mend it
        kinds = [type(each).__qualname__ for each in (refused, refused.__cause__) if each]
        log.error("%s %s %s", status, _route(request), " from ".join(kinds))
    if request.headers.get("hx-request"):
        return visit.show("turned.html", status=status, sentence=refused.sentence)
    typed = getattr(request.state, "typed", [])
    return visit.show(
        "refused.html",
        status=status,
        refused=refused,
        status_code=status,
        typed=typed,
        address=request.url.path,
    )


async def _not_reached(request: Request, busy: Exception) -> Response:
    """The database was asked who is there before the form was read: it is read now, so nothing is lost."""
    if request.method == "POST" and not hasattr(request.state, "typed"):
        with suppress(TooLarge, HTTPException, OSError, errors.Busy):
            async with form_of(request) as form:
                request.state.typed = form.pairs()
    return await run_in_threadpool(_refused, request, busy)


def _no_room(request: Request, error: Exception) -> Response:
    """A full disk, wherever it shows first: in the store, or where a form's files lie while it is read."""
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        refused = errors.NoRoom()
        refused.__cause__ = error
        return _refused(request, refused)
    raise error


async def _sign_in_first(request: Request, _turn: Exception) -> Response:
    """Nothing typed is lost: what was posted is kept in the page until the person is signed in again."""
    visit = await run_in_threadpool(visit_at_last, request)
    if request.headers.get("hx-request"):
        sentence = (
            "Phiên làm việc đã hết nên chưa lưu. Bấm nút lưu: nội dung được giữ và trang mời đăng nhập lại."
        )
        return visit.show("turned.html", status=401, sentence=sentence)
    posted, typed, files = request.method == "POST", list[tuple[str, str]](), False
    if posted:
        async with form_of(request) as form:
            typed, pairs = form.pairs(), form.data.multi_items()
            files = any(not isinstance(value, str) and value.filename for _, value in pairs)
    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return visit.show(
        "sign_in_first.html", status=401, typed=typed, files=files, posted=posted, address=address
    )


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 — registered for it
    refused = {
        404: errors.NotFound("Không có trang này. Có thể địa chỉ bị gõ thiếu hoặc trang đã chuyển."),
        405: errors.NotNow("Trang này không nhận cách gửi đó. Mở lại từ trang “Việc của tôi”."),
    }.get(error.status_code, errors.NotNow("Yêu cầu không thực hiện được."))
    return visit_at_last(request).show(
        "refused.html",
        status=error.status_code,
        refused=refused,
        status_code=error.status_code,
        typed=[],
        address="",
    )


def _no_such_address(request: Request, _error: Exception) -> Response:
    """An address with letters where a number belongs, or a number nothing can have, names no page."""
    return _http(request, HTTPException(404))


def _too_large(request: Request, error: Exception) -> Response:
    return HTMLResponse(_turned_away(request.app, 413, str(error)), status_code=413)


def _turned_away(app: FastAPI, status: int, sentence: str) -> str:
    """The page of a request that was stopped at the door, before anybody asked who it is from."""
    head = PageHead(agency_name=app.state.agency_name)
    template = app.state.pages.get_template("turned_away.html")
    return str(template.render(page=head, status=status, sentence=sentence))


def _broken(request: Request, error: Exception) -> Response:
    """A bug looks like one: a reference code for the person; in the log where and what kind, no values.

    The error's own text is left out: a database quotes names and addresses in it.
    """
    reference = secrets.token_hex(4)
    log.error("500 %s %s %s", reference, _route(request), _kind_and_place(error))
    error.add_note(TOLD)
    visit = visit_at_last(request)
    if request.headers.get("hx-request"):
        sentence = f"Hệ thống gặp lỗi nên chưa lưu; nội dung đã gõ còn ở trang này. Mã lỗi {reference}."
        answer = visit.show("turned.html", status=500, sentence=sentence)
    else:
        typed = getattr(request.state, "typed", [])
        address = request.url.path
        answer = visit.show("broken.html", status=500, reference=reference, typed=typed, address=address)
    # This answer is given outside the guard, around which the framework puts its catch-all.
    harden(answer.headers, path=request.url.path, secure=request.app.state.settings.secure)
    return answer


def _route(request: Request) -> str:
    return str(getattr(request.scope.get("route"), "path", ""))


def _kind_and_place(error: BaseException) -> str:
    return f"{type(error).__qualname__}\n{''.join(traceback.format_tb(error.__traceback__))}"


def without_its_text(record: logging.LogRecord) -> bool:
    """A filter for uvicorn's log, which would print the whole error that the framework hands on to it.

    What `_broken` has told is dropped; what never came there is told here, by kind and place.
    """
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        record.msg, record.args = f"{record.getMessage().strip()}: {_kind_and_place(error)}", ()
        record.exc_info = record.exc_text = None
    return TOLD not in getattr(error, "__notes__", ())


def _health(request: Request) -> Response:
    with request.app.state.installation.database.read() as session:
        session.exec(select(Round.id).limit(1)).first()
    return PlainTextResponse("ok")


def from_environment() -> FastAPI:
    """What uvicorn starts (`api.app:from_environment`): settings from the environment."""
    logging.getLogger("uvicorn.error").addFilter(without_its_text)
    settings = read_settings()
    installation = open_installation(
        database_url=settings.database_url,
        secret=settings.secret.get_secret_value(),
        data=settings.data,
        texts=read_folder(settings.config),
        demo=settings.demo,
    )
    app = create_app(settings, installation)
    _keep_to_one_core()
    gc.freeze()  # what is loaded now stays; the collector need not walk it again (5 % of CPU under load)
    gc.set_threshold(20_000, 20, 20)  # a page makes thousands of objects and no rings: look seldom
    return app
