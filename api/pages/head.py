"""The head's desk: the council's recommendations, agreed to by ticking, refused one by one with a reason."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.actor import StaffVisit, Visit, demand
from api.forms import Typed
from engine.calendar import Deadline, Level
from engine.commands import submission
from engine.errors import Incomplete
from engine.queries import rounds
from engine.queries import submission as after_council
from engine.stages import Role, Stage, State

router = APIRouter()
LEVEL = {Level.last_day: "last", Level.normal: "far"}


@router.get("/ky/{key}")
def look(visit: StaffVisit, key: str) -> Response:
    demand(visit, Role.head)
    return _desk(visit, key)


@router.post("/ky/{key}")
def confirm(visit: StaffVisit, key: str, form: Typed) -> Response:
    """The page that names count and effect before anything is decided; changes nothing."""
    demand(visit, Role.head)
    codes = form.many("codes")
    with visit.read() as session:
        round_ = rounds.seen(session, key)
        desk = after_council.desk_of(session, round_)
    named = desk.named(codes)
    if not named:
        return _desk(visit, key, errors=[("codes", "Chọn ít nhất một đề nghị.")], status=422)
    return visit.show(
        "head/confirm.html",
        round=round_,
        agency=[line for line in named if line.level == "agency"],
        province=[line for line in named if line.level == "province"],
        recipient=round_.definition.agency.recipient.name,
        held=[line for line in named if any(f.severity == "hold" for f in line.findings)],
    )


@router.post("/ky/{key}/dong-y")
def approve(visit: StaffVisit, key: str, form: Typed) -> Response:
    with visit.change() as session:
        count = submission.approve(session, visit.me, key, codes=form.many("codes"), now=visit.clock())
    said = (
        f"Đã đồng ý {count} đề nghị. Văn phòng làm tiếp."
        if count
        else "Các đề nghị này đã được đồng ý từ trước."
    )
    return visit.go(f"/ky/{key}", said)


@router.get("/ky/{key}/khong-dong-y/{code}")
def ask_refusal(visit: StaffVisit, key: str, code: str) -> Response:
    demand(visit, Role.head)
    return _refusal(visit, key, code)


@router.post("/ky/{key}/khong-dong-y/{code}")
def refuse(visit: StaffVisit, key: str, code: str, form: Typed) -> Response:
    demand(visit, Role.head)
    reason = form.text("reason", lines=True)
    with visit.read() as session:
        line = after_council.line_of(
            session, rounds.seen(session, key), code, State.recommended, State.refused
        )
    try:
        with visit.change() as session:
            submission.refuse(session, visit.me, code, reason=reason, now=visit.clock())
    except Incomplete as refused:
        errors = list(refused.fields.items())
        return _refusal(visit, key, code, reason=reason, errors=errors, status=422)
    return visit.go(f"/ky/{key}", f"Đã ghi không đồng ý: {line.name}. Phòng đề nghị được báo kèm lý do.")


def _refusal(
    visit: Visit,
    key: str,
    code: str,
    *,
    reason: str = "",
    errors: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> Response:
    with visit.read() as session:
        round_ = rounds.seen(session, key)
        line = after_council.line_of(session, round_, code, State.recommended)
    return visit.show(
        "head/refuse.html", status=status, round=round_, line=line, reason=reason, errors=errors or []
    )


def _desk(
    visit: Visit, key: str, *, errors: list[tuple[str, str]] | None = None, status: int = 200
) -> Response:
    with visit.read() as session:
        round_ = rounds.seen(session, key)
        desk = after_council.desk_of(session, round_)
    return visit.show(
        "head/desk.html",
        status=status,
        round=round_,
        desk=desk,
        due=_deadline(visit, round_),
        recipient=round_.definition.agency.recipient.name,
        errors=errors or [],
        begun=round_.stage in {Stage.submission, Stage.closed},
    )


def _deadline(visit: Visit, round_: rounds.RoundSeen) -> tuple[str, str, Deadline] | None:
    """Level, words and the deadline itself while the stage runs."""
    window = round_.windows.get(Stage.submission)
    if round_.stage != Stage.submission or window is None or window.due_at is None:
        return None
    due = Deadline.stored(window.due_at, window.explanation)
    left = visit.installation.calendar.remaining_words(visit.now, due)
    return LEVEL.get(left.level, left.level.value), left.words, due
