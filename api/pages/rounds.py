"""Rounds: the list, one round as a department sees it, and the department's own list with its signature."""

import re
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from api.actor import StaffVisit, Visit
from api.forms import MOST_DIGITS, Typed
from api.rendering import luc
from engine.access import Actor
from engine.commands import proposal
from engine.errors import Changed, Incomplete, NotFound
from engine.queries import published, rounds, timeline
from engine.queries.rounds import DepartmentPart, RoundSeen
from engine.stages import UNSENT, Role, Stage, State

router = APIRouter()
# Whose time a stage's deadline is.
WHOSE = {
    Stage.planned: "Hạn nộp đề nghị của các phòng",
    Stage.proposal: "Hạn nộp đề nghị",
    Stage.office: "Hạn của Văn phòng",
    Stage.council: "Hạn bỏ phiếu của Hội đồng",
    Stage.submission: "Hạn trình của Thủ trưởng và Văn phòng",
}


@router.get("/dot")
def all_rounds(visit: StaffVisit) -> Response:
    with visit.read() as session:
        lines = rounds.all_rounds(session)
    return visit.show("rounds/all.html", lines=lines)


@router.get("/dot/{key}")
def one(visit: StaffVisit, key: str, phong: str = "") -> Response:
    with visit.read() as session:
        round_ = rounds.seen(session, key)
        departments = rounds.my_departments(visit.me, round_.definition)
        chosen = [d for d in departments if not phong or d.key == phong] or departments
        parts = [rounds.department_part(session, round_, d, now=visit.now) for d in chosen]
        happenings = timeline.of_round(session, round_.id, frozenset(d.key for d in departments))
        listed = published.is_shown(session, round_.id)
    return visit.show(
        "rounds/one.html",
        listed=listed,
        round=round_,
        parts=parts,
        happenings=happenings,
        banner=_banner(visit, round_, parts[0] if parts else None),
        office=visit.me.has(Role.office),
        at_top=visit.me.has(Role.head),
        heads={p.department.key for p in parts if _is_head(visit.me, p)},
    )


@router.get("/dot/{key}/danh-sach")
def shown_list(visit: StaffVisit, key: str, ban: str = "") -> Response:
    """The list the office has shown, whole, for everybody who works here; `ban`: an earlier version of it."""
    with visit.read() as session:
        round_ = rounds.seen(session, key)
        version = int(ban) if ban.isdecimal() and len(ban) <= MOST_DIGITS else None
        found = published.shown_list(session, round_.id, version=version)
    if ban and (version is None or found is None):
        raise NotFound("Không có bản danh sách này, hoặc bản ấy chưa được công khai.", help_from="Văn phòng")
    definition = round_.definition
    return visit.show(
        "rounds/list.html",
        round=round_,
        found=found,
        departments={d.key: d.name for d in definition.departments},
        awards={a.key: a.name for a in definition.awards},
    )


def _is_head(actor: Actor, part: DepartmentPart) -> bool:
    return actor.has(Role.department_head, part.department.key)


def _banner(visit: Visit, round_: RoundSeen, part: DepartmentPart | None) -> object:
    """The department's own time where it has one, otherwise the time of the stage, saying whose it is."""
    window = round_.window
    own = _own_banner(visit, round_, part) if part else None
    return own or (visit.banner(window.due_at, window.explanation, WHOSE[round_.stage]) if window else None)


def _own_banner(visit: Visit, round_: RoundSeen, part: DepartmentPart) -> object:
    """The department's own time (leave included); None once the round waits for somebody else."""
    window = round_.window
    if part.open and part.until is not None:
        same = window is not None and part.until == window.due_at
        said = window.explanation if same and window else "được phép nộp muộn"
        return visit.banner(part.until, said, WHOSE[Stage.proposal])
    if window and round_.stage in {Stage.planned, Stage.proposal}:
        return visit.banner(window.due_at, window.explanation, WHOSE[Stage.proposal])
    return None


def _part(visit: Visit, key: str, department: str) -> tuple[RoundSeen, DepartmentPart]:
    """The round and my department's part in it. Raises NotFound for departments that are not mine."""
    with visit.read() as session:
        round_ = rounds.seen(session, key)
        mine = rounds.my_departments(visit.me, round_.definition)
        chosen = next((d for d in mine if not department or d.key == department), None)
        if chosen is None:
            raise NotFound("Không tìm thấy danh sách này trong phần việc của ông/bà.", help_from="Văn phòng")
        return round_, rounds.department_part(session, round_, chosen, now=visit.now)


@router.get("/dot/{key}/cua-phong")
def of_department(visit: StaffVisit, key: str, phong: str = "") -> Response:
    return _show_department(visit, key, phong)


