"""From the council's advice to the answers: to the head, the office, Sở Nội vụ and the departments."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from engine.calendar import short
from engine.dossier.facts import SentPaper
from engine.models import Dossier, DossierLine, Event, Nomination
from engine.queries.dossier import archive_name
from engine.queries.dossier_lines import sent_before
from engine.stages import Act, Role, Stage, State
from notifications.desk import Addressee, Desk, Wish
from notifications.wishes import proposal
from notifications.wishes.reasons import FOR_HEAD, FOR_OFFICE

MOST_NAMES = 20  # a letter, not a list


def recommendations(desk: Desk) -> Iterator[Wish]:
    yield from to_head(desk)


def to_head(desk: Desk) -> Iterator[Wish]:
    names = [
        desk.line(n)
        for n in desk.session.exec(
            select(Nomination).where(
                Nomination.round_id == desk.event.round_id, Nomination.state == State.recommended.value
            )
        ).all()
    ]
    if not names:
        return
    for to in desk.role(Role.head):
        yield Wish(
            "head_reminder",
            to,
            FOR_HEAD,
            button=("Xem xét đề xuất", desk.page(f"/ky/{desk.round.key}")),
            deadline=desk.deadline(Stage.submission),
            items=_first(names),
        )


# Submission


def _first(names: list[str]) -> list[str]:
    more = len(names) - MOST_NAMES
    return names[:MOST_NAMES] + ([f"… và {more} đề xuất khác"] if more > 0 else [])


def dossier_left(desk: Desk) -> Iterator[Wish]:
    """To the office: what waits for its hand after the vote, and the page where it is done."""
    rows = desk.session.exec(
        select(Nomination.award_key, Nomination.state)
        .where(Nomination.round_id == desk.event.round_id)
        .order_by(col(Nomination.id))
    ).all()
    levels = [(desk.definition.award(key).level, state) for key, state in rows]
    to_decide = levels.count(("agency", State.approved))
    to_send = levels.count(("province", State.approved))
    returned = sum(state == State.completion for _level, state in levels)
    held = sum(state == State.held for _level, state in levels)
    items = []
    if to_decide:
        items.append(f"{to_decide} đề nghị đã được Thủ trưởng đồng ý, chờ quyết định của cơ quan.")
    if to_send:
        items.append(f"{to_send} đề nghị đã được Thủ trưởng đồng ý, chưa trình {_recipient(desk)}.")
    if returned:
        items.append(
            f"{returned} đề nghị {_recipient(desk)} trả để bổ sung: bổ sung xong thì lập bản hồ sơ mới."
        )
    if held:
        items.append(
            f"{held} đề nghị đang tạm dừng xét, chưa vào danh sách lấy phiếu: ghi kết luận để kết thúc đợt."
        )
    work = [("ra quyết định khen thưởng", "/quyet-dinh")] if to_decide else []
    work += [("hoàn tất hồ sơ trình", "/ho-so")] if to_send or returned else []
    work += [("kết luận đề nghị tạm dừng xét", "")] if held else []
    if not work:
        return
    said = ", ".join(what for what, _page in work)
    page = work[0][1] if len(work) == 1 else ""  # the round's own page leads to each of several
    for to in desk.role(Role.office):
        yield Wish(
            "dossier_reminder",
            to,
            FOR_OFFICE,
            button=(said[0].upper() + said[1:], desk.page(f"/vp/dot/{desk.round.key}{page}")),
            deadline=desk.deadline(Stage.submission),
            items=items,
        )


def _recipient(desk: Desk) -> str:
    return desk.definition.agency.recipient.name


def head_approved(desk: Desk) -> Iterator[Wish]:
    yield from dossier_left(desk)


def refused(desk: Desk) -> Iterator[Wish]:
    yield from _about_nominee(desk, "refused", [("Lý do", desk.facts["reason"])])


def _about_nominee(desk: Desk, letter: str, said: list[tuple[str, str]]) -> Iterator[Wish]:
    """News of one nomination; the subjects of `refused`, `revoked`, `answer_withdrawn` read its name here."""
    nomination = desk.nomination
    facts = [("Cá nhân, tập thể", nomination.nominee_name), ("Hình thức khen thưởng", desk.award(nomination))]
    for wish in proposal.about_nomination(desk, letter, []):
        yield replace(wish, facts=[*facts, *said])


def _per_department(
    desk: Desk, letter: str, say: str, *, alone: tuple[str, str] | None = None
) -> Iterator[Wish]:
    said = [(n, say) for n in desk.named(desk.facts["codes"])]
    yield from proposal.to_each_its_own(desk, letter, said, alone=alone)


def decided(desk: Desk) -> Iterator[Wish]:
    dated = short(datetime.fromisoformat(desk.facts["date"]).date())
    yield from _per_department(
        desk, "decision_made", f"được khen theo Quyết định số {desk.facts['number']} ngày {dated}."
    )


def dossier(desk: Desk) -> Iterator[Wish]:
    if desk.facts["channel"] != "email":
        return
    recipient = desk.definition.agency.recipient
    number, dated, lines = desk.session.exec(
        select(Dossier.document_number, col(Dossier.document_date), func.count())
        .join(DossierLine, col(DossierLine.dossier_id) == Dossier.id)
        .where(Dossier.round_id == desk.event.round_id, Dossier.version == desk.facts["version"])
        .group_by(col(Dossier.id))
    ).one()
    name = archive_name(desk.round.key, desk.facts["version"])
    earlier = {(paper.date, paper.symbol) for paper in _sent_before(desk).values()}
    yield Wish(
        "dossier",
        Addressee(recipient.name, recipient.email),
        "Quý cơ quan nhận thư này vì là nơi tiếp nhận hồ sơ đề nghị khen thưởng.",
        facts=[
            ("Số tờ trình", number),
            ("Ngày tờ trình", short(dated) if dated else ""),
            *(("Trình tiếp theo", f"Tờ trình số {of} ngày {short(day)}") for day, of in sorted(earlier)),
            ("Số đề nghị", str(lines)),
            ("Tệp đính kèm", name),
            ("Mã SHA-256 của tệp", desk.facts["sha256"]),
        ],
        files=[{"sha256": desk.facts["sha256"], "name": name, "media_type": "application/zip"}],
    )


def _sent_before(desk: Desk) -> dict[int, SentPaper]:
    """The papers that took lines of this dossier along before."""
    version = desk.facts["version"]
    lines = (
        select(DossierLine.nomination_id)
        .join(Dossier, col(Dossier.id) == col(DossierLine.dossier_id))
        .where(Dossier.round_id == desk.event.round_id, Dossier.version == version)
    )
    before = sent_before(desk.session, desk.event.round_id or 0, version, {})
    return {id_: before[id_] for id_ in desk.session.exec(lines).all() if id_ in before}


def supplied(desk: Desk) -> Iterator[Wish]:
    """To the office, once for each person who adds files to what Sở Nội vụ sent back."""
    asked = (
        select(func.max(Event.id))
        .where(Event.nomination_id == desk.nomination.id, Event.kind == Act.ask_completion.value)
        .scalar_subquery()
    )
    earlier = select(Event.id).where(
        Event.nomination_id == desk.nomination.id,
        Event.kind == desk.event.kind,
        Event.actor_id == desk.event.actor_id,
        col(Event.id) > asked,
        col(Event.id) < desk.event.id,
    )
    if desk.session.exec(earlier).first():
        return
    for to in desk.role(Role.office):
        yield Wish(
            "supplied",
            to,
            FOR_OFFICE,
            button=("Mở hồ sơ trình", desk.page(f"/vp/dot/{desk.round.key}/ho-so")),
            deadline=desk.deadline(Stage.submission),
            items=[f"{desk.line(desk.nomination)} ({desk.event.actor_name})"],
        )


def answered(desk: Desk) -> Iterator[Wish]:
    facts = desk.facts
    if facts["answer"] == "awarded":
        dated = short(datetime.fromisoformat(facts["date"]).date())
        yield from _per_department(
            desk, "outcome", f"được khen theo Quyết định số {facts['number']} ngày {dated}."
        )
    elif facts["answer"] == "not_awarded":
        yield from _per_department(desk, "outcome", f"không được khen. Lý do: {facts['reason']}")
    else:
        supply = ("Bổ sung tệp", "bo-sung")
        yield from _per_department(desk, "completion_asked", facts["reason"], alone=supply)
        yield from dossier_left(desk)


def corrected(desk: Desk) -> Iterator[Wish]:
    dated = short(datetime.fromisoformat(desk.facts["date"]).date())
    why = f" Lý do: {desk.facts['reason']}" if desk.facts["reason"] else ""
    before = f" (trước ghi số {desk.facts['before']})" if desk.facts.get("before") else ""
    said = f"quyết định khen thưởng sửa lại là số {desk.facts['number']} ngày {dated}{before}.{why}"
    yield from _per_department(desk, "corrected", said)


def answer_withdrawn(desk: Desk) -> Iterator[Wish]:
    """What was told before was never the answer: the nomination stands where it stood before it."""
    facts = desk.facts
    if facts["from"] == State.awarded:
        dated = short(datetime.fromisoformat(facts["date"]).date())
        told = f"được khen theo Quyết định số {facts['number']} ngày {dated}"
    elif facts["from"] == State.completion:
        told = f"trả để bổ sung hồ sơ: {facts['answer']}"
    else:
        told = f"không được khen: {facts['answer']}"
    note = "Đề nghị tiếp tục chờ Sở Nội vụ trả lời; khi có kết quả sẽ báo tiếp."
    if facts["from"] == State.completion:
        note = f"Đề nghị này không còn phải bổ sung gì. {note}"
    elif facts["to"] == State.completion:
        note = f"Đề nghị vẫn đang được trả để bổ sung hồ sơ: {facts['asked']}"
    said = [("Kết quả đã ghi nhầm", told), ("Lý do rút", facts["reason"])]
    for wish in _about_nominee(desk, "answer_withdrawn", said):
        yield replace(wish, note=note)


def revoked(desk: Desk) -> Iterator[Wish]:
    """The nomination keeps number and date of the decision that named it, whoever gave that."""
    number, dated = desk.nomination.decision_number, desk.nomination.decision_date
    decision = [("Quyết định bị huỷ", f"số {number} ngày {short(dated)}")] if number and dated else []
    yield from _about_nominee(desk, "revoked", [*decision, ("Căn cứ huỷ", desk.facts["reason"])])
