"""Everything under config/ checked before it is used: file, line, what is wrong, what to do about it.

The definition's own files are `engine.definition.files`' business; here are the calendar, the wording of
documents, and the words on screen.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import yaml

from engine.ballot import Choice
from engine.calendar import parse_calendar
from engine.days_off import CalendarFault
from engine.definition import files as definition_files
from engine.definition.faults import nearest, split_sentence
from engine.definition.lines import Fault, Location, Source, as_pages_read, line_of, read
from engine.definition.parts import NomineeKind, SeatOf
from engine.dossier import award_list, decision, minutes, report, submission
from engine.dossier.layout import LayoutError, load_layout
from engine.dossier.texts import LAYOUT_FILE
from engine.dossier.wording import WordingError, load_wording
from engine.eligibility.findings import Severity
from engine.errors import Refused
from engine.installation import CALENDAR_FILE
from engine.mail_address import is_public_address
from engine.stages import Act, Role, Stage, State

LABELS_FILE, SITE_FILE = "config/locale/vi.yaml", "config/locale/site.yaml"
WORDINGS = {one.FILE: one.EXPECTED for one in (submission, award_list, minutes, decision, report)}
DOCUMENTS = tuple(f"config/documents/{name}" for name in (*WORDINGS, LAYOUT_FILE))
STANDING = (CALENDAR_FILE, *DOCUMENTS, LABELS_FILE, SITE_FILE)
OF_DEFINITIONS = re.compile(r"^config/(agency|reviews|rules)/")
EVENTS = tuple(
    """
    planned proposal_opened office_opened council_opened submission_opened proposal_closed round_closed
    round_reopened definition_moved answer_withdrawn
    deadline_moved leave_given reminded late escalated department_proposed department_proposed_nobody
    started award_corrected awards_corrected roster_loaded saved attached detached checked lapsed
    list_compiled list_published list_frozen list_unfrozen
    ballot_sent link_replaced member_replaced link_asked letter_retried quorum_missed vote_closed
    head_approved decided
    dossier_prepared dossier_built dossier_sent dossier_received answered sign_in_asked signed_in
    """.split()  # noqa: SIM905 — many words read better as a text
)
"""Kinds of events that are no move of a nomination (those are `Act`)."""
LABELS: Mapping[str, tuple[str, ...]] = {
    "state": tuple(State),
    "stage": tuple(Stage),
    "nominee_kind": get_args(NomineeKind),
    "seat": get_args(SeatOf.model_fields["role"].annotation),
    "choice": tuple(Choice),
    "severity": tuple(Severity),
    "role": tuple(role for role in Role if role is not Role.time),
    "door": ("page", "link", "cli", "flow", "demo"),
    "list_state": ("draft", "published", "frozen"),
    "dossier_state": ("draft", "sent", "received", "returned"),
    "message_state": tuple("queued claimed sending sent uncertain failed dropped silent".split()),  # noqa: SIM905 — as above
    "event": (*EVENTS, *Act),
}
"""Kind → values that pages put into words."""
SITE: tuple[Location, ...] = (
    ("agency_name",),
    ("support",),
    ("office", "name"),
    ("office", "phone"),
    ("office", "email"),
)
MENDED = "Sửa lại theo tệp mẫu"


def all_faults(texts: Mapping[str, str]) -> list[Fault]:
    """Every fault of every file, in the order of files and lines; empty when all is well."""
    return sorted({*definition_files.check(texts), *standing_faults(texts), *_unused(texts)})


def standing_faults(texts: Mapping[str, str]) -> list[Fault]:
    """Faults of what every process needs to start: calendar, documents, words on screen."""
    faults: list[Fault] = []
    for file in STANDING:
        if file not in texts:
            faults.append(Fault(file, 1, "Thiếu tệp này", "Khôi phục tệp từ bản cài đặt"))
            continue
        source = read(file, texts[file])
        faults += source.faults
        if source.data is not None:
            faults += _of_one(source, texts[file])
    return sorted(set(faults))


def _unused(texts: Mapping[str, str]) -> Iterator[Fault]:
    for file in texts:
        if file not in STANDING and not OF_DEFINITIONS.match(file):
            remedy = f"{nearest(file, STANDING)} Nếu không, đưa tệp ra khỏi thư mục này"
            yield Fault(file, 1, "Tệp không được dùng ở đâu", remedy)


def _of_one(source: Source, text: str) -> Iterator[Fault]:
    try:
        if source.file == CALENDAR_FILE:
            yield from _calendar(source, text)
        elif source.file in DOCUMENTS:
            yield from _document(source, text)
        elif source.file == LABELS_FILE:
            yield from _labels(source, as_pages_read(text))
        else:
            yield from _site(source, as_pages_read(text))
    except yaml.MarkedYAMLError as wrong:
        yield Fault(
            source.file, line_of(wrong), "Giá trị ở dòng này không đọc được", "Đặt giá trị trong dấu nháy"
        )


def _calendar(source: Source, text: str) -> Iterator[Fault]:
    for section, missing in (
        ("announced_through", "announced_through" not in source.data),
        ("days", source.data.get("days") is None),  # a bare “days:” says nothing; “days: []” says none
    ):
        if missing:
            what = "Lịch chưa có mục này nên thời hạn sẽ tính sai ngày nghỉ"
            yield source.fault(
                (), f"{what}: {section}", "Thêm theo tệp mẫu, kể cả khi chưa có ngày nào (days: [])"
            )
    try:
        parse_calendar(source.data, source.file)
        parse_calendar(as_pages_read(text), source.file)
    except CalendarFault as wrong:
        for line in wrong.faults:
            words = line.removeprefix(f"{source.file}: ")
            place = f"mục {words}" if words.startswith(("days", "switches")) else words
            yield source.fault(_entry_of(source, words), *split_sentence(place))
    except (ValueError, Refused) as wrong:
        yield source.fault((), f"Lịch không dùng được ({wrong})", MENDED)


def _entry_of(source: Source, words: str) -> Location:
    """Which entry a sentence of the calendar speaks of."""
    if numbered := re.match(r"(switches|days), dòng thứ (\d+)", words):
        return numbered[1], int(numbered[2]) - 1
    if dated := re.match(r"days \((\d{4}-\d\d-\d\d)\)", words):
        days = source.data.get("days") or []
        return "days", next((n for n, day in enumerate(days) if _dated(day) == dated[1]), 0)
    named = re.match(r"(?:mục )?“?(\w+)”?", words)
    return (named[1],) if named else ()


def _dated(entry: Any) -> Any:
    return entry.get("date") if isinstance(entry, dict) else None


def _document(source: Source, text: str) -> Iterator[Fault]:
    name = source.file.rpartition("/")[2]
    try:
        if name == LAYOUT_FILE:
            as_pages_read(text)  # for the line of what cannot be read
            load_layout(text, file=name)
        else:
            load_wording({name: text}, {name: WORDINGS[name]})
    except (WordingError, LayoutError) as wrong:
        words = str(wrong).removeprefix(name).lstrip(":, ").rstrip(".")
        line = 1
        if found := re.match(r"dòng (\d+)[:,] ", words):
            line, words = int(found[1]), words[found.end() :]
        elif key := re.match(r"(\w+) phải |.*thừa \['(\w+)'", words):
            line = source.line(key[1] or key[2])
        sentence, _, remedy = words.partition("; ")
        yield Fault(source.file, line, sentence, _capital(remedy) or MENDED)


def _labels(source: Source, loaded: Any) -> Iterator[Fault]:
    for kind, values in LABELS.items():
        words = loaded.get(kind)
        if not isinstance(words, dict):
            yield source.fault((kind,), f"Thiếu mục “{kind}”", f"Thêm mục “{kind}:” theo tệp mẫu")
            continue
        spare = [str(key) for key in words if key not in values]
        for value in map(str, values):
            if value not in words:
                near = nearest(value, spare) if spare else ""
                hint = f" {near}" if near.startswith("Có phải") else ""
                yield source.fault(
                    (kind,), f"Chưa có chữ cho “{kind}.{value}”", f'Thêm dòng "{value}": …{hint}'
                )
    for kind, words in loaded.items():
        for key, word in words.items() if isinstance(words, dict) else ():
            if not isinstance(word, str) or not word.strip():
                place = (str(kind), str(key))
                yield source.fault(
                    place, f"“{kind}.{key}” không phải là chữ", "Viết một cụm từ sau dấu hai chấm"
                )


def _site(source: Source, loaded: Any) -> Iterator[Fault]:
    for place in SITE:
        value: Any = loaded
        for step in place:
            value = value.get(step) if isinstance(value, dict) else None
        if not isinstance(value, str) or not value.strip():
            name = ".".join(map(str, place))
            remedy = "Ghi một dòng chữ; nếu là số thì đặt trong dấu nháy"
            yield source.fault(place, f"Thiếu “{name}”, hoặc không phải là chữ", remedy)
        elif place[-1] == "email" and not is_public_address(value):
            remedy = "Viết không dấu, không khoảng trắng, như vanphong@coquan.gov.vn"
            yield source.fault(place, f"“{value}” không phải là địa chỉ thư dùng được", remedy)
    known = {str(place[0]) for place in SITE}
    for key in loaded.keys() - known:
        yield source.fault((str(key),), f"Khóa “{key}” không có trong quy cách", nearest(str(key), known))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
