"""From the head's word to the last answer: decision, dossier, archive, sending, what comes back."""

import io
import re
import subprocess
import zipfile
from pathlib import Path
from shutil import which

import openpyxl
from sqlalchemy import select

from engine.clock import VIETNAM
from engine.database import Database
from engine.dossier.package import verify_package
from engine.models import Dossier
from engine.stages import State
from tests.api.dossier_given import (
    KEY,
    MEETING,
    ROOT,
    Office,
    id_of,
    keep,
    mark,
    send,
    state_of,
    text_of,
    voted,
)
from tests.api.office_given import Doors, words
from tests.factories import nomination, person


def form(doors: Doors, **changes: str) -> dict[str, str | list[str]]:
    with doors.scene.database.read() as session:
        seats = [str(n) for n in range(1, 5)]
        assert person(session, "seat1").id
    return {**MEETING, "present": seats, **changes}


def built(office: Office) -> zipfile.ZipFile:
    doors, _codes, desk = office
    assert keep(desk, form(doors)).status_code == 303
    answer = desk.post(f"{ROOT}/ho-so/tao")
    assert answer.status_code == 303, words(answer)
    return zipfile.ZipFile(io.BytesIO(desk.get(f"{ROOT}/ho-so/1.zip").content))


def pdf_text(data: bytes, folder: Path) -> str:
    path = folder / "one.pdf"
    path.write_bytes(data)
    said = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return " ".join(said.stdout.decode().split())


def test_the_gate_names_what_is_missing_and_where(office: Office) -> None:
    _doors, _codes, desk = office
    page = desk.get(f"{ROOT}/ho-so")
    assert "Thiếu số tờ trình" in words(page)
    assert 'href="#submission_number"' in page.text
    assert 'href="#submission_date_day"' in page.text
    refused = desk.post(f"{ROOT}/ho-so/tao")
    assert refused.status_code == 422
    assert "còn thiếu" in words(refused)


def test_what_is_no_number_date_or_hour_is_refused_and_kept(office: Office) -> None:
    doors, _codes, desk = office
    wrong = {"submission_number": "năm", "submission_date": "31/02/2025", "meeting_end": "7 giờ"}
    page = keep(desk, form(doors, **wrong))
    assert page.status_code == 422
    for field in ("submission_number", "submission_date_day", "meeting_end"):
        assert f'href="#{field}"' in page.text
    assert 'value="năm"' in page.text
    assert 'value="Phòng họp Ban Dân tộc"' in page.text


def test_the_archive_holds_every_document_and_its_index_checks(office: Office, tmp_path: Path) -> None:
    doors, _codes, desk = office
    archive = built(office)
    names = archive.namelist()
    for name in ("01-to-trinh/to-trinh", "02-danh-sach/danh-sach", "03-bien-ban/bien-ban"):
        assert {f"{name}.docx", f"{name}.pdf"} <= set(names)
    reports = [name for name in names if name.startswith("04-bao-cao-thanh-tich/")]
    assert len(reports) == 4
    answer = desk.get(f"{ROOT}/ho-so/1.zip")
    assert f'filename="ho-so-{KEY}-v1.zip"' in answer.headers["content-disposition"]
    whole = answer.content
    with doors.scene.database.read() as session:
        dossier = session.execute(select(Dossier)).scalar_one()
        assert verify_package(whole, sha256=dossier.sha256) == []
        assert dossier.document_number == "05/TTr-BDT"
        assert dossier.size == len(whole)
    letter = text_of(archive.read("01-to-trinh/to-trinh.docx"))
    assert "05/TTr-BDT" in letter
    assert "Bằng khen của Chủ tịch UBND tỉnh cho 02 cá nhân" in letter
    assert "đạt 80 % trên tổng số thành viên" in letter
    meeting = text_of(archive.read("03-bien-ban/bien-ban.docx"))
    assert "08 giờ 00, thứ Sáu 17/10/2025" in meeting
    assert "Có mặt: 4/5 thành viên" in meeting
    assert "5/5" in meeting
    assert "Không đủ tỷ lệ" in meeting
    if which("pdftotext"):
        listed = pdf_text(archive.read("02-danh-sach/danh-sach.pdf"), tmp_path)
        assert "Nông Đức CS 1" in listed
        assert "KH 1" not in listed
        assert "05/TTr-BDT" in listed
    sheet = openpyxl.load_workbook(io.BytesIO(archive.read("02-danh-sach/danh-sach.xlsx"))).worksheets[0]
    assert [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)] == [
        "Nông Đức CS 1",
        "Nông Đức CS 2",
    ]


def test_the_same_inputs_give_the_same_bytes(office: Office) -> None:
    doors, _codes, desk = office
    built(office)
    first = desk.get(f"{ROOT}/ho-so/1.zip").content
    doors.scene.clock.push(hours=3)
    desk.post(f"{ROOT}/ho-so/tao")
    assert desk.get(f"{ROOT}/ho-so/1.zip").content == first


