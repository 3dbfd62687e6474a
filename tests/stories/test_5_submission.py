"""The head considers; Giấy khen becomes a decision, Bằng khen a dossier; Sở Nội vụ's answers are told."""

import hashlib
from email.message import EmailMessage
from io import BytesIO
from zipfile import ZipFile

from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlmodel import col, select

from engine.models import Dossier, Event, Round
from tests.stories.acts import (
    ADVISER,
    CAST,
    CLERK,
    COLLECTIVE,
    HEAD,
    OFFICE,
    OFFICE_ROUND,
    OWN_LINE,
    PLANNER,
    approve,
    dated,
    make_dossier,
    pdf,
    to_submission,
)
from tests.stories.test_2_department import state_of
from tests.stories.world import FINAL, World

DESK, DOSSIER = f"/ky/{FINAL}", f"{OFFICE_ROUND}/ho-so"
ANSWERS, DECISION = f"{OFFICE_ROUND}/tra-loi", f"{OFFICE_ROUND}/quyet-dinh"
PROVINCE = "thi-dua-khen-thuong@sonoivu-langson.example"
TODAY = "15/12/2025"


def stage(world: World) -> str:
    with world.database.read() as session:
        return session.exec(select(Round.stage).where(Round.key == FINAL)).one()


def archive_of(world: World, version: int = 1) -> ZipFile:
    return ZipFile(BytesIO(world.visitor(OFFICE).client.get(f"{DOSSIER}/{version}.zip").content))


def send(world: World, **fields: str) -> None:
    world.visitor(OFFICE).open(DOSSIER).press("Gửi hồ sơ", {"channel": "email"} | fields)
    world.time()


def supplement(world: World, code: str) -> None:
    """The department adds the file that Sở Nội vụ asked for."""
    asked = world.visitor(CLERK).open(f"/de-nghi/{code}/bo-sung")
    asked.press("Tải lên", {}, status=422)
    file = ("xac-nhan.pdf", pdf("xác nhận của xã"), "application/pdf")
    asked.press("Tải lên", {"item": "minh-chung-sang-kien", "file": file})


def test_from_the_heads_word_to_the_archived_round(world: World) -> None:
    """The whole of it: one refused, one decided by the agency, two for the province with different ends."""
    own, collective, planner, adviser = to_submission(world, *CAST)
    seen = len(world.postbox.letters)
    head = world.visitor(HEAD).open(DESK)
    head.open(f"{DESK}/khong-dong-y/{planner}").press("Ghi không đồng ý", status=422)
    assert head.errors
    head.press("Ghi không đồng ý", {"reason": "Để xét vào cuối năm 2026."})
    assert "Để xét vào cuối năm 2026." in head.words
    approve(world)
    world.time()
    assert any("không đồng ý khen thưởng: " in subject for _, subject in world.letters_since(seen))

    # Giấy khen: the agency's own decision.
    office = world.visitor(OFFICE).open(DECISION)
    draft = office.client.get(f"{DECISION}/du-thao.docx").content
    assert "Lâm Văn Hữu" in _docx(draft)
    office.press("Ghi quyết định cho các đề nghị đã chọn", {"number": "41"}, status=422)
    assert office.shown("number") == "41"
    office.press("Ghi quyết định cho các đề nghị đã chọn", {"number": "41"} | dated("dated", TODAY))
    assert "41/QĐ-BDT" in office.words
    assert state_of(world, own) == "awarded"

    # Bằng khen: the dossier.
    make_dossier(world, "12", TODAY)
    send(world)
    assert {state_of(world, code) for code in (collective, adviser)} == {"submitted"}
    [letter] = world.postbox.to(PROVINCE)
    [attached] = list(letter.iter_attachments())
    assert attached.get_content() == world.visitor(OFFICE).client.get(f"{DOSSIER}/1.zip").content

    # Its answers.
    office = world.visitor(OFFICE).open(ANSWERS).press("Ghi đã nhận", {"receipt_number_1": "BN-7"})
    given = {"codes": [collective], "answer": "completion", "reason": "Bổ sung xác nhận của UBND xã."}
    office.press("Ghi kết quả", given)
    awarded = {"codes": [adviser], "answer": "awarded", "number": "2105/QĐ-UBND"}
    office.press("Ghi kết quả", awarded | dated("dated", "16/12/2025"), status=422)
    assert office.errors  # a day that has not come
    office.press("Ghi kết quả", dated("dated", TODAY))
    world.time()
    assert state_of(world, adviser) == "awarded"
    assert stage(world) == "submission"

    supplement(world, collective)
    make_dossier(world, "13", TODAY)
    send(world)
    assert any(name.endswith("xac-nhan.pdf") for name in archive_of(world, 2).namelist())
    with world.database.read() as session:
        assert session.exec(select(Dossier.version).order_by(col(Dossier.version))).all() == [1, 2]
    seen = len(world.postbox.letters)
    office.open(ANSWERS).press(
        "Ghi kết quả",
        {"codes": [collective], "answer": "not_awarded", "reason": "Chưa đủ điều kiện thời gian."},
    )
    world.time()

    assert state_of(world, collective) == "not_awarded"
    assert stage(world) == "closed"
    told = [to for to, subject in world.letters_since(seen) if "Kết quả khen thưởng" in subject]
    assert any(world.email_of(CLERK) in to for to in told)
    department = world.visitor(CLERK).open(f"/de-nghi/{collective}")
    assert "Chưa đủ điều kiện thời gian." in department.words


