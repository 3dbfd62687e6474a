"""The council's ballot: read, choose, review, send, change until the close.

Visitors come by a ballot's link (their session opens that one vote) or signed in as staff with a seat.
"""

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.actor import BallotVisit, Visit
from api.downloads import download
from api.forms import Number, Typed
from engine.ballot import Choice
from engine.calendar import Level
from engine.commands import council, people
from engine.errors import Changed, Incomplete, Refused
from engine.queries import council as ballots
from engine.queries import council_reading
from engine.queries.voting import quorum_met

router = APIRouter()
CHOICE = "v-"
LEVEL = {Level.last_day: "last", Level.normal: "far"}


@router.get("/phieu/{key}")
def look(visit: BallotVisit, key: str) -> Response:
    with visit.read() as session:
        paper = ballots.paper_of(session, visit.me, key, visit.scope)
        lines = ballots.lines_of(session, paper)
    return _ballot(visit, paper, lines, {line.code: line.choice for line in lines})


@router.post("/phieu/{key}")
def choose(visit: BallotVisit, key: str, form: Typed) -> Response:
    """Keep what is chosen so far, then go on to the review or leave it for later."""
    _save(visit, key, form.begins(CHOICE))
    if form.text("next") == "later":
        return visit.go(
            f"/phieu/{key}",
            "Đã lưu. Phiếu chưa gửi: ông/bà mở lại đường dẫn này để chọn tiếp, rồi gửi trước hạn.",
        )
    return visit.go(f"/phieu/{key}/xem-lai")


@router.post("/phieu/{key}/luu")
def save(visit: BallotVisit, key: str, form: Typed) -> Response:
    """Autosave while choosing: a line of text for the page, whatever happens."""
    try:
        _save(visit, key, form.begins(CHOICE))
    except Refused as refused:
        return visit.show("council/saved.html", status=409, refused=refused, at=None)
    return visit.show("council/saved.html", refused=None, at=visit.clock())


@router.get("/phieu/{key}/xem-lai")
def review(visit: BallotVisit, key: str) -> Response:
    with visit.read() as session:
        paper = ballots.paper_of(session, visit.me, key, visit.scope)
        lines = ballots.lines_of(session, paper)
    if not paper.open_at(visit.now):
        return visit.go(f"/phieu/{key}")
    return visit.show(
        "council/review.html",
        paper=paper,
        missing=[line for line in lines if not line.own and line.choice not in set(Choice)],
        chosen=[line for line in lines if not line.own and line.choice in set(Choice)],
        own=[line for line in lines if line.own],
        deadline=_deadline(visit, paper),
    )


@router.post("/phieu/{key}/xem-lai")
def send(visit: BallotVisit, key: str, form: Typed) -> Response:
    """Send the ballot with the choices on this page. Twice is once: the same receipt."""
    choices = form.begins(CHOICE)
    try:
        with visit.change() as session:
            ballots.paper_of(session, visit.me, key, visit.scope)
            now = visit.clock()
            ballot = council.send_ballot(
                session,
                visit.me,
                key,
                choices=choices,
                list_hash=form.text("list_hash"),
                keys=visit.installation.keys,
                now=now,
            )
            times = ballot.times_sent
            _stay(visit, session)
    except (Incomplete, Changed) as refused:
        return _shown_again(visit, key, choices, refused)
    return visit.go(f"/phieu/{key}/da-gui", "Đã nhận phiếu." if times == 1 else "Đã nhận phiếu sửa lại.")


@router.get("/phieu/{key}/da-gui")
def sent(visit: BallotVisit, key: str) -> Response:
    with visit.read() as session:
        paper = ballots.paper_of(session, visit.me, key, visit.scope)
        lines = ballots.lines_of(session, paper)
    if paper.sent_at is None:
        return visit.go(f"/phieu/{key}")
    return visit.show(
        "council/sent.html",
        paper=paper,
        lines=lines,
        open=paper.open_at(visit.now),
        deadline=_deadline(visit, paper),
        changed=any(not line.own and line.choice != line.sent for line in lines),
    )


