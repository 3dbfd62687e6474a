"""The gate before a dossier is made: what is missing or cannot be true, and where it is put right."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlmodel import Session, col

from engine.clock import VIETNAM
from engine.commands.dating import day_of, earliest_paper, meeting_fault, submission_faults
from engine.commands.ground import pinned_then
from engine.commands.numbering import form_fault, submission_sign, written
from engine.definition import Definition, Item
from engine.dossier.dates import megabytes
from engine.dossier.package import MOST_BYTES
from engine.dossier.required import RequiredItem, missing_items
from engine.models import Attachment, Check, NominationList
from engine.queries.dossier_facts import (
    CIRCULATED,
    MEETING,
    Facts,
    SeatSeen,
    VotingSeen,
    chosen_seat,
    present_ids,
)
from engine.queries.dossier_founding import founding_open
from engine.queries.dossier_returns import Returned
from engine.queries.voting import quorums
from engine.stages import State

DATES = ("submission_date", "meeting_date", "founding_date")


@dataclass(frozen=True)
class Going:
    """A nomination that goes into the next dossier."""

    id: int
    code: str
    name: str
    kind: str
    award_key: str
    award: str
    state: State


@dataclass(frozen=True)
class Gap:
    """Something missing, in a sentence, with the address where it is put right."""

    sentence: str
    href: str


@dataclass(frozen=True)
class Asked:
    """What the gate looks at: the nominations to be sent, the office's facts, the council and its vote, and
    those of the nominations that came back.
    """

    round_id: int
    going: tuple[Going, ...]
    facts: Facts
    seats: tuple[SeatSeen, ...]
    voting: VotingSeen | None
    returned: tuple[Returned, ...] = ()


def gaps_of(session: Session, definition: Definition, asked: Asked) -> tuple[Gap, ...]:
    """Everything that keeps the dossier from being made, in the order of the form."""
    going, facts = asked.going, asked.facts
    ids = [each.id for each in going]
    files = session.execute(
        select(col(Attachment.nomination_id), col(Attachment.item_key), col(Attachment.size)).where(
            col(Attachment.nomination_id).in_(ids), col(Attachment.removed_at).is_(None)
        )
    ).all()
    present = {
        *(f"file:{of}:{item}" for of, item, _size in files),
        *(f"confirm:{of}:{item}" for of, item in session.execute(
            select(col(Check.nomination_id), col(Check.item_key)).where(col(Check.nomination_id).in_(ids))
        ).all()),
        *(f"fact:{name}" for name, value in facts.items() if value),
    }  # fmt: skip
    required = [
        *_papers_of(definition, _when_frozen(session, definition, asked.round_id), going),
        *_facts_of_submission(definition),
        *_facts_of_minutes(definition, facts),
    ]
    wrong = fact_faults(session, definition, asked)
    return (
        *(Gap(each.sentence, _href(each.item.key, going)) for each in missing_items(required, present)),
        *(Gap(sentence, _href(f"fact:{name}", going)) for name, sentence in wrong.items()),
        *_not_completed(asked),
        *_led_by_nobody(asked),
        *_too_few_present(session, definition, asked),
        *_too_heavy(going, [(of, size) for of, _item, size in files]),
    )


def minutes_gaps(session: Session, definition: Definition, asked: Asked) -> tuple[Gap, ...]:
    """What the council's minutes still leave open, where they are made without a dossier."""
    present = {f"fact:{name}" for name, value in asked.facts.items() if value}
    required = list(_facts_of_minutes(definition, asked.facts))
    wrong = fact_faults(session, definition, asked)
    return (
        *(Gap(each.sentence, _href(each.item.key, ())) for each in missing_items(required, present)),
        *(Gap(sentence, _href(f"fact:{name}", ())) for name, sentence in wrong.items()),
        *_led_by_nobody(asked),
        *_too_few_present(session, definition, asked),
    )


