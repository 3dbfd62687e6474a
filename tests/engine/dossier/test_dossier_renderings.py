"""Both outputs of every document: the same words, the decree's measures, the same bytes again."""

import io
import re
import time
import unicodedata
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from dossier_sample import DAY, FONTS, LETTER, line, listed
from pypdf import PdfReader

from engine.dossier.award_list import award_list
from engine.dossier.decision import decision
from engine.dossier.docx import render_docx
from engine.dossier.facts import Registration
from engine.dossier.minutes import minutes
from engine.dossier.pdf import RenderError, render_pdf
from engine.dossier.report import achievement_report
from engine.dossier.submission import submission
from engine.dossier.texts import Texts
from engine.dossier.view import Document, Head, PageBreak, Paragraph, Signature, Style

HOSTILE = (
    "# * _ $ @ \\ \" <script>alert('1')</script> & {{7*7}} {x} [a](b) `c` ~d~ -- ... https://a.b //x /*y*/",
    "- gạch đầu dòng",
    "= Tiêu đề",
    "=1+1",
    "+ mục",
    "1. đầu",
    "#set page(width: 1cm)",
    "</w:t></w:r>",
    "fi fl ffi Ẫm Ữ Ậ ₫",
)


@pytest.fixture(scope="module")
def documents(request: pytest.FixtureRequest) -> dict[str, list[Document]]:
    names = ("texts", "agency", "review", "lines", "registration", "council", "report_facts")
    texts, agency, review, lines, registration, council, report_facts = map(request.getfixturevalue, names)
    about = {"agency": agency, "review": review}
    hostile = replace(lines[1], name=HOSTILE[0], unit=HOSTILE[3], achievement=" ".join(HOSTILE))
    report = replace(report_facts, achievements=((HOSTILE[0], "\n".join(HOSTILE)),))
    return {
        "submission": [
            submission(texts.submission, lines=lines, registration=registration, council=council, **about),
            award_list(texts.award_list, facts=listed((lines[0], hostile)), **about),
        ],
        "minutes": [
            minutes(texts.minutes, council=council, registration=Registration(None, None, DAY), **about)
        ],
        "decision": [
            decision(
                texts.decision,
                lines=[line(1, award=LETTER)],
                registration=registration,
                council=council,
                **about,
            )
        ],
        "report": [achievement_report(texts.report, facts=report, **about)],
    }


NAMES = ["submission", "minutes", "decision", "report"]


def folded(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text))


def pdf_text(data: bytes) -> str:
    """The words of a PDF in order, its page numbers left out."""
    pages = []
    for page in PdfReader(io.BytesIO(data)).pages:
        text = page.extract_text()
        pages.append(re.sub(r"^\s*\d+\n", "", text) if has_number(page) else text)
    return "\n".join(pages)


def has_number(page: Any) -> bool:
    """Whether anything is printed in the top margin."""
    found: list[str] = []

    def visit(text: str, cm: Any, tm: Any, _font: Any, _size: Any) -> None:
        height = cm[3] * tm[5] + cm[5]
        if text.strip() and height > float(page.mediabox.height) - 20 / 25.4 * 72:
            found.append(text.strip())

    page.extract_text(visitor_text=visit)
    return bool(found)


def docx_text(data: bytes) -> str:
    body = docx.Document(io.BytesIO(data)).element.body
    return "\n".join(node.text or "" for node in body.iter(qn("w:t")))


@pytest.mark.parametrize("name", NAMES)
def test_docx_and_pdf_say_the_same(name: str, documents: dict[str, list[Document]], texts: Texts) -> None:
    pdf = pdf_text(render_pdf(documents[name], fonts=FONTS, layout=texts.layout))
    word = docx_text(render_docx(documents[name], layout=texts.layout))
    assert folded(word) == folded(pdf)
    assert len(folded(word)) > 500


@pytest.mark.parametrize("name", ["submission", "report"])
def test_typed_text_stays_literal(name: str, documents: dict[str, list[Document]], texts: Texts) -> None:
    pdf = folded(pdf_text(render_pdf(documents[name], fonts=FONTS, layout=texts.layout)))
    word = folded(docx_text(render_docx(documents[name], layout=texts.layout)))
    for text in HOSTILE:
        assert folded(text) in pdf
        assert folded(text) in word


