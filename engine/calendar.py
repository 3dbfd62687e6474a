"""Working days of a Vietnamese public office, deadlines that explain themselves, and reminder ladders.

The library knows the holidays; the agency's file corrects it, because exchanged days are announced weeks
before they apply. Lunar dates are the library's, reckoned for UTC+7 (Tết 2030 is 2 February, not the 3rd).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from engine.days_off import A_DAY, SATURDAY, DaysOff, parse_days_off

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
CLOSE_OF_OFFICE, MORNING = time(17), time(8)
FAR, NEAR = 5, 3  # working days left: calm above the first, urgent from the second down
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
AN_HOUR = timedelta(hours=1)
A_LITTLE = timedelta(minutes=5)  # what a letter of the full hour may take to be written


class Level(StrEnum):
    """How pressing a deadline is."""

    far = "far"
    normal = "normal"
    near = "near"
    last_day = "last_day"
    over = "over"


class StepKind(StrEnum):
    """What a step of the ladder is for."""

    remind = "remind"
    late = "late"
    escalate = "escalate"


@dataclass(frozen=True)
class Deadline:
    """A date, the moment the office closes on it (aware), and why it is that date, in Vietnamese."""

    date: date
    at: datetime
    explanation: str

    @classmethod
    def stored(cls, at: datetime, explanation: str) -> "Deadline":
        """Build the deadline again from what the record keeps of it: the moment (UTC) and its explanation."""
        return cls(_local(at).date(), at, explanation)

    def passed(self, now: datetime) -> bool:
        """Whether it is over at `now`; the closing moment itself is too late."""
        return now >= self.at


@dataclass(frozen=True)
class Remaining:
    """What is left of a deadline, for a banner: level, words, whole working days after today."""

    level: Level
    words: str
    working_days: int


@dataclass(frozen=True)
class Step:
    """One moment of a ladder; `offset` is working days before the deadline, or after it once it is over."""

    kind: StepKind
    offset: int
    at: datetime


@dataclass(frozen=True)
class Calendar:
    """Counting in working days. Methods raise Refused for years no calendar exists for."""

    days_off: DaysOff

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday but for holidays, and make-up Saturdays."""
        return self.days_off.is_working_day(day)

    def add_working_days(self, start: date, n: int) -> date:
        """The n-th working day after `start`, which itself never counts; before it if n is negative.

        With n = 0: `start`, or the next working day if it is none.
        """
        day, step = start, A_DAY if n >= 0 else -A_DAY
        for _ in range(abs(n)):
            day = self._on_or_towards(day + step, step)
        return self._on_or_towards(day, step)

    def deadline_after(
        self, start_date: date, working_days: int, close_of_office: time = CLOSE_OF_OFFICE
    ) -> Deadline:
        """Close of office on the given working day after `start_date`; `working_days` is at least 1."""
        if working_days < 1:
            raise ValueError("Thời hạn phải từ 1 ngày làm việc trở lên")
        last = self.add_working_days(start_date, working_days)
        first = f"{working_days} ngày làm việc kể từ {short(start_date)}"
        explanation = "; ".join([first, *self._remarks(start_date + A_DAY, last, start_date.year)])
        return Deadline(last, _at(last, close_of_office), explanation)

    def deadline_on(self, day: date, close_of_office: time = CLOSE_OF_OFFICE) -> Deadline:
        """Close of office on a fixed date, or on the next working day if that date is none."""
        last = self.add_working_days(day, 0)
        first = f"ấn định {WEEKDAYS[day.weekday()]} {short(day)}"
        if last != day:
            first += f" là ngày nghỉ, chuyển sang ngày làm việc tiếp theo {short(last)}"
        explanation = "; ".join([first, *self._remarks(day, last, day.year)])
        return Deadline(last, _at(last, close_of_office), explanation)

    def working_days_left(self, now: datetime, deadline: Deadline) -> int:
        """Working days after today up to the deadline's own: 0 on the last day and when it is over."""
        return sum(self.is_working_day(day) for day in _days(_local(now).date() + A_DAY, deadline.date))

    def remaining_words(self, now: datetime, deadline: Deadline) -> Remaining:
        """Level and words for a banner; hours and minutes are rounded down, hours but for `A_LITTLE`."""
        left = self.working_days_left(now, deadline)
        if deadline.passed(now):
            return Remaining(Level.over, f"Đã hết hạn từ {in_words(deadline.at)}", 0)
        if _local(now).date() == deadline.date:
            return Remaining(Level.last_day, f"Hôm nay là ngày cuối, {_hours_left(deadline.at - now)}", 0)
        level = Level.far if left > FAR else Level.normal if left > NEAR else Level.near
        return Remaining(level, f"Còn {left} ngày làm việc", left)

    def ladder(
        self,
        deadline: Deadline,
        offsets: Sequence[int],
        morning: time = MORNING,
        *,
        late: Sequence[int] = (),
        escalate: Sequence[int] = (),
        opened_at: datetime | None = None,
    ) -> tuple[Step, ...]:
        """Moments at `morning` of working days before and after the deadline, in order of time.

        `offsets` (≥ 0) are working days before it, `late` and `escalate` (≥ 1) after it. Steps not after
        `opened_at` are dropped, since the opening letter has just named the deadline; so are reminders not
        before the deadline. Steps of one kind at one moment are one step.
        """
        if any(n < 0 for n in offsets) or any(n < 1 for n in (*late, *escalate)):
            raise ValueError("Nhắc trước hạn: từ 0 ngày; báo quá hạn và báo cấp trên: từ 1 ngày sau hạn")
        last = self._on_or_towards(deadline.date, -A_DAY)
        wanted = [(StepKind.remind, n, self.add_working_days(last, -n)) for n in offsets]
        for kind, after in ((StepKind.late, late), (StepKind.escalate, escalate)):
            wanted += [(kind, n, self.add_working_days(deadline.date, n)) for n in after]
        steps = {(kind, day): Step(kind, n, _at(day, morning)) for kind, n, day in wanted}
        kept = (
            step
            for step in steps.values()
            if (opened_at is None or step.at > opened_at)
            and (step.kind is not StepKind.remind or step.at < deadline.at)
        )
        return tuple(sorted(kept, key=lambda step: (step.at, list(StepKind).index(step.kind))))

    def _on_or_towards(self, day: date, step: timedelta) -> date:
        while not self.is_working_day(day):
            day += step
        return day

    def _remarks(self, first: date, last: date, year: int) -> Iterator[str]:
        """Every holiday that cost a working day and every make-up day that counted, in order of time."""
        days = list(_days(first, last))
        offs = {day: self.days_off.reason(day) for day in days}
        runs: list[list[date]] = []
        for before, day in pairwise([first - A_DAY, *days]):
            if runs and offs[day] and offs.get(before) == offs[day]:
                runs[-1].append(day)
            else:
                runs.append([day])
        for run in runs:
            off, day = offs[run[0]], run[0]
            if off is None:
                if day.weekday() >= SATURDAY and self.is_working_day(day):
                    yield f"làm bù {WEEKDAYS[day.weekday()]} {_day_month(day, year)}"
            elif any(each.weekday() < SATURDAY for each in run):
                if off.exchanged_with:
                    yield f"nghỉ {_span(run, year)} hoán đổi với {_day_month(off.exchanged_with, year)}"
                else:
                    yield f"{_span(run, year)} {off.label}"


