"""What a file really is, by content: PDF, DOCX, XLSX, JPEG or PNG, without anything that acts by itself."""

import io
import re
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import unquote
from xml.parsers import expat

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, NullObject

from engine.errors import Incomplete
from engine.pictures import is_jpeg, is_png
from engine.text import clean

HEAD = 16
TAIL = 2048
LONGEST_NAME, LONGEST_SUFFIX = 250, 12
MISLEADING = frozenset({"Cf", "Cc", "Cs", "Zl", "Zp"})  # controls, turns of direction, line ends
MOST_ENTRIES, MOST_UNPACKED, MOST_OBJECTS = 2000, 200 * 2**20, 100_000
MOST_MARKUP = 4 * 2**20  # bytes of XML that say how the parts hang together; 10,000 links are 2 MB
MOST_SECONDS = 60.0  # of CPU to read one PDF; an honest one of 100,000 objects takes a third of it
KINDS = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
}
MAIN_PART = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
CONTENT_TYPES = "[Content_Types].xml"
_RUNS = {"/JavaScript", "/JS", "/Launch", "/RichMedia", "/XFA", "/SubmitForm", "/ImportData"}
ACTIVE = frozenset(_RUNS | {"/EmbeddedFile", "/EmbeddedFiles"})
_ACTIVE_BYTES = re.compile(b"(" + "|".join(sorted(ACTIVE)).encode() + b")(?![A-Za-z0-9])")
# Kinds of content and of relationship (ECMA-376 part 1, §11–12, §15.2) that run, or hold another file.
_MACRO_TYPES = ("macroenabled", "vbaproject", "macrosheet")
_MACRO_RELATIONS = frozenset({"vbaproject", "xlmacrosheet", "xlintlmacrosheet"})
_OBJECT_RELATIONS = frozenset({"control", "activexcontrolbinary", "oleobject", "package", "afchunk"})
_OBJECT_PARTS = re.compile(r"(^|/)(activex|embeddings)/.", re.IGNORECASE)
# "Ngân sách.xlsx", "/Users/a/b.xlsx", "file:///C:/mẫu.dotx": on the reader's own machine, nothing is fetched;
# nor for what a letter pasted into Word leaves behind ("cid:…").
_OWN_DISK = re.compile(
    r"|(cid|data|about):.*|(file://(localhost)?/)?[a-z]:/.*|file://(localhost)?/[^/].*|/?[^/:][^:]*",
    re.IGNORECASE | re.DOTALL,
)
_PAGE_TURNS = frozenset({"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"})
_BAD_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError, expat.ExpatError)
_PACKED = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"MZ")
# Packed or scrambled by their own kind: metafiles of Word, fonts a document brings (ECMA-376 part 4, §9.2).
_OWN_PACKING = re.compile(r".*/(media/[^/]+\.(emz|wmz)|fonts/[^/]+\.odttf)", re.IGNORECASE)
ALLOWED = "Chỉ nhận tệp PDF, Word (.docx), Excel (.xlsx) hoặc ảnh (.jpg, .png)."


class _WrongError(Exception):
    """The sentence that says what is wrong with the file."""


def kept_name(name: str, *, longest: int = LONGEST_NAME) -> str:
    """A file's name as it is kept: the last part of a path, one line, without marks that turn the reading
    direction (they hide the real suffix); cut to `longest` characters before its suffix. "tep" for nothing.
    """
    last = re.split(r"[/\\]", clean(name))[-1]
    seen = "".join(c for c in last if unicodedata.category(c) not in MISLEADING).strip(" .")
    suffix = PurePath(seen).suffix
    suffix = suffix if len(suffix) <= LONGEST_SUFFIX else ""
    return seen.removesuffix(suffix)[: longest - len(suffix)].rstrip() + suffix or "tep"


def sniff(name: str, head: bytes, path: Path) -> str:
    """The media type of a file that is what its name says, and harmless.

    `head` is its first bytes. Raises Incomplete (field "file") with a sentence that names the remedy.
    """
    suffix = PurePath(name).suffix.lower()
    try:
        _check(suffix, head, path)
    except _WrongError as wrong:
        raise Incomplete({"file": f"Tệp “{name}”: {wrong}"}, rule="Loại tệp được nhận") from wrong
    return KINDS[suffix]


def _check(suffix: str, head: bytes, path: Path) -> None:
    if suffix not in KINDS:
        raise _WrongError(ALLOWED)
    if suffix == ".pdf":
        _pdf(head, path)
    elif suffix in MAIN_PART:
        _office(head, path, suffix)
    else:
        _image(path, suffix)


def _image(path: Path, suffix: str) -> None:
    if not (is_png(path) if suffix == ".png" else is_jpeg(path)):
        raise _WrongError("nội dung không phải là ảnh như tên tệp, hoặc đã hỏng. Lưu lại ảnh rồi tải lên.")


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        return file.read()


def _office(head: bytes, path: Path, suffix: str) -> None:
    kind = "Word" if suffix == ".docx" else "Excel"
    broken = f"nội dung không phải là tệp {kind}, hoặc tệp bị hỏng. Mở bằng {kind}, lưu lại rồi tải lên."
    if not head.startswith(b"PK\x03\x04"):
        raise _WrongError(broken)
    if path.read_bytes().count(b"PK\x01\x02") > MOST_ENTRIES:  # before the library makes an object of each
        raise _WrongError(_TOO_MUCH)
    try:
        with zipfile.ZipFile(path) as archive:
            _entries(archive, path.stat().st_size)
            if not {CONTENT_TYPES, MAIN_PART[suffix]} <= set(archive.namelist()):
                raise _WrongError(broken)
            _parts(archive, suffix)
    except _BAD_ZIP as unreadable:
        raise _WrongError(broken) from unreadable