def fact_faults(session: Session, definition: Definition, asked: Asked) -> dict[str, str]:
    """Facts that contradict the record, by name: no paper is older than what it rests on, or has the number
    of another.
    """
    days = {name: date.fromisoformat(said) for name in DATES if (said := asked.facts.get(name, ""))}
    faults = _wrong_submission(session, definition, asked, days.get("submission_date"))
    if asked.voting and "meeting_date" in days and asked.facts.get("meeting_way") == MEETING:
        faults["meeting_date"] = meeting_fault(
            days["meeting_date"], asked.voting.opened_at, asked.voting.closed_at
        )
    if asked.voting and "founding_date" in days:
        opened = day_of(asked.voting.opened_at)
        if days["founding_date"] > opened:
            faults["founding_date"] = (
                f"Ngày quyết định thành lập Hội đồng không thể sau ngày mở bỏ phiếu ({opened:%d/%m/%Y})."
            )
    return {name: sentence for name, sentence in faults.items() if sentence}


def _wrong_submission(
    session: Session, definition: Definition, asked: Asked, dated: date | None
) -> dict[str, str]:
    """What is wrong with number and date of the tờ trình; one not typed yet is asked for elsewhere."""
    typed, sign = asked.facts.get("submission_number", ""), submission_sign(definition)
    number, faults = written(typed, sign), {}
    if dated:
        against = submission_faults(session, asked.round_id, number, dated)
        earliest = earliest_paper(session, [each.id for each in asked.going])
        early = earliest.fault("Ngày tờ trình", dated) if earliest else ""
        faults["submission_number"] = against.get("number", "")
        faults["submission_date"] = early or against.get("dated", "")
    if typed and not number:
        faults["submission_number"] = form_fault(sign)
    return faults


def _led_by_nobody(asked: Asked) -> Iterator[Gap]:
    """Minutes cannot name somebody as presiding or writing who, by the same minutes, was not there.

    Whoever sent no opinion may have led a written consultation, but only where the office says so.
    """
    if not asked.seats:
        return
    here, way = present_ids(asked.facts, asked.seats), asked.facts.get("meeting_way", "")
    names = {seat.id: seat.name for seat in asked.seats}
    chair, secretary = (chosen_seat(asked.facts, role, asked.seats) for role in ("chair", "secretary"))
    if way == CIRCULATED and chair not in here and not asked.facts.get("chair"):
        said = f"{names[chair]} không gửi ý kiến: chọn người đã chủ trì việc lấy ý kiến ở ô “Chủ trì”."
        yield Gap(said, "#chair")
    if way != MEETING or not asked.facts.get("present"):
        return
    for field, seat, did in (("chair", chair, "chủ trì"), ("secretary", secretary, "ghi biên bản")):
        if seat not in here:
            said = f"{names[seat]} không có mặt tại cuộc họp: chọn người đã {did}, hoặc đánh dấu có mặt."
            yield Gap(said, f"#{field}")


def _too_few_present(session: Session, definition: Definition, asked: Asked) -> Iterator[Gap]:
    """Minutes do not say of themselves that the meeting was not valid, by the awards voted on."""
    facts = asked.facts
    if asked.voting is None or facts.get("meeting_way") != MEETING or not facts.get("present"):
        return
    here, seats = len(present_ids(facts, asked.seats)), len(asked.seats)
    short = [q for q in quorums(session, definition, asked.voting.id, seats, here) if not q.met]
    if short:
        strictest = max(short, key=lambda quorum: quorum.needed)
        yield Gap(
            f"Chỉ đánh dấu {here}/{seats} thành viên có mặt, cuộc họp xét {strictest.award} cần ít nhất "
            f"{strictest.needed}. Đánh dấu đủ người đã dự họp; nếu Hội đồng không họp mà gửi phiếu thì chọn "
            "“Lấy ý kiến”.",
            "#present",
        )


def _not_completed(asked: Asked) -> Iterator[Gap]:
    """A tờ trình says that what came back has been completed: nobody signs that before it is so."""
    for line in asked.returned:
        if not line.completed:
            day = line.at.astimezone(VIETNAM)
            yield Gap(
                f"Hồ sơ của {line.name} bị trả ngày {day:%d/%m/%Y} (“{line.reason}”) mà chưa có tệp nào được "
                "bổ sung. Thêm tệp; nếu không phải thêm tệp thì đánh dấu ở mục “Trả để bổ sung” dưới đây.",
                f"/de-nghi/{line.code}/bo-sung",
            )


