"""The machinery fails under a page: database away or lost, disk full, a bug. Nobody is left without words."""

import errno
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, text
from sqlmodel import Session

from engine.commands import proposal
from engine.database import Database
from engine.stages import Stage, State
from tests.api.office_given import BASE, Doors, Page, hidden, words
from tests.api.proposal_given import PDF
from tests.factories import given_nomination, given_round

TYPED = "Vận động nhân dân hiến đất làm đường thôn, tổ chức mười lớp tập huấn cho hộ nghèo."
HTMX = {"hx-request": "true"}


def browser_of(doors: Doors, who: str = "clerk-cs") -> TestClient:
    """A browser that is shown our page of a bug, as people are, in place of the bug itself."""
    cookies = dict(doors.at(who).cookies)
    return TestClient(
        doors.app, base_url=BASE, cookies=cookies, follow_redirects=False, raise_server_exceptions=False
    )


def take_away(doors: Doors, url: str) -> None:
    here = doors.app.state.installation
    doors.app.state.installation = replace(here, database=Database(url))


def kept(page: Page) -> bool:
    return f'name="summary" rows="5">{TYPED}</textarea>' in page.text and "Gửi lại" in page.text


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all/tdkt.db", "postgresql://tdkt@127.0.0.1:1/tdkt"])
def test_a_database_that_is_away_is_told_and_nothing_typed_is_lost(doors: Doors, url: str) -> None:
    code = given_nomination(doors.scene, who="cs1", state=State.draft)
    browser = browser_of(doors)
    take_away(doors, url)
    page = browser.get("/viec")
    assert (page.status_code, "Cơ sở dữ liệu không trả lời" in page.text) == (503, True)
    assert "default-src" in page.headers["content-security-policy"]
    at = f"/de-nghi/{code}/thanh-tich"
    posted = browser.post(at, data={"version": "1", "summary": TYPED})
    assert (posted.status_code, kept(posted)) == (503, True)
    assert f'action="{at}"' in posted.text
    assert "có thể chưa được ghi" in posted.text
    assert "Không có gì bị thay đổi" not in posted.text
    nobody = TestClient(doors.app, base_url=BASE, raise_server_exceptions=False)
    assert nobody.post("/dang-nhap", data={"email": "a@b.vn"}).status_code == 503
    assert nobody.get("/health").status_code == 503


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_lost_half_way_keeps_the_text_and_the_person(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    doors = Doors(given_round(database, stage=Stage.proposal), tmp_path / "data")
    code = given_nomination(doors.scene, who="cs1", state=State.draft)
    real = proposal.save

    def struck(session: Session, *given: Any, **more: Any) -> Any:
        number = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with database.engine.connect() as other:
            other.execute(text(f"SELECT pg_terminate_backend({number})"))
        return real(session, *given, **more)

    browser = browser_of(doors)
    version = hidden(browser.get(f"/de-nghi/{code}/thanh-tich"), "version")
    with monkeypatch.context() as patch:
        patch.setattr(proposal, "save", struck)
        page = browser.post(f"/de-nghi/{code}/thanh-tich", data={"version": version, "summary": TYPED})
        said = browser.post(f"/de-nghi/{code}/luu", data={"version": version, "summary": TYPED}, headers=HTMX)
    assert (page.status_code, kept(page)) == (503, True)
    assert "Đăng xuất" in page.text
    assert (said.status_code, "<html" in said.text) == (503, False)
    assert "không trả lời" in said.text
    again = browser.post(f"/de-nghi/{code}/thanh-tich", data={"version": version, "summary": TYPED})
    assert again.status_code == 303


def test_a_full_disk_under_the_database_keeps_the_text(doors: Doors) -> None:
    code = given_nomination(doors.scene, who="cs1", state=State.draft)
    browser = browser_of(doors)
    version = hidden(browser.get(f"/de-nghi/{code}/thanh-tich"), "version")
    database = doors.scene.database
    database.dispose()

    @event.listens_for(database.engine, "connect")
    def _full(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA max_page_count=1")  # no page more than there are

    long = {"version": version, "summary": TYPED, "achievements": "Thành tích. " * 1000}
    page = browser.post(f"/de-nghi/{code}/thanh-tich", data=long)
    assert (page.status_code, kept(page)) == (503, True)
    assert "Máy chủ hết chỗ lưu" in page.text


@pytest.mark.parametrize("where", ["engine.files.os.fsync", "api.forms.FileStore.take_in"])
def test_a_full_disk_under_the_files_is_told(
    doors: Doors, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    code = given_nomination(doors.scene, who="cs1", state=State.draft)
    browser = browser_of(doors)

    def full(*_given: Any, **_more: Any) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(where, full)
    page = browser.post(
        f"/de-nghi/{code}/tep",
        files={"files.minh-chung": ("a.pdf", PDF, "application/pdf")},
        data={"act": ""},
    )
    assert (page.status_code, "Máy chủ hết chỗ lưu" in page.text) == (503, True)
    assert [file for file in doors.app.state.installation.files.root.rglob("*") if file.is_file()] == []


def other_bug(*_given: Any, **_more: Any) -> NoReturn:
    raise OSError(errno.EIO, "Input/output error")


def a_bug(*_given: Any, **_more: Any) -> NoReturn:
    raise ValueError


@pytest.mark.parametrize("bug", [a_bug, other_bug])
def test_a_bug_keeps_the_text_and_answers_a_script_in_a_sentence(
    doors: Doors, monkeypatch: pytest.MonkeyPatch, bug: Callable[..., NoReturn]
) -> None:
    code = given_nomination(doors.scene, who="cs1", state=State.draft)
    browser = browser_of(doors)
    monkeypatch.setattr(proposal, "save", bug)
    form = {"version": "1", "summary": TYPED}
    page = browser.post(f"/de-nghi/{code}/thanh-tich", data=form)
    assert (page.status_code, kept(page)) == (500, True)
    assert re.search(r"mã [0-9a-f]{8}", words(page))
    said = browser.post(f"/de-nghi/{code}/luu", data=form, headers=HTMX)
    assert (said.status_code, "<html" in said.text) == (500, False)
    assert re.search(r"Mã lỗi [0-9a-f]{8}", words(said))
    assert "default-src" in said.headers["content-security-policy"]


def test_the_page_of_a_bug_comes_when_nobody_can_be_looked_up(doors: Doors) -> None:
    browser = browser_of(doors)
    with doors.scene.database.unit_of_work() as session:
        session.execute(text("ALTER TABLE sign_in RENAME TO lost"))
    page = browser.get("/viec")
    assert page.status_code == 500
    assert re.search(r"mã [0-9a-f]{8}", words(page))
    assert "default-src" in page.headers["content-security-policy"]
