"""PDF/A-2b from the view-model. Text goes to the typesetter as JSON data, never as source."""

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.dossier.dates import dateline
from engine.dossier.layout import Layout
from engine.dossier.typesetting import FONT, Job, RenderError, typeset
from engine.dossier.view import Document, Head, Paragraph, Table, heading, sections

__all__ = ["FONT", "RenderError", "head_texts", "render_pdf", "render_pdfs"]

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"


def render_pdf(document: Document | Sequence[Document], *, fonts: Path, layout: Layout) -> bytes:
    """One PDF/A-2b of the document, or of several one after another; same inputs, same bytes.

    `fonts` is the folder (searched deeply) that holds the Tinos TTF files; system fonts are not used.
    Raises RenderError when the folder holds no Tinos, and see `typesetting.typeset`.
    """
    documents = [document] if isinstance(document, Document) else list(document)
    return render_pdfs([documents], fonts=fonts, layout=layout)[0]


def render_pdfs(bundles: Sequence[Sequence[Document]], *, fonts: Path, layout: Layout) -> list[bytes]:
    """A PDF of every bundle of documents, as `render_pdf`, all by one child process."""
    jobs = [_job(documents, layout) for documents in bundles]
    return typeset(jobs, fonts=fonts) if jobs else []


def _job(documents: Sequence[Document], layout: Layout) -> Job:
    if not documents:
        msg = "Không có văn bản nào để kết xuất."
        raise RenderError(msg)
    data = {
        "title": documents[0].title,
        "font": FONT,
        "layout": layout.as_mapping(),
        "documents": [_document(each) for each in documents],
    }
    noon = dt.datetime.combine(documents[0].stamp, dt.time(12), tzinfo=dt.UTC)
    return Job(documents[0].title, json.dumps(data, ensure_ascii=False), int(noon.timestamp()))


def _document(document: Document) -> dict[str, Any]:
    return {
        "title": document.title,
        "subject": heading(document.subject),
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
        "issuer": heading(head.issuer).upper(),
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