def _too_heavy(going: Iterable[Going], files: Iterable[tuple[int, int]]) -> Iterator[Gap]:
    """More than one archive holds is told before it is built. `files`: nomination, size in bytes."""
    weights: Counter[int] = Counter()
    for of, size in files:
        weights[of] += size
    if weights.total() <= MOST_BYTES:
        return
    heaviest, weight = weights.most_common(1)[0]
    one = next(each for each in going if each.id == heaviest)
    yield Gap(
        f"Tệp kèm theo các đề nghị nặng tổng cộng {megabytes(weights.total())} MB, một bộ hồ sơ chỉ chứa "
        f"được đến {megabytes(MOST_BYTES)} MB. Nặng nhất là đề nghị của {one.name} ({megabytes(weight)} MB): "
        "gỡ tệp bổ sung chưa gửi, nén lại rồi tải lên; tệp Hội đồng đã xem thì không gỡ được, khi chỉ còn "
        "những tệp ấy hãy gọi quản trị hệ thống.",
        f"/de-nghi/{one.code}",
    )


def _when_frozen(session: Session, definition: Definition, round_id: int) -> Definition:
    """What the round was pinned to when its list was frozen: nothing asked for later is missing from it."""
    frozen = session.execute(
        select(func.max(col(NominationList.frozen_at))).where(col(NominationList.round_id) == round_id)
    ).scalar()
    return pinned_then(session, round_id, definition, frozen) if frozen else definition


def _papers_of(definition: Definition, then: Definition, going: Iterable[Going]) -> Iterator[RequiredItem]:
    for each in going:
        asked = then.items_for(award=each.award_key, nominee_kind=each.kind)
        known = {item.key for item in asked if item.required}
        for item in definition.items_for(award=each.award_key, nominee_kind=each.kind):
            if item.required and item.key in known:
                yield RequiredItem(
                    key=f"{item.kind}:{each.id}:{item.key}",
                    what=item.label if item.kind == "file" else f"xác nhận “{item.label}”",
                    subject=each.name,
                    where="trang của đề nghị",
                    rule=_rule(item),
                )


def _rule(item: Item) -> str:
    return item.source if item.confidence != "C" else ""


def _facts_of_submission(definition: Definition) -> Iterator[RequiredItem]:
    law = definition.rules.citations.get("dossier", "")
    yield RequiredItem("fact:submission_number", "số tờ trình", "mục Tờ trình", rule=law)
    yield RequiredItem("fact:submission_date", "ngày tờ trình", "mục Tờ trình", rule=law)


def _facts_of_minutes(definition: Definition, facts: Facts) -> Iterator[RequiredItem]:
    law = definition.rules.citations.get("dossier", "")
    yield RequiredItem("fact:minutes_number", "số biên bản của Hội đồng", "mục Biên bản", rule=law)
    if founding_open(definition):
        yield RequiredItem("fact:founding_number", "số quyết định thành lập Hội đồng", "mục Biên bản")
        yield RequiredItem("fact:founding_date", "ngày quyết định thành lập Hội đồng", "mục Biên bản")
    way = facts.get("meeting_way", "")
    if way not in {MEETING, CIRCULATED}:
        yield RequiredItem("fact:meeting_way", "cách Hội đồng làm việc (họp hay lấy ý kiến)", "mục Biên bản")
    if way == MEETING:
        yield RequiredItem("fact:meeting_date", "ngày họp Hội đồng", "mục Biên bản")
        yield RequiredItem("fact:meeting_start", "giờ bắt đầu họp", "mục Biên bản")
        yield RequiredItem("fact:meeting_end", "giờ kết thúc họp", "mục Biên bản")
        yield RequiredItem("fact:meeting_place", "địa điểm họp", "mục Biên bản")
        yield RequiredItem("fact:present", "thành viên có mặt", "mục Biên bản")


def field_of(name: str) -> str:
    """The first field of the form where a fact is typed."""
    return f"{name}_day" if name in DATES else name


def _href(key: str, going: Iterable[Going]) -> str:
    kind, _, rest = key.partition(":")
    if kind == "fact":
        return f"#{field_of(rest)}"
    codes = {str(each.id): each.code for each in going}
    return f"/de-nghi/{codes[rest.partition(':')[0]]}"
