"""Word and Excel files: what they hold, without macros, without other files, fetching nothing."""

import re
import zipfile
import zlib
from pathlib import Path, PurePath
from xml.parsers import expat

from engine.file_kinds.office_parts import check_parts
from engine.file_kinds.own_disk import on_own_disk
from engine.file_kinds.wrong import REACHES_OUT, TOO_MUCH, TWISTED, WrongFileError

MOST_ENTRIES, MOST_UNPACKED = 2000, 200 * 2**20
MOST_MARKUP = 4 * 2**20  # bytes of XML that say how the parts hang together; 10,000 links are 2 MB
MAIN_PART = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
CONTENT_TYPES = "[Content_Types].xml"
# Kinds of content and of relationship (ECMA-376 part 1, §11–12, §15.2) that run, or hold another file.
_MACRO_TYPES = ("macroenabled", "vbaproject", "macrosheet")
_MACRO_RELATIONS = frozenset({"vbaproject", "xlmacrosheet", "xlintlmacrosheet"})
_OBJECT_RELATIONS = frozenset({"control", "activexcontrolbinary", "oleobject", "package", "afchunk"})
_OBJECT_PARTS = re.compile(r"(^|/)(activex|embeddings)/.", re.IGNORECASE)
# LookupError: an encoding nobody knows.
_BAD_ZIP = (
    *(zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError),
    *(ValueError, LookupError, expat.ExpatError),
)
_PACKED = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"MZ")
# Packed or scrambled by their own kind: metafiles of Word, fonts a document brings (ECMA-376 part 4, §9.2).
_OWN_PACKING = re.compile(r".*/(media/[^/]+\.(emz|wmz)|fonts/[^/]+\.odttf)", re.IGNORECASE)


def check_office(head: bytes, path: Path, suffix: str) -> None:
    """Raises WrongFileError unless it is a harmless file of its suffix; `head` is its first bytes."""
    kind = "Word" if suffix == ".docx" else "Excel"
    broken = f"nội dung không phải là tệp {kind}, hoặc tệp bị hỏng. Mở bằng {kind}, lưu lại rồi tải lên."
    if not head.startswith(b"PK\x03\x04"):
        raise WrongFileError(broken)
    if path.read_bytes().count(b"PK\x01\x02") > MOST_ENTRIES:  # before the library makes an object of each
        raise WrongFileError(TOO_MUCH)
    try:
        with zipfile.ZipFile(path) as archive:
            _entries(archive, path.stat().st_size)
            if not {CONTENT_TYPES, MAIN_PART[suffix]} <= set(archive.namelist()):
                raise WrongFileError(broken)
            _parts(archive, suffix)
    except _BAD_ZIP as unreadable:
        raise WrongFileError(broken) from unreadable


_HOLDS_ANOTHER = (
    "có tệp khác hoặc điều khiển nhúng bên trong. "
    "Bỏ phần nhúng (biểu đồ thì dán thành ảnh) hoặc lưu lại bằng bản PDF thường rồi tải lên."
)


def _entries(archive: zipfile.ZipFile, size: int) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES or sum(e.file_size for e in entries) > MOST_UNPACKED:
        raise WrongFileError(TOO_MUCH)
    names = {e.filename.lower() for e in entries}  # which of two of one name is read, every reader decides
    if sum(e.compress_size for e in entries) > size or len(names) < len(entries):
        raise WrongFileError(TWISTED)
    for entry in entries:
        if entry.flag_bits & 1:
            raise WrongFileError("có mật khẩu. Bỏ mật khẩu, lưu lại rồi tải lên.")
        outside = entry.filename.startswith(("/", "\\")) or ".." in PurePath(entry.filename).parts
        if outside or entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise WrongFileError(TWISTED)
        if entry.filename.lower().endswith("vbaproject.bin"):
            raise WrongFileError("có macro. Lưu lại thành tệp không có macro rồi tải lên.")
        with archive.open(entry) as member:
            if not _OWN_PACKING.fullmatch(entry.filename) and member.read(8).startswith(_PACKED):
                raise WrongFileError(_HOLDS_ANOTHER)


def _parts(archive: zipfile.ZipFile, suffix: str) -> None:
    """What the parts are and whom they call. A package held inside is refused too: nobody looks into it."""
    links = [e for e in archive.infolist() if e.filename.lower().endswith(".rels")]
    if sum(e.file_size for e in [archive.getinfo(CONTENT_TYPES), *links]) > MOST_MARKUP:
        raise WrongFileError(TOO_MUCH)
    macro = f"có macro. Lưu lại thành {suffix} không có macro rồi tải lên."
    types: dict[str, str] = {}
    for element in _elements(archive.read(CONTENT_TYPES)):
        content_type = element.get("ContentType", "").lower()
        types[element.get("PartName", element.get("Extension", "")).lower()] = content_type
        if any(kind in content_type for kind in _MACRO_TYPES):
            raise WrongFileError(macro)
    if any(_OBJECT_PARTS.search(name) for name in archive.namelist()):
        raise WrongFileError(_HOLDS_ANOTHER)
    for link in links:
        for element in _elements(archive.read(link)):
            relation = element.get("Type", "").rsplit("/", 1)[-1].lower()
            if relation in _MACRO_RELATIONS:
                raise WrongFileError(macro)
            if relation in _OBJECT_RELATIONS:
                raise WrongFileError(_HOLDS_ANOTHER)
            if _reaches_out(element, relation):
                raise WrongFileError(REACHES_OUT)
    check_parts(archive, suffix, types)


def _reaches_out(element: dict[str, str], relation: str) -> bool:
    """Whether opening the file fetches something from another machine. A hyperlink waits for a click;
    Word and Excel themselves name templates and workbooks on the reader's own disk.
    """
    if element.get("TargetMode", "Internal") == "Internal" or relation == "hyperlink":
        return False
    return not on_own_disk(element.get("Target", ""))


def _no_dtd(*_declared: object) -> None:
    raise WrongFileError(TWISTED)


def _elements(markup: bytes) -> list[dict[str, str]]:
    """The attributes of every element; no DTD, whose entities swell. Raises ExpatError."""
    found: list[dict[str, str]] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _no_dtd
    parser.StartElementHandler = lambda _name, attributes: found.append(attributes)
    parser.Parse(markup, True)
    return found