@router.get("/phieu/{key}/ket-qua")
def outcome(visit: BallotVisit, key: str) -> Response:
    """What the council decided, for its members, once the vote is closed."""
    with visit.read() as session:
        paper = ballots.paper_of(session, visit.me, key, visit.scope)
        outcomes = council_reading.outcomes_of(session, paper)
    if paper.closed_at is None:
        return visit.go(f"/phieu/{key}")
    return visit.show("council/outcome.html", paper=paper, outcomes=outcomes)


@router.get("/phieu/{key}/de-nghi/{code}")
def report(visit: BallotVisit, key: str, code: str) -> Response:
    with visit.read() as session:
        paper = ballots.paper_of(session, visit.me, key, visit.scope)
        nomination = council_reading.report_of(session, paper, code)
    return visit.show(
        "council/report.html",
        paper=paper,
        nomination=nomination,
        fields=[(label, value, "") for label, value in nomination.fields],
        open=paper.open_at(visit.now),
        deadline=_deadline(visit, paper),
    )


@router.get("/phieu/{key}/tep/{attachment_id}")
def file(visit: BallotVisit, key: str, attachment_id: Number) -> Response:
    with visit.read() as session:
        paper = ballots.paper_of(session, visit.me, key, visit.scope)
        found, sha256 = council_reading.file_of(session, paper, attachment_id)
    return download(visit.installation.files, sha256, name=found.name, media_type=found.media_type)


def _save(visit: Visit, key: str, choices: Mapping[str, str]) -> None:
    with visit.change() as session:
        ballots.paper_of(session, visit.me, key, visit.scope)
        now = visit.clock()
        council.save_choices(session, visit.me, key, choices=choices, now=now)
        _stay(visit, session)


def _stay(visit: Visit, session: Session) -> None:
    """Somebody at work on a ballot is not signed out in the middle of it."""
    if visit.scope:
        people.keep_alive(session, visit.key_hash, now=visit.clock())


def _shown_again(visit: Visit, key: str, typed: Mapping[str, str], refused: Incomplete | Changed) -> Response:
    """The ballot with everything typed kept, each fault linking to its row."""
    with visit.read() as session:
        paper = ballots.paper_of(session, visit.me, key, visit.scope)
        lines = ballots.lines_of(session, paper)
    if isinstance(refused, Changed):
        return _ballot(visit, paper, lines, typed, errors=[("", refused.sentence)], status=409)
    order = {line.code: line.position for line in lines}
    faults = sorted(refused.fields.items(), key=lambda fault: order.get(fault[0], 0))
    own = {line.code for line in lines if line.own}
    errors = [(("own-" if code in own else CHOICE) + code, sentence) for code, sentence in faults]
    return _ballot(visit, paper, lines, typed, errors=errors, status=422)


def _ballot(
    visit: Visit,
    paper: ballots.Paper,
    lines: tuple[ballots.Line, ...],
    choices: Mapping[str, str],
    *,
    errors: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> Response:
    if not paper.open_at(visit.now):
        with visit.read() as session:
            met = quorum_met(session, paper.definition, paper.voting_id)
        return visit.show(
            "council/locked.html", paper=paper, lines=lines, quorum_met=met, deadline=_deadline(visit, paper)
        )
    return visit.show(
        "council/ballot.html",
        status=status,
        paper=paper,
        lines=lines,
        choices=choices,
        votable=sum(not line.own for line in lines),
        errors=errors or [],
        faulty={field.removeprefix(CHOICE) for field, _sentence in errors or []},
        deadline=_deadline(visit, paper),
    )


def _deadline(visit: Visit, paper: ballots.Paper) -> tuple[str, str] | None:
    """Level and words for the banner; None once the vote is closed or if it never got a deadline."""
    if paper.due is None or paper.closed_at is not None:
        return None
    left = visit.installation.calendar.remaining_words(visit.now, paper.due)
    return LEVEL.get(left.level, left.level.value), left.words
