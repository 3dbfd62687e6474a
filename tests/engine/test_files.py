"""Files by content: kept whole or not at all, and only what is harmless."""

import copy
import gzip
import io
import os
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import docx
import openpyxl
import pytest
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NullObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from engine.errors import Incomplete, NotFound
from engine.file_kinds import kept_name
from engine.file_kinds import pdf as pdf_kind
from engine.files import FileStore

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU"
    b"\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"
)


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("báo cáo.PDF", pdf(), "application/pdf"),
        ("a.docx", word(), WORD),
        ("a.xlsx", workbook(), EXCEL),
        ("a.png", PNG, "image/png"),
        ("a.png", png(header(20_000, 1), chunk(b"tEXt", b"x" * 200_000), PIXELS, END), "image/png"),
        ("a.jpeg", JPEG, "image/jpeg"),
        ("xem.pdf", pdf(turned_to_a_page), "application/pdf"),
        ("xem.pdf", pdf(acting("/OpenAction", "/GoTo")), "application/pdf"),
        ("xem.pdf", pdf(named_action("/Named", "/FirstPage")), "application/pdf"),
        ("thư dán vào.docx", linked("image", "cid:image001.png@01DC"), WORD),
        ("hình.docx", with_entry(word(), "word/media/image1.emz", gzip.compress(b"EMF")), WORD),
        ("phông.docx", with_entry(word(), "word/fonts/font1.odttf", b"MZ\x1f"), WORD),
        ("trống.docx", linked("image", ""), WORD),
        ("mẫu.docx", linked("attachedTemplate", "file://localhost/C:/a/b.dotx"), WORD),
        ("liên kết.docx", linked("hyperlink", "https://bdt.example/"), WORD),
        ("mẫu.docx", linked("attachedTemplate", "file:///C:\\Users\\a\\M%E1%BA%ABu.dotx"), WORD),
        ("số liệu.docx", linked("externalLinkPath", "B%C3%A1o c%C3%A1o.xlsx"), WORD),
        ("mac.docx", linked("attachedTemplate", "file:///Users/a/b.dotx"), WORD),
        ("máy in.xlsx", with_entry(workbook(), "xl/printerSettings/printerSettings1.bin", b"\0\1"), EXCEL),
        ("a.jpg", jpeg(sof=0xC2) + b"\0" * 100, "image/jpeg"),
    ],
)
def test_honest_files_are_kept(store: FileStore, name: str, content: bytes, media_type: str) -> None:
    kept = store.take_in(io.BytesIO(content), name=name)
    assert (kept.media_type, kept.size) == (media_type, len(content))
    assert store.path(kept.sha256).read_bytes() == content
    with store.open(kept.sha256) as file:
        assert file.read() == content