def parse_calendar(mapping: object, file_name: str) -> Calendar:
    """The calendar of the agency's file, already parsed from YAML. Raises CalendarFault with all faults."""
    return Calendar(parse_days_off(mapping, file_name))


def short(day: date) -> str:
    """Write a date as "24/11/2026", day and month in two digits: "09/01/2026"."""
    return f"{day:%d/%m/%Y}"


def in_words(moment: datetime) -> str:
    """Write a moment as "17 giờ 00, thứ Năm 26/11/2026", by the office's clock. It must be aware."""
    local = _local(moment)
    return f"{local.hour} giờ {local.minute:02d}, {WEEKDAYS[local.weekday()]} {short(local)}"


def _local(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError("a moment must carry its time zone")
    return moment.astimezone(ZONE)


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=ZONE)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + n * A_DAY for n in range((last - first).days + 1))


def _hours_left(left: timedelta) -> str:
    if left >= AN_HOUR:
        return f"còn {(left + A_LITTLE) // AN_HOUR} giờ"
    minutes = left // timedelta(minutes=1)
    return f"còn {minutes} phút" if minutes else "còn chưa đầy 1 phút"


def _day_month(day: date, year: int) -> str:
    return f"{day:%d/%m}" if day.year == year else short(day)


def _span(run: Sequence[date], year: int) -> str:
    first, last = run[0], run[-1]
    if first == last:
        return _day_month(first, year)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%d}–{_day_month(last, year)}"
    return f"{_day_month(first, year)}–{_day_month(last, year)}"