def test_the_dossier_holds_every_paper_in_three_forms_with_an_index_that_checks(world: World) -> None:
    to_submission(world, COLLECTIVE)
    approve(world)
    make_dossier(world, "12", TODAY)
    archive = archive_of(world)
    names = {name.partition("/")[2] if name.startswith("ho-so") else name for name in archive.namelist()}

    for folder, paper in (
        ("01-to-trinh", "to-trinh"),
        ("02-danh-sach", "danh-sach"),
        ("03-bien-ban", "bien-ban"),
    ):
        for form in ("docx", "pdf"):
            assert any(folder in name and name.endswith(f"{paper}.{form}") for name in names), names
    assert any(name.endswith("danh-sach.xlsx") for name in names)
    [index] = [name for name in archive.namelist() if name.endswith("SHA256SUMS")]
    sums = [line.split(None, 1) for line in archive.read(index).decode().splitlines()]
    root = index.removesuffix("SHA256SUMS")
    assert {root + name.lstrip("*") for _, name in sums} == set(archive.namelist()) - {index}
    for digest, name in sums:
        assert hashlib.sha256(archive.read(root + name.lstrip("*"))).hexdigest() == digest

    [minutes] = [name for name in archive.namelist() if name.endswith("bien-ban.docx")]
    said = _docx(archive.read(minutes))
    assert "11/11" in said
    [letter] = [name for name in archive.namelist() if name.endswith("to-trinh.pdf")]
    page = " ".join(PdfReader(BytesIO(archive.read(letter))).pages[0].extract_text().split())
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in page or "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM" in page
    assert "12/TTr-BDT" in page
    [sheet] = [name for name in archive.namelist() if name.endswith("danh-sach.xlsx")]
    cells = [
        str(c.value) for row in load_workbook(BytesIO(archive.read(sheet))).active.iter_rows() for c in row
    ]
    assert any("Phòng Chính sách Dân tộc" in cell for cell in cells)
    office = world.visitor(OFFICE).open(f"{DOSSIER}/1/kiem-tra")
    assert "nguyên vẹn" in office.words
    assert "không còn nguyên vẹn" not in office.words


def test_what_is_missing_stops_the_archive_and_is_linked(world: World) -> None:
    to_submission(world, COLLECTIVE)
    approve(world)
    office = world.visitor(OFFICE).open(DOSSIER)
    assert "Còn thiếu" in office.words
    office.send({"method": "POST", "url": f"{DOSSIER}/tao"}, status=422)
    office.open(DOSSIER).press(
        "Lưu thông tin", {"submission_number": "mười hai", "meeting_place": "Phòng họp số 2"}, status=422
    )
    assert office.shown("meeting_place") == "Phòng họp số 2"
    assert office.shown("submission_number") == "mười hai"
    with world.database.read() as session:
        assert not session.exec(select(Dossier).where(Dossier.sha256 != "")).all()


def test_a_dossier_sent_by_another_channel_wants_its_number(world: World) -> None:
    [code] = to_submission(world, COLLECTIVE)
    approve(world)
    office = make_dossier(world, "12", TODAY)
    office.press("Gửi hồ sơ", {"channel": "other"}, status=422)
    assert office.errors
    office.press("Gửi hồ sơ", {"channel": "other", "channel_number": "TLVB-889"})
    world.time()

    assert "TLVB-889" in office.words
    assert state_of(world, code) == "submitted"
    assert world.postbox.to(PROVINCE) == []


