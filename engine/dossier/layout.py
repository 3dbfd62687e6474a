"""Page measures of NĐ 30/2020, Phụ lục I, read from a file and held to the decree's ranges."""

from dataclasses import asdict, dataclass, fields
from typing import Any

import yaml

_RANGES: dict[str, tuple[float, float]] = {
    "margin_top": (20, 25),
    "margin_bottom": (20, 25),
    "margin_left": (30, 35),
    "margin_right": (15, 20),
    "national_name": (12, 13),
    "national_motto": (13, 14),
    "issuer": (12, 13),
    "symbol": (13, 13),
    "place_date": (13, 14),
    "title": (13, 14),
    "subject": (13, 14),
    "body": (13, 14),
    "table": (9, 14),  # the decree sets no size for table cells
    "signature": (13, 14),
    "recipients_title": (12, 12),
    "recipients": (11, 11),
    "page_number": (13, 14),
    "first_line_indent": (10, 12.7),
    "paragraph_gap": (6, 12),
    "line_spacing": (1, 1.5),
    "signature_space": (15, 40),  # room for signature and seal; ours, not the decree's
}


class LayoutError(ValueError):
    """A measure that is missing, unknown or outside the decree's range; the message says which."""


@dataclass(frozen=True)
class Layout:
    """Margins, first-line indent and signature space in mm; type sizes and paragraph gap in pt;
    line spacing as a multiple of a single line.
    """

    margin_top: float
    margin_bottom: float
    margin_left: float
    margin_right: float
    national_name: float
    national_motto: float
    issuer: float
    symbol: float
    place_date: float
    title: float
    subject: float
    body: float
    table: float
    signature: float
    recipients_title: float
    recipients: float
    page_number: float
    first_line_indent: float
    paragraph_gap: float
    line_spacing: float
    signature_space: float

    def width(self, *, landscape: bool) -> float:
        """Width of the text area in mm on A4."""
        return (297.0 if landscape else 210.0) - self.margin_left - self.margin_right

    def as_mapping(self) -> dict[str, float]:
        return asdict(self)


def load_layout(text: str, *, file: str = "layout.yaml") -> Layout:
    """Layout from YAML text. Raises LayoutError naming file, measure and allowed range."""
    try:
        data: Any = yaml.safe_load(text)
    except (ValueError, OverflowError, yaml.YAMLError) as fault:
        msg = f"{file}: không đọc được YAML — {fault}"
        raise LayoutError(msg) from fault
    names = {entry.name for entry in fields(Layout)}
    if not isinstance(data, dict) or set(data) != names:
        given = set(data) if isinstance(data, dict) else set()
        msg = f"{file}: thiếu {sorted(names - given)}, thừa {sorted(map(str, given - names))}."
        raise LayoutError(msg)
    for name, (low, high) in _RANGES.items():
        value = data[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            msg = f"{file}: {name} phải từ {low:g} đến {high:g} (NĐ 30/2020, Phụ lục I), đang là {value!r}."
            raise LayoutError(msg)
    return Layout(**{name: float(data[name]) for name in names})
