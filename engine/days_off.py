"""Which days nobody works, and why: the library's holidays corrected by the agency's file.

The library cannot know an exchange of days announced a week before it applies, and lists a holiday the law
may not have yet; each line of the file names the document it rests on.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

import holidays

from engine.errors import Refused
from engine.text import clean

YEARS = range(2007, 2100)  # Giỗ Tổ is a day off since 2007; the library's lunar table ends with 2100
A_DAY = timedelta(days=1)
SATURDAY = 5
SECTIONS = ("country", "announced_through", "switches", "days")
LONGEST_SPAN = 31  # days in one line of the file; more is a mistyped year
YEARLY_DECISION = ("Tết Nguyên đán", "Quốc khánh")  # the Prime Minister fixes these days each year


class CalendarFault(ValueError):  # noqa: N818 — the word of the settings check, like Refused
    """The agency's file cannot be used; `faults` names file, entry and remedy, one sentence each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class Kind(StrEnum):
    """What a line of the file says of a day; `working` is mostly a make-up Saturday."""

    holiday = "holiday"
    working = "working"


@dataclass(frozen=True)
class Ruling:
    """One day as the agency's file has it, with the document it rests on and how sure that is (A, B, C)."""

    day: date
    kind: Kind
    name: str
    basis: str
    confidence: str
    exchanged_with: date | None = None


@dataclass(frozen=True)
class Switch:
    """A yearly holiday the library lists but the law may not: off, or counted from `day` on."""

    day: date
    name: str
    counts: bool
    basis: str
    confidence: str


@dataclass(frozen=True)
class Off:
    """Why nobody works on a day that would be one."""

    label: str
    exchanged_with: date | None = None


@dataclass(frozen=True)
class DaysOff:
    """Holidays and make-up days.

    After `announced_through` the days of Tết and Quốc khánh are custom, not yet decision: their reason says
    "(dự kiến)". Methods raise Refused for years the library cannot answer for.
    """

    rulings: Mapping[date, Ruling]
    switches: tuple[Switch, ...] = ()
    announced_through: date = date.max

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday but for holidays, and make-up Saturdays."""
        ruling = self.rulings.get(day)
        if ruling:
            return ruling.kind is Kind.working
        names, make_up = _library(day.year)
        return day in make_up or (day.weekday() < SATURDAY and not self._labels(day, names))

    def _labels(self, day: date, names: Mapping[date, str]) -> list[str]:
        labels = []
        for name in names.get(day, "").split("; "):
            switch = next((s for s in self.switches if name.startswith(s.name)), None)
            if name and (switch is None or (switch.counts and day >= switch.day)):
                labels.append(_label(name))
        return labels

    def reason(self, day: date) -> Off | None:
        """Why nobody works that day; None for working days and ordinary weekends."""
        ruling = self.rulings.get(day)
        if ruling:
            off = Off(ruling.name, ruling.exchanged_with)
            return off if ruling.kind is Kind.holiday else None
        names, make_up = _library(day.year)
        labels = self._labels(day, names)
        if not labels or day in make_up:
            return None
        exchange = re.search(r"\(thay cho ngày (\d{2})/(\d{2})/(\d{4})\)", labels[0])
        if exchange:
            return Off(labels[0], date(int(exchange[3]), int(exchange[2]), int(exchange[1])))
        guessed = day > self.announced_through and any(label.endswith(YEARLY_DECISION) for label in labels)
        return Off(", ".join(dict.fromkeys(labels)) + (" (dự kiến)" if guessed else ""))


def parse_days_off(mapping: object, file_name: str) -> DaysOff:
    """Read the agency's file, already parsed from YAML. Raises CalendarFault with every fault in it."""
    if not isinstance(mapping, Mapping):
        raise CalendarFault([f"{file_name}: tệp phải gồm các mục days, switches, announced_through"])
    faults = [f"mục “{key}” không có nghĩa; hãy bỏ đi" for key in mapping if key not in SECTIONS]
    if mapping.get("country", "VN") != "VN":
        faults.append("country chỉ có thể là VN")
    through, switches = date.max, []
    rulings: dict[date, Ruling] = {}
    if "announced_through" in mapping:
        try:
            through = _date(mapping, "announced_through")
        except ValueError as error:
            faults.append(str(error))
    for where, entry in _entries(mapping, faults):
        try:
            if where.startswith("switches"):
                switches.append(_switch(entry))
            else:
                _add(rulings, _ruling_days(entry))
        except ValueError as error:
            faults.append(f"{where}: {error}")
    faults += _unpaired(rulings)
    if faults:
        raise CalendarFault([f"{file_name}: {fault}" for fault in faults])
    return DaysOff(rulings, tuple(switches), through)


def _entries(mapping: Mapping[Any, Any], faults: list[str]) -> Iterator[tuple[str, Any]]:
    for section in ("switches", "days"):
        entries = mapping.get(section) or []
        if not isinstance(entries, list):
            faults.append(f"mục {section} phải là một danh sách, mỗi dòng bắt đầu bằng “- date:”")
            continue
        for number, entry in enumerate(entries, start=1):
            named = f" ({entry.get('date', 'không có ngày')})" if isinstance(entry, Mapping) else ""
            yield f"{section}, dòng thứ {number}{named}", entry