def test_each_document_downloads_and_strangers_are_not_told(office: Office) -> None:
    doors, _codes, desk = office
    built(office)
    one = desk.get(f"{ROOT}/ho-so/1/01-to-trinh/to-trinh.pdf")
    assert one.headers["content-type"] == "application/pdf"
    assert one.headers["content-disposition"].startswith("attachment")
    assert one.content.startswith(b"%PDF")
    assert desk.get(f"{ROOT}/ho-so/1/khong-co.pdf").status_code == 404
    assert desk.get(f"{ROOT}/ho-so/2.zip").status_code == 404
    clerk = doors.at("clerk-cs")
    for address in ("", "/1.zip", "/1/kiem-tra", "/1/01-to-trinh/to-trinh.pdf"):
        assert clerk.get(f"{ROOT}/ho-so{address}").status_code == 403
    assert clerk.post(f"{ROOT}/ho-so/tao").status_code == 403
    assert clerk.post(f"{ROOT}/ho-so/gui", data={"version": "1", "channel": "email"}).status_code == 403


def test_a_damaged_archive_is_found_out(office: Office) -> None:
    doors, _codes, desk = office
    built(office)
    assert "nguyên vẹn : mọi tệp đúng như khi tạo" in words(desk.get(f"{ROOT}/ho-so/1/kiem-tra"))
    with doors.scene.database.read() as session:
        sha256 = session.execute(select(Dossier)).scalar_one().sha256
    path = doors.data / "files" / sha256[:2] / sha256
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert "không còn nguyên vẹn" in words(desk.get(f"{ROOT}/ho-so/1/kiem-tra"))


def test_new_facts_ask_for_a_new_archive(office: Office) -> None:
    doors, _codes, desk = office
    built(office)
    keep(desk, form(doors, meeting_place="Hội trường"))
    assert desk.get(f"{ROOT}/ho-so/1.zip").status_code == 404
    refused = send(desk)
    assert refused.status_code == 422


def test_what_was_changed_after_the_vote_is_not_submitted(office: Office) -> None:
    doors, codes, desk = office
    keep(desk, form(doors))
    with doors.scene.database.unit_of_work() as session:
        nomination(session, codes[0]).summary = "Sửa sau khi Hội đồng bỏ phiếu."
    refused = desk.post(f"{ROOT}/ho-so/tao")
    assert refused.status_code == 409
    assert "không còn đúng như khi Hội đồng bỏ phiếu" in words(refused)


def test_sending_is_once_and_another_channel_needs_its_number(office: Office) -> None:
    doors, codes, desk = office
    built(office)
    assert send(desk, channel="").status_code == 422
    refused = send(desk, channel="other", channel_number="")
    assert refused.status_code == 422
    assert 'href="#channel_number"' in refused.text
    shown = mark(desk, "archive")
    for _ in range(2):
        assert send(desk, archive=shown).status_code == 303
    assert state_of(doors, codes[0]) == State.submitted
    page = words(desk.get(f"{ROOT}/ho-so"))
    assert "qua thư điện tử tới so-noi-vu@langson.example" in page
    assert desk.get(f"{ROOT}/ho-so/1.zip").status_code == 200


