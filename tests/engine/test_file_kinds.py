"""What a file is by its content: honest files are kept, and only what is harmless."""

import gzip
import io
import struct
import time
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.generic import NameObject, StreamObject

from engine.errors import Incomplete
from engine.file_kinds import pdf as pdf_kind
from engine.files import FileStore
from tests.engine.made_files import (
    END,
    JPEG,
    PIXELS,
    PNG,
    acting,
    chunk,
    disguised_script,
    doubled_bomb,
    header,
    jpeg,
    linked,
    macro_enabled,
    named_action,
    pdf,
    png,
    saved,
    turned_to_a_page,
    with_entry,
    with_script,
    word,
    workbook,
)

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
