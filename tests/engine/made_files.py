"""Pictures, PDF, Word and Excel files for tests: honest ones, and what somebody may hide in one."""

import copy
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable

import docx
import openpyxl
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NullObject, PdfObject, TextStringObject

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU"
    b"\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"
)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(*chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def header(width: int = 1, height: int = 1) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))


PIXELS = chunk(b"IDAT", zlib.compress(b"\0\0"))
END = chunk(b"IEND", b"")


def segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def jpeg(*, frame: bytes = struct.pack(">BHHB", 8, 2, 3, 1) + b"\x01\x11\x00", sof: int = 0xC0) -> bytes:
    return (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
        + segment(sof, frame)
        + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
        + b"\x12\xff\x00\x34"
        + b"\xff\xd9"
    )


JPEG = jpeg()


def saved(write: Callable[[io.BytesIO], object]) -> bytes:
    out = io.BytesIO()
    write(out)
    return out.getvalue()


def pdf(prepare: Callable[[PdfWriter], object] = lambda _: None) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    prepare(writer)
    return saved(writer.write)


def word() -> bytes:
    return saved(docx.Document().save)


def workbook() -> bytes:
    return saved(openpyxl.Workbook().save)


def with_entry(content: bytes, name: str, data: bytes) -> bytes:
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def changed(content: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """A package with `old` replaced in one of its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w") as archive:
        for entry in given.namelist():
            data = given.read(entry)
            assert entry != name or old in data
            archive.writestr(entry, data.replace(old, new, 1) if entry == name else data)
    return out.getvalue()


def linked(
    relation: str, target: str, *, mode: str = ' TargetMode="External"', content: bytes = b""
) -> bytes:
    """A document whose settings name a target by a relationship of this kind."""
    kind = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{relation}"
    rels = f"""<?xml version="1.0"?>
    <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
    <Relationship Id="rId1" Type="{kind}" Target="{target}"{mode}/></Relationships>"""
    return with_entry(content or word(), "word/_rels/settings.xml.rels", rels.encode())


def macro_enabled() -> bytes:
    main = b"openxmlformats-officedocument.wordprocessingml.document.main"
    return changed(word(), "[Content_Types].xml", main, b"ms-word.document.macroEnabled.main")


def doubled_bomb() -> bytes:
    """Entries that share one packed part: together they say they are larger than the file they are in."""
    content = with_entry(word(), "word/media/a.png", os.urandom(60_000))
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as archive:
        real = archive.getinfo("word/media/a.png")
        for number in range(3):
            twin = copy.copy(real)
            twin.filename = f"word/media/{number}.png"
            archive.filelist.append(twin)
        archive._didModify = True  # type: ignore[attr-defined]
    return out.getvalue()


def name(text: str) -> NameObject:
    return NameObject(text)


def acting(key: str, kind: str | None, *, after: str = "") -> Callable[[PdfWriter], None]:
    """A catalog that starts an action of this kind, held by reference as most programs write it."""

    def prepare(writer: PdfWriter) -> None:
        action = DictionaryObject({name("/S"): name(kind)} if kind else {})
        if after:
            action[name("/Next")] = DictionaryObject({name("/S"): name(after)})
        held: PdfObject = writer._add_object(action)
        if key == "/AA":
            held = writer._add_object(DictionaryObject({name("/WC"): held}))
        writer.root_object[name(key)] = held

    return prepare


def turned_to_a_page(writer: PdfWriter) -> None:
    place = ArrayObject([writer.pages[0].indirect_reference, name("/XYZ"), NullObject(), NullObject()])
    writer.root_object[name("/OpenAction")] = place


def named_action(what: str, page: str) -> Callable[[PdfWriter], None]:
    def prepare(writer: PdfWriter) -> None:
        action = DictionaryObject({name("/S"): name(what), name("/N"): name(page)})
        writer.root_object[name("/OpenAction")] = action

    return prepare


def with_script(writer: PdfWriter) -> None:
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    )
    writer.root_object[NameObject("/OpenAction")] = action


def disguised_script() -> bytes:
    """A PDF that spells the name of its active part with escapes, which a look at the bytes would miss."""
    return pdf(with_script).replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS", b"/J#53")
