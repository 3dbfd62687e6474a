from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from notifications.calendar_entry import CalendarEntry, Deadline, deadline_entry

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
DEADLINE = Deadline(
    uid="ballot-17-seat-4@bdt.langson.gov.vn",
    sequence=2,
    at=datetime(2026, 11, 26, 17, 0, tzinfo=HANOI),
    stamp=datetime(2026, 11, 20, 8, 0, 0, 123456, tzinfo=HANOI),
    summary="Hạn bỏ phiếu xét khen thưởng; đợt tổng kết, 2025",
    description="Xây dựng nông thôn mới.\nĐường dẫn bỏ phiếu nằm trong thư gửi riêng.",
    organizer_name="Văn phòng Ban",
    organizer_address="vanphong@bdt.langson.gov.vn",
)


def read(entry: CalendarEntry) -> Calendar:
    calendar = Calendar.from_ical(entry.content)
    assert isinstance(calendar, Calendar)
    assert str(calendar["METHOD"]) == entry.method
    return calendar


def test_a_deadline_is_published_in_utc_with_an_alarm_a_day_before() -> None:
    calendar = read(deadline_entry(DEADLINE))
    (event,) = calendar.walk("VEVENT")
    assert calendar["METHOD"] == "PUBLISH"
    assert event["UID"] == DEADLINE.uid
    assert event["SEQUENCE"] == 2
    assert event["SUMMARY"] == DEADLINE.summary
    assert event["DESCRIPTION"] == DEADLINE.description
    assert event["ORGANIZER"] == "mailto:vanphong@bdt.langson.gov.vn"
    assert event["DTSTART"].dt == datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
    assert b"DTSTART:20261126T100000Z\r\n" in deadline_entry(DEADLINE).content
    assert b"DTSTAMP:20261120T010000Z\r\n" in deadline_entry(DEADLINE).content
    (alarm,) = event.walk("VALARM")
    assert alarm["TRIGGER"].dt == timedelta(hours=-24)


def test_same_deadline_same_bytes_whatever_its_zone() -> None:
    elsewhere = replace(DEADLINE, at=DEADLINE.at.astimezone(UTC), stamp=DEADLINE.stamp.astimezone(UTC))
    assert deadline_entry(DEADLINE) == deadline_entry(elsewhere)


@pytest.mark.parametrize("field", ["uid", "summary", "description"])
@pytest.mark.parametrize("mark", ["https://thidua.vn/p/abc", "[[link]]", "www.thidua.vn"])
def test_no_link_gets_into_a_shared_calendar(field: str, mark: str) -> None:
    with pytest.raises(ValueError, match="đường dẫn"):
        deadline_entry(replace(DEADLINE, **{field: f"x {mark}"}))


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="múi giờ"):
        deadline_entry(replace(DEADLINE, at=datetime(2026, 11, 26, 17, 0)))  # noqa: DTZ001 — the fault tested
