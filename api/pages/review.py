"""Văn phòng's check of one nomination: ticks, accept, return with comments, hold, release, decline."""

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.actor import StaffVisit, Visit, demand
from api.forms import Form, Typed
from engine.calendar import in_words
from engine.commands import office
from engine.commands.ground import nomination_of, stand_on
from engine.definition import LegalPoint
from engine.eligibility.findings import NOT_LAW
from engine.errors import Incomplete, NotFound, NotNow
from engine.field_words import WORDS
from engine.models import Nomination
from engine.queries.desk import Desk, desk, last_change, neighbours, round_key_of
from engine.queries.office import RoundAt, last_word_ends, round_at
from engine.stages import Act, Role, Stage, State, acts_from

router = APIRouter()
UNSEEN = (
    "Trình duyệt không gửi kèm tình trạng đề nghị mà ông/bà đã xem, nên việc vừa bấm không được thực hiện. "
    "Trang dưới đây là tình trạng mới nhất; những gì ông/bà đã ghi còn nguyên. Xem lại rồi bấm lại nếu cần."
)
ENDED = "Đợt xét đã kết thúc vì không còn đề nghị nào chờ xử lý."
NONE_LEFT = "Không còn đề nghị nào chờ kiểm tra sau đề nghị này."
REASONED = {"hold": office.hold, "release": office.release, "decline": office.decline}
SAID = {
    "accept": "Đã chấp nhận đề nghị",
    "return": "Đã trả lại phòng để bổ sung",
    "hold": "Đã tạm dừng xét",
    "release": "Đã đưa vào xét tiếp",
    "decline": "Đã ghi nhận không đưa vào danh sách",
}


@router.get("/vp/de-nghi/{code}")
def look(visit: StaffVisit, code: str) -> Response:
    demand(visit, Role.office, Role.head)
    with visit.read() as session:
        return _page(visit, session, code)


