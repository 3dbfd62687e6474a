"""The gate before a dossier is made: dates, who presided, what the files leave open, PDFs that fail."""

import errno
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from engine.commands import submission
from engine.database import Database
from engine.dossier import typesetting
from engine.dossier.package import MOST_BYTES
from engine.files import FileStore
from engine.models import Attachment, StageWindow
from engine.stages import State
from tests.api.dossier_given import MEETING, NOMINEES, ROOT, Office, agreed, keep, state_of, text_of, voted
from tests.api.office_given import Doors, words
from tests.factories import SEATS, cast, close_vote, given_vote, nomination, person
from tests.small_agency import small_definition


def met(**changes: str | list[str]) -> dict[str, str | list[str]]:
    return {**MEETING, "present": ["1", "2", "3", "4"], **changes}


def test_dates_that_contradict_the_record_are_refused_with_the_day(office: Office) -> None:
    doors, _codes, desk = office
    for field, day, said in (
        ("meeting_date", "16/8/2025", "Ngày họp Hội đồng cách thời gian bỏ phiếu quá một tháng"),
        (
            "submission_date",
            "16/10/2025",
            "Ngày tờ trình không thể trước ngày Hội đồng bỏ phiếu xong (17/10/2025).",
        ),
    ):
        page = keep(desk, met(**{field: day}))
        assert page.status_code == 422
        assert said in words(page)
        assert f'href="#{field}_day"' in page.text
    facts = {"submission_number": "5", "submission_date": "2019-01-02", "minutes_number": "02"}
    held = {"meeting_way": "meeting", "meeting_date": "2018-05-04", "meeting_start": "08:00"}
    rest = {"meeting_end": "09:00", "meeting_place": "Phòng họp", "present": "1,2,3,4"}
    with doors.scene.database.unit_of_work() as session:  # kept before, or carried over from an older vote
        boss = doors.scene.actor("office", session)
        submission.prepare_dossier(
            session, boss, doors.scene.key, facts=facts | held | rest, now=doors.scene.now
        )
    page = desk.get(f"{ROOT}/ho-so")
    assert "Còn thiếu 2 mục" in words(page)
    assert "Đủ thông tin" not in words(page)
    assert desk.post(f"{ROOT}/ho-so/tao").status_code == 422


def test_a_decision_older_than_the_vote_is_refused_on_its_page(office: Office) -> None:
    doors, codes, desk = office
    page = desk.post(f"{ROOT}/quyet-dinh", data={"codes": codes[2], "number": "128", "dated": "01/01/2020"})
    assert page.status_code == 422
    assert "Ngày quyết định không thể trước ngày Hội đồng bỏ phiếu xong (17/10/2025)." in words(page)
    assert 'href="#dated_day"' in page.text
    assert state_of(doors, codes[2]) == State.approved


def chairless(database: Database, data: Path, **changes: Any) -> Office:
    """A vote by circulated ballots in which the chair sent none; everything else is filled in."""
    definition = small_definition(**changes)
    scene, codes, hash_ = given_vote(database, nominees=NOMINEES, definition=definition)
    for seat in range(2, SEATS + 1):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    with database.read() as session:
        due = session.execute(
            select(col(StageWindow.due_at)).where(col(StageWindow.stage) == "council")
        ).scalar_one()
    scene.clock.now = due
    assert close_vote(scene, "time")
    agreed(scene, codes)
    doors = Doors(scene, data)
    desk = doors.at("office")
    assert keep(desk, circulated(doors)).status_code == 303
    return doors, codes, desk


def circulated(doors: Doors, **changes: str) -> dict[str, str]:
    numbers = {"submission_number": "5", "minutes_number": "02", "meeting_way": "circulated"}
    return {**numbers, "submission_date": f"{doors.scene.now:%d/%m/%Y}", **changes}