def test_answers_come_back_line_by_line_and_a_second_version_leaves(office: Office) -> None:
    doors, codes, desk = office
    built(office)
    send(desk)
    assert (
        desk.post(f"{ROOT}/tra-loi/da-nhan", data={"version": "1", "receipt_number_1": "BN-7"}).status_code
        == 303
    )
    assert state_of(doors, codes[0]) == State.received
    day = f"{doors.scene.now.astimezone(VIETNAM):%d/%m/%Y}"
    for page in ("tra-loi", "ho-so"):
        assert f"Sở Nội vụ nhận ngày {day}, số BN-7" in words(desk.get(f"{ROOT}/{page}"))
    again = desk.post(
        f"{ROOT}/tra-loi/da-nhan", data={"version": "1", "receipt_number_1": "BN-8"}, follow_redirects=True
    )
    assert "Việc nhận hồ sơ bản 1 đã được ghi từ trước." in words(again)
    assert desk.post(f"{ROOT}/tra-loi/da-nhan", data={"receipt_number": "BN-8"}).status_code == 404
    asked = {"codes": codes[1], "answer": "completion", "reason": "Thiếu xác nhận."}
    assert desk.post(f"{ROOT}/tra-loi", data=asked).status_code == 303
    given = {"codes": codes[0], "answer": "awarded", "number": "2105/QĐ-UBND", "dated_day": "17"}
    wrong = desk.post(f"{ROOT}/tra-loi", data={**given, "dated_month": "13", "dated_year": "2025"})
    assert wrong.status_code == 422
    assert 'value="2105/QĐ-UBND"' in wrong.text
    right = desk.post(f"{ROOT}/tra-loi", data={**given, "dated_month": "10", "dated_year": "2025"})
    assert right.status_code == 303, words(right)
    answered = desk.get(f"{ROOT}/tra-loi")
    assert "Quyết định số 2105/QĐ-UBND ngày 17/10/2025" in words(answered)
    (cell,) = re.findall(r'data-label="Việc khác">(.*?)</td>', answered.text, re.DOTALL)
    assert cell.count("<a ") == 3
    assert "·" not in cell, "on a narrow page it would stand on a line of its own"
    page = words(desk.get(f"{ROOT}/ho-so"))
    assert "Bản 2: 1 đề nghị" in page
    assert "trả để bổ sung" in page
    second = form(doors, submission_number="6", nothing_added=id_of(doors, codes[1]))
    assert keep(desk, second).status_code == 303
    assert desk.post(f"{ROOT}/ho-so/tao").status_code == 303
    archive = zipfile.ZipFile(io.BytesIO(desk.get(f"{ROOT}/ho-so/2.zip").content))
    assert "Nông Đức CS 1" not in text_of(archive.read("02-danh-sach/danh-sach.docx"))
    send(desk, 2, channel="other", channel_number="45")
    assert state_of(doors, codes[1]) == State.submitted
    refusal = {"codes": codes[1], "answer": "not_awarded", "reason": "Không đúng đối tượng."}
    desk.post(f"{ROOT}/tra-loi", data=refusal)
    assert state_of(doors, codes[1]) == State.not_awarded


def test_no_answer_without_a_choice_a_tick_and_a_ground(office: Office) -> None:
    _doors, codes, desk = office
    built(office)
    send(desk)
    for data, field in (
        ({"answer": "awarded"}, "codes"),
        ({"codes": codes[0]}, "answer"),
        ({"codes": codes[0], "answer": "not_awarded"}, "reason"),
        ({"codes": codes[0], "answer": "awarded", "number": "1"}, "dated_day"),
    ):
        page = desk.post(f"{ROOT}/tra-loi", data=data)
        assert page.status_code == 422
        assert f'href="#{field}"' in page.text, field


def test_the_decision_is_drafted_numbered_and_printed(office: Office, tmp_path: Path) -> None:
    doors, codes, desk = office
    draft = text_of(desk.get(f"{ROOT}/quyet-dinh/du-thao.docx").content)
    assert "…/QĐ-BDT" in draft
    assert "Nông Đức KH 1" in draft
    page = desk.post(f"{ROOT}/quyet-dinh", data={"codes": codes[2], "number": "128"})
    assert page.status_code == 422
    assert 'href="#dated_day"' in page.text
    data = {"codes": codes[2], "number": "128", "dated": "17/10/2025"}
    for _ in range(2):
        assert desk.post(f"{ROOT}/quyet-dinh", data=data).status_code == 303
    assert state_of(doors, codes[2]) == State.awarded
    assert "Quyết định số 128/QĐ-BDT ngày 17/10/2025" in words(desk.get(f"{ROOT}/quyet-dinh"))
    printed = text_of(desk.get(f"{ROOT}/quyet-dinh/1.docx").content)
    assert "128/QĐ-BDT" in printed
    if which("pdftotext"):
        assert "128/QĐ-BDT" in pdf_text(desk.get(f"{ROOT}/quyet-dinh/1.pdf").content, tmp_path)
    assert desk.get(f"{ROOT}/quyet-dinh/1.txt").status_code == 404
    assert desk.get(f"{ROOT}/quyet-dinh/9.pdf").status_code == 404


def test_the_agency_cannot_decide_a_provincial_award(office: Office) -> None:
    doors, codes, desk = office
    page = desk.post(f"{ROOT}/quyet-dinh", data={"codes": codes[0], "number": "128", "dated": "17/10/2025"})
    assert page.status_code == 422
    assert "Không thuộc thẩm quyền của cơ quan" in words(page)
    assert state_of(doors, codes[0]) == State.approved


def test_empty_pages_say_why_and_what_next(sqlite_database: Database, tmp_path: Path) -> None:
    scene, _codes = voted(sqlite_database)
    desk = Doors(scene, tmp_path / "data").at("office")
    assert "Chưa có đề nghị nào được Thủ trưởng đồng ý" in words(desk.get(f"{ROOT}/ho-so"))
    assert "Chưa có đề nghị nào chờ quyết định" in words(desk.get(f"{ROOT}/quyet-dinh"))
    assert "Chưa gửi hồ sơ" in words(desk.get(f"{ROOT}/tra-loi"))
