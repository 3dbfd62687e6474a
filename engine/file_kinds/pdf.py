"""PDF files: whole, open to all, and nothing in them that acts when they are opened."""

import io
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, NullObject

from engine.file_kinds.wrong import WrongFileError

TAIL = 2048
MOST_OBJECTS = 100_000
MOST_SECONDS = 60.0  # of CPU to read one PDF; an honest one of 100,000 objects takes a third of it
_RUNS = {"/JavaScript", "/JS", "/Launch", "/RichMedia", "/XFA", "/SubmitForm", "/ImportData"}
ACTIVE = frozenset(_RUNS | {"/EmbeddedFile", "/EmbeddedFiles"})
_ACTIVE_BYTES = re.compile(b"(" + "|".join(sorted(ACTIVE)).encode() + b")(?![A-Za-z0-9])")
_PAGE_TURNS = frozenset({"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"})


def check_pdf(head: bytes, path: Path) -> None:
    """Raises WrongFileError unless it is a harmless PDF; `head` is its first bytes."""
    if not head.startswith(b"%PDF-") or b"%%EOF" not in _tail(path):
        raise WrongFileError(_BROKEN_PDF)
    # Outside the streams: a scanned picture's bytes may read "/JS" by chance (2 of 3 files of 20 MB did).
    content = path.read_bytes()
    if _ACTIVE_BYTES.search(_outside_streams(content)):
        raise WrongFileError(_ACTIVE_SENTENCE)
    try:
        wrong = _wrong_in(PdfReader(_Watched(content)))
    except WrongFileError:
        raise
    except Exception as unreadable:  # a parser of hostile bytes raises whatever it meets
        raise WrongFileError(_BROKEN_PDF) from unreadable
    if wrong:
        raise WrongFileError(wrong)


def _wrong_in(reader: PdfReader) -> str | None:
    if reader.is_encrypted:
        return "có mật khẩu. Bỏ mật khẩu, lưu lại rồi tải lên."
    # Object streams are packed, so a look at the bytes alone is not enough.
    if any(_acts(found) for found in _objects(reader)):
        return _ACTIVE_SENTENCE
    return None if reader.pages else _BROKEN_PDF


_BROKEN_PDF = "nội dung không phải là PDF, hoặc tệp bị hỏng. Xuất lại PDF rồi tải lên."
_ACTIVE_SENTENCE = (
    "PDF có mã lệnh, tệp nhúng, biểu mẫu động hoặc lệnh tự chạy. Lưu lại bằng bản PDF thường rồi tải lên."
)
_TOO_COMPLEX = "PDF quá phức tạp. In lại thành PDF thường rồi tải lên."


def _outside_streams(content: bytes) -> bytes:
    """A PDF without what stands between `stream` and `endstream`; all of a stream that never ends.

    One pass forward, whatever the bytes: a pattern that looks for each end anew takes hours over 25 MB.
    """
    outside, kept, at = [], 0, 0
    while (start := content.find(b"stream", at)) >= 0:
        at = start + len(b"stream")
        if content.endswith(b"end", 0, start) or not content.startswith((b"\n", b"\r\n"), at):
            continue
        end = content.find(b"endstream", at)
        if end < 0:
            break
        outside.append(content[kept:start])
        kept = at = end + len(b"endstream")
    return b" ".join([*outside, content[kept:]])


class _Watched(io.BytesIO):
    """A PDF being read, which stops a reader sent in circles: broken ones are searched again and again.

    Seconds are CPU of this thread: a busy machine refuses nobody.
    """

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.until = time.thread_time() + MOST_SECONDS

    def seek(self, offset: int, whence: int = 0, /) -> int:
        if time.thread_time() > self.until:
            raise WrongFileError(_TOO_COMPLEX)
        return super().seek(offset, whence)


def _objects(reader: PdfReader) -> Iterator[Any]:
    numbers = {(id_, generation) for generation, ids in reader.xref.items() for id_ in ids}
    numbers |= {(id_, 0) for id_ in reader.xref_objStm}
    if len(numbers) > MOST_OBJECTS:
        raise WrongFileError(_TOO_COMPLEX)
    for id_, generation in sorted(numbers):
        yield reader.get_object(IndirectObject(id_, generation, reader)) or NullObject()


def _acts(found: Any) -> bool:
    """Whether an object, or what lies directly in it, names something that acts by itself."""
    if isinstance(found, DictionaryObject):
        return _starts(found) or any(
            str(key) in ACTIVE or (not isinstance(value, IndirectObject) and _acts(value))
            for key, value in dict.items(found)
        )
    if isinstance(found, ArrayObject):
        return any(not isinstance(value, IndirectObject) and _acts(value) for value in list.__iter__(found))
    return isinstance(found, NameObject) and str(found) in ACTIVE


def _starts(found: DictionaryObject) -> bool:
    """Whether opening a document or page, or leaving it, does more than turn to a place in it.

    ISO 32000-1 §12.6: /OpenAction is a place or an action, /AA holds actions by what sets them off.
    """
    when = found["/AA"] if "/AA" in found else None  # noqa: SIM401 — .get() would not follow a reference
    actions = [when[key] for key in when] if isinstance(when, DictionaryObject) else []
    if "/OpenAction" in found:
        actions.append(found["/OpenAction"])
    return any(isinstance(action, DictionaryObject) and not _only_turns(action) for action in actions)


def _only_turns(action: DictionaryObject) -> bool:
    """Another action may follow by /Next; a view needs none, so there it is refused."""
    what, page = str(action.get("/S", "/GoTo")), str(action.get("/N"))
    return "/Next" not in action and (what == "/GoTo" or (what == "/Named" and page in _PAGE_TURNS))


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        return file.read()
