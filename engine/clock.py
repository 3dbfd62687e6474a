"""What time it is, as an argument. Nothing else in the engine asks the operating system."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The machine's time, aware, in UTC."""
    return datetime.now(UTC)


def shifted_clock(ahead: Callable[[], timedelta], base: Clock = system_clock) -> Clock:
    """A clock that runs `ahead()` of `base`: rehearsals and the demonstration push it."""
    return lambda: base() + ahead()
