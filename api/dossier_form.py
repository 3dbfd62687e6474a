"""The form of the dossier's facts: reading what the office typed, showing it again as it was typed."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from api.forms import Form
from engine.queries.dossier_facts import CIRCULATED, MEETING, number_of

TEXTS = ("meeting_place", "chair", "secretary", "dissent")
SIGNERS = ("signer_name", "signer_title", "confirmer_name", "confirmer_title")
NUMBERS = {
    "submission_number": "Số tờ trình",
    "minutes_number": "Số biên bản",
    "founding_number": "Số quyết định thành lập Hội đồng",
}
DATES = ("submission_date", "meeting_date", "founding_date")
HOURS = ("meeting_start", "meeting_end")
PARTS = ("day", "month", "year")
_HOUR = re.compile(r"(\d{1,2})\s*(?:giờ|[:hg.])?\s*(\d{2})?\s*(?:phút)?")


@dataclass(frozen=True)
class Typed:
    """Facts ready for the record, the fields as typed, and what is wrong by field."""

    facts: dict[str, str]
    fields: dict[str, str]
    present: frozenset[int]
    errors: list[tuple[str, str]]


def read(form: Form, seats: Iterable[int], *, today: date) -> Typed:
    """What was typed: dates become 2026-11-24, times 08:30. Empty stays empty: the gate asks for it later."""
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
    return Typed(facts, form.typed(), present, list(errors.items()))


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
        hour, _, minute = facts.get(name, "").partition(":")
        fields[name] = f"{int(hour)} giờ {minute}" if hour else ""
    return fields