@pytest.mark.parametrize("name", NAMES)
def test_same_inputs_same_bytes(
    name: str, documents: dict[str, list[Document]], texts: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def both() -> tuple[bytes, bytes]:
        return (
            render_pdf(documents[name], fonts=FONTS, layout=texts.layout),
            render_docx(documents[name], layout=texts.layout),
        )

    first = both()
    # A later day on the machine's clock, which zipfile and typst could look at.
    monkeypatch.setattr(time, "time", lambda: 4_000_000_000.0)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(4_000_000_000))
    assert both() == first


def test_the_pdf_is_archivable_a4_with_our_font_only(
    documents: dict[str, list[Document]], texts: Texts
) -> None:
    data = render_pdf(documents["submission"], fonts=FONTS, layout=texts.layout)
    assert b"pdfaid:part" in data
    reader = PdfReader(io.BytesIO(data))
    metadata = reader.metadata
    assert metadata is not None
    assert metadata.creation_date is not None
    assert metadata.creation_date.date() == DAY
    sizes = [(round(float(p.mediabox.width)), round(float(p.mediabox.height))) for p in reader.pages]
    assert sizes[0] == (595, 842)
    assert sizes[-1] == (842, 595)
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    }
    assert fonts
    assert all("Tinos" in font for font in fonts)


def test_pdf_margins(documents: dict[str, list[Document]], texts: Texts) -> None:
    data = render_pdf(documents["minutes"], fonts=FONTS, layout=texts.layout)
    lefts, heights = [], []

    def visit(text: str, cm: Any, tm: Any, _font: Any, _size: Any) -> None:
        if text.strip():
            lefts.append((cm[0] * tm[4] + cm[4]) / 72 * 25.4)
            heights.append((cm[3] * tm[5] + cm[5]) / 72 * 25.4)

    for page in PdfReader(io.BytesIO(data)).pages:
        page.extract_text(visitor_text=visit)
    assert min(lefts) == pytest.approx(30, abs=0.5)
    assert max(lefts) < 210 - 15
    assert min(heights) > 20


def test_the_page_number_is_hidden_on_page_one_and_starts_anew_in_the_appendix(
    texts: Texts, agency: Any, review: Any, registration: Any, council: Any
) -> None:
    lines = tuple(line(order) for order in range(1, 41))
    letter = submission(
        texts.submission,
        agency=agency,
        review=review,
        lines=lines,
        registration=registration,
        council=council,
    )
    attached = award_list(texts.award_list, agency=agency, review=review, facts=listed(lines))
    reader = PdfReader(io.BytesIO(render_pdf([letter, attached], fonts=FONTS, layout=texts.layout)))
    numbered = [has_number(page) for page in reader.pages]
    assert numbered[:2] == [False, False]
    assert numbered[2:] == [True] * (len(numbered) - 2)
    assert reader.pages[2].extract_text().split()[0] == "2"
    assert reader.pages[3].extract_text().split()[0] == "3"
    # The heading row comes again on each page of the list.
    assert all("Tóm tắt thành tích" in page.extract_text() for page in list(reader.pages)[1:])


def test_docx_measures(documents: dict[str, list[Document]], texts: Texts) -> None:
    word = docx.Document(io.BytesIO(render_docx(documents["submission"], layout=texts.layout)))
    first, second = word.sections
    for section in (first, second):
        assert abs((section.top_margin or 0) - Mm(20)) < Mm(0.1)
        assert abs((section.bottom_margin or 0) - Mm(20)) < Mm(0.1)
        assert abs((section.left_margin or 0) - Mm(30)) < Mm(0.1)
        assert abs((section.right_margin or 0) - Mm(15)) < Mm(0.1)
        assert section.different_first_page_header_footer
        assert section._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1"
    assert (first.page_width or 0) < (first.page_height or 0)
    assert (second.page_width or 0) > (second.page_height or 0)
    header = first.header.paragraphs[0]
    assert "PAGE" in header._p.xml
    assert header.alignment == 1
    assert header.runs[0].font.size == Pt(14)
    assert not "".join(p.text for p in first.first_page_header.paragraphs)
    normal = word.styles["Normal"]
    assert normal.font.name == "Times New Roman"
    sizes = {run.font.size for p in word.paragraphs for run in p.runs}
    assert sizes <= {Pt(13), Pt(14)}


