"""PDF/A-2b from the view-model. Text goes to the typesetter as JSON data, never as source."""

import datetime as dt
import json
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.dossier.dates import dateline
from engine.dossier.layout import Layout
from engine.dossier.view import Document, Head, Paragraph, Table, sections

if TYPE_CHECKING:
    import typst

FONT = "Tinos"
"""Metric-compatible with Times New Roman, all Vietnamese marks, free to embed."""

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"


class RenderError(ValueError):
    """A document that could not be typeset; the message says why."""


def render_pdf(document: Document | Sequence[Document], *, fonts: Path, layout: Layout) -> bytes:
    """One PDF/A-2b of the document, or of several one after another; same inputs, same bytes.

    `fonts` is the folder (searched deeply) that holds the Tinos TTF files; system fonts are not used.
    Raises RenderError when the folder holds no Tinos or a character has no glyph.
    """
    documents = [document] if isinstance(document, Document) else list(document)
    if not documents:
        msg = "Không có văn bản nào để kết xuất."
        raise RenderError(msg)
    data = {
        "title": documents[0].title,
        "font": FONT,
        "layout": layout.as_mapping(),
        "documents": [_document(each) for each in documents],
    }
    # typst is loaded only when a PDF is wanted: 80 MB that pages have no use for.
    import typst  # noqa: PLC0415 — lazy, see above

    compiler = typst.Compiler(
        files(__package__).joinpath("document.typ").read_bytes(),
        font_paths=_fonts(fonts),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    noon = dt.datetime.combine(documents[0].stamp, dt.time(12), tzinfo=dt.UTC)
    try:
        made = compiler.compile(format="pdf", pdf_standards=["a-2b"], timestamp=int(noon.timestamp()))
    except typst.TypstError as fault:
        msg = f"Không kết xuất được PDF của “{documents[0].title}”: {fault.message}"
        raise RenderError(msg) from fault
    if not isinstance(made, bytes):
        msg = f"Không kết xuất được PDF của “{documents[0].title}”."
        raise RenderError(msg)
    return made


@lru_cache(maxsize=4)
def _fonts(folder: Path) -> "typst.Fonts":
    import typst  # noqa: PLC0415 — lazy, see render_pdf

    # The fonts built into the wheel stay as a fall-back for signs Tinos lacks (☑, ✓).
    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder])
    if FONT not in found.families():
        msg = f"Không thấy phông {FONT} trong {folder}; hãy chạy lại bước cài đặt để lấy phông."
        raise RenderError(msg)
    return found


def _document(document: Document) -> dict[str, Any]:
    return {
        "title": document.title,
        "subject": document.subject,
        "note": document.note,
        "salutation": document.salutation,
        "appendix": document.appendix,
        "head": None if document.head is None else head_texts(document.head),
        "sections": [
            {"landscape": landscape, "blocks": [_block(block, flush=document.appendix) for block in blocks]}
            for landscape, blocks in sections(document)
        ],
        "signatures": [
            {"lines": list(each.lines), "name": each.name, "note": each.note} for each in document.signatures
        ],
        "recipients_title": document.recipients_title,
        "recipients": list(document.recipients),
    }


def head_texts(head: Head) -> dict[str, str]:
    """The texts of the upper part as printed, for every renderer."""
    return {
        "parent": head.parent.upper(),
        "issuer": head.issuer.upper(),
        "nation": NATION,
        "motto": MOTTO,
        "symbol": f"Số: {head.symbol}" if head.symbol else "",
        "dateline": dateline(head.place, head.date) if head.dateline else "",
    }


def _block(block: Paragraph | Table, *, flush: bool) -> dict[str, Any]:
    if isinstance(block, Table):
        return {
            "kind": "table",
            "columns": [
                {"title": each.title, "weight": each.weight, "align": each.align} for each in block.columns
            ],
            "rows": [list(row.cells) for row in block.rows],
        }
    return {
        "kind": "paragraph",
        "style": block.style.value,
        "text": block.text,
        "lead": block.lead,
        "flush": flush,
    }
