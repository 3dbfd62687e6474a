"""Dates and numbers as NĐ 30/2020 writes them."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

from engine.dossier.view import PLACEHOLDER

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_PADDED_MONTHS = 2
_DAY_IN_FIGURES = re.compile(r"\bngày (\d{1,2})/(\d{1,2})/(\d{4})\b")


def long_date(day: dt.date | None) -> str:
    """Gives "ngày 05 tháng 02 năm 2026": days below 10 and months 1, 2 padded (NĐ 30/2020, Phụ lục I)."""
    if day is None:
        return f"ngày {PLACEHOLDER} tháng {PLACEHOLDER} năm {PLACEHOLDER}"
    month = f"{day.month:02d}" if day.month <= _PADDED_MONTHS else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def spelled_out(text: str) -> str:
    """Writes every "ngày 18/5/2022" of a text as `long_date` does; what is no day of the calendar stays."""
    return _DAY_IN_FIGURES.sub(_long, text)


def _long(found: re.Match[str]) -> str:
    day, month, year = map(int, found.groups())
    try:
        return long_date(dt.date(year, month, day))
    except ValueError:
        return found[0]


def short_date(day: dt.date) -> str:
    """Gives "05/02/2026"."""
    return day.strftime("%d/%m/%Y")


def moment(at: dt.datetime) -> str:
    """Gives "17 giờ 00, thứ Năm 26/11/2026", in Vietnam. Raises ValueError for a naive time."""
    if at.tzinfo is None:
        msg = f"a moment needs its zone: {at!r}"
        raise ValueError(msg)
    local = at.astimezone(ZONE)
    return f"{local.hour:02d} giờ {local.minute:02d}, {WEEKDAYS[local.weekday()]} {short_date(local.date())}"


def dateline(place: str, day: dt.date | None) -> str:
    """Gives "Lạng Sơn, ngày 05 tháng 02 năm 2026"."""
    return f"{place}, {long_date(day)}"


def count(number: int) -> str:
    """Counts in running text, below 10 padded: "03"."""
    return f"{number:02d}"


def percent(part: int, whole: int) -> str:
    """Gives "90,9%": cut and never rounded up: 79,96 % must not read as the 80 % it does not reach."""
    if whole <= 0:
        return PLACEHOLDER
    tenths = part * 1000 // whole
    if tenths % 10 == 0:
        return f"{tenths // 10}%"
    return f"{tenths // 10},{tenths % 10}%"


def megabytes(size: int) -> str:
    """Bytes as megabytes (2**20), rounded up to a tenth: "1.900", "20,1"."""
    whole, tenth = divmod(-(-size * 10 // 2**20), 10)
    said = f"{whole:,}".replace(",", ".")
    return f"{said},{tenth}" if tenth else said
