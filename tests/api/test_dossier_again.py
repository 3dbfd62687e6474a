"""A second version of the dossier is another paper: its own number, its own date, and what it completes."""

import io
import zipfile
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from engine.commands import submission
from engine.database import Database
from engine.models import Dossier
from tests.api.dossier_given import MEETING, ROOT, Office, id_of, keep, send, text_of
from tests.api.office_given import Doors, words
from tests.factories import given_result

TAKEN = "Số 05/TTr-BDT đã dùng cho bản 1; mỗi văn bản một số."


def form(**changes: str) -> dict[str, str | list[str]]:
    return {**MEETING, "present": ["1", "2", "3", "4"], **changes}


def sent_and_returned(office: Office) -> bytes:
    """Version 1 sent with 05/TTr-BDT and one line of it back; the archive that left."""
    _doors, codes, desk = office
    assert keep(desk, form()).status_code == 303
    assert desk.post(f"{ROOT}/ho-so/tao").status_code == 303
    assert send(desk).status_code == 303
    asked = {"codes": codes[1], "answer": "completion", "reason": "Thiếu xác nhận."}
    assert desk.post(f"{ROOT}/tra-loi", data=asked).status_code == 303
    return desk.get(f"{ROOT}/ho-so/1.zip").content


def test_version_two_asks_for_a_number_and_date_of_its_own(office: Office) -> None:
    doors, codes, desk = office
    first = sent_and_returned(office)
    page = desk.get(f"{ROOT}/ho-so")
    assert "Còn thiếu 3 mục" in words(page)
    assert "Thiếu số tờ trình" in words(page)
    assert "Thiếu ngày tờ trình" in words(page)
    assert "Đủ thông tin" not in words(page)
    assert 'value="Phòng họp Ban Dân tộc"' in page.text, "everything else is carried over"
    assert desk.post(f"{ROOT}/ho-so/tao").status_code == 422
    again = keep(desk, form(submission_number="05 / TTr-BDT"))
    assert again.status_code == 422
    assert TAKEN in words(again)
    assert 'href="#submission_number"' in again.text
    doors.scene.clock.push(hours=72)
    desk = doors.at("office")
    given = form(submission_number="6", nothing_added=id_of(doors, codes[1]))
    assert keep(desk, given).status_code == 303
    assert desk.post(f"{ROOT}/ho-so/tao").status_code == 303
    archive = zipfile.ZipFile(io.BytesIO(desk.get(f"{ROOT}/ho-so/2.zip").content))
    letter = text_of(archive.read("01-to-trinh/to-trinh.docx"))
    assert "06/TTr-BDT" in letter
    assert "Về việc bổ sung hồ sơ đề nghị tặng" in letter
    assert "đã gửi kèm theo Tờ trình số 05/TTr-BDT ngày 17 tháng 10 năm 2025" in letter
    assert desk.get(f"{ROOT}/ho-so/1.zip").content == first


def test_what_was_kept_before_is_stopped_at_the_gate(office: Office) -> None:
    doors, _codes, desk = office
    sent_and_returned(office)
    old = {"submission_number": "5", "submission_date": "2025-10-17"}
    with doors.scene.database.unit_of_work() as session:
        boss = doors.scene.actor("office", session)
        submission.prepare_dossier(session, boss, doors.scene.key, facts=old, now=doors.scene.now)
    page = desk.get(f"{ROOT}/ho-so")
    assert f"{TAKEN} Tới chỗ bổ sung" in words(page)
    assert "Đủ thông tin" not in words(page)
    assert desk.post(f"{ROOT}/ho-so/tao").status_code == 422


def test_version_two_is_no_older_than_version_one(office: Office) -> None:
    doors, codes, _desk = office
    doors.scene.clock.push(hours=72)
    desk = doors.at("office")
    assert keep(desk, form(submission_date="19/10/2025")).status_code == 303
    desk.post(f"{ROOT}/ho-so/tao")
    send(desk)
    asked = {"codes": codes[1], "answer": "completion", "reason": "Thiếu xác nhận."}
    desk.post(f"{ROOT}/tra-loi", data=asked)
    early = form(submission_number="6", submission_date="18/10/2025")
    page = keep(desk, early)
    assert page.status_code == 422
    assert "Ngày tờ trình không thể trước ngày của tờ trình bản 1 (19/10/2025)." in words(page)
    assert 'href="#submission_date_day"' in page.text


def test_a_number_of_another_form_is_refused(office: Office) -> None:
    doors, _codes, desk = office
    for wrong in ("4 1", "41/QĐ-BDT"):
        page = keep(desk, form(submission_number=wrong))
        assert page.status_code == 422
        assert "Ghi số như 41/TTr-BDT." in words(page)
    assert keep(desk, form(submission_number="041 / TTr-BDT")).status_code == 303
    desk.post(f"{ROOT}/ho-so/tao")
    with doors.scene.database.read() as session:
        assert session.execute(select(col(Dossier.document_number))).scalar_one() == "41/TTr-BDT"


def test_the_page_lists_nominations_as_the_dossier_does(sqlite_database: Database, tmp_path: Path) -> None:
    late_first = (("kh1", "bang-khen"), ("cs2", "bang-khen"), ("cs1", "bang-khen"))
    scene, codes = given_result(sqlite_database, nominees=late_first, approved=True)
    page = Doors(scene, tmp_path / "data").at("office").get(f"{ROOT}/ho-so").text
    places = [page.index(f'href="/de-nghi/{code}"') for code in reversed(codes)]
    assert places == sorted(places), "as on the council's frozen list, not in the order of entry"
