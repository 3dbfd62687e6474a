"""The list as XLSX: one sheet per award, real numbers and dates, and no cell that acts as a formula."""

import datetime as dt
import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.dossier.archive import repack_office
from engine.dossier.facts import LineFacts, ListFacts
from engine.dossier.view import plain

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

_COLUMNS = (
    ("STT", 6),
    ("Họ và tên / Tên tập thể", 30),
    ("Đối tượng", 12),
    ("Chức vụ", 22),
    ("Đơn vị", 30),
    ("Tóm tắt thành tích", 70),
    ("Hình thức", 34),
    ("Phiếu đồng ý", 13),
    ("Mẫu số tính tỷ lệ", 13),
    ("Tỷ lệ", 10),
    ("Ngày văn bản", 14),
)
_FORMULA_STARTS = ("=", "+", "-", "@")
_SHEET_NAME_MAX = 31
_RATE, _DATE = 10, 11


def render_xlsx(facts: ListFacts) -> bytes:
    """The list as a workbook; same inputs, same bytes."""
    # openpyxl costs a quarter of a second of CPU to load and few pages need it.
    from openpyxl import Workbook  # noqa: PLC0415 — lazy, see above

    book = Workbook()
    book.properties.creator = ""
    first = book.active
    if first is not None:
        book.remove(first)
    awards = list(dict.fromkeys(line.award_name for line in facts.lines)) or ["Danh sách"]
    names: set[str] = set()
    for award in awards:
        sheet = book.create_sheet(_sheet_name(award, names))
        _fill(sheet, [line for line in facts.lines if line.award_name == award], facts.parent_date)
    buffer = io.BytesIO()
    book.save(buffer)
    return repack_office(buffer.getvalue(), facts.parent_date or facts.stamp)


def _fill(sheet: "Worksheet", lines: Sequence[LineFacts], day: dt.date | None) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 — lazy, see render_xlsx
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 — lazy, see render_xlsx

    for column, (title, width) in enumerate(_COLUMNS, start=1):
        cell = sheet.cell(1, column)
        _put(cell, title)
        cell.font = Font(name="Times New Roman", size=12, bold=True)
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row, line in enumerate(lines, start=2):
        for column, value in enumerate(_values(line, day), start=1):
            cell = sheet.cell(row, column)
            _put(cell, value)
            cell.font = Font(name="Times New Roman", size=12)
            cell.alignment = Alignment(vertical="top", wrap_text=isinstance(value, str))
        sheet.cell(row, _RATE).number_format = "0.0%"
        sheet.cell(row, _DATE).number_format = "dd/mm/yyyy"
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(_COLUMNS))}{len(lines) + 1}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    if sheet.sheet_properties.pageSetUpPr is not None:
        sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _values(line: LineFacts, day: dt.date | None) -> tuple[str | int | float | dt.date | None, ...]:
    # Cut to tenths of a percent like the minutes: a rate never reads as the threshold it does not reach.
    rate = line.yes * 1000 // line.base / 1000 if line.yes is not None and line.base else None
    who = "Tập thể" if line.is_collective else "Cá nhân"
    named = (line.order, line.name, who, "" if line.is_collective else line.title, line.unit)
    return (*named, line.achievement, line.award_name, line.yes, line.base, rate, day)


def _put(cell: "Cell | object", value: str | float | dt.date | None) -> None:
    from openpyxl.cell.cell import Cell  # noqa: PLC0415 — lazy, see render_xlsx

    if not isinstance(cell, Cell):  # a merged cell: there are none here
        return
    if isinstance(value, str):
        value = plain(value)
        cell.value = value or None
        if value.startswith(_FORMULA_STARTS):
            # A typed "=1+1" is text: never a formula, neither here nor after editing in Excel.
            cell.data_type = "s"
            cell.quotePrefix = True
    else:
        cell.value = value


def _sheet_name(award: str, taken: set[str]) -> str:
    base = re.sub(r"[\[\]:*?/\\]", " ", plain(award)).strip(" '")
    if len(base) > _SHEET_NAME_MAX:
        base = base.replace(" của ", " ", 1)  # "Bằng khen Chủ tịch UBND tỉnh" fits whole
    base = base[:_SHEET_NAME_MAX].strip() or "Danh sách"
    name, number = base, 2
    while name.casefold() in taken:
        tail = f" ({number})"
        name, number = base[: _SHEET_NAME_MAX - len(tail)] + tail, number + 1
    taken.add(name.casefold())
    return name
