"""The vote from outside: preview and opening, turnout without choices, the close, the results after it."""

from collections.abc import Sequence
from itertools import groupby

from fastapi import APIRouter
from fastapi.responses import Response

from api.actor import BallotVisit, StaffVisit, Visit, demand
from api.forms import Typed
from engine.access import demand_role
from engine.clock import VIETNAM
from engine.commands import linking, tallying, voting, windows
from engine.errors import Incomplete
from engine.queries import voting as votes
from engine.queries.office import round_at
from engine.queries.vote_preview import preview as preview_of
from engine.stages import Role, Stage

router = APIRouter()
Errors = Sequence[tuple[str, str]]


@router.get("/vp/dot/{key}/mo-bo-phieu")
def preview(visit: StaffVisit, key: str) -> Response:
    demand(visit, Role.office, Role.head)
    return _preview(visit, key)


def _preview(visit: Visit, key: str, *, errors: Errors = ()) -> Response:
    with visit.read() as session:
        at = round_at(session, key)
        found = preview_of(session, at)
    today = visit.now.astimezone(VIETNAM).date()
    return visit.show(
        "voting/open.html",
        status=422 if errors else 200,
        at=at,
        found=found,
        due=windows.deadline_of(at.definition, Stage.council, visit.installation.calendar, today),
        awards=at.award_names(),
        may_act=visit.me.has(Role.office),
        errors=errors,
    )


@router.post("/vp/dot/{key}/mo-bo-phieu")
def open_(visit: StaffVisit, key: str) -> Response:
    demand(visit, Role.office)
    try:
        with visit.change() as session:
            voting.open_vote(
                session,
                visit.me,
                key,
                keys=visit.installation.keys,
                calendar=visit.installation.calendar,
                now=visit.clock(),
            )
    except Incomplete as incomplete:
        return _preview(visit, key, errors=list(incomplete.fields.items()))
    return visit.go(
        f"/vp/dot/{key}/tien-do-phieu",
        "Đã mở bỏ phiếu. Mỗi thành viên Hội đồng được gửi một đường dẫn riêng.",
    )


@router.get("/vp/dot/{key}/tien-do-phieu")
def turnout(visit: StaffVisit, key: str) -> Response:
    demand_role(visit.me, Role.office, Role.head, Role.secretary, Role.chair, round_key=key)
    return _turnout(visit, key)


def _turnout(visit: Visit, key: str, *, errors: Errors = (), due: str = "", reason: str = "") -> Response:
    with visit.read() as session:
        at = round_at(session, key)
        vote = votes.vote_at(session, at.id)
        seats = votes.turnout(session, at.id, vote.id) if vote else ()
        sent = sum(seat.sent_at is not None for seat in seats)
        checks = votes.quorums(session, at.definition, vote.id, len(seats), sent) if vote else ()
    return visit.show(
        "voting/turnout.html",
        status=422 if errors else 200,
        at=at,
        vote=vote,
        seats=seats,
        sent=sent,
        checks=checks,
        window=at.window(Stage.council),
        may_close=visit.me.has(Role.secretary, key),
        may_replace=visit.me.has(Role.secretary, key) or visit.me.has(Role.office),
        may_extend=visit.me.has(Role.office) or visit.me.has(Role.head),
        due=due,
        reason=reason,
        errors=errors,
    )


@router.post("/vp/dot/{key}/tien-do-phieu/duong-dan")
def replace_link(visit: StaffVisit, key: str, form: Typed) -> Response:
    """A new personal link for one member; the old one stops working."""
    demand_role(visit.me, Role.office, Role.secretary, round_key=key)
    with visit.change() as session:
        linking.replace_ballot_link(
            session,
            visit.me,
            visit.installation.keys,
            key,
            person_id=form.number("person") or 0,
            now=visit.clock(),
        )
    return visit.go(
        f"/vp/dot/{key}/tien-do-phieu", "Đã gửi đường dẫn mới vào thư. Đường dẫn cũ không dùng được nữa."
    )


@router.post("/vp/dot/{key}/tien-do-phieu/ket-thuc")
def close(visit: StaffVisit, key: str) -> Response:
    with visit.change() as session:
        tallying.close_vote(session, visit.me, key, calendar=visit.installation.calendar, now=visit.clock())
    return visit.go(f"/vp/dot/{key}/ket-qua", "Đã kết thúc bỏ phiếu và kiểm phiếu.")


@router.post("/vp/dot/{key}/tien-do-phieu/gia-han")
def extend(visit: StaffVisit, key: str, form: Typed) -> Response:
    demand(visit, Role.office, Role.head)
    due, reason = form.date("due"), form.text("reason", lines=True)
    errors = dict(form.errors)
    if due is None and not errors:
        errors["due"] = f"Ghi ngày hết hạn mới, ví dụ {form.example}."
    if due is not None:
        try:
            with visit.change() as session:
                windows.move_deadline(
                    session,
                    visit.me,
                    key,
                    Stage.council,
                    due=due,
                    reason=reason,
                    calendar=visit.installation.calendar,
                    now=visit.clock(),
                )
        except Incomplete as incomplete:
            errors |= incomplete.fields
    if errors:
        return _turnout(visit, key, errors=list(errors.items()), due=form.text("due"), reason=reason)
    return visit.go(f"/vp/dot/{key}/tien-do-phieu", "Đã đổi hạn bỏ phiếu. Các thành viên được báo qua thư.")


@router.get("/vp/dot/{key}/ket-qua")
def results(visit: BallotVisit, key: str) -> Response:
    """For the office, the head and the council of this round; a ballot's session has its own round only."""
    with visit.read() as session:
        demand_role(visit.me, Role.office, Role.head, Role.member, round_key=key)
        at = round_at(session, key)
        vote = votes.vote_at(session, at.id)
        outcomes = votes.results(session, vote.id) if vote and vote.closed_at else ()
    places = [award.key for award in at.definition.awards]
    grouped = groupby(sorted(outcomes, key=lambda o: places.index(o.award_key)), key=lambda o: o.award_key)
    return visit.show(
        "voting/results.html",
        at=at,
        vote=vote,
        groups=[(at.definition.award(award), list(lines)) for award, lines in grouped],
        window=at.window(Stage.council),
        scoped=bool(visit.scope),
    )
