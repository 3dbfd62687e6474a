"""A file damaged in the store is handed to nobody: not downloaded, not sent; made anew, it is whole again."""

from pathlib import Path

import pytest
from sqlmodel import select

from engine.database import Database
from engine.models import Attachment, Dossier
from engine.stages import State
from tests.api.dossier_given import ROOT, Office, keep, send, state_of
from tests.api.office_given import Doors, words
from tests.api.test_dossier import form
from tests.factories import nomination

SAID = "trong kho không còn nguyên vẹn"


def damaged(doors: Doors, sha256: str, at: int) -> Path:
    """Four bytes flipped, as a bad disk does."""
    path = doors.app.state.installation.files.path(sha256)
    content = bytearray(path.read_bytes())
    content[at : at + 4] = bytes(byte ^ 0xFF for byte in content[at : at + 4])
    path.write_bytes(content)
    return Path(path)


def sealed(database: Database) -> str:
    with database.read() as session:
        return session.exec(select(Dossier.sha256)).one()


@pytest.fixture
def built(office: Office) -> str:
    """The archive has been made; its SHA-256."""
    doors, _codes, desk = office
    assert keep(desk, form(doors)).status_code == 303
    assert desk.post(f"{ROOT}/ho-so/tao").status_code == 303
    return sealed(doors.scene.database)


@pytest.mark.parametrize(
    "channel", [{}, {"channel": "other", "channel_number": "15/VP"}], ids=["mail", "other"]
)
@pytest.mark.parametrize("gone", [False, True], ids=["damaged", "gone"])
def test_a_damaged_archive_does_not_leave(
    office: Office, built: str, channel: dict[str, str], *, gone: bool
) -> None:
    doors, codes, desk = office
    path = damaged(doors, built, 500)
    if gone:
        path.unlink()
    answer = send(desk, **channel)
    assert answer.status_code == 422
    assert SAID in words(answer)
    assert "Chưa gửi gì đi." in words(answer)
    assert state_of(doors, codes[0]) == State.approved
    assert desk.post(f"{ROOT}/ho-so/tao").status_code == 303, "the remedy the sentence names"
    assert send(desk, **channel).status_code == 303
    assert state_of(doors, codes[0]) == State.submitted


@pytest.mark.parametrize("where", ["a file", "the list of files"])
def test_a_damaged_archive_is_refused_wherever_it_is_read(office: Office, built: str, where: str) -> None:
    doors, _codes, desk = office
    inside = desk.get(f"{ROOT}/ho-so/1/SHA256SUMS").text.splitlines()[0].split("  ")[1]
    content = doors.app.state.installation.files.path(built).read_bytes()
    last = len(content) - 20  # the list of files ends the archive
    damaged(doors, built, content.index(inside.encode()) + 60 if where == "a file" else last)
    whole = desk.get(f"{ROOT}/ho-so/1.zip")
    assert (whole.status_code, SAID in words(whole)) == (409, True)
    part = desk.get(f"{ROOT}/ho-so/1/{inside}")
    assert (part.status_code, SAID in words(part)) == (409, True)
    assert desk.get(f"{ROOT}/ho-so").status_code == 200, "here it can be made anew"
    assert "không trùng với mã SHA-256" in words(desk.get(f"{ROOT}/ho-so/1/kiem-tra"))


def test_what_was_sent_may_be_sent_again_by_a_page_left_open(office: Office, built: str) -> None:
    """It left whole; what became of our copy since is no answer to a second press."""
    doors, _codes, desk = office
    assert send(desk, archive=built).status_code == 303
    damaged(doors, built, 500)
    assert send(desk, archive=built).status_code == 303


def test_a_damaged_report_is_not_downloaded(office: Office) -> None:
    doors, codes, desk = office
    store, content = doors.app.state.installation.files, b"bytes of a report"
    sha256, size = store.keep(content)
    with doors.scene.database.unit_of_work() as session:
        file = Attachment(
            nomination_id=nomination(session, codes[0]).id or 0,
            item_key="report",
            name="bao-cao.pdf",
            media_type="application/pdf",
            size=size,
            sha256=sha256,
            uploaded_at=doors.scene.now,
        )
        session.add(file)
    assert desk.get(f"/tep/{file.id}").content == content
    damaged(doors, sha256, 3)
    answer = desk.get(f"/tep/{file.id}")
    assert (answer.status_code, SAID in words(answer)) == (409, True)
    store.keep(content)  # somebody uploads the same file once more
    assert desk.get(f"/tep/{file.id}").content == content
