"""Working days, deadlines with their explanations, what is left of them, and reminder ladders."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.calendar import (
    ZONE,
    Deadline,
    Level,
    StepKind,
    in_words,
    parse_calendar,
    short,
)
from engine.errors import Refused

FILE = Path(__file__).parents[2] / "config" / "calendar" / "viet-nam.yaml"
CALENDAR = parse_calendar(yaml.safe_load(FILE.read_text(encoding="utf-8")), FILE.name)
days = st.dates(date(2015, 1, 1), date(2040, 12, 31))


def at(year: int, month: int, day: int, hour: int = 8, *, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "n", "end", "explanation"),
    [
        (
            date(2026, 8, 28),
            5,
            date(2026, 9, 9),
            "5 ngày làm việc kể từ 28/08/2026; nghỉ 31/08 hoán đổi với 22/08; 01–02/09 Quốc khánh",
        ),
        (date(2026, 8, 19), 3, date(2026, 8, 22), "3 ngày làm việc kể từ 19/08/2026; làm bù thứ Bảy 22/08"),
        (date(2026, 11, 20), 5, date(2026, 11, 27), "5 ngày làm việc kể từ 20/11/2026"),
        (
            date(2026, 2, 13),
            1,
            date(2026, 2, 23),
            "1 ngày làm việc kể từ 13/02/2026; 16–20/02 Tết Nguyên đán",
        ),
        (
            date(2027, 1, 29),
            5,
            date(2027, 2, 12),
            "5 ngày làm việc kể từ 29/01/2027; 04–10/02 Tết Nguyên đán (dự kiến)",
        ),
        (
            date(2030, 1, 30),
            3,
            date(2030, 2, 11),
            "3 ngày làm việc kể từ 30/01/2030; 31/01–06/02 Tết Nguyên đán (dự kiến)",
        ),
        (
            date(2026, 4, 24),
            1,
            date(2026, 4, 28),
            "1 ngày làm việc kể từ 24/04/2026; 27/04 nghỉ bù Ngày Giỗ Tổ Hùng Vương",
        ),
        (
            date(2026, 12, 30),
            5,
            date(2027, 1, 7),
            "5 ngày làm việc kể từ 30/12/2026; 01/01/2027 Tết Dương lịch",
        ),
        (date(2026, 8, 22), 1, date(2026, 8, 24), "1 ngày làm việc kể từ 22/08/2026"),
    ],
)
def test_deadline_after_explains_itself(start: date, n: int, end: date, explanation: str) -> None:
    deadline = CALENDAR.deadline_after(start, n)

    assert (deadline.date, deadline.explanation) == (end, explanation)
    assert deadline.at == datetime(end.year, end.month, end.day, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "end", "explanation"),
    [
        (date(2026, 9, 30), date(2026, 9, 30), "ấn định thứ Tư 30/09/2026"),
        (date(2026, 8, 22), date(2026, 8, 22), "ấn định thứ Bảy 22/08/2026; làm bù thứ Bảy 22/08"),
        (
            date(2026, 11, 28),
            date(2026, 11, 30),
            "ấn định thứ Bảy 28/11/2026 là ngày nghỉ, chuyển sang ngày làm việc tiếp theo 30/11/2026",
        ),
        (
            date(2026, 8, 29),
            date(2026, 9, 3),
            (
                "ấn định thứ Bảy 29/08/2026 là ngày nghỉ, chuyển sang ngày làm việc tiếp theo 03/09/2026; "
                "nghỉ 31/08 hoán đổi với 22/08; 01–02/09 Quốc khánh"
            ),
        ),
    ],
)
def test_deadline_on_a_day_off_moves_on_and_says_so(day: date, end: date, explanation: str) -> None:
    deadline = CALENDAR.deadline_on(day, time(11, 30))

    assert (deadline.date, deadline.explanation) == (end, explanation)
    assert deadline.at == at(end.year, end.month, end.day, 11, minute=30)
    assert Deadline.stored(deadline.at.astimezone(UTC), explanation) == deadline


@given(days, st.integers(1, 60))
def test_counting_lands_on_the_nth_working_day_and_back(start: date, n: int) -> None:
    end = CALENDAR.add_working_days(start, n)

    between = [start + timedelta(k) for k in range(1, (end - start).days + 1)]
    assert sum(map(CALENDAR.is_working_day, between)) == n
    assert CALENDAR.is_working_day(end)
    if CALENDAR.is_working_day(start):
        assert CALENDAR.add_working_days(end, -n) == start


@given(days, st.integers(0, 20), st.integers(0, 23))
def test_days_left_shrink_to_the_last_day(start: date, n: int, hour: int) -> None:
    today = CALENDAR.add_working_days(start, 0)
    deadline = CALENDAR.deadline_on(CALENDAR.add_working_days(today, n))

    left = CALENDAR.remaining_words(datetime.combine(today, time(hour), ZONE), deadline)

    assert left.working_days == n
    assert (left.level is Level.over) == (n == 0 and hour >= 17)


@pytest.mark.parametrize(
    ("now", "level", "words"),
    [
        (at(2026, 11, 18), Level.far, "Còn 6 ngày làm việc"),
        (at(2026, 11, 19), Level.normal, "Còn 5 ngày làm việc"),
        (at(2026, 11, 20), Level.normal, "Còn 4 ngày làm việc"),
        (at(2026, 11, 22), Level.normal, "Còn 4 ngày làm việc"),
        (at(2026, 11, 23), Level.near, "Còn 3 ngày làm việc"),
        (at(2026, 11, 25, 23), Level.near, "Còn 1 ngày làm việc"),
        (at(2026, 11, 26, 8) + timedelta(seconds=5), Level.last_day, "Hôm nay là ngày cuối, còn 9 giờ"),
        (at(2026, 11, 26, 8, minute=6), Level.last_day, "Hôm nay là ngày cuối, còn 8 giờ"),
        (at(2026, 11, 26, 16) + timedelta(seconds=5), Level.last_day, "Hôm nay là ngày cuối, còn 59 phút"),
        (at(2026, 11, 26, 12), Level.last_day, "Hôm nay là ngày cuối, còn 5 giờ"),
        (at(2026, 11, 26, 11, minute=30), Level.last_day, "Hôm nay là ngày cuối, còn 5 giờ"),
        (at(2026, 11, 26, 16, minute=20), Level.last_day, "Hôm nay là ngày cuối, còn 40 phút"),
        (
            at(2026, 11, 26, 16, minute=59) + timedelta(seconds=30),
            Level.last_day,
            "Hôm nay là ngày cuối, còn chưa đầy 1 phút",
        ),
        (at(2026, 11, 26, 17), Level.over, "Đã hết hạn từ 17 giờ 00, thứ Năm 26/11/2026"),
        (at(2026, 12, 1), Level.over, "Đã hết hạn từ 17 giờ 00, thứ Năm 26/11/2026"),
    ],
)
def test_remaining_words(now: datetime, level: Level, words: str) -> None:
    deadline = CALENDAR.deadline_on(date(2026, 11, 26))

    here, utc = (CALENDAR.remaining_words(n, deadline) for n in (now, now.astimezone(UTC)))

    assert (here.level, here.words) == (level, words)
    assert here == utc


def test_ladder_climbs_over_the_national_day() -> None:
    deadline = CALENDAR.deadline_on(date(2026, 9, 4))

    steps = CALENDAR.ladder(deadline, [5, 3, 1, 0, 3], late=[1], escalate=[1, 2])

    assert [(step.kind, step.offset, step.at) for step in steps] == [
        (StepKind.remind, 5, at(2026, 8, 25)),
        (StepKind.remind, 3, at(2026, 8, 27)),
        (StepKind.remind, 1, at(2026, 9, 3)),
        (StepKind.remind, 0, at(2026, 9, 4)),
        (StepKind.late, 1, at(2026, 9, 7)),
        (StepKind.escalate, 1, at(2026, 9, 7)),
        (StepKind.escalate, 2, at(2026, 9, 8)),
    ]


def test_reminder_says_the_days_it_stands_for() -> None:
    deadline = CALENDAR.deadline_on(date(2026, 9, 9))

    for step in CALENDAR.ladder(deadline, [7, 5, 3, 1, 0]):
        assert CALENDAR.working_days_left(step.at, deadline) == step.offset


def test_ladder_counts_a_make_up_saturday() -> None:
    steps = CALENDAR.ladder(CALENDAR.deadline_on(date(2026, 8, 24)), [1])

    assert [step.at for step in steps] == [at(2026, 8, 22)]


def test_ladder_drops_what_lies_before_the_opening() -> None:
    deadline = CALENDAR.deadline_on(date(2026, 11, 26))

    steps = CALENDAR.ladder(deadline, [5, 3, 1, 0], late=[1], opened_at=at(2026, 11, 23))

    assert [(step.kind, step.offset) for step in steps] == [
        (StepKind.remind, 1),
        (StepKind.remind, 0),
        (StepKind.late, 1),
    ]


def test_no_reminder_once_the_office_has_closed() -> None:
    early = CALENDAR.deadline_on(date(2026, 11, 26), time(8))

    assert [step.offset for step in CALENDAR.ladder(early, [1, 0])] == [1]


@pytest.mark.parametrize("wrong", [{"offsets": [-1]}, {"late": [0]}, {"escalate": [0]}])
def test_ladder_refuses_steps_on_the_wrong_side(wrong: dict[str, list[int]]) -> None:
    with pytest.raises(ValueError, match="Nhắc trước hạn"):
        CALENDAR.ladder(CALENDAR.deadline_on(date(2026, 11, 26)), **({"offsets": []} | wrong))


def test_words_for_dates() -> None:
    assert short(date(2026, 11, 24)) == "24/11/2026"
    assert short(date(2026, 1, 9)) == "09/01/2026"
    assert in_words(datetime(2026, 1, 9, 10, tzinfo=UTC)) == "17 giờ 00, thứ Sáu 09/01/2026"
    assert in_words(datetime(2026, 11, 26, 10, tzinfo=UTC)) == "17 giờ 00, thứ Năm 26/11/2026"
    assert in_words(datetime(2026, 11, 28, 18, 5, tzinfo=UTC)) == "1 giờ 05, Chủ nhật 29/11/2026"


def test_times_without_zone_and_years_without_calendar_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        in_words(datetime(2026, 11, 26, 10))  # noqa: DTZ001 — the fault under test
    with pytest.raises(ValueError, match="từ 1 ngày"):
        CALENDAR.deadline_after(date(2026, 11, 26), 0)
    with pytest.raises(Refused, match="năm 1926"):
        CALENDAR.deadline_on(date(1926, 11, 26))