def test_docx_tables_set_grid_and_cells_and_repeat_their_heading(
    documents: dict[str, list[Document]], texts: Texts
) -> None:
    word = docx.Document(io.BytesIO(render_docx(documents["submission"], layout=texts.layout)))
    table = word.tables[-1]._tbl
    grid = [int(column.get(qn("w:w"))) for column in table.tblGrid.findall(qn("w:gridCol"))]
    assert sum(grid) == pytest.approx(252 / 25.4 * 1440, abs=10)
    for row in table.tr_lst:
        assert [int(cell.tcPr.find(qn("w:tcW")).get(qn("w:w"))) for cell in row.tc_lst] == grid
    assert [row.trPr.find(qn("w:tblHeader")) is not None for row in table.tr_lst] == [True, False]


def test_a_page_may_turn_inside_a_document(texts: Texts) -> None:
    made = Document(
        title="BÁO CÁO",
        stamp=DAY,
        head=Head("UBND tỉnh", "Ban Dân tộc", None, "Lạng Sơn", None),
        blocks=(Paragraph("một"), PageBreak(landscape=True), Paragraph("hai", Style.CENTER), PageBreak()),
        signatures=(Signature(("TRƯỞNG BAN",), "Vi Minh Tú"),),
    )
    reader = PdfReader(io.BytesIO(render_pdf(made, fonts=FONTS, layout=texts.layout)))
    assert [page.mediabox.width > page.mediabox.height for page in reader.pages] == [False, True, False]
    assert reader.pages[1].extract_text().split()[0] == "2"
    word = docx.Document(io.BytesIO(render_docx(made, layout=texts.layout)))
    assert [section.different_first_page_header_footer for section in word.sections] == [True, False, False]
    assert all(section._sectPr.find(qn("w:pgNumType")) is None for section in list(word.sections)[1:])
    assert "ngày … tháng … năm …" in docx_text(render_docx(made, layout=texts.layout))


def test_an_agency_with_none_above_it_begins_with_its_own_name(texts: Texts) -> None:
    """As an UBND does (NĐ 30/2020/NĐ-CP, Phụ lục I)."""
    made = Document(
        title="BÁO CÁO", stamp=DAY, head=Head("", "UBND xã Tràng Định"), blocks=(Paragraph("một"),)
    )
    assert pdf_text(render_pdf([made], fonts=FONTS, layout=texts.layout)).split()[0] == "UBND"
    cell = docx.Document(io.BytesIO(render_docx([made], layout=texts.layout))).tables[0].cell(0, 0)
    assert cell.paragraphs[0].text == "UBND XÃ TRÀNG ĐỊNH"


def test_faults_are_told(tmp_path: Path, documents: dict[str, list[Document]], texts: Texts) -> None:
    with pytest.raises(RenderError, match="Không thấy phông Tinos"):
        render_pdf(documents["report"], fonts=tmp_path, layout=texts.layout)
    with pytest.raises(RenderError, match="Không có văn bản"):
        render_pdf([], fonts=FONTS, layout=texts.layout)
    with pytest.raises(ValueError, match="Không có văn bản"):
        render_docx([], layout=texts.layout)


def test_emoji_and_foreign_scripts_do_not_stop_a_dossier(texts: Texts) -> None:
    made = Document(title="BÁO CÁO", stamp=DAY, blocks=(Paragraph("tốt 👍 漢字 ☑ ✓ → ไทย عرب"),))
    pdf = pdf_text(render_pdf(made, fonts=FONTS, layout=texts.layout))
    assert folded(pdf) == folded(docx_text(render_docx(made, layout=texts.layout)))


def test_two_hundred_lines_are_quick(texts: Texts, agency: Any, review: Any) -> None:
    facts = listed(tuple(line(order) for order in range(1, 201)))
    made = award_list(texts.award_list, agency=agency, review=review, facts=facts)
    started = time.process_time()
    data = render_pdf(made, fonts=FONTS, layout=texts.layout)
    spent = time.process_time() - started
    assert len(PdfReader(io.BytesIO(data)).pages) > 10
    assert spent < 1.5  # the aim is 0.5 s; the machine may be busy
    started = time.process_time()
    word = render_docx(made, layout=texts.layout)
    assert time.process_time() - started < 1.5
    assert zipfile.is_zipfile(io.BytesIO(word))
