"""A new round: the reviews that the files under config/ describe, their faults, and planning one."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.actor import StaffVisit, demand
from api.forms import Typed
from engine.commands import people, rounds
from engine.commands.people import RosterLine
from engine.definition import files as definition_files
from engine.definition.files import DefinitionFaults
from engine.errors import Incomplete, NotFound
from engine.queries.planning import proposed, rounds_of_office
from engine.stages import Role

router = APIRouter()


@router.get("/vp/dot")
def look(visit: StaffVisit) -> Response:
    demand(visit, Role.office, Role.admin)
    return _page(visit)


def _page(visit: StaffVisit, *, errors: tuple[tuple[str, str], ...] = ()) -> Response:
    with visit.read() as session:
        known = rounds_of_office(session)
    return visit.show(
        "office/planning.html",
        status=422 if errors else 200,
        known=known,
        proposed=proposed(
            visit.installation.texts,
            {line.key for line in known},
            calendar=visit.installation.calendar,
            now=visit.now,
        ),
        errors=errors,
    )


@router.post("/vp/dot")
def plan(visit: StaffVisit, form: Typed) -> Response:
    """Load the people the files name, then put the round on the calendar; pressing twice plans it once."""
    demand(visit, Role.office, Role.admin)
    key, texts = form.text("key"), visit.installation.texts
    if key not in definition_files.review_keys(texts):
        raise NotFound("Không có đợt xét này trong thư mục cấu hình.", help_from="quản trị hệ thống")
    try:
        definition = definition_files.load(texts, key)
        records = definition_files.people(texts, definition.agency.key)
    except DefinitionFaults as faults:
        said = tuple(
            ("", f"{fault.file}, dòng {fault.line}: {fault.sentence}. {fault.remedy}.")
            for fault in faults.faults
        )
        return _page(visit, errors=said)
    lines = [
        RosterLine(
            key=record.key,
            name=record.name,
            email=record.email,
            salutation=record.salutation,
            title=record.title,
            department_key=record.department or None,
            phone=record.phone,
            grants=record.grants,
        )
        for record in records
        if record.active
    ]
    try:
        with visit.change() as session:
            people.load_roster(session, visit.me, definition.agency.key, lines, now=visit.clock())
            rounds.plan(
                session, visit.me, definition, calendar=visit.installation.calendar, now=visit.clock()
            )
    except Incomplete as incomplete:
        return _page(visit, errors=tuple(("", sentence) for sentence in incomplete.fields.values()))
    return visit.go(f"/vp/dot/{key}", f"Đã lập kế hoạch “{definition.short_title}”.")
