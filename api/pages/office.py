"""Văn phòng's round: the dashboard, the list of nominations, and acts on several at once."""

from collections.abc import Callable
from typing import cast
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session

from api import sheets
from api.actor import StaffVisit, Visit, demand
from api.forms import Typed, page_number
from engine.commands import office
from engine.errors import Incomplete, NotFound, Refused
from engine.queries import bulk, dashboard
from engine.queries.bulk import Chosen, chosen
from engine.queries.office import ALL, SEEN, Filter, RoundAt, nominations, round_at
from engine.stages import MOVE_OF, Act, Role, acts_from
from engine.text import clean

router = APIRouter()
ACTS = {"accept": Act.accept, "return": Act.return_to_department}
COLUMNS = (
    ("STT", 6),
    ("Mã", 12),
    ("Họ và tên / Tên tập thể", 30),
    ("Đối tượng", 11),
    ("Chức vụ", 22),
    ("Đơn vị", 30),
    ("Phòng đề nghị", 30),
    ("Hình thức", 34),
    ("Căn cứ", 40),
    ("Tình trạng", 26),
)


@router.get("/vp/dot/{key}")
def board(visit: StaffVisit, key: str) -> Response:
    demand(visit, Role.office, Role.head)
    with visit.read() as session:
        at = round_at(session, key)
        board_ = dashboard.dashboard(session, at, now=visit.now)
    return visit.show("office/dashboard.html", at=at, board=board_)


@router.get("/vp/dot/{key}/de-nghi")
def listing(visit: StaffVisit, key: str) -> Response:
    demand(visit, Role.office, Role.head)
    with visit.read() as session:
        at = round_at(session, key)
        return _listing(visit, session, at, _wanted(visit.request, at))


def _listing(
    visit: Visit,
    session: Session,
    at: RoundAt,
    wanted: Filter,
    *,
    status: int = 200,
    errors: tuple[tuple[str, str], ...] = (),
) -> Response:
    found = nominations(session, at, wanted)
    may = {act: _open_to(at, act) if visit.me.has(Role.office) else frozenset() for act in ACTS.values()}
    shown = {row.state for row in found.rows}
    narrowed = _narrowed(wanted)
    return visit.show(
        "office/nominations.html",
        status=status,
        at=at,
        wanted=wanted,
        found=found,
        awards=at.award_names(),
        departments=at.department_names(),
        states={state.value: _label(visit)("state", state) for state in SEEN},
        items={award: _items(at, award) for award in at.definition.award_keys},
        narrowed=narrowed,
        query=urlencode(narrowed),
        choosable=frozenset[str]().union(*may.values()) & shown,
        may_accept=bool(may[Act.accept] & shown),
        may_return=bool(may[Act.return_to_department] & shown),
        errors=errors,
    )


def _open_to(at: RoundAt, act: Act) -> frozenset[str]:
    """States from which `act` is possible in the round now."""
    if act in at.definition.acts_off:
        return frozenset()
    return frozenset(state.value for state in SEEN if act in acts_from(state, at.stage))


def _items(at: RoundAt, award: str) -> dict[str, int]:
    """How many items the checklist demands for each kind of nominee."""
    return {
        kind: sum(item.required for item in at.definition.items_for(award=award, nominee_kind=kind))
        for kind in ("person", "collective")
    }


def _wanted(request: Request, at: RoundAt) -> Filter:
    """The filter in the address; what it names must exist, or it is left out."""
    asked = request.query_params

    def known(name: str, values: dict[str, str]) -> str:
        value = asked.get(name, "")
        return value if value in values else ""

    return Filter(
        text=clean(asked.get("q", ""))[:100],
        state=known("tt", {state.value: "" for state in SEEN}),
        department=known("phong", at.department_names()),
        award=known("ht", at.award_names()),
        page=page_number(asked.get("trang", "")),
    )


def _narrowed(wanted: Filter) -> dict[str, str]:
    """The filter as the address carries it, without the page."""
    asked = {"q": wanted.text, "tt": wanted.state, "phong": wanted.department, "ht": wanted.award}
    return {name: value for name, value in asked.items() if value}


def _kept(visit: Visit, at: RoundAt) -> str:
    """The query of the list as it was left for a page about several, to come back to the same rows."""
    wanted = _wanted(visit.request, at)
    page = {"trang": str(wanted.page)} if wanted.page > 1 else {}
    return urlencode(_narrowed(wanted) | page)


