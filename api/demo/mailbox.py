"""The letters the demonstration's post office has kept, as a mail program would show them. Read only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from functools import lru_cache
from pathlib import Path

from engine.errors import NotFound
from engine.text import fold

PAGE = 25
_HEADERS_WITHIN = 16 * 2**10  # bytes


@dataclass(frozen=True)
class Summary:
    """One line of the list."""

    id: str
    to: str
    sender: str
    subject: str
    at: datetime | None


@dataclass(frozen=True)
class Listing:
    """One page of the list; `people` are all addresses there are letters for."""

    letters: tuple[Summary, ...]
    found: int
    pages: int
    people: tuple[str, ...]


@dataclass(frozen=True)
class Attached:
    """A part that is neither the text nor its HTML form."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """A whole letter. `html` is empty when it has none."""

    summary: Summary
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    attached: tuple[Attached, ...]


def listing(folder: Path, *, to: str = "", page: int = 1) -> Listing:
    """Letters newest first; `to` is an address, or any part of a name or address."""
    every = [_summary(path) for path in _newest_first(folder)]
    wanted = fold(to)
    found = [letter for letter in every if wanted in fold(letter.to)]
    return Listing(
        tuple(found[(page - 1) * PAGE : page * PAGE]),
        len(found),
        max(1, -(-len(found) // PAGE)),
        tuple(sorted({letter.to for letter in every})),
    )


def letter(folder: Path, id_: str) -> Letter:
    """One letter with everything in it. Raises NotFound."""
    path = folder / f"{id_}.eml"
    if not id_.isdecimal() or not path.is_file():
        raise NotFound("Không có thư này. Hộp thư có thể vừa được làm lại từ đầu.")
    message = message_from_bytes(path.read_bytes(), policy=default)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    return Letter(
        _summary(path),
        tuple((name, str(value)) for name, value in message.items()),
        str(text.get_content()) if text is not None else "",
        str(html.get_content()) if html is not None else "",
        tuple(_attached(message, but=(text, html))),
    )


def _attached(message: EmailMessage, *, but: tuple[object, ...]) -> Iterator[Attached]:
    parts = (part for part in message.walk() if not part.is_multipart() and part not in but)
    for number, part in enumerate(parts, start=1):
        content = part.get_payload(decode=True)
        name = part.get_filename() or f"phan-{number}.{part.get_content_subtype()}"
        yield Attached(name, part.get_content_type(), content if isinstance(content, bytes) else b"")


def _newest_first(folder: Path) -> list[Path]:
    return sorted((p for p in folder.glob("*.eml") if p.stem.isdecimal()), reverse=True)


@lru_cache(maxsize=4096)
def _summary(path: Path) -> Summary:
    """Kept in memory: a letter never changes."""
    with path.open("rb") as file:
        head = BytesHeaderParser(policy=default).parsebytes(file.read(_HEADERS_WITHIN))
    date = head["date"]
    return Summary(
        path.stem,
        str(head.get("to", "")),
        str(head.get("from", "")),
        str(head.get("subject", "")) or "(không có tiêu đề)",
        date.datetime if date is not None and date.datetime and date.datetime.tzinfo else None,
    )