def _show_department(
    visit: Visit,
    key: str,
    department: str,
    *,
    errors: list[tuple[str, str]] | None = None,
    ticked: list[str] | None = None,
    reason: str = "",
    status: int = 422,
) -> Response:
    round_, part = _part(visit, key, department)
    return visit.show(
        "rounds/department.html",
        status=status if errors else 200,
        round=round_,
        part=part,
        banner=_own_banner(visit, round_, part),
        is_head=_is_head(visit.me, part),
        head=round_.definition.agency.head,
        ticked=[line.code for line in part.ready] if ticked is None else ticked,
        reason=reason,
        errors=errors or [],
    )


@router.get("/dot/{key}/cua-phong/ky")
def look_before_signing(visit: StaffVisit, key: str, phong: str = "") -> Response:
    """Names count and effect before anything is signed. Nothing is done here."""
    read = _read(visit.request.query_params.getlist("codes"))
    round_, part = _part(visit, key, phong)
    chosen = [line for line in part.lines if line.code in read and line.state == State.ready]
    done = [n.signed_at for n in part.lines if n.code in read and n.signed_at and n.state not in UNSENT]
    if not chosen and done:
        return visit.go(_department_address(key, part.department.key), _signed_already(part, max(done)))
    if not chosen:
        return _show_department(
            visit, key, phong, errors=[("codes", "Chọn ít nhất một đề nghị để ký duyệt.")], ticked=[]
        )
    changed = [line.name for line in chosen if line.version != read[line.code]]
    if changed:
        said = f"{', '.join(changed)} đã được sửa sau khi ông/bà mở trang: xem lại rồi ký."
        return _show_department(
            visit, key, phong, errors=[("codes", said)], ticked=[line.code for line in chosen], status=409
        )
    now = visit.clock()
    late = [n.name for n in chosen if not (part.open or (n.return_until and now < n.return_until))]
    if late:
        said = f"Đã hết hạn ký gửi: {', '.join(late)}. Thủ trưởng có thể cho nộp muộn; liên hệ Văn phòng."
        return _show_department(visit, key, phong, errors=[("codes", said)], ticked=[], status=409)
    banner = _own_banner(visit, round_, part)
    return visit.show("rounds/sign.html", round=round_, part=part, chosen=chosen, banner=banner)


def _signed_already(part: DepartmentPart, at: datetime) -> str:
    """Who goes back to a signature that was given is told so; the reply of that moment says by whom."""
    by = f" {part.replied_by}" if at == part.replied_at and not part.nobody else ""
    return f"Các đề nghị này đã được{by} ký, gửi Văn phòng {luc(at)}."


def _read(values: Iterable[str]) -> dict[str, int]:
    """Code → version of what was read, from "code:version"; 0, which no nomination has, for anything else."""
    pairs = (value.partition(":") for value in values)
    return {code: int(said) if re.fullmatch(r"[0-9]{1,9}", said) else 0 for code, _, said in pairs}


@router.post("/dot/{key}/cua-phong/ky")
def sign(visit: StaffVisit, key: str, form: Typed) -> Response:
    department, read = form.text("phong"), _read(form.many("codes"))
    codes = list(read)
    try:
        with visit.change() as session:
            count = proposal.sign_off(
                session,
                visit.me,
                key,
                department=department,
                codes=codes,
                versions=read,
                now=visit.clock(),
            )
    except Changed as refused:
        changed = [("codes", refused.sentence)]
        return _show_department(visit, key, department, errors=changed, ticked=codes, status=409)
    except Incomplete as refused:
        errors = [("codes", sentence) for sentence in (refused.sentence, *refused.fields.values())]
        return _show_department(visit, key, department, errors=list(dict.fromkeys(errors)), ticked=codes)
    said = f"Đã ký và gửi {count} đề nghị đến Văn phòng." if count else "Các đề nghị này đã được ký từ trước."
    return visit.go(_department_address(key, department), said)


@router.post("/dot/{key}/cua-phong/khong-de-nghi")
def propose_nobody(visit: StaffVisit, key: str, form: Typed) -> Response:
    department, reason = form.text("phong"), form.text("reason", lines=True)
    with visit.change() as session:
        proposal.propose_nobody(
            session, visit.me, key, department=department, reason=reason, now=visit.clock()
        )
    address = _department_address(key, department)
    return visit.go(address, "Đã báo Văn phòng: phòng không có đề nghị trong đợt này.")


def _department_address(key: str, department: str) -> str:
    return f"/dot/{key}/cua-phong?{urlencode({'phong': department})}"
