"""A value of no meaning in the files every process reads is told with its own line, never an error."""

import pytest

from api.checking import standing_faults
from config.files import read_folder
from config.settings import CONFIG_FOLDER
from engine.dossier.layout import LayoutError, load_layout

SHIPPED = read_folder(CONFIG_FOLDER)
LAYOUT, CALENDAR = "config/documents/layout.yaml", "config/calendar/viet-nam.yaml"
SITE, LABELS = "config/locale/site.yaml", "config/locale/vi.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (LAYOUT, "margin_left: 30", "margin_left: 2025-11-31"),
        (LAYOUT, "margin_left: 30", f"margin_left: {'9' * 5000}"),
        (LAYOUT, "margin_left: 30", f"margin_left: 1{':59' * 300}.5"),
        (SITE, '"0205 3000 001"', "2025-11-31"),
        (SITE, '"0205 3000 001"', "0205\n  ? [a, b]\n  : c"),
        (LABELS, "  draft: Nháp", "  draft: 2025-11-31"),
        (CALENDAR, "    name: Ngày Văn hóa Việt Nam\n", "    name: 2025-11-31\n"),
    ],
)
def test_a_value_nobody_can_have_meant_is_told_with_its_line(file: str, old: str, new: str) -> None:
    assert old in SHIPPED[file], f"{old!r} is no longer in {file}"
    at = SHIPPED[file].partition(old)[0].count("\n") + 1
    found = standing_faults({**SHIPPED, file: SHIPPED[file].replace(old, new, 1)})
    assert found
    assert all(fault.file == file and fault.remedy for fault in found)
    assert {fault.line for fault in found} <= set(range(at - 1, at + 2)), "\n".join(map(str, found))


@pytest.mark.parametrize("value", ["2025-11-31", "9" * 5000])
def test_the_layout_itself_says_so_too(value: str) -> None:
    with pytest.raises(LayoutError, match="không đọc được YAML"):
        load_layout(f"margin_top: {value}")


def test_a_calendar_says_that_it_has_no_days_and_is_told_when_it_says_nothing() -> None:
    head = SHIPPED[CALENDAR].partition("\ndays:")[0]
    (fault,) = standing_faults({**SHIPPED, CALENDAR: f"{head}\ndays:\n"})
    assert "chưa có mục này" in fault.sentence
    assert "days: []" in fault.remedy
    assert standing_faults({**SHIPPED, CALENDAR: f"{head}\ndays: []\n"}) == []
    bare = SHIPPED[CALENDAR].replace("announced_through: 2026-12-31", "announced_through:")
    (fault,) = standing_faults({**SHIPPED, CALENDAR: bare})
    assert "phải là ngày dạng" in fault.sentence
