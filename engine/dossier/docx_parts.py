"""Pieces of WordprocessingML that python-docx has no words for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}
FONT = "Times New Roman"
_TWIPS_PER_MM = 1440 / 25.4
_SOURCE_UNITS = 2  # Word counts type sizes in half points


@dataclass(frozen=True)
class Look:
    """How a paragraph stands: size and gaps in pt, indents in mm, spacing in lines."""

    size: float
    align: str = "left"
    bold: bool = False
    italic: bool = False
    before: float = 0
    after: float = 0
    first_indent: float = 0
    side_indent: float = 0
    spacing: float = 1
    keep_next: bool = False


def twips(millimetres: float) -> int:
    return round(millimetres * _TWIPS_PER_MM)


def node(tag: str, **attributes: str | int) -> Any:
    """An element such as `node("w:shd", val="clear")`; attributes are in the w: namespace."""
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), str(value))
    return element


def write(paragraph: Paragraph, text: str, look: Look, *, lead: str = "") -> Paragraph:
    """Sets text and look; the text is one literal run (after the bold `lead`, if any)."""
    form = paragraph.paragraph_format
    form.alignment = ALIGN[look.align]
    form.space_before, form.space_after = Pt(look.before), Pt(look.after)
    form.line_spacing = look.spacing
    form.first_line_indent = Mm(look.first_indent) if look.first_indent else None
    if look.side_indent:
        form.left_indent = form.right_indent = Mm(look.side_indent)
    if look.keep_next:
        form.keep_with_next = True
    for content, bold in ((f"{lead} " if lead else "", True), (text, look.bold)):
        if content:
            run = paragraph.add_run(content)
            run.font.size = Pt(look.size)
            run.bold, run.italic = bold or None, look.italic or None
    return paragraph


def rule_below(paragraph: Paragraph) -> None:
    """Draws the paragraph's lower border: the short rules of NĐ 30, as long as its indents leave room."""
    borders = node("w:pBdr")
    borders.append(node("w:bottom", val="single", sz=4, space=1, color="000000"))
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 — python-docx offers no paragraph borders
    properties.insert_element_before(
        borders,
        *("w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr"),
    )


def page_field(paragraph: Paragraph, size: float) -> None:
    """The current page number as a field."""
    for kind, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("result", "2"), ("end", "")):
        run = paragraph.add_run()
        run.font.size = Pt(size)
        if kind == "result":
            run.text = text
        elif text:
            instruction = node("w:instrText")
            instruction.text = text
            run._r.append(instruction)  # noqa: SLF001 — fields are not in python-docx
        else:
            run._r.append(node("w:fldChar", fldCharType=kind))  # noqa: SLF001 — as above


def fixed_table(table: Any, widths: Sequence[float], *, ruled: bool) -> None:
    """Fixed layout with the grid set: LibreOffice takes widths from the grid, Word from the cells."""
    properties = table._tbl.tblPr  # noqa: SLF001 — table layout is not in python-docx
    for tag in (
        "w:tblStyle",
        "w:tblW",
        "w:tblLayout",
        "w:tblBorders",
        "w:tblCellMar",
        "w:tblLook",
        "w:jc",
        "w:tblInd",
    ):
        for old in properties.findall(qn(tag)):
            properties.remove(old)
    properties.append(node("w:tblW", w=sum(map(twips, widths)), type="dxa"))
    if ruled:
        # Word lets the frame hang out by the cell margin; this puts it back on the text edge.
        properties.append(node("w:tblInd", w=twips(1.5), type="dxa"))
        borders = node("w:tblBorders")
        for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
            borders.append(node(f"w:{side}", val="single", sz=4, space=0, color="000000"))
        properties.append(borders)
    properties.append(node("w:tblLayout", type="fixed"))
    margins = node("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(node(f"w:{side}", w=twips(1.5) if ruled else 0, type="dxa"))
    properties.append(margins)
    for column, width in zip(table._tbl.tblGrid.findall(qn("w:gridCol")), widths, strict=True):  # noqa: SLF001
        column.set(qn("w:w"), str(twips(width)))


def fast_row(cells: Sequence[str], widths: Sequence[float], looks: Sequence[Look], *, heading: bool) -> Any:
    """A table row built directly: adding cells through python-docx takes quadratic time."""
    row = node("w:tr")
    properties = node("w:trPr")
    properties.append(node("w:cantSplit"))
    if heading:
        properties.append(node("w:tblHeader"))
    row.append(properties)
    for text, width, look in zip(cells, widths, looks, strict=True):
        cell = node("w:tc")
        cell_properties = node("w:tcPr")
        cell_properties.append(node("w:tcW", w=twips(width), type="dxa"))
        if heading:
            cell_properties.append(node("w:vAlign", val="center"))
        cell.append(cell_properties)
        cell.append(_paragraph(text, look))
        row.append(cell)
    return row


def _paragraph(text: str, look: Look) -> Any:
    paragraph, properties = node("w:p"), node("w:pPr")
    properties.append(node("w:spacing", before=40, after=40, line=240, lineRule="auto"))
    properties.append(node("w:jc", val={"justify": "both"}.get(look.align, look.align)))
    paragraph.append(properties)
    run, run_properties, content = node("w:r"), node("w:rPr"), node("w:t")
    if look.bold:
        run_properties.append(node("w:b"))
    size = round(look.size * _SOURCE_UNITS)
    run_properties.append(node("w:sz", val=size))
    run_properties.append(node("w:szCs", val=size))
    content.text = text
    content.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.append(run_properties)
    run.append(content)
    paragraph.append(run)
    return paragraph
