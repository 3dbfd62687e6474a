"""Which days nobody works: the library against the agency's file, and the faults of such a file."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from engine.calendar import Calendar, parse_calendar
from engine.days_off import CalendarFault, DaysOff

FILE = Path(__file__).parents[2] / "config" / "calendar" / "viet-nam.yaml"
CALENDAR = parse_calendar(yaml.safe_load(FILE.read_text(encoding="utf-8")), FILE.name)
BARE = Calendar(DaysOff({}))


def weekdays_off(year: int, calendar: Calendar = CALENDAR) -> list[str]:
    """Mondays to Fridays on which nobody works, as "d/m"."""
    every = (date(year, 1, 1) + timedelta(n) for n in range(366))
    return [
        f"{day.day}/{day.month}"
        for day in every
        if day.year == year and day.weekday() < 5 and not calendar.is_working_day(day)
    ]


@pytest.mark.parametrize(
    ("year", "off"),
    [
        (2023, "2/1 20/1 23/1 24/1 25/1 26/1 1/5 2/5 3/5 1/9 4/9"),
        (2024, "1/1 8/2 9/2 12/2 13/2 14/2 18/4 29/4 30/4 1/5 2/9 3/9"),
        (2025, "1/1 27/1 28/1 29/1 30/1 31/1 7/4 30/4 1/5 2/5 1/9 2/9"),
        (2026, "1/1 2/1 16/2 17/2 18/2 19/2 20/2 27/4 30/4 1/5 31/8 1/9 2/9"),
        (2027, "1/1 4/2 5/2 8/2 9/2 10/2 16/4 30/4 3/5 2/9 3/9"),
    ],
)
def test_days_off_of_a_year(year: int, off: str) -> None:
    assert weekdays_off(year) == off.split()


def test_the_library_lacks_one_exchange_and_adds_a_holiday_the_law_has_not() -> None:
    for year in (2023, 2024, 2025, 2027):
        assert set(weekdays_off(year, BARE)) - {"24/11"} == set(weekdays_off(year))
    assert set(weekdays_off(2026, BARE)) ^ set(weekdays_off(2026)) == {"24/11", "2/1"}


@pytest.mark.parametrize("day", [date(2024, 5, 4), date(2025, 4, 26), date(2026, 1, 10), date(2026, 8, 22)])
def test_make_up_saturdays_are_worked(day: date) -> None:
    assert day.weekday() == 5
    assert CALENDAR.is_working_day(day)
    assert not CALENDAR.is_working_day(day - timedelta(7))


def test_no_other_weekend_is_worked() -> None:
    every = (date(2023, 1, 1) + timedelta(n) for n in range(365 * 5))

    worked = [day for day in every if day.weekday() >= 5 and CALENDAR.is_working_day(day)]

    assert worked == [date(2024, 5, 4), date(2025, 4, 26), date(2026, 1, 10), date(2026, 8, 22)]


def test_tet_2030_follows_the_vietnamese_new_moon() -> None:
    # New moon at 16:07 UTC on 2 February: already the 2nd in Hà Nội, the 3rd in Beijing.
    assert weekdays_off(2030)[1:6] == ["31/1", "1/2", "4/2", "5/2", "6/2"]
    assert CALENDAR.is_working_day(date(2030, 2, 7))


@pytest.mark.parametrize("year", [2026, 2027, 2029, 2030])
def test_culture_day_is_a_switch_with_its_day_in_lieu(year: int) -> None:
    switch = {"date": date(2026, 11, 24), "name": "Ngày Văn hóa Việt Nam", "basis": "Luật", "confidence": "A"}
    on = parse_calendar({"switches": [switch | {"counts": True}]}, "x.yaml")
    off = parse_calendar({"switches": [switch | {"counts": False}]}, "x.yaml")
    late = parse_calendar({"switches": [switch | {"counts": True, "date": date(2027, 11, 24)}]}, "x.yaml")
    expected = {2026: ["24/11"], 2027: ["24/11"], 2029: ["26/11"], 2030: ["25/11"]}[year]

    november = [day for day in weekdays_off(year, on) if day.endswith("/11")]

    assert november == expected
    assert not [day for day in weekdays_off(year, off) if day.endswith("/11")]
    assert [d for d in weekdays_off(year, late) if d.endswith("/11")] == (expected if year > 2026 else [])


DAY = {"date": date(2027, 2, 3), "kind": "holiday", "name": "Tết", "basis": "TB 1", "confidence": "A"}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (["x"], "x.yaml: tệp phải gồm các mục days, switches, announced_through"),
        ({"dayz": []}, "x.yaml: mục “dayz” không có nghĩa; hãy bỏ đi"),
        ({"days": {}, "switches": "a"}, "x.yaml: mục switches phải là một danh sách"),
        ({"announced_through": "mai"}, "x.yaml: announced_through phải là ngày dạng 2026-08-31"),
        ({"days": [DAY | {"kind": "off"}]}, "days, dòng thứ 1 (2027-02-03): kind phải là holiday"),
        ({"days": [DAY | {"date": 5}]}, "days, dòng thứ 1 (5): date phải là ngày dạng 2026-08-31"),
        ({"days": [DAY | {"confidence": []}]}, "confidence phải là A, B hoặc C"),
        ({"days": [DAY | {"basis": " "}]}, "basis phải là một dòng chữ, không để trống"),
        ({"days": [DAY | {"bases": "?"}]}, "không hiểu bases; hãy bỏ hoặc sửa tên"),
        ({"days": [{"date": date(2027, 2, 3)}]}, "thiếu basis, confidence, kind, name; hãy thêm vào"),
        ({"days": [DAY, DAY]}, "dòng thứ 2 (2027-02-03): ngày 2027-02-03 đã có ở dòng trước"),
        ({"days": [DAY | {"kind": "working"}]}, "ngày này vốn là ngày làm việc"),
        ({"days": [DAY | {"to": date(2028, 2, 3)}]}, "to phải từ ngày date trở đi và không quá 31 ngày"),
        (
            {"days": [DAY | {"exchanged_with": date(2027, 2, 20)}]},
            "kind: working, exchanged_with: 2027-02-03",
        ),
        (
            {
                "switches": [
                    {
                        "date": date(2026, 11, 24),
                        "name": "Ngày Văn hoá",
                        "counts": False,
                        "basis": "NQ",
                        "confidence": "C",
                    }
                ]
            },
            "thư viện không có ngày nghỉ “Ngày Văn hoá” vào ngày này",
        ),
    ],
)
def test_faults_name_file_entry_and_remedy(content: object, fault: str) -> None:
    with pytest.raises(CalendarFault) as caught:
        parse_calendar(content, "x.yaml")

    assert any(fault in each for each in caught.value.faults)
    assert all(each.startswith("x.yaml: ") for each in caught.value.faults)


def test_every_fault_is_reported_at_once() -> None:
    with pytest.raises(CalendarFault) as caught:
        parse_calendar({"days": [DAY | {"kind": "off"}, DAY | {"name": ""}], "x": 1}, "x.yaml")

    assert len(caught.value.faults) == 3


def test_a_notice_may_turn_a_guessed_holiday_into_a_working_day() -> None:
    notice = parse_calendar(
        {"days": [DAY, DAY | {"date": date(2027, 2, 4), "kind": "working", "name": "Đi làm"}]}, "x.yaml"
    )

    assert not notice.is_working_day(date(2027, 2, 3))
    assert notice.is_working_day(date(2027, 2, 4))


def test_days_beyond_the_last_announcement_are_marked_as_expected_only() -> None:
    announced = parse_calendar({"announced_through": date(2027, 2, 4)}, "x.yaml").days_off

    reasons = [announced.reason(date(2027, month, day)) for month, day in [(2, 4), (2, 5), (4, 16)]]

    assert [reason.label for reason in reasons if reason] == [
        "Tết Nguyên đán",
        "Tết Nguyên đán (dự kiến)",
        "Ngày Giỗ Tổ Hùng Vương",
    ]


@pytest.mark.parametrize(
    "saturday",
    [
        {"kind": "holiday", "exchanged_with": date(2027, 2, 3)},
        {"kind": "working", "exchanged_with": date(2027, 2, 10)},
        {"kind": "working"},
    ],
)
def test_both_days_of_an_exchange_must_fit_together(saturday: dict[str, object]) -> None:
    day_off = DAY | {"exchanged_with": date(2027, 2, 20)}

    with pytest.raises(CalendarFault, match="chưa có dòng tương ứng"):
        parse_calendar({"days": [day_off, DAY | {"date": date(2027, 2, 20)} | saturday]}, "x.yaml")
    good = DAY | {"date": date(2027, 2, 20), "kind": "working", "exchanged_with": date(2027, 2, 3)}
    assert parse_calendar({"days": [day_off, good]}, "x.yaml").is_working_day(date(2027, 2, 20))