def test_a_dossier_sent_twice_leaves_once(world: World) -> None:
    to_submission(world, COLLECTIVE)
    approve(world)
    office = make_dossier(world, "12", TODAY)
    request = office.filled("Gửi hồ sơ", {"channel": "email"})
    office.send(request)
    assert office.client.request(**request).status_code < 500
    world.time()

    assert len(world.postbox.to(PROVINCE)) == 1
    with world.database.read() as session:
        assert len(session.exec(select(Event).where(Event.kind == "dossier_sent")).all()) == 1


def test_a_dossier_waits_while_the_mail_server_is_down_and_the_page_says_so(world: World) -> None:
    to_submission(world, COLLECTIVE)
    approve(world)
    make_dossier(world, "12", TODAY)
    world.postbox.refusing = True
    send(world)
    assert world.postbox.to(PROVINCE) == []
    page = world.visitor(OFFICE).open(f"{OFFICE_ROUND}/thu?tt=queued")
    assert PROVINCE in page.words
    world.postbox.refusing = False
    world.at("15/12/2025", "11:00")

    assert len(world.postbox.to(PROVINCE)) == 1


def test_the_head_is_the_only_one_at_the_heads_desk(world: World) -> None:
    codes = to_submission(world, PLANNER)
    office = world.visitor(OFFICE).open(DESK, status=403)
    assert "Việc này không thuộc phần của ông/bà" in office.words
    office.send({"method": "POST", "url": f"{DESK}/dong-y", "data": {"codes": codes}}, status=403)
    assert state_of(world, codes[0]) == "recommended"


def test_a_wrong_number_is_put_right_after_the_end_and_the_department_is_told_once(world: World) -> None:
    [own] = to_submission(world, OWN_LINE)
    approve(world)
    office = world.visitor(OFFICE).open(DECISION)
    office.press("Ghi quyết định cho các đề nghị đã chọn", {"number": "41"} | dated("dated", TODAY))
    world.time()
    told = len(told_of(world, "14/QĐ-BDT"))
    for _twice in range(2):
        office.open(f"{OFFICE_ROUND}/sua/{own}")
        office.press("Ghi số, ngày đã sửa", {"number": "14/QĐ-BDT", "reason": "Gõ nhầm số."})
        world.time()
    letters = told_of(world, "14/QĐ-BDT")
    assert told == 0
    assert letters
    assert len(letters) == len({str(letter["To"]) for letter in letters}), "one letter each"
    assert "14/QĐ-BDT" in office.open(DECISION).words


def told_of(world: World, words: str) -> list[EmailMessage]:
    texts = [(letter, letter.get_body(("plain",))) for letter in world.postbox.letters]
    return [letter for letter, text in texts if text is not None and words in text.get_content()]


def test_an_award_given_on_false_ground_is_cancelled_with_a_reason(world: World) -> None:
    [own] = to_submission(world, OWN_LINE)
    approve(world)
    office = world.visitor(OFFICE).open(DECISION)
    office.press("Ghi quyết định cho các đề nghị đã chọn", {"number": "41"} | dated("dated", TODAY))
    world.time()
    assert stage(world) == "closed"
    office.open(f"{OFFICE_ROUND}/huy/{own}")
    office.press("Ghi huỷ khen thưởng", status=422)
    office.press("Ghi huỷ khen thưởng", {"reason": "Kê khai thành tích không đúng."})
    assert state_of(world, own) == "revoked"


def test_an_approval_pressed_twice_approves_once(world: World) -> None:
    to_submission(world, PLANNER, ADVISER)
    head = world.visitor(HEAD).open(DESK)
    head.press("Đồng ý các đề nghị đã chọn", {"codes": head.page.xpath("//input[@name='codes']/@value")})
    request = head.filled("Đồng ý")
    head.send(request)
    head.send(request)
    assert "đã được đồng ý từ trước" in head.words
    with world.database.read() as session:
        assert len(session.exec(select(Event).where(Event.kind == "approve")).all()) == 2


def _docx(content: bytes) -> str:
    document = Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([p.text for p in document.paragraphs] + cells)
