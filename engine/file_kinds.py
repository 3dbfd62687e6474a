"""What a file really is, by content: PDF, DOCX, XLSX, JPEG or PNG, without anything that acts by itself."""

import re
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, NullObject

from engine.errors import Incomplete
from engine.pictures import is_jpeg, is_png
from engine.text import clean

HEAD = 16
TAIL = 2048
LONGEST_NAME, LONGEST_SUFFIX = 250, 12
MISLEADING = frozenset({"Cf", "Cc", "Cs", "Zl", "Zp"})  # controls, turns of direction, line ends
MOST_ENTRIES, MOST_UNPACKED, MOST_OBJECTS = 2000, 200 * 2**20, 100_000
KINDS = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
}
MAIN_PART = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
ACTIVE = frozenset({"/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia", "/XFA"})
_ACTIVE_BYTES = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)(?![A-Za-z0-9])")
_STREAM = re.compile(rb"stream\r?\n.*?endstream", re.DOTALL)
_PACKED = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"MZ")
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
    try:
        with zipfile.ZipFile(path) as archive:
            _entries(archive, path.stat().st_size)
            names = set(archive.namelist())
            if not {"[Content_Types].xml", MAIN_PART[suffix]} <= names:
                raise _WrongError(broken)
            if b"macroEnabled" in archive.read("[Content_Types].xml"):
                raise _WrongError(f"có macro. Lưu lại thành {suffix} không có macro rồi tải lên.")
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
    ) as unreadable:
        raise _WrongError(broken) from unreadable


def _entries(archive: zipfile.ZipFile, size: int) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES or sum(e.file_size for e in entries) > MOST_UNPACKED:
        raise _WrongError("nén quá nhiều nội dung. Giảm cỡ ảnh trong tệp, lưu lại rồi tải lên.")
    if sum(e.compress_size for e in entries) > size:
        raise _WrongError("cấu trúc nén không hợp lệ. Lưu lại tệp rồi tải lên.")
    for entry in entries:
        if entry.flag_bits & 1:
            raise _WrongError("có mật khẩu. Bỏ mật khẩu, lưu lại rồi tải lên.")
        if entry.filename.startswith(("/", "\\")) or ".." in PurePath(entry.filename).parts:
            raise _WrongError("cấu trúc nén không hợp lệ. Lưu lại tệp rồi tải lên.")
        if entry.filename.lower().endswith("vbaproject.bin"):
            raise _WrongError("có macro. Lưu lại thành tệp không có macro rồi tải lên.")
        with archive.open(entry) as member:
            if member.read(8).startswith(_PACKED):
                raise _WrongError("có tệp khác nhúng bên trong. Bỏ tệp nhúng, lưu lại rồi tải lên.")


def _pdf(head: bytes, path: Path) -> None:
    broken = "nội dung không phải là PDF, hoặc tệp bị hỏng. Xuất lại PDF rồi tải lên."
    if not head.startswith(b"%PDF-") or b"%%EOF" not in _tail(path):
        raise _WrongError(broken)
    # Outside the streams: a scanned picture's bytes may read "/JS" by chance (2 of 3 files of 20 MB did).
    if _ACTIVE_BYTES.search(_STREAM.sub(b"", path.read_bytes())):
        raise _WrongError(_ACTIVE_SENTENCE)
    try:
        with path.open("rb") as file:
            reader = PdfReader(file)
            if reader.is_encrypted:
                raise _WrongError("có mật khẩu. Bỏ mật khẩu, lưu lại rồi tải lên.")
            # Object streams are packed, so a look at the bytes alone is not enough.
            if any(_acts(found) for found in _objects(reader)):
                raise _WrongError(_ACTIVE_SENTENCE)
            if not reader.pages:
                raise _WrongError(broken)
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
        OSError,
    ) as unreadable:
        raise _WrongError(broken) from unreadable


_ACTIVE_SENTENCE = "PDF có mã lệnh, tệp nhúng hoặc biểu mẫu động. In lại thành PDF thường rồi tải lên."


def _objects(reader: PdfReader) -> Iterator[Any]:
    numbers = {(id_, generation) for generation, ids in reader.xref.items() for id_ in ids}
    numbers |= {(id_, 0) for id_ in reader.xref_objStm}
    if len(numbers) > MOST_OBJECTS:
        raise _WrongError("PDF quá phức tạp. In lại thành PDF thường rồi tải lên.")
    for id_, generation in sorted(numbers):
        yield reader.get_object(IndirectObject(id_, generation, reader)) or NullObject()


def _acts(found: Any) -> bool:
    """Whether an object, or what lies directly in it, names something that acts by itself."""
    if isinstance(found, DictionaryObject):
        return any(
            str(key) in ACTIVE or (not isinstance(value, IndirectObject) and _acts(value))
            for key, value in dict.items(found)
        )
    if isinstance(found, ArrayObject):
        return any(not isinstance(value, IndirectObject) and _acts(value) for value in list.__iter__(found))
    return isinstance(found, NameObject) and str(found) in ACTIVE
