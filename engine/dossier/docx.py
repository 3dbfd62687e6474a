"""DOCX from the same view-model as the PDF, so that the office can go on editing in Word."""

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from engine.dossier.archive import repack_office
from engine.dossier.docx_parts import FONT, Look, fast_row, fixed_table, node, page_field, rule_below, write
from engine.dossier.layout import Layout
from engine.dossier.pdf import head_texts
from engine.dossier.view import Document, Head, Paragraph, Signature, Style, Table, heading, sections

_A4 = (210.0, 297.0)
_MOTTO_WIDTH = 4.3  # the motto's length in mm per pt of its size, measured in Times New Roman bold


def render_docx(document: Document | Sequence[Document], *, layout: Layout) -> bytes:
    """One DOCX of the document, or of several one after another; same inputs, same bytes.

    Raises ValueError when there is no document.
    """
    documents = [document] if isinstance(document, Document) else list(document)
    if not documents:
        msg = "Không có văn bản nào để kết xuất."
        raise ValueError(msg)
    word = docx.Document()
    _defaults(word, layout, documents[0])
    for number, each in enumerate(documents):
        _Writer(word, layout, each).write(first=number == 0)
    buffer = io.BytesIO()
    word.save(buffer)
    return repack_office(buffer.getvalue(), documents[0].stamp)


def _defaults(word: WordDocument, layout: Layout, document: Document) -> None:
    style = word.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(layout.body)
    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for name in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{name}"), FONT)
    properties.append(node("w:lang", val="vi-VN", eastAsia="vi-VN"))
    core, noon = word.core_properties, dt.datetime.combine(document.stamp, dt.time(12), tzinfo=dt.UTC)
    core.title, core.author, core.last_modified_by = document.title, "", ""
    core.comments, core.language, core.revision = "", "vi-VN", 1
    core.created = core.modified = noon