def _switch(entry: Any) -> Switch:
    _check_keys(entry, {"date", "name", "counts", "basis", "confidence"}, set())
    switch = Switch(
        _date(entry, "date"), _text(entry, "name"), entry["counts"], _text(entry, "basis"), _confidence(entry)
    )
    if switch.counts not in (True, False):
        raise ValueError("counts phải là true (được nghỉ) hoặc false (không nghỉ)")
    if switch.name not in _library(switch.day.year)[0].get(switch.day, ""):
        raise ValueError(f"thư viện không có ngày nghỉ “{switch.name}” vào ngày này; hãy sửa tên hoặc ngày")
    return switch


def _ruling_days(entry: Any) -> list[Ruling]:
    _check_keys(entry, {"date", "kind", "name", "basis", "confidence"}, {"to", "exchanged_with"})
    if entry["kind"] not in tuple(Kind):
        raise ValueError("kind phải là holiday (nghỉ) hoặc working (đi làm)")
    kind, first = Kind(entry["kind"]), _date(entry, "date")
    last = _date(entry, "to") if "to" in entry else first
    exchanged = _date(entry, "exchanged_with") if "exchanged_with" in entry else None
    if not first <= last < first + LONGEST_SPAN * A_DAY:
        raise ValueError(f"to phải từ ngày date trở đi và không quá {LONGEST_SPAN} ngày")
    if exchanged and last != first:
        raise ValueError("exchanged_with chỉ đi với một ngày; hãy tách thành từng dòng")
    if kind is Kind.working and first.weekday() < SATURDAY and DaysOff({}).is_working_day(first):
        raise ValueError("ngày này vốn là ngày làm việc; hãy bỏ dòng hoặc sửa ngày")
    facts = (_text(entry, "name"), _text(entry, "basis"), _confidence(entry), exchanged)
    return [Ruling(first + n * A_DAY, kind, *facts) for n in range((last - first).days + 1)]


def _add(rulings: dict[date, Ruling], days: list[Ruling]) -> None:
    for ruling in days:
        if ruling.day in rulings:
            raise ValueError(f"ngày {ruling.day} đã có ở dòng trước; hãy giữ một dòng")
        rulings[ruling.day] = ruling


def _unpaired(rulings: Mapping[date, Ruling]) -> list[str]:
    """An exchange is one day off for one day of work; half of it would lose or win a working day."""
    sentences: list[str] = []
    for day, ruling in rulings.items():
        other = rulings.get(ruling.exchanged_with) if ruling.exchanged_with else None
        if ruling.exchanged_with and (
            other is None or other.exchanged_with != day or other.kind is ruling.kind
        ):
            opposite = Kind.working if ruling.kind is Kind.holiday else Kind.holiday
            sentences.append(
                f"days ({day}): ngày hoán đổi {ruling.exchanged_with} chưa có dòng tương ứng; "
                f"hãy thêm dòng kind: {opposite}, exchanged_with: {day}"
            )
    return sentences


def _check_keys(entry: Any, required: set[str], optional: set[str]) -> None:
    if not isinstance(entry, Mapping):
        raise ValueError("dòng phải có dạng “date: …, name: …”")  # noqa: TRY004 — a fault of the file, not of code
    if missing := sorted(required - entry.keys()):
        raise ValueError(f"thiếu {', '.join(missing)}; hãy thêm vào")
    if unknown := sorted(map(str, entry.keys() - required - optional)):
        raise ValueError(f"không hiểu {', '.join(unknown)}; hãy bỏ hoặc sửa tên")


def _date(entry: Mapping[str, Any], key: str) -> date:
    value = entry[key]
    try:
        day = value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError):
        day = None
    if day is None or isinstance(day, datetime) or day.year not in YEARS:
        raise ValueError(f"{key} phải là ngày dạng 2026-08-31, từ {YEARS[0]} đến {YEARS[-1]}")
    return day


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry[key]
    if not isinstance(value, str) or not clean(value):
        raise ValueError(f"{key} phải là một dòng chữ, không để trống")
    return clean(value)


def _confidence(entry: Mapping[str, Any]) -> str:
    if entry["confidence"] not in ("A", "B", "C"):
        raise ValueError("confidence phải là A, B hoặc C")
    return str(entry["confidence"])


def _label(name: str) -> str:
    """The library's name, with the single days of Tết under one name."""
    if "Tết" in name and "Dương lịch" not in name:
        return YEARLY_DECISION[0]
    observed = name.removesuffix(" (nghỉ bù)")
    return name if observed == name else f"nghỉ bù {observed}"


@lru_cache(maxsize=len(YEARS))
def _library(year: int) -> tuple[Mapping[date, str], frozenset[date]]:
    """Names of one year's holidays and its make-up days; built once, never changed, safe between threads."""
    if year not in YEARS:
        raise Refused(
            f"Không tính được ngày làm việc của năm {year}. Hãy kiểm tra lại ngày đã nhập.",
            rule=f"Lịch ngày nghỉ có từ năm {YEARS[0]} đến năm {YEARS[-1]}",
        )
    library = holidays.country_holidays("VN", years=year, language="vi")
    return dict(library.items()), frozenset(library.weekend_workdays)
