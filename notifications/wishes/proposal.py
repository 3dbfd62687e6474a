"""To departments, while they propose and while the office looks at what they proposed; and signing in."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import col, select

from engine.calendar import in_words
from engine.commands.ground import Ground
from engine.commands.people import SIGN_IN_LINK_LASTS
from engine.commands.term import open_until
from engine.field_words import beside_fields
from engine.models import Event, Link, ListLine, Nomination, NominationList
from engine.stages import WITH_DEPARTMENT, Role, Stage, State
from notifications.compose import LINK
from notifications.desk import Desk, Wish
from notifications.wishes.office import mended
from notifications.wishes.reasons import FOR_DEPARTMENT, FOR_OFFICE

# What is still to be done before the office has it, by state.
STILL = {
    State.draft: "còn là bản nháp",
    State.ready: "chờ Trưởng phòng ký",
    State.returned: "Văn phòng đã trả lại, chưa bổ sung xong",
}


def sign_in(desk: Desk) -> Iterator[Wish]:
    link = desk.session.get_one(Link, desk.facts["link"])
    for to in desk.persons([desk.facts["person"]]):
        yield Wish(
            "signin",
            to,
            "Ông/bà nhận thư này vì có người xin đăng nhập bằng địa chỉ thư của ông/bà.",
            button=("Đăng nhập", LINK),
            deadline=_lasts(link.expires_at) if link.expires_at else None,
            link=link.id,
        )


def _lasts(expires_at: datetime) -> dict[str, str]:
    """A sign-in link is no deadline: nobody is late who does not use it."""
    hours = SIGN_IN_LINK_LASTS // timedelta(hours=1)
    return {"words": in_words(expires_at), "remaining": f"dùng được trong {hours} giờ", "level": "normal"}


def to_departments(desk: Desk, letter: str, keys: Sequence[str], note: str | None = None) -> Iterator[Wish]:
    for key in keys:
        items = [
            f"{desk.line(n)}: {STILL[State(n.state)]}"
            for n in desk.session.exec(
                select(Nomination).where(
                    Nomination.round_id == desk.event.round_id,
                    Nomination.department_key == key,
                    col(Nomination.state).in_([s.value for s in WITH_DEPARTMENT]),
                )
            ).all()
        ]
        for to in desk.department(key):
            yield Wish(
                letter,
                to,
                FOR_DEPARTMENT,
                button=("Mở đề nghị của phòng", desk.page(f"/dot/{desk.round.key}/cua-phong?phong={key}")),
                deadline=desk.deadline(Stage.proposal),
                items=items,
                note=note,
            )


def _own_page(desk: Desk) -> str:
    """The page of the department an event is about; its reader may propose for more than one."""
    return f"/dot/{desk.round.key}/cua-phong?phong={desk.facts['department']}"


def round_opened(desk: Desk) -> Iterator[Wish]:
    awards = ", ".join(award.name for award in desk.definition.awards)
    for wish in to_departments(desk, "round_opened", [d.key for d in desk.definition.departments]):
        yield replace(
            wish,
            button=("Lập đề nghị", desk.page(f"/dot/{desk.round.key}")),
            facts=[("Hình thức khen thưởng", awards)],
            items=[item.label for item in desk.definition.checklist if item.kind == "file" and item.required],
        )


def department_proposed(desk: Desk) -> Iterator[Wish]:
    items = [desk.line(n) for n in desk.named(desk.facts["codes"])]
    note = _still_to_send(desk, desk.facts["department"])
    for to in desk.department(desk.facts["department"]):
        yield Wish(
            "proposal_received",
            to,
            FOR_DEPARTMENT,
            button=("Xem đề nghị đã gửi", desk.page(_own_page(desk))),
            deadline=desk.deadline(Stage.proposal) if desk.round.stage == Stage.proposal else None,
            items=items,
            note=note,
        )
    yield from mended(desk)


def _still_to_send(desk: Desk, key: str) -> str | None:
    """What of the department's is still with it and in time; None when nothing is."""
    general = open_until(desk.session, Ground(desk.round, desk.definition), key, None)
    lying = select(Nomination.return_until).where(
        Nomination.round_id == desk.event.round_id,
        Nomination.department_key == key,
        col(Nomination.state).in_([s.value for s in WITH_DEPARTMENT]),
    )
    untils = [max(filter(None, (general, own)), default=desk.now) for own in desk.session.exec(lying).all()]
    in_time = [until for until in untils if until > desk.now]
    if not in_time:
        return None
    soonest = "" if len(set(in_time)) == 1 else "sớm nhất "
    return f"Đơn vị còn {len(in_time)} đề nghị chưa ký gửi; hạn gửi {soonest}là {in_words(min(in_time))}."