_TOO_MUCH = "nén quá nhiều nội dung. Giảm cỡ ảnh trong tệp, lưu lại rồi tải lên."
_TWISTED = "cấu trúc nén không hợp lệ. Lưu lại tệp rồi tải lên."
_HOLDS_ANOTHER = (
    "có tệp khác hoặc điều khiển nhúng bên trong. "
    "Bỏ phần nhúng (biểu đồ thì dán thành ảnh) hoặc lưu lại bằng bản PDF thường rồi tải lên."
)
_REACHES_OUT = "tự lấy mẫu, ảnh hoặc số liệu từ máy khác. Lưu lại bằng bản PDF thường rồi tải lên."


def _entries(archive: zipfile.ZipFile, size: int) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES or sum(e.file_size for e in entries) > MOST_UNPACKED:
        raise _WrongError(_TOO_MUCH)
    names = {e.filename.lower() for e in entries}  # which of two of one name is read, every reader decides
    if sum(e.compress_size for e in entries) > size or len(names) < len(entries):
        raise _WrongError(_TWISTED)
    for entry in entries:
        if entry.flag_bits & 1:
            raise _WrongError("có mật khẩu. Bỏ mật khẩu, lưu lại rồi tải lên.")
        outside = entry.filename.startswith(("/", "\\")) or ".." in PurePath(entry.filename).parts
        if outside or entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise _WrongError(_TWISTED)
        if entry.filename.lower().endswith("vbaproject.bin"):
            raise _WrongError("có macro. Lưu lại thành tệp không có macro rồi tải lên.")
        with archive.open(entry) as member:
            if not _OWN_PACKING.fullmatch(entry.filename) and member.read(8).startswith(_PACKED):
                raise _WrongError(_HOLDS_ANOTHER)


def _parts(archive: zipfile.ZipFile, suffix: str) -> None:
    """What the parts are and whom they call. A package held inside is refused too: nobody looks into it."""
    links = [e for e in archive.infolist() if e.filename.lower().endswith(".rels")]
    if sum(e.file_size for e in [archive.getinfo(CONTENT_TYPES), *links]) > MOST_MARKUP:
        raise _WrongError(_TOO_MUCH)
    macro = f"có macro. Lưu lại thành {suffix} không có macro rồi tải lên."
    for element in _elements(archive.read(CONTENT_TYPES)):
        content_type = element.get("ContentType", "").lower()
        if any(kind in content_type for kind in _MACRO_TYPES):
            raise _WrongError(macro)
    if any(_OBJECT_PARTS.search(name) for name in archive.namelist()):
        raise _WrongError(_HOLDS_ANOTHER)
    for link in links:
        for element in _elements(archive.read(link)):
            relation = element.get("Type", "").rsplit("/", 1)[-1].lower()
            if relation in _MACRO_RELATIONS:
                raise _WrongError(macro)
            if relation in _OBJECT_RELATIONS:
                raise _WrongError(_HOLDS_ANOTHER)
            if _reaches_out(element, relation):
                raise _WrongError(_REACHES_OUT)


def _reaches_out(element: dict[str, str], relation: str) -> bool:
    """Whether opening the file fetches something from another machine. A hyperlink waits for a click;
    Word and Excel themselves name templates and workbooks on the reader's own disk.
    """
    if element.get("TargetMode", "Internal") == "Internal" or relation == "hyperlink":
        return False
    return not _OWN_DISK.fullmatch(unquote(element.get("Target", "")).strip().replace("\\", "/"))


def _no_dtd(*_declared: object) -> None:
    raise _WrongError(_TWISTED)


def _elements(markup: bytes) -> list[dict[str, str]]:
    """The attributes of every element; no DTD, whose entities swell. Raises ExpatError."""
    found: list[dict[str, str]] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _no_dtd
    parser.StartElementHandler = lambda _name, attributes: found.append(attributes)
    parser.Parse(markup, True)
    return found


def _pdf(head: bytes, path: Path) -> None:
    if not head.startswith(b"%PDF-") or b"%%EOF" not in _tail(path):
        raise _WrongError(_BROKEN_PDF)
    # Outside the streams: a scanned picture's bytes may read "/JS" by chance (2 of 3 files of 20 MB did).
    content = path.read_bytes()
    if _ACTIVE_BYTES.search(_outside_streams(content)):
        raise _WrongError(_ACTIVE_SENTENCE)
    try:
        wrong = _wrong_in(PdfReader(_Watched(content)))
    except _WrongError:
        raise
    except Exception as unreadable:  # a parser of hostile bytes raises whatever it meets
        raise _WrongError(_BROKEN_PDF) from unreadable
    if wrong:
        raise _WrongError(wrong)


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
            raise _WrongError(_TOO_COMPLEX)
        return super().seek(offset, whence)


def _objects(reader: PdfReader) -> Iterator[Any]:
    numbers = {(id_, generation) for generation, ids in reader.xref.items() for id_ in ids}
    numbers |= {(id_, 0) for id_ in reader.xref_objStm}
    if len(numbers) > MOST_OBJECTS:
        raise _WrongError(_TOO_COMPLEX)
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
