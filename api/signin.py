"""Signing in by mailed link. A GET shows and uses nothing up; the person's own click acts."""

from time import monotonic, sleep

from fastapi import APIRouter
from fastapi.responses import Response

from api.actor import AnyVisit, Visit
from api.forms import Typed
from engine.commands import people
from engine.errors import LinkExpired
from engine.queries.ended_vote import round_of_ended_vote
from engine.queries.people import round_of_voting

router = APIRouter()
ANSWER_AFTER = 0.03  # seconds


@router.get("/dang-nhap")
def ask(visit: AnyVisit) -> Response:
    return visit.show("signin/ask.html", email="", errors=[])


@router.post("/dang-nhap")
def send(visit: AnyVisit, form: Typed) -> Response:
    """The same answer for every address: nobody can fish for names."""
    email = form.text("email")
    if "@" not in email:
        return visit.show(
            "signin/ask.html",
            status=422,
            email=email,
            errors=[("email", "Ghi địa chỉ thư công vụ, ví dụ ten@coquan.gov.vn.")],
        )
    begun = monotonic()
    with visit.change() as session:
        people.ask_to_sign_in(session, visit.installation.keys, email=email, door="page", now=visit.clock())
    # A letter takes some milliseconds more than none: no answer comes before that could be told.
    sleep(max(0.0, begun + ANSWER_AFTER - monotonic()))
    return visit.show("signin/sent.html", email=email)


@router.get("/l/{token}")
def look(visit: AnyVisit, token: str) -> Response:
    """What a letter's link shows: whose it is and what it opens. Scanners may fetch it at will."""
    try:
        with visit.read() as session:
            link, person = people.link_of(session, visit.installation.keys, token, now=visit.now)
    except LinkExpired as expired:
        return _expired(visit, token, expired)
    return visit.show("signin/open.html", token=token, person=person, ballot=link.purpose == "ballot")


def _expired(visit: Visit, token: str, refused: LinkExpired) -> Response:
    """Why a link opens nothing, and what does: a new link, or after a vote the way to its result."""
    with visit.read() as session:
        ended = round_of_ended_vote(session, visit.installation.keys, token)
    return visit.show("signin/expired.html", status=410, refused=refused, token=token, ended=ended)


@router.post("/l/{token}")
def open_(visit: AnyVisit, token: str) -> Response:
    """Exchange the link for a session. Who works here already keeps the wider session of today."""
    keys = visit.installation.keys
    try:
        with visit.change() as session:
            link, person = people.link_of(session, keys, token, now=visit.clock())
            if link.purpose == "ballot":
                address = f"/phieu/{round_of_voting(session, int(link.scope))}"
                if visit.actor is not None and not visit.scope and visit.actor.person_id == person.id:
                    return visit.go(address)
            else:
                address = "/viec"
            key, _ = people.open_link(session, keys, token, now=visit.clock())
    except LinkExpired as expired:
        return _expired(visit, token, expired)
    return with_session(visit, visit.go(address), key)


@router.post("/l/{token}/gui-lai")
def again(visit: AnyVisit, token: str) -> Response:
    with visit.change() as session:
        people.ask_ballot_link_again(session, visit.installation.keys, token, now=visit.clock())
    return visit.show("signin/sent.html", email="")


@router.post("/dang-xuat")
def leave(visit: AnyVisit) -> Response:
    if visit.key_hash:
        with visit.change() as session:
            people.sign_out(session, visit.key_hash)
    answer = visit.go("/", "Đã đăng xuất.")
    state = visit.request.app.state
    answer.delete_cookie(state.cookie, path="/", secure=state.settings.secure, httponly=True, samesite="lax")
    return answer


def with_session(visit: Visit, answer: Response, key: str) -> Response:
    """Give the browser its session: not readable by scripts, not sent along from other sites."""
    state = visit.request.app.state
    answer.set_cookie(
        state.cookie, key, httponly=True, samesite="lax", secure=state.settings.secure, path="/"
    )
    return answer