def about_nomination(
    desk: Desk, letter: str, items: Sequence[str], note: str | None = None
) -> Iterator[Wish]:
    nomination = desk.nomination
    for to in desk.department(nomination.department_key):
        yield Wish(
            letter,
            to,
            FOR_DEPARTMENT,
            button=("Mở đề nghị", desk.page(f"/de-nghi/{nomination.code}")),
            items=items,
            note=note,
        )


def returned(desk: Desk) -> Iterator[Wish]:
    items = [desk.said_of(desk.nomination, beside_fields(desk.definition, desk.facts["comments"]))]
    until = desk.until(datetime.fromisoformat(desk.facts["until"]))
    for wish in about_nomination(desk, "returned", items):
        yield replace(wish, deadline=until)


def held(desk: Desk) -> Iterator[Wish]:
    yield from about_nomination(desk, "held", [f"{desk.line(desk.nomination)}: {desk.facts['reason']}"])


def released(desk: Desk) -> Iterator[Wish]:
    yield from about_nomination(
        desk,
        "proposal_received",
        [desk.line(desk.nomination)],
        note=f"Đề nghị được xét tiếp: {desk.facts['reason']}",
    )


def declined(desk: Desk) -> Iterator[Wish]:
    """After the vote: what was held until then, whether its verification cleared the nominee or not."""
    missed = (desk.facts["from"], desk.facts["stage"]) == (State.held, Stage.submission)
    letter = "left_out" if missed else "declined"
    yield from about_nomination(desk, letter, [f"{desk.line(desk.nomination)}: {desk.facts['reason']}"])


def list_published(desk: Desk) -> Iterator[Wish]:
    mine: dict[str, list[str]] = defaultdict(list)
    for nomination in desk.session.exec(
        select(Nomination)
        .join(ListLine, col(ListLine.nomination_id) == Nomination.id)
        .join(NominationList, col(NominationList.id) == ListLine.list_id)
        .where(
            NominationList.round_id == desk.event.round_id, NominationList.version == desk.facts["version"]
        )
        .order_by(col(ListLine.position))
    ).all():
        mine[nomination.department_key].append(desk.line(nomination))
    again = _shown_before(desk)
    for department in desk.definition.departments:
        note = None if mine[department.key] else "Danh sách không có đề nghị nào của đơn vị."
        for to in desk.department(department.key):
            yield Wish(
                "list_published",
                to,
                FOR_DEPARTMENT,
                button=("Xem danh sách", desk.page(f"/dot/{desk.round.key}/danh-sach")),
                items=mine[department.key],
                note=" ".join(filter(None, (again, note))) or None,
            )


def _shown_before(desk: Desk) -> str:
    """What tells a list shown anew from the first one."""
    earlier = select(Event.id).where(
        Event.round_id == desk.event.round_id, Event.kind == desk.event.kind, col(Event.id) < desk.event.id
    )
    return "Danh sách này thay danh sách đã công khai trước đó." if desk.session.exec(earlier).first() else ""


