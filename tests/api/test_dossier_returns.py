"""What Sở Nội vụ sent back: the workshop says who has added what, and version 2 claims nothing untrue."""

import io
import zipfile

import pytest
from fastapi.testclient import TestClient

from engine.commands import proposal
from engine.files import FileStore
from engine.queries import rounds
from engine.queries.dossier_source import source_of
from tests.api.dossier_given import MEETING, ROOT, Office, id_of, keep, send, text_of
from tests.api.office_given import Doors, words
from tests.factories import person

FILE = proposal.StoredFile("xac-nhan.pdf", "application/pdf", 10, "ee" * 32)
NOT_ADDED = "mà chưa có tệp nào được bổ sung"


def form(**changes: str | list[str]) -> dict[str, str | list[str]]:
    return {**MEETING, "present": ["1", "2", "3", "4"], **changes}


def back(doors: Doors, codes: list[str], version: int = 1, **facts: str | list[str]) -> None:
    """The version sent, and these of it back for completion an hour later."""
    desk = doors.at("office")
    assert keep(desk, form(**facts)).status_code == 303
    assert desk.post(f"{ROOT}/ho-so/tao").status_code == 303
    assert send(desk, version).status_code == 303
    doors.scene.clock.push(hours=1)
    asked = {"codes": codes, "answer": "completion", "reason": "Thiếu xác nhận của xã."}
    assert doors.at("office").post(f"{ROOT}/tra-loi", data=asked).status_code == 303
    doors.scene.clock.push(hours=1)


def add(doors: Doors, code: str, file: proposal.StoredFile = FILE) -> None:
    """The department's clerk adds what was asked for."""
    with doors.scene.database.unit_of_work() as session:
        clerk = doors.scene.actor("clerk-cs", session)
        proposal.attach(session, clerk, code, item_key="minh-chung", file=file, now=doors.scene.now)


def workshop(doors: Doors) -> tuple[TestClient, str]:
    desk = doors.at("office")
    return desk, words(desk.get(f"{ROOT}/ho-so"))


def test_the_office_sees_who_has_added_what_and_who_has_not(office: Office) -> None:
    doors, codes, _desk = office
    back(doors, codes[:2])
    add(doors, codes[0])
    desk, page = workshop(doors)
    with doors.scene.database.read() as session:
        clerk = person(session, "clerk-cs").name
    table = page[page.index("Trả để bổ sung Đề nghị") :]
    first, second = table.index("Nông Đức CS 1"), table.index("Nông Đức CS 2")
    assert f"Đã bổ sung xac-nhan.pdf ({clerk}, " in table[first:second]
    assert "Thiếu xác nhận của xã." in table[first:second]
    assert "Chưa bổ sung" not in table[first:second]
    assert "Chưa bổ sung" in table[second:]
    assert page.count(NOT_ADDED) == 1
    assert "Hồ sơ của Nông Đức CS 2 bị trả ngày" in page
    assert f'href="/de-nghi/{codes[1]}/bo-sung">Tới chỗ bổ sung' in desk.get(f"{ROOT}/ho-so").text
    board = words(desk.get(ROOT))
    assert f"Đã có tệp bổ sung: Nông Đức CS 1 ({clerk}, " in board
    assert "Nông Đức CS 2 (" not in board


def test_version_two_waits_for_every_file_or_the_offices_word(office: Office) -> None:
    doors, codes, _desk = office
    back(doors, codes[:2])
    desk, page = workshop(doors)
    assert page.count(NOT_ADDED) == 2
    assert "Chưa có tệp bổ sung." in words(desk.get(ROOT))
    assert keep(desk, form(submission_number="6")).status_code == 303
    assert desk.post(f"{ROOT}/ho-so/tao").status_code == 422
    add(doors, codes[0])
    ticked = form(submission_number="6", nothing_added=id_of(doors, codes[1]))
    assert keep(desk, ticked).status_code == 303
    _desk, page = workshop(doors)
    assert NOT_ADDED not in page
    assert "Không phải thêm tệp" in page
    again = {**ticked, "submission_number": "không số"}
    assert " checked" in keep(desk, again).text.partition('name="nothing_added"')[2].partition(">")[0]


def test_what_was_completed_before_is_no_completion_of_the_next_return(office: Office) -> None:
    doors, codes, _desk = office
    back(doors, codes[:2])
    sha256, size = FileStore(doors.data / "files").keep(b"%PDF-1.4 ...")
    add(doors, codes[0], proposal.StoredFile("xac-nhan.pdf", "application/pdf", size, sha256))
    back(doors, codes[:2], 2, submission_number="6", nothing_added=id_of(doors, codes[1]))
    desk, page = workshop(doors)
    assert page.count(NOT_ADDED) == 2
    archive = zipfile.ZipFile(io.BytesIO(desk.get(f"{ROOT}/ho-so/2.zip").content))
    letter = text_of(archive.read("01-to-trinh/to-trinh.docx"))
    assert "đã hoàn thiện và trình lại hồ sơ của 02 cá nhân" in letter


@pytest.mark.parametrize("how", ["file", "tick"])
def test_the_source_of_version_two_knows_what_was_completed(office: Office, how: str) -> None:
    doors, codes, _desk = office
    back(doors, codes[:2])
    facts = form(submission_number="6")
    if how == "file":
        add(doors, codes[0])
    else:
        facts["nothing_added"] = id_of(doors, codes[0])
    assert keep(doors.at("office"), facts).status_code == 303
    with doors.scene.database.read() as session:
        source = source_of(session, rounds.seen(session, doors.scene.key), 2)
    papers = {item.line.name: item.line.sent_with for item in source.items}
    completed = {name: paper.completed for name, paper in papers.items() if paper}
    assert completed == {"Nông Đức CS 1": True, "Nông Đức CS 2": False}
