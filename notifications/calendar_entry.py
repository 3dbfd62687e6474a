"""The calendar entry that goes with a letter: a deadline in the reader's own calendar.

Calendars are shared with secretaries and families, so an entry never holds an address or a token.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from notifications.headers import checked_address

_PRODUCT = "-//thi-dua-khen-thuong//lich//VI"
_NOTICE = timedelta(hours=24)
_MARKS_OF_A_LINK = ("://", "[[link]]", "www.")


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One `.ics` ready to be attached: `method` is PUBLISH, `content` UTF-8 with CRLF line ends."""

    method: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Deadline:
    """What the calendar shows.

    `uid` stays the same for one person and ballot for ever; `sequence` rises by one with every change
    (RFC 5545 §3.8.7.4). `at` and `stamp` (when this version was made) are aware. `organizer_*`: whom to ask.
    """

    uid: str
    sequence: int
    at: datetime
    stamp: datetime
    summary: str
    description: str
    organizer_name: str
    organizer_address: str


def deadline_entry(deadline: Deadline) -> CalendarEntry:
    """The entry that announces or moves a deadline, with an alarm 24 hours before. Raises ValueError."""
    event = _event(deadline)
    event.add("status", "CONFIRMED")
    event.add_component(_alarm(deadline.summary))
    return _entry(event)


def _event(deadline: Deadline) -> Event:
    for text in (deadline.uid, deadline.summary, deadline.description):
        if any(mark in text for mark in _MARKS_OF_A_LINK):
            raise ValueError(
                "Mục lịch không được chứa đường dẫn, vì lịch thường được chia sẻ cho người khác."
            )
    organizer = vCalAddress(f"mailto:{checked_address(deadline.organizer_address)}")
    organizer.params["CN"] = vText(deadline.organizer_name)
    event = Event()
    event.add("uid", deadline.uid)
    event.add("sequence", deadline.sequence)
    event.add("dtstamp", _utc(deadline.stamp))
    event.add("dtstart", _utc(deadline.at))
    event.add("summary", deadline.summary)
    event.add("description", deadline.description)
    event.add("organizer", organizer)
    event.add("transp", "TRANSPARENT")  # a deadline does not make its reader busy
    return event


def _alarm(summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", -_NOTICE)
    return alarm


def _entry(event: Event) -> CalendarEntry:
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", _PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return CalendarEntry("PUBLISH", calendar.to_ical())


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("Thời điểm trong mục lịch phải có múi giờ.")
    return moment.astimezone(UTC).replace(microsecond=0)