@pytest.mark.parametrize(
    ("name", "content", "word_of_it"),
    [
        ("a.exe", b"MZ", "Chỉ nhận"),
        ("a.svg", b"<svg onload='x'/>", "Chỉ nhận"),
        ("a.pdf.html", b"%PDF-", "Chỉ nhận"),
        ("a", pdf(), "Chỉ nhận"),
        ("a.pdf", b"<html>", "không phải là PDF"),
        ("a.pdf", b"GIF89a" + pdf(), "không phải là PDF"),
        ("a.pdf", b"%PDF-1.7\nrubbish\n%%EOF", "không phải là PDF"),
        ("a.pdf", pdf(with_script), "mã lệnh"),
        ("a.pdf", pdf(lambda w: w.add_attachment("x.exe", b"MZ")), "tệp nhúng"),
        ("a.pdf", disguised_script(), "mã lệnh"),
        ("a.pdf", pdf(lambda w: w.encrypt("secret", algorithm="RC4-128")), "mật khẩu"),
        ("a.docx", workbook(), "không phải là tệp Word"),
        ("a.xlsx", word(), "không phải là tệp Excel"),
        ("a.docx", b"PK\x03\x04 broken", "không phải là tệp Word"),
        ("a.docx", with_entry(word(), "word/vbaProject.bin", b"x"), "macro"),
        ("a.docx", with_entry(word(), "word/embeddings/a.bin", workbook()), "nhúng"),
        ("a.docx", with_entry(word(), "word/media/a.png", gzip.compress(b"x")), "nhúng"),
        ("a.docx", with_entry(word(), "../../etc/passwd", b"x"), "không hợp lệ"),
        ("a.docx", with_entry(word(), "word/media/big.bin", b"\0" * (201 * 2**20)), "quá nhiều"),
        ("a.docx", macro_enabled(), "có macro"),
        ("a.docx", linked("vbaProject", "x.bin", mode=""), "có macro"),
        ("a.docx", doubled_bomb(), "cấu trúc nén"),
        ("a.docx", with_entry(word(), "WORD/document.xml", b"<x/>"), "cấu trúc nén"),
        ("a.docx", with_entry(word(), "word/_rels/a.xml.rels", b"<x>" + b" " * (5 * 2**20)), "quá nhiều"),
        ("a.docx", with_entry(word(), "word/_rels/a.xml.rels", b"<!DOCTYPE x><x/>"), "cấu trúc nén"),
        ("a.docx", with_entry(word(), "word/_rels/a.xml.rels", b"<x"), "không phải là tệp Word"),
        ("a.docx", linked("attachedTemplate", "https://evil.example/a.dotm"), "máy khác"),
        ("a.docx", linked("attachedTemplate", r"\\evil.example\a\b.dotm"), "máy khác"),
        ("a.docx", linked("attachedTemplate", "file:///%5C%5Cevil.example/b.dotm"), "máy khác"),
        ("a.docx", linked("attachedTemplate", "file://evil.example/b.dotm"), "máy khác"),
        ("a.docx", linked("image", "http://evil.example/a.png"), "máy khác"),
        ("a.docx", linked("oleObject", "mhtml:http://evil.example/a"), "nhúng"),
        ("a.docx", linked("control", "x.xml", mode=""), "nhúng"),
        ("a.docx", linked("aFChunk", "x.html", mode=""), "nhúng"),
        ("a.docx", with_entry(word(), "word/activeX/activeX1.xml", b"<x/>"), "nhúng"),
        ("a.xlsx", with_entry(workbook(), "xl/embeddings/oleObject1.bin", b"\0\1"), "nhúng"),
        ("a.pdf", pdf(acting("/Names", "/SubmitForm")), "Lưu lại bằng bản PDF thường"),
        ("a.pdf", pdf(acting("/Names", "/ImportData")), "Lưu lại bằng bản PDF thường"),
        ("a.pdf", pdf(named_action("/Named", "/Print")), "Lưu lại bằng bản PDF thường"),
        ("a.pdf", pdf(named_action("/Launch", "/FirstPage")), "Lưu lại bằng bản PDF thường"),
        ("a.docx", linked("attachedTemplate", "file://may-chu/b.dotx"), "máy khác"),
        ("a.pdf", pdf(acting("/OpenAction", "/URI")), "Lưu lại bằng bản PDF thường"),
        ("a.pdf", pdf(acting("/OpenAction", "/GoTo", after="/URI")), "Lưu lại bằng bản PDF thường"),
        ("a.pdf", pdf(acting("/AA", "/URI")), "Lưu lại bằng bản PDF thường"),
        ("a.png", JPEG, "không phải là ảnh"),
        ("a.jpg", PNG, "không phải là ảnh"),
        ("a.png", PNG[:40], "không phải là ảnh"),
        ("a.png", b"", "rỗng"),
        # Forged: the marks of a picture at both ends, something else between them.
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR<script>IEND", "không phải là ảnh"),
        ("a.png", png(header(), PIXELS, END).replace(b"IHDR\0", b"IHDR\1"), "không phải là ảnh"),
        ("a.png", png(header(), PIXELS[:-1] + b"\0", END), "không phải là ảnh"),
        ("a.png", png(header(), END), "không phải là ảnh"),
        ("a.png", png(PIXELS, header(), END), "không phải là ảnh"),
        ("a.png", png(header(), PIXELS, END) + b"<script>", "không phải là ảnh"),
        ("a.png", png(header(), PIXELS), "không phải là ảnh"),
        ("a.png", png(header(20_001, 1), PIXELS, END), "không phải là ảnh"),
        ("a.png", png(header(0, 1), PIXELS, END), "không phải là ảnh"),
        ("a.png", png(chunk(b"IHDR", b"\0\0\0\1" * 2), PIXELS, END), "không phải là ảnh"),
        ("a.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 40 + b"\xff\xd9", "không phải là ảnh"),
        ("a.jpg", b"\xff\xd8\xff<script>\xff\xd9", "không phải là ảnh"),
        ("a.jpg", jpeg().removesuffix(b"\xff\xd9"), "không phải là ảnh"),
        ("a.jpg", jpeg(sof=0xC4), "không phải là ảnh"),
        ("a.jpg", jpeg(frame=struct.pack(">BHHB", 8, 0, 3, 1)), "không phải là ảnh"),
        ("a.jpg", jpeg(frame=struct.pack(">BHHB", 8, 2, 30_000, 1)), "không phải là ảnh"),
        ("a.jpg", jpeg(frame=b"\x08"), "không phải là ảnh"),
    ],
)
def test_others_are_refused_with_a_remedy_and_leave_nothing(
    store: FileStore, name: str, content: bytes, word_of_it: str
) -> None:
    with pytest.raises(Incomplete) as refused:
        store.take_in(io.BytesIO(content), name=name)
    assert word_of_it in refused.value.fields["file"]
    assert list(store.root.glob("**/*")) == []


def test_too_many_parts_are_a_bomb(store: FileStore) -> None:
    out = io.BytesIO(word())
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(2001):
            archive.writestr(f"word/{number}", b"")
    with pytest.raises(Incomplete, match="quá nhiều"):
        store.take_in(io.BytesIO(out.getvalue()), name="a.docx")


@pytest.mark.parametrize("piece", [b"stream\n", b"endstream\n", b"stream\nendstream\n", b"stream\r\nend"])
def test_a_hostile_pdf_takes_no_longer_than_its_size(store: FileStore, piece: bytes) -> None:
    hostile = b"%PDF-1.7\n" + piece * (5 * 2**20 // len(piece)) + b"%%EOF"
    before = time.thread_time()
    with pytest.raises(Incomplete, match="không phải là PDF"):
        store.take_in(io.BytesIO(hostile), name="a.pdf")
    assert time.thread_time() - before < 1


def test_a_pdf_that_leads_its_reader_in_circles_is_given_up(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of objects, each with a stream that ends nowhere: each is sought to the file's end."""
    monkeypatch.setattr(pdf_kind, "MOST_SECONDS", 0.2)
    objects = b"".join(b"%d 0 obj<</Length 9>>stream\n" % number for number in range(9000))
    before = time.thread_time()
    with pytest.raises(Incomplete, match="quá phức tạp"):
        store.take_in(io.BytesIO(b"%PDF-1.7\n" + objects + b"\nstartxref\n0\n%%EOF"), name="a.pdf")
    assert time.thread_time() - before < 1.5


def test_a_script_between_two_ends_of_streams_is_seen(tmp_path: Path) -> None:
    """`endstream` ends a stream and begins none: what follows it lies open."""
    hidden = b"%PDF-1.7\nendstream\n/JS (app.alert)\nendstream\n%%EOF"
    with pytest.raises(Incomplete, match="mã lệnh"):
        FileStore(tmp_path).take_in(io.BytesIO(hidden), name="a.pdf")


def test_the_limit_stops_the_stream(store: FileStore) -> None:
    class Endless(io.RawIOBase):
        read_so_far = 0

        def read(self, size: int = -1) -> bytes:
            Endless.read_so_far += size
            return b"x" * size

    with pytest.raises(Incomplete, match="tối đa 1 MB"):
        store.take_in(Endless(), name="a.pdf", limit=2**20)  # type: ignore[arg-type]
    assert Endless.read_so_far <= 2 * 2**20


def test_the_same_bytes_are_kept_once_and_orphans_swept_a_day_later(store: FileStore) -> None:
    one, two = store.keep(b"one"), store.keep(io.BytesIO(b"one"))
    assert one == two == (one[0], 3)
    other, _size = store.keep(b"two")
    assert store.sweep([]) == 0, "somebody may be about to name them"
    for path in store.root.glob("*/*"):
        os.utime(path, (0, 0))
    store.keep(b"two")  # kept again: about to be named
    third, _size = store.keep(b"three")
    assert store.sweep([third]) == 1
    assert store.sweep([], older_than=timedelta(0)) >= 1
    with pytest.raises(NotFound):
        store.path(one[0])
    with pytest.raises(NotFound):
        store.path("../../etc/passwd")
    assert len(other) == 64


def test_a_scanned_picture_that_reads_like_a_command_by_chance_is_no_command(tmp_path: Path) -> None:
    """The bytes of a stream are noise: in 20 MB of them "/JS" stands somewhere."""
    writer = PdfWriter()
    page = writer.add_blank_page(100, 100)
    stream = StreamObject()
    stream.set_data(b"\x89\x00/JS\x01 /Launch\x02" * 20)
    page[NameObject("/Contents")] = writer._add_object(stream)
    content = saved(writer.write)
    assert b"/JS" in content

    kept = FileStore(tmp_path).take_in(io.BytesIO(content), name="bao-cao.pdf")

    assert kept.media_type == "application/pdf"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Báo cáo.pdf", "Báo cáo.pdf"),
        ("C:\\Users\\a\\bao-cao.pdf", "bao-cao.pdf"),
        ("../../etc/bao-cao.pdf", "bao-cao.pdf"),
        ("bao-cao\u202efdp.exe", "bao-caofdp.exe"),
        ("a\u200bb\x00c\r\nd.pdf", "abc d.pdf"),
        ("a" * 400 + ".pdf", "a" * 246 + ".pdf"),
        ("a." + "b" * 400, "a." + "b" * 248),
        ("", "tep"),
        ("/", "tep"),
        ("..", "tep"),
    ],
)
def test_a_file_keeps_its_suffix_and_nothing_that_misleads(given: str, kept: str) -> None:
    assert kept_name(given) == kept
    assert len(kept_name(given)) <= 250
