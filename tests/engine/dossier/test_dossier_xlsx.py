import datetime as dt
import io
from dataclasses import replace

from dossier_sample import CERTIFICATE, DAY, LETTER, line, listed
from openpyxl import load_workbook

from engine.dossier.dates import percent
from engine.dossier.xlsx import render_xlsx


def test_one_sheet_per_award_with_real_numbers_and_dates() -> None:
    lines = (line(1), line(2, award=LETTER), replace(line(3, award=LETTER), yes=None, base=None))
    book = load_workbook(io.BytesIO(render_xlsx(listed(lines))))
    assert book.sheetnames == [CERTIFICATE.replace(" của ", " ", 1), LETTER]
    sheet = book[LETTER]
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == "A1:K3"
    row = [cell.value for cell in sheet[2]]
    assert row[0] == 2
    assert [sheet["H1"].value, sheet["I1"].value] == ["Phiếu đồng ý", "Mẫu số tính tỷ lệ"]
    assert row[7:9] == [10, 11]
    assert row[10] == dt.datetime(2026, 11, 27)  # noqa: DTZ001 — a spreadsheet's dates have no zone
    assert sheet["J2"].number_format == "0.0%"
    assert sheet["J3"].value is None


def test_a_rate_is_cut_as_in_the_minutes() -> None:
    sheet = load_workbook(io.BytesIO(render_xlsx(listed((replace(line(1), yes=26, base=29),))))).worksheets[0]
    assert sheet["J2"].value == 0.896, "89,66 % is no 89,7 %: minutes and list say 89,6%"
    assert percent(26, 29) == "89,6%"


def test_cells_that_look_like_formulas_are_text() -> None:
    for start in ("=1+1", "+84", "-5", "@SUM(A1)", "=cmd|'/c calc'!A1"):
        sheet = load_workbook(io.BytesIO(render_xlsx(listed((line(1, name=start),))))).worksheets[0]
        assert sheet["B2"].value == start
        assert sheet["B2"].data_type == "s"
        assert sheet["B2"].quotePrefix


def test_sheet_names_fit_and_differ() -> None:
    long = "Bằng khen [của]: Chủ tịch/UBND tỉnh* rất dài"
    lines = (line(1, award=long + " một"), line(2, award=long + " hai"), line(3, award="'"))
    names = load_workbook(io.BytesIO(render_xlsx(listed(lines)))).sheetnames
    assert len(set(names)) == 3
    assert all(len(name) <= 31 for name in names)


def test_same_inputs_same_bytes_and_an_empty_list_is_still_a_book() -> None:
    facts = listed((line(1), line(2, award=LETTER)))
    assert render_xlsx(facts) == render_xlsx(facts)
    assert load_workbook(io.BytesIO(render_xlsx(listed(())))).sheetnames == ["Danh sách"]
    assert b"<" not in render_xlsx(replace(facts, parent_date=None, stamp=DAY))[:2]
