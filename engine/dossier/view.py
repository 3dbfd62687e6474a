"""The view-model both DOCX and PDF are rendered from, so that the two outputs cannot drift apart.

Everything here is literal text. No renderer may interpret a character of it as markup.
"""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import lru_cache
from typing import Literal

from engine.text import nfc

PLACEHOLDER = "…"
"""Shown where a number or date is not known yet: the office writes it in when it registers the document."""

_UNBROKEN = re.compile(r"\d{4} – \d{4}|thi đua|khen thưởng|nội vụ|dân tộc", re.IGNORECASE)
_SCRIPTS = frozenset({"LATIN", "GREEK", "CYRILLIC"})

Align = Literal["left", "center", "right", "justify"]


class Kind(StrEnum):
    """Type codes of NĐ 30/2020, Phụ lục III. A list has no code there: it is an appendix."""

    SUBMISSION = "TTr"
    DECISION = "QĐ"
    MINUTES = "BB"
    REPORT = "BC"


class Style(StrEnum):
    """What a paragraph is for; the renderers know how each looks."""

    BASIS = "basis"
    BODY = "body"
    HEADING = "heading"
    ITEM = "item"
    CENTER = "center"


def plain(text: str) -> str:
    """Text as it may be printed: NFC, one line, without control characters no XML or PDF can carry.

    Characters no font of ours draws (emoji, Han, private use) become □, visibly: PDF/A forbids
    a missing glyph, and one emoji must not stop a whole dossier.
    """
    printable = "".join(map(_printable, nfc(text)))
    return " ".join(printable.split())


@lru_cache(maxsize=4096)
def heading(text: str) -> str:
    """A heading that breaks neither within a span of years nor within a word of two syllables."""
    return _UNBROKEN.sub(lambda found: found[0].replace(" ", "\N{NO-BREAK SPACE}"), text)


def _printable(char: str) -> str:
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    if category in {"Cc", "Cf"} or "\ufe00" <= char <= "\ufe0f":
        return ""
    if category in {"Co", "Cn", "Cs"} or char > "\u2fff":
        return "□"
    if category.startswith("L") and unicodedata.name(char, "").split(" ")[0] not in _SCRIPTS:
        return "□" if char > "\u02ff" else char
    return char


@dataclass(frozen=True)
class _Plain:
    """Cleans every text field once, at birth, so that no renderer has to remember to."""

    def __post_init__(self) -> None:
        for entry in fields(self):
            value = getattr(self, entry.name)
            if type(value) is str:
                object.__setattr__(self, entry.name, plain(value))
            elif isinstance(value, tuple) and value and all(type(item) is str for item in value):
                object.__setattr__(self, entry.name, tuple(plain(item) for item in value))


@dataclass(frozen=True)
class Paragraph(_Plain):
    """One paragraph; `lead` is a bold opening such as "Điều 1."."""

    text: str
    style: Style = Style.BODY
    lead: str = ""


@dataclass(frozen=True)
class Column(_Plain):
    """One table column; `weight` is its share of the width relative to the others."""

    title: str
    weight: float
    align: Align = "left"


@dataclass(frozen=True)
class Row(_Plain):
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A ruled table whose heading row is repeated on every page."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row.cells) != len(self.columns):
                msg = f"a row has {len(row.cells)} cells for {len(self.columns)} columns: {row.cells[:2]}"
                raise ValueError(msg)


@dataclass(frozen=True)
class PageBreak:
    """Starts a new page in the given orientation; page numbers go on."""

    landscape: bool = False


Block = Paragraph | Table | PageBreak


@dataclass(frozen=True)
class Signature(_Plain):
    """Title lines ("KT. TRƯỞNG BAN", "PHÓ TRƯỞNG BAN"), an italic note under them, and the name."""

    lines: tuple[str, ...]
    name: str = ""
    note: str = ""


@dataclass(frozen=True)
class Symbol(_Plain):
    """Number and code of a document; number None until the office registers it."""

    kind: Kind
    agency_code: str
    number: int | None = None

    def __str__(self) -> str:
        """Gives "05/TTr-BDT": below 10 padded with a zero (NĐ 30/2020, Phụ lục I), or "…/TTr-BDT"."""
        number = PLACEHOLDER if self.number is None else f"{self.number:02d}"
        return f"{number}/{self.kind.value}-{self.agency_code}"


@dataclass(frozen=True)
class Head(_Plain):
    """The upper part: parent and issuing body left, the national name right (the renderers know it)."""

    parent: str
    issuer: str
    symbol: Symbol | None = None
    place: str = ""
    date: dt.date | None = None
    dateline: bool = True


@dataclass(frozen=True)
class Document(_Plain):
    """One document. An appendix has no head; its `note` says what it is attached to.

    `stamp` is the date written into file metadata, so that the same inputs give the same bytes.
    """

    title: str
    stamp: dt.date
    head: Head | None = None
    subject: str = ""
    note: str = ""
    salutation: str = ""
    blocks: tuple[Block, ...] = ()
    signatures: tuple[Signature, ...] = ()
    recipients_title: str = ""
    recipients: tuple[str, ...] = ()
    landscape: bool = False
    appendix: bool = False


def sections(document: Document) -> list[tuple[bool, list[Paragraph | Table]]]:
    """The blocks cut at page breaks, each part with its orientation (True is landscape)."""
    parts: list[tuple[bool, list[Paragraph | Table]]] = [(document.landscape, [])]
    for block in document.blocks:
        if isinstance(block, PageBreak):
            parts.append((block.landscape, []))
        else:
            parts[-1][1].append(block)
    return parts
