"""The form of the dossier's facts: reading what the office typed, showing it again as it was typed."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from api.forms import Form
from engine.queries.dossier_facts import CIRCULATED, MEETING, number_of

TEXTS = ("meeting_place", "chair", "secretary", "dissent")
CONFIRMER = ("confirmer_name", "confirmer_title")
SIGNERS = ("signer_name", "signer_title", *CONFIRMER)
NUMBERS = {
    "submission_number": "Số tờ trình",
    "minutes_number": "Số biên bản",
    "founding_number": "Số quyết định thành lập Hội đồng",
}
DATES = ("submission_date", "meeting_date", "founding_date")
HOURS = ("meeting_start", "meeting_end")
PICKED = ("present", "nothing_added")
OF_SUBMISSION = frozenset({"submission_number", "submission_date", "nothing_added", *CONFIRMER})
LABELS = NUMBERS | {
    "submission_date": "Ngày tờ trình",
    "founding_date": "Ngày quyết định thành lập Hội đồng",
    "signer_name": "Cấp phó ký thay",
    "signer_title": "Chức vụ của người ký thay",
    "confirmer_name": "Người xác nhận báo cáo thành tích",
    "confirmer_title": "Chức vụ của người xác nhận",
    "meeting_way": "Cách Hội đồng làm việc",
    "meeting_date": "Ngày họp",
    "meeting_start": "Giờ bắt đầu",
    "meeting_end": "Giờ kết thúc",
    "meeting_place": "Địa điểm",
    "chair": "Chủ trì",
    "secretary": "Thư ký ghi biên bản",
    "present": "Thành viên có mặt",
    "dissent": "Ý kiến bảo lưu",
    "nothing_added": "Không phải thêm tệp",
}
WAYS = {CIRCULATED: "lấy ý kiến bằng phiếu gửi từng thành viên", MEETING: "họp"}
PARTS = ("day", "month", "year")
_HOUR = re.compile(r"(\d{1,2})\s*(?:giờ|[:hg.])?\s*(\d{2})?\s*(?:phút)?")


@dataclass(frozen=True)
class Typed:
    """Facts ready for the record, the fields as typed, and what is wrong by field."""

    facts: dict[str, str]
    fields: dict[str, str]
    present: frozenset[int]
    nothing_added: frozenset[int]
    errors: list[tuple[str, str]]


def read(form: Form, seats: Iterable[int], *, returned: Iterable[int], today: date) -> Typed:
    """What was typed: dates become 2026-11-24, times 08:30. Empty stays empty: the gate asks for it later.

    `seats` may be ticked as present, `returned` (nominations) as having needed no file.
    """
    facts = {name: form.text(name) for name in (*TEXTS, *SIGNERS)}
    errors: dict[str, str] = {}
    way = form.text("meeting_way")
    facts["meeting_way"] = way if way in {MEETING, CIRCULATED} else ""
    for name, label in NUMBERS.items():
        facts[name] = form.text(name)
        if facts[name] and number_of(facts[name]) is None:
            errors[name] = f"{label} phải bắt đầu bằng số, ví dụ 05 hoặc 128."
    for name in HOURS:
        facts[name] = hour_of(form.text(name)) or ""
        if form.text(name) and not facts[name]:
            errors[name] = f"“{form.text(name)}” không phải là giờ. Ghi như 8 giờ 00 hoặc 14:30."
    for name in DATES:
        day = form.date(name)
        facts[name] = day.isoformat() if day else ""
        if day and day > today:
            form.errors[name] = "Ngày ghi trong văn bản không thể sau hôm nay."
    errors |= {f"{name}_day": sentence for name, sentence in form.errors.items()}
    for name, title in (("signer_name", "signer_title"), ("confirmer_name", "confirmer_title")):
        if facts[name] and not facts[title]:
            errors[title] = "Ghi cả chức vụ của người này."
    if facts["meeting_start"] and facts["meeting_end"] and facts["meeting_end"] <= facts["meeting_start"]:
        errors["meeting_end"] = "Giờ kết thúc phải sau giờ bắt đầu."
    chosen = set(form.many("present"))
    present = frozenset(seat for seat in seats if str(seat) in chosen)
    facts["present"] = ",".join(str(each) for each in sorted(present))
    facts |= {f"away_{seat}": form.text(f"away_{seat}") for seat in seats}
    ticked = set(form.many("nothing_added"))
    nothing_added = frozenset(each for each in returned if str(each) in ticked)
    facts["nothing_added"] = ",".join(str(each) for each in sorted(nothing_added))
    return Typed(facts, form.typed(), present, nothing_added, list(errors.items()))


def of_minutes(facts: Mapping[str, str]) -> dict[str, str]:
    """Those the form of the minutes alone asks for and of a decision's signature; the others stay."""
    return {name: value for name, value in facts.items() if name not in OF_SUBMISSION}


def hour_of(text: str) -> str | None:
    """8 giờ 00, 8:00, 8h30 and 14 become 08:00, 08:00, 08:30 and 14:00; None for no time of day."""
    match = _HOUR.fullmatch(text.strip().lower())
    if match is None or int(match[1]) > 23 or int(match[2] or 0) > 59:  # noqa: PLR2004 — a day's hours, minutes
        return None
    return f"{int(match[1]):02d}:{match[2] or '00'}"


def shown(facts: Mapping[str, str]) -> dict[str, str]:
    """Facts of the record as the form's fields."""
    fields = dict(facts)
    for name in DATES:
        value = facts.get(name, "")
        day = date.fromisoformat(value) if value else None
        parts = (f"{day.day:02d}", f"{day.month:02d}", str(day.year)) if day else ("", "", "")
        fields |= {f"{name}_{part}": text for part, text in zip(PARTS, parts, strict=True)}
    for name in HOURS:
        fields[name] = _hour_words(facts.get(name, ""))
    return fields


def standing(
    theirs: Mapping[str, str], *, seats: Mapping[int, str], returned: Mapping[int, str]
) -> list[tuple[str, str]]:
    """Facts that stand otherwise than typed, by field, each told as it stands, ids by their names."""
    told = []
    for name, value in theirs.items():
        names = returned if name == "nothing_added" else seats
        absent = name.removeprefix("away_")
        if absent != name:
            label = f"Lý do vắng của {seats.get(int(absent), absent)}"
        else:
            label = LABELS.get(name, name)
        if name in {*PICKED, "chair", "secretary"}:
            said = ", ".join(names.get(int(each), each) for each in value.split(",") if each)
        elif name in DATES and value:
            said = f"{date.fromisoformat(value):%d/%m/%Y}"
        elif name in HOURS:
            said = _hour_words(value)
        else:
            said = WAYS.get(value, value) if name == "meeting_way" else value
        field = f"{name}_day" if name in DATES else name
        told.append((field, f"{label}: bản đang lưu {f'ghi “{said}”' if said else 'để trống'}."))
    return told


def _hour_words(value: str) -> str:
    hour, _, minute = value.partition(":")
    return f"{int(hour)} giờ {minute}" if hour else ""
