"""What everybody opens first: the start page, my work, help, accessibility."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.actor import AnyVisit, StaffVisit, Visit
from engine.queries import home, rounds
from engine.queries.running import Due
from engine.stages import STAGES, Stage

router = APIRouter()


@router.get("/")
def start(visit: AnyVisit) -> Response:
    with visit.read() as session:
        lines = rounds.all_rounds(session)
    return visit.show(
        "start/start.html",
        running=[line for line in lines if line.stage in STAGES],
        coming=[line for line in lines if line.stage == Stage.planned],
    )


@router.get("/viec")
def work(visit: StaffVisit) -> Response:
    with visit.read() as session:
        waiting = home.work_of(session, visit.me, now=visit.now)
    return visit.show("start/work.html", work=waiting, due_words=lambda due: _due_words(visit, due))


def _due_words(visit: Visit, due: Due | None) -> str:
    """The deadline of one line: what is left, and until when exactly."""
    banner = visit.banner(due.at, due.explanation) if due else None
    return f"{banner[1]}. {banner[2]}" if banner and banner[0] != "over" else banner[1] if banner else ""


@router.get("/tro-giup")
def help_(visit: AnyVisit) -> Response:
    return visit.show("start/help.html")


@router.get("/kha-nang-tiep-can")
def accessibility(visit: AnyVisit) -> Response:
    return visit.show("start/accessibility.html")