def test_a_chair_who_sent_nothing_presides_only_where_the_office_says_so(
    sqlite_database: Database, tmp_path: Path
) -> None:
    doors, _codes, desk = chairless(sqlite_database, tmp_path / "data")
    page = desk.get(f"{ROOT}/ho-so")
    assert "không gửi ý kiến: chọn người đã chủ trì việc lấy ý kiến" in words(page)
    assert 'href="#chair"' in page.text
    assert desk.post(f"{ROOT}/ho-so/tao").status_code == 422
    assert keep(desk, circulated(doors, chair="2")).status_code == 303
    assert desk.post(f"{ROOT}/ho-so/tao").status_code == 303
    archive = zipfile.ZipFile(io.BytesIO(desk.get(f"{ROOT}/ho-so/1.zip").content))
    meeting = text_of(archive.read("03-bien-ban/bien-ban.docx"))
    with doors.scene.database.read() as session:
        chair, vice = person(session, "seat1").name, person(session, "seat2").name
    assert "Vắng mặt" not in meeting
    assert "không nêu lý do" not in meeting
    assert "thành viên vắng mặt" not in meeting
    assert "Không gửi ý kiến: 1/5 thành viên" in meeting
    assert f"Chủ tọa: {vice}" in meeting
    assert f"1. {chair}" in meeting


def test_who_was_not_at_the_meeting_neither_presided_nor_wrote(office: Office) -> None:
    _doors, _codes, desk = office
    keep(desk, met(present=["2", "4", "5"]))
    page = desk.get(f"{ROOT}/ho-so")
    assert "không có mặt tại cuộc họp: chọn người đã chủ trì" in words(page)
    assert "không có mặt tại cuộc họp: chọn người đã ghi biên bản" in words(page)
    assert 'href="#secretary"' in page.text
    keep(desk, met(present=["2", "3", "4", "5"], chair="2"))
    assert "Đủ thông tin" in words(desk.get(f"{ROOT}/ho-so"))


def test_a_meeting_without_its_quorum_leaves_no_minutes(office: Office) -> None:
    """By the awards voted on, and only where somebody met: 2/3 of five seats are four."""
    _doors, _codes, desk = office
    keep(desk, met(present=["1", "2", "3"]))
    page = desk.get(f"{ROOT}/ho-so")
    assert "Còn thiếu 1 mục" in words(page)
    assert "Chỉ đánh dấu 3/5 thành viên có mặt" in words(page)
    assert "cần ít nhất 4." in words(page)
    assert '<a class="govuk-link" href="#present">' in page.text
    assert desk.post(f"{ROOT}/ho-so/tao").status_code == 422
    keep(desk, met(present=["1", "2", "3"], meeting_way="circulated"))
    assert "Đủ thông tin" in words(desk.get(f"{ROOT}/ho-so"))
    keep(desk, met())
    assert "Đủ thông tin" in words(desk.get(f"{ROOT}/ho-so"))


def test_an_award_nobody_was_put_up_for_asks_for_no_quorum(sqlite_database: Database, tmp_path: Path) -> None:
    awards = [award.model_dump(mode="json") for award in small_definition().awards]
    strict = {**awards[0], "key": "bang-khen-khac", "name": "Bằng khen khác"}
    strict["ballot"] = {**strict["ballot"], "quorum": "100%"}
    scene, codes = voted(sqlite_database, definition=small_definition(awards=[*awards, strict]))
    agreed(scene, codes[:3])
    desk = Doors(scene, tmp_path / "data").at("office")
    keep(desk, met())
    assert "Đủ thông tin" in words(desk.get(f"{ROOT}/ho-so"))


def test_what_the_files_leave_to_the_office_is_asked_for(sqlite_database: Database, tmp_path: Path) -> None:
    council = small_definition().council.model_dump(mode="json")
    council["basis"] = "Quyết định thành lập Hội đồng của Trưởng Ban (cơ quan ghi số, ngày)"
    doors, _codes, desk = chairless(sqlite_database, tmp_path / "data", council=council)
    given = {"chair": "2", "founding_number": "45/QĐ-BDT"}
    keep(desk, circulated(doors, **given))
    page = desk.get(f"{ROOT}/ho-so")
    assert "Thiếu ngày quyết định thành lập Hội đồng" in words(page)
    assert 'href="#founding_date_day"' in page.text
    late = keep(desk, circulated(doors, **given, founding_date="18/10/2025"))
    assert late.status_code == 422
    assert "không thể sau ngày mở bỏ phiếu (17/10/2025)" in words(late)
    keep(desk, circulated(doors, **given, founding_date="03/03/2025"))
    assert desk.post(f"{ROOT}/ho-so/tao").status_code == 303
    archive = zipfile.ZipFile(io.BytesIO(desk.get(f"{ROOT}/ho-so/1.zip").content))
    meeting = text_of(archive.read("03-bien-ban/bien-ban.docx"))
    assert "(cơ quan ghi" not in meeting
    assert "của Trưởng Ban (số 45/QĐ-BDT ngày 03/03/2025)" in meeting