class _Writer:
    """Writes one document at the end of the Word file."""

    def __init__(self, word: WordDocument, layout: Layout, document: Document) -> None:
        self.word, self.layout, self.document = word, layout, document
        self.landscape = document.landscape

    def write(self, *, first: bool) -> None:
        for number, (landscape, blocks) in enumerate(sections(self.document)):
            self.landscape = landscape
            self._section(opening=number == 0, reuse=first and number == 0)
            if number == 0:
                self._opening()
            for block in blocks:
                if isinstance(block, Table):
                    self._table(block)
                else:
                    # A signature never stands alone on its page: the last paragraph goes with it.
                    self._paragraph(block, last=block is self.document.blocks[-1])
        self._ending()

    def _section(self, *, opening: bool, reuse: bool) -> None:
        section = self.word.sections[-1] if reuse else self.word.add_section(WD_SECTION.NEW_PAGE)
        short, long = _A4
        section.orientation = WD_ORIENT.LANDSCAPE if self.landscape else WD_ORIENT.PORTRAIT
        section.page_width = Mm(long if self.landscape else short)
        section.page_height = Mm(short if self.landscape else long)
        section.top_margin, section.bottom_margin = Mm(self.layout.margin_top), Mm(self.layout.margin_bottom)
        section.left_margin, section.right_margin = Mm(self.layout.margin_left), Mm(self.layout.margin_right)
        section.header_distance = section.footer_distance = Mm(self.layout.margin_top / 2)
        # Page one hides its number; a page after a break inside the document does not.
        section.different_first_page_header_footer = opening
        properties = section._sectPr  # noqa: SLF001 — page numbering is not in python-docx
        for old in properties.findall(qn("w:pgNumType")):
            properties.remove(old)
        if opening:
            properties.insert_element_before(
                node("w:pgNumType", start=1), "w:cols", "w:formProt", "w:vAlign", "w:titlePg", "w:docGrid"
            )
        if reuse:
            paragraph = section.header.paragraphs[0]
            write(paragraph, "", Look(self.layout.page_number, "center"))
            page_field(paragraph, self.layout.page_number)
            section.first_page_header.is_linked_to_previous = False

    def _add(self, text: str, look: Look, *, lead: str = "") -> Any:
        return write(self.word.add_paragraph(), text, look, lead=lead)

    def _opening(self) -> None:
        document, layout = self.document, self.layout
        if document.head is not None:
            self._head(document.head)
        self._add(document.title, Look(layout.title, "center", bold=True, before=12))
        if document.subject:
            side = layout.width(landscape=self.landscape) * 0.07
            look = Look(layout.subject, "center", bold=True, before=3, side_indent=side)
            self._add(heading(document.subject), look)
            if not document.appendix:
                self._rule(self.word.add_paragraph(), layout.width(landscape=self.landscape), 30)
        if document.note:
            self._add(document.note, Look(layout.body, "center", italic=True, before=3, after=6))
        if document.salutation:
            self._add(document.salutation, Look(layout.body, "center", before=6, after=6))

    def _rule(self, paragraph: Any, room: float, length: float) -> None:
        # An all but empty line: the rule hangs from it.
        write(paragraph, "", Look(2, "center", before=2, after=6, side_indent=max((room - length) / 2, 0)))
        paragraph.paragraph_format.line_spacing = Pt(2)
        rule_below(paragraph)

    def _grid(self, rows: int, widths: Sequence[float]) -> Any:
        table = self.word.add_table(rows=rows, cols=len(widths))
        fixed_table(table, widths, ruled=False)
        for row in table.rows:
            row._tr.get_or_add_trPr().append(node("w:cantSplit"))  # noqa: SLF001 — not in python-docx
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = Mm(width)
        return table

    def _head(self, head: Head) -> None:
        layout, texts = self.layout, head_texts(head)
        width = layout.width(landscape=self.landscape)
        left, right = width * 0.42, width * 0.58
        table = self._grid(2, (left, right))
        body, nation = table.cell(0, 0), table.cell(0, 1)
        issuer = body.paragraphs[0]
        if texts["parent"]:
            write(body.paragraphs[0], texts["parent"], Look(layout.issuer, "center"))
            issuer = body.add_paragraph()
        write(issuer, texts["issuer"], Look(layout.issuer, "center", bold=True))
        # About 0,25 mm per pt and capital letter; the rule is 1/3–1/2 of the name's length.
        name = min(len(texts["issuer"]) * layout.issuer * 0.25, left)
        self._rule(body.add_paragraph(), left, name * 0.45)
        write(nation.paragraphs[0], texts["nation"], Look(layout.national_name, "center", bold=True))
        write(nation.add_paragraph(), texts["motto"], Look(layout.national_motto, "center", bold=True))
        self._rule(nation.add_paragraph(), right, layout.national_motto * _MOTTO_WIDTH)
        write(table.cell(1, 0).paragraphs[0], texts["symbol"], Look(layout.symbol, "center", before=4))
        look = Look(layout.place_date, "center", italic=True, before=4)
        write(table.cell(1, 1).paragraphs[0], texts["dateline"], look)

    def _paragraph(self, block: Paragraph, *, last: bool) -> None:
        layout, style = self.layout, block.style
        gap, lines = layout.paragraph_gap, layout.line_spacing
        if style is Style.CENTER:
            look = Look(layout.body, "center", bold=True, before=gap, after=gap)
        elif style is Style.HEADING:
            indent = 0 if self.document.appendix else layout.first_line_indent
            look = Look(layout.body, bold=True, after=gap, first_indent=indent, spacing=lines, keep_next=True)
        else:
            look = Look(
                layout.body,
                "justify",
                italic=style is Style.BASIS,
                after=gap,
                first_indent=layout.first_line_indent,
                spacing=lines,
                keep_next=last and bool(self.document.signatures),
            )
        self._add(block.text, look, lead=block.lead)

    def _table(self, block: Table) -> None:
        size, total = self.layout.table, sum(column.weight for column in block.columns)
        room = self.layout.width(landscape=self.landscape)
        widths = [room * column.weight / total for column in block.columns]
        table = self.word.add_table(rows=0, cols=len(widths))
        fixed_table(table, widths, ruled=True)
        looks = [Look(size, column.align) for column in block.columns]
        titles = [Look(size, "center", bold=True) for _ in block.columns]
        names = [column.title for column in block.columns]
        table._tbl.append(fast_row(names, widths, titles, heading=True))  # noqa: SLF001 — see fast_row
        for row in block.rows:
            table._tbl.append(fast_row(row.cells, widths, looks, heading=False))  # noqa: SLF001
        # Word joins tables that touch; a small paragraph keeps them, and what follows, apart.
        self._add("", Look(4, after=0))

    def _ending(self) -> None:
        signatures = self.document.signatures
        if not signatures:
            return
        half = self.layout.width(landscape=self.landscape) / 2
        self._add("", Look(6, keep_next=True))
        if len(signatures) == 1:
            table = self._grid(1, (half, half))
            self._recipients(table.cell(0, 0))
            self._titles(table.cell(0, 1), signatures[0])
            self._signer(table.cell(0, 1).add_paragraph(), signatures[0])
            return
        table = self._grid(2, [half * 2 / len(signatures)] * len(signatures))
        for column, signature in enumerate(signatures):
            self._titles(table.cell(0, column), signature)
            self._signer(table.cell(1, column).paragraphs[0], signature)
        if self.document.recipients:
            for cell in table.rows[1].cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
            self._add("", Look(6, keep_next=True))
            self._recipients(self._grid(1, (half,)).cell(0, 0))

    def _titles(self, cell: Any, signature: Signature) -> None:
        paragraphs = [cell.paragraphs[0], *(cell.add_paragraph() for _ in signature.lines[1:])]
        for paragraph, text in zip(paragraphs, signature.lines, strict=True):
            write(paragraph, text, Look(self.layout.signature, "center", bold=True, keep_next=True))
        if signature.note:
            look = Look(self.layout.recipients_title, "center", italic=True, keep_next=True)
            write(cell.add_paragraph(), signature.note, look)

    def _signer(self, paragraph: Any, signature: Signature) -> None:
        room = self.layout.signature_space / 25.4 * 72
        write(paragraph, signature.name, Look(self.layout.signature, "center", bold=True, before=room))

    def _recipients(self, cell: Any) -> None:
        look = Look(self.layout.recipients_title, bold=True, italic=True)
        write(cell.paragraphs[0], self.document.recipients_title, look)
        for text in self.document.recipients:
            write(cell.add_paragraph(), text, Look(self.layout.recipients))