def _page(
    visit: Visit,
    session: Session,
    code: str,
    *,
    status: int = 200,
    errors: list[tuple[str, str]] | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    key = round_key_of(session, visit.me, code)
    at = round_at(session, key)
    found = desk(session, at.definition, key, code)
    may_act = visit.me.has(Role.office)
    state = State(found.nomination.state)
    acts = {act.value for act in acts_from(state, at.stage)} if may_act else set()
    fields = _fields(at, found.nomination)
    places = {name for name, _words, _value in fields} | {f"files.{item.key}" for item in found.items}
    return visit.show(
        "office/review.html",
        status=status,
        at=at,
        desk=found,
        n=found.nomination,
        fields=fields,
        # Of the whole; or of a field that the award chosen since does not ask for.
        of_the_whole=[remark for remark in found.remarks if remark.field not in places],
        departments=at.department_names(),
        awards=at.award_names(),
        acts=acts,
        ends_round=Act.decline.value in acts and last_word_ends(session, at),
        may_tick=may_act and state in {State.proposed, State.accepted, State.held},
        typed=typed or {},
        ticked=_ticked(found, typed),
        errors=errors or [],
    )


def _ticked(found: Desk, typed: Mapping[str, str] | None) -> set[str]:
    """Ticks as they stand, or as they were typed when a form is shown again."""
    if typed is None:
        return {item.key for item in found.items if item.ticked_by}
    return {name.removeprefix("tick-") for name in typed if name.startswith("tick-")}


def _fields(at: RoundAt, n: Nomination) -> list[tuple[str, str, str]]:
    """Every field to be checked: (name that comments use, words, value)."""
    award = next((a for a in at.definition.awards if a.key == n.award_key), None)
    point = next((p for p in award.points if p.key == n.legal_point), None) if award else None
    period = " – ".join(f"{day:%d/%m/%Y}" for day in (n.period_from, n.period_to) if day)
    who = [("nominee_name", "Họ và tên" if n.nominee_kind == "person" else "Tên tập thể", n.nominee_name)]
    if n.nominee_kind == "person":
        who.append(("nominee_title", WORDS["nominee_title"], n.nominee_title))
    answers = [
        (f"answers.{q.key}", q.label, _answer(q.kind, q.options, str(n.facts.get(q.key, ""))))
        for q in at.definition.questions_for(award=n.award_key, nominee_kind=n.nominee_kind)
    ]
    rest = {
        "nominee_unit": n.nominee_unit,
        "award_key": award.name if award else n.award_key,
        "legal_point": _cited(point) if point else "",
        "period_from": period,
        "summary": n.summary,
        "achievements": n.achievements,
    }
    return [
        *who,
        *((name, WORDS[name], value) for name, value in rest.items()),
        *answers,
    ]


def _cited(point: LegalPoint) -> str:
    """What is not verified is not shown as law."""
    law = point.source if point.confidence != "C" and point.source else NOT_LAW
    return f"{point.words} ({law})"


def _answer(kind: str, options: Mapping[str, str], value: str) -> str:
    if kind == "yesno":
        return {"yes": "Có", "no": "Không"}.get(value, value)
    return options.get(value, value)


@router.post("/vp/de-nghi/{code}")
def act(visit: StaffVisit, code: str, form: Typed) -> Response:
    """One form, several buttons: whichever is pressed, nothing else that was typed is lost on a refusal."""
    demand(visit, Role.office)
    wanted = form.text("act")
    if wanted not in {"tick", *SAID}:
        raise NotFound("Không có việc này.")
    try:
        with visit.change() as session:
            round_key_of(session, visit.me, code)
            ground, nomination = nomination_of(session, code)
            _demand_fresh(session, nomination, form)
            _demand_nothing_unsent(wanted, form)
            onward = neighbours(session, ground.definition, nomination.round_id, code).next
            faults = _do(visit, session, code, wanted, form)
            name, key = nomination.nominee_name, ground.round.key
            ended = wanted == "decline" and stand_on(session, key=key).stage == Stage.closed
    except Incomplete as incomplete:
        return _again(visit, code, form, 422, list(incomplete.fields.items()))
    except NotNow as stale:
        return _again(visit, code, form, 409, [("", stale.sentence)])
    if faults:
        return _again(visit, code, form, 422, faults)
    if wanted == "tick":
        return visit.go(f"/vp/de-nghi/{code}", "Đã lưu phần đã kiểm tra.")
    said = f"{SAID[wanted]}: {name}."
    if onward:
        return visit.go(f"/vp/de-nghi/{onward}", said, "Đây là đề nghị tiếp theo cần kiểm tra.")
    return visit.go(f"/vp/dot/{key}{'' if ended else '/de-nghi'}", said, ENDED if ended else NONE_LEFT)


def _again(visit: Visit, code: str, form: Form, status: int, errors: list[tuple[str, str]]) -> Response:
    with visit.read() as session:
        return _page(visit, session, code, status=status, errors=errors, typed=form.typed())


def _demand_fresh(session: Session, nomination: Nomination, form: Form) -> None:
    """Raises NotNow when the nomination has changed since the page was opened, naming who did what.

    A form that does not say what its sender saw is no better.
    """
    seen = form.text("seen")
    if not seen:
        raise NotNow(UNSEEN, rule="Hai người cùng kiểm tra một đề nghị")
    if seen != nomination.history_head:
        change = last_change(session, nomination)
        raise NotNow(
            f"{change.who} vừa xử lý đề nghị này lúc {in_words(change.at)}, sau khi ông/bà mở trang. "
            "Trang dưới đây là tình trạng mới nhất; những gì ông/bà đã ghi còn nguyên. "
            "Xem lại rồi bấm lại nếu cần.",
            rule="Hai người cùng kiểm tra một đề nghị",
        )


def _demand_nothing_unsent(wanted: str, form: Form) -> None:
    """Raises Incomplete when words were typed that the pressed button does not take: none is dropped."""
    unsent = {}
    if wanted != "return" and any(text.strip() for text in form.begins("comment-").values()):
        unsent["comments"] = (
            "Có góp ý chưa gửi. Bấm “Trả lại phòng để bổ sung” để gửi, hoặc xoá góp ý rồi bấm lại."
        )
    if wanted not in REASONED and form.text("reason"):
        unsent["reason"] = (
            "Có lý do đã ghi mà nút vừa bấm không dùng đến. Bấm đúng nút của lý do, hoặc xoá đi rồi bấm lại."
        )
    if unsent:
        raise Incomplete(unsent)


def _do(visit: Visit, session: Session, code: str, wanted: str, form: Form) -> list[tuple[str, str]]:
    """Do what the pressed button says; ticks are kept even when accepting is refused (returned as faults)."""
    now = visit.clock()
    if wanted in REASONED:
        REASONED[wanted](session, visit.me, code, reason=form.text("reason", lines=True), now=now)
        return []
    if wanted == "return":
        office.return_to_department(
            session,
            visit.me,
            code,
            comments=form.begins("comment-"),
            calendar=visit.installation.calendar,
            now=now,
        )
        return []
    items = form.text("items").split()
    on = set(form.begins("tick-"))
    office.tick(session, visit.me, code, ticks={item: item in on for item in items}, now=now)
    if wanted == "accept":
        try:
            office.accept(session, visit.me, code, now=now)
        except Incomplete as incomplete:
            return [
                (f"tick-{name}" if name in items else "", said) for name, said in incomplete.fields.items()
            ]
    return []