def to_each_its_own(
    desk: Desk,
    letter: str,
    said: Iterable[tuple[Nomination, str]],
    note: str | None = None,
    alone: tuple[str, str] | None = None,
) -> Iterator[Wish]:
    """One letter per department: what is said of each of its own nominations.

    `alone`: the button's words, and the page under a nomination it opens where the letter names only one.
    """
    mine: dict[str, list[tuple[Nomination, str]]] = defaultdict(list)
    for nomination, sentence in said:
        mine[nomination.department_key].append((nomination, f"{desk.line(nomination)}: {sentence}"))
    for key, lines in mine.items():
        button = ("Xem đề nghị của phòng", desk.page(f"/dot/{desk.round.key}/cua-phong?phong={key}"))
        if alone and len(lines) == 1:
            button = (alone[0], desk.page(f"/de-nghi/{lines[0][0].code}/{alone[1]}"))
        for to in desk.department(key):
            yield Wish(
                letter,
                to,
                FOR_DEPARTMENT,
                button=button,
                items=[item for _, item in lines],
                note=note,
            )


def lapsed(desk: Desk) -> Iterator[Wish]:
    if _lapse_told(desk):
        return
    left = [(n, "chưa được ký gửi khi danh sách chốt") for n in desk.named(desk.facts["codes"])]
    yield from to_each_its_own(desk, "lapsed", left)


def round_ended(desk: Desk) -> Iterator[Wish]:
    """A round ended by somebody's word, to every department; its last answer ends one in silence."""
    if "reason" not in desk.facts:
        return
    mine: dict[str, list[str]] = defaultdict(list)
    for nomination in desk.named(desk.facts.get("codes", [])):
        mine[nomination.department_key].append(desk.line(nomination))
    for key in (department.key for department in desk.definition.departments):
        for to in desk.department(key):
            yield Wish(
                "round_ended",
                to,
                FOR_DEPARTMENT,
                button=("Xem đề nghị của phòng", desk.page(f"/dot/{desk.round.key}/cua-phong?phong={key}")),
                facts=[("Người kết thúc đợt", desk.event.actor_name), ("Lý do", desk.facts["reason"])],
                items=mine[key],
            )


def _lapse_told(desk: Desk) -> bool:
    """Whether the same drafts lapsed with an earlier freeze, and the department got no leave in between."""
    before = desk.session.exec(
        select(Event.kind, Event.facts)
        .where(
            Event.round_id == desk.event.round_id,
            col(Event.kind).in_((desk.event.kind, "leave_given")),
            col(Event.id) < desk.event.id,
        )
        .order_by(col(Event.id).desc())
    ).all()
    own = (each for each in before if each[1]["department"] == desk.facts["department"])
    kind, facts = next(own, ("", {}))
    return kind == desk.event.kind and facts["codes"] == desk.facts["codes"]


def leave_given(desk: Desk) -> Iterator[Wish]:
    """To the department, and to the office, whose list waits for it."""
    until = desk.until(datetime.fromisoformat(desk.facts["until"]))
    for to in desk.department(desk.facts["department"]):
        yield Wish(
            "deadline_moved",
            to,
            FOR_DEPARTMENT,
            button=("Mở đề nghị của phòng", desk.page(_own_page(desk))),
            deadline=until,
            note=f"Đơn vị được nộp muộn. Lý do: {desk.facts['reason']}",
        )
    department = desk.definition.department(desk.facts["department"]).name
    late = desk.facts.get("outlasts", False)
    for to in desk.role(Role.office):
        yield Wish(
            "leave_given",
            to,
            FOR_OFFICE,
            button=("Xem tình hình đợt xét", desk.page(f"/vp/dot/{desk.round.key}/han")),
            deadline=until,
            facts=[("Đơn vị", department), ("Lý do", desk.facts["reason"])],
            note="Ngày này sau hạn của Văn phòng: cần dời cả hạn của Văn phòng." if late else None,
        )