def test_pdfs_that_cannot_be_made_are_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    _doors, _codes, desk = office
    monkeypatch.setattr(typesetting, "FIRST_S", 0.0)
    monkeypatch.setattr(typesetting, "EACH_S", 0.001)
    refused = desk.get(f"{ROOT}/quyet-dinh/du-thao.pdf")
    assert refused.status_code == 409
    assert "mà chưa xong nên đã dừng" in words(refused)


def test_a_disk_that_fills_up_while_the_archive_is_written_is_told(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    doors, _codes, desk = office
    assert keep(desk, met()).status_code == 303

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("engine.files.os.fsync", full)
        refused = desk.post(f"{ROOT}/ho-so/tao")
    assert (refused.status_code, "Máy chủ hết chỗ lưu" in words(refused)) == (503, True)
    files = doors.app.state.installation.files.root
    assert not [file for file in files.rglob(".*") if file.is_file()], "no half file is left"
    assert desk.post(f"{ROOT}/ho-so/tao").status_code == 303


def test_more_files_than_one_archive_holds_are_told_before_it_is_built(office: Office) -> None:
    doors, codes, desk = office
    keep(desk, met())
    with doors.scene.database.unit_of_work() as session:
        for code, size in ((codes[0], MOST_BYTES - 2**20), (codes[1], 2**20)):
            of = nomination(session, code).id or 0
            facts = {"item_key": "bao-cao", "name": "phim.pdf", "media_type": "application/pdf"}
            session.add(
                Attachment(
                    **facts,
                    nomination_id=of,
                    size=size,
                    sha256="0" * 64,
                    uploaded_at=doors.scene.now,
                    supplement=True,
                )
            )
    assert "Đủ thông tin" in words(desk.get(f"{ROOT}/ho-so"))
    with doors.scene.database.unit_of_work() as session:
        session.execute(update(Attachment).where(col(Attachment.size) == 2**20).values(size=2**20 + 1))
    page = desk.post(f"{ROOT}/ho-so/tao")
    assert page.status_code == 422
    assert "nặng tổng cộng 1.900,1 MB, một bộ hồ sơ chỉ chứa được đến 1.900 MB" in words(page)
    assert f'<a class="govuk-link" href="/de-nghi/{codes[0]}">Tới chỗ bổ sung' in page.text


def test_a_file_lost_or_damaged_in_the_store_is_told(office: Office) -> None:
    doors, codes, desk = office
    keep(desk, met())
    store = FileStore(doors.data / "files")
    sha256, size = store.keep(b"%PDF-1.4 ...")
    with doors.scene.database.unit_of_work() as session:
        session.add(
            Attachment(
                nomination_id=nomination(session, codes[0]).id or 0,
                item_key="bao-cao",
                name="bo-sung.pdf",
                media_type="application/pdf",
                size=size,
                sha256=sha256,
                uploaded_at=doors.scene.now,
                supplement=True,
            )
        )
    store.path(sha256).write_bytes(b"%PDF-1.4 ..?")
    refused = desk.post(f"{ROOT}/ho-so/tao")
    assert refused.status_code == 409
    assert "trong kho không còn nguyên vẹn. Khôi phục từ bản sao lưu" in words(refused)
    store.path(sha256).unlink()
    assert desk.post(f"{ROOT}/ho-so/tao").status_code == 404
    store.keep(b"%PDF-1.4 ...")
    assert desk.post(f"{ROOT}/ho-so/tao").status_code == 303
