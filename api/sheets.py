"""A table as XLSX: text stays text (a typed "=1+1" is no formula), the heading stays in sight."""

import io
from collections.abc import Iterable, Sequence

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA_STARTS = ("=", "+", "-", "@")


def sheet(
    title: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[str | int | None]]
) -> bytes:
    """One sheet; `columns` are (heading, width in characters)."""
    # openpyxl costs a quarter of a second of CPU to load and few pages need it.
    from openpyxl import Workbook  # noqa: PLC0415 — lazy, see above
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 — lazy, see above
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 — lazy, see above

    book = Workbook()
    page = book.active or book.create_sheet()
    page.title = title
    lines = [[heading for heading, _ in columns], *rows]
    for number, values in enumerate(lines, start=1):
        for place, value in enumerate(values, start=1):
            cell = page.cell(number, place)
            cell.value = value if value != "" else None
            cell.font = Font(name="Times New Roman", size=12, bold=number == 1)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
                cell.data_type, cell.quotePrefix = "s", True
    for place, (_, width) in enumerate(columns, start=1):
        page.column_dimensions[get_column_letter(place)].width = width
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(lines)}"
    page.print_title_rows = "1:1"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()