def _label(visit: Visit) -> Callable[[str, str], str]:
    """Words of locale/vi.yaml, as templates have them."""
    return cast("Callable[[str, str], str]", visit.pages.globals["label"])


@router.get("/vp/dot/{key}/de-nghi.xlsx")
def export(visit: StaffVisit, key: str) -> Response:
    """The list as it is filtered, all pages of it."""
    demand(visit, Role.office, Role.head)
    with visit.read() as session:
        at = round_at(session, key)
        found = nominations(session, at, _wanted(visit.request, at), limit=ALL)
    departments, awards = at.department_names(), at.award_names()
    label = _label(visit)
    points = {p.key: p.words for award in at.definition.awards for p in award.points}
    rows = [
        (
            place,
            row.code,
            row.name,
            label("nominee_kind", row.kind),
            row.title if row.kind == "person" else "",
            row.unit,
            departments.get(row.department_key, row.department_key),
            awards.get(row.award_key, row.award_key),
            points.get(row.legal_point, row.legal_point),
            label("state", row.state),
        )
        for place, row in enumerate(found.rows, start=1)
    ]
    return Response(
        sheets.sheet("Đề nghị", COLUMNS, rows),
        media_type=sheets.MEDIA_TYPE,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'de-nghi-{key}.xlsx')}"},
    )


@router.get("/vp/dot/{key}/de-nghi/nhieu")
def confirm(visit: StaffVisit, key: str) -> Response:
    """What would happen to the chosen ones; nothing has happened yet."""
    demand(visit, Role.office)
    codes, act = visit.request.query_params.getlist("code"), visit.request.query_params.get("act", "")
    with visit.read() as session:
        at = round_at(session, key)
        if act not in ACTS:
            raise NotFound("Không có trang này.")
        found = chosen(session, at, codes)
        if not found:
            said = (("chosen", "Đánh dấu ít nhất một đề nghị trong danh sách, rồi bấm lại."),)
            return _listing(visit, session, at, _wanted(visit.request, at), status=422, errors=said)
    return _confirmation(visit, at, found, act)


def _confirmation(
    visit: Visit,
    at: RoundAt,
    found: tuple[Chosen, ...],
    act: str,
    *,
    comment: str = "",
    errors: tuple[tuple[str, str], ...] = (),
) -> Response:
    can, target = _open_to(at, ACTS[act]), MOVE_OF[ACTS[act]].target
    able = sum(one.state in can and not (act == "accept" and one.lacking) for one in found)
    same = sum(one.state == target for one in found)
    return visit.show(
        "office/bulk_confirm.html",
        status=422 if errors else 200,
        at=at,
        chosen=found,
        able=able,
        same=same,
        unable=len(found) - able - same,
        act=act,
        comment=comment,
        query=_kept(visit, at),
        departments=at.department_names(),
        awards=at.award_names(),
        errors=errors,
    )


@router.post("/vp/dot/{key}/de-nghi/nhieu")
def act_on_many(visit: StaffVisit, key: str, form: Typed) -> Response:
    """Each by itself: one that is refused does not hold the others up. The page names every row's outcome."""
    demand(visit, Role.office)
    act, comment = form.text("act"), form.text("comment", lines=True)
    if act not in ACTS:
        raise NotFound("Không có trang này.")
    with visit.change() as session:
        at = round_at(session, key)
        found = bulk.chosen(session, at, form.many("code"))
        if act == "return" and not comment:
            said = (("comment", "Ghi ý kiến để các phòng biết phải sửa gì."),)
            return _confirmation(visit, at, found, act, errors=said)
        outcomes = [(line, _one(visit, session, line.code, act, comment)) for line in found]
    return visit.show(
        "office/bulk_result.html",
        at=at,
        act=act,
        done=[line for line, refusal in outcomes if not refusal],
        refused=[(line, refusal) for line, refusal in outcomes if refusal],
        query=_kept(visit, at),
        departments=at.department_names(),
    )


def _one(visit: Visit, session: Session, code: str, act: str, comment: str) -> str:
    """Do it to one; returns why not, empty when done."""
    try:
        with session.begin_nested():
            if act == "accept":
                office.accept(session, visit.me, code, now=visit.clock())
            else:
                office.return_to_department(
                    session,
                    visit.me,
                    code,
                    comments={"": comment},
                    calendar=visit.installation.calendar,
                    now=visit.clock(),
                )
    except Incomplete as incomplete:
        return " ".join(incomplete.fields.values())
    except Refused as refused:
        return refused.sentence
    return ""
