"""A mail scanner opens every link of every letter, with scripts, again and again, and clicks nothing."""

import re

import pytest
from playwright.sync_api import Page
from sqlalchemy import select, text
from sqlmodel import Session, SQLModel

from tests.browser import walk
from tests.browser.hall import Hall, press, words
from tests.stories.acts import COLLECTIVE, COUNCIL, PLANNER, to_council
from tests.stories.world import text_of

pytestmark = pytest.mark.browser


def everything(hall: Hall) -> dict[str, list[str]]:
    """Every row of every table, as words."""
    with hall.world.database.read() as session:
        return {name: _rows(session, name) for name in SQLModel.metadata.tables}


def _rows(session: Session, name: str) -> list[str]:
    return sorted(
        str(row) for row in session.execute(select(text("*")).select_from(SQLModel.metadata.tables[name]))
    )


def _follow(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")


def test_links_that_are_only_looked_at_change_nothing_and_go_on_working(sqlite_hall: Hall) -> None:
    hall = sqlite_hall
    hall.aside(lambda: to_council(hall.world, PLANNER, COLLECTIVE))
    hall.aside(
        lambda: hall.world.browser().post("/dang-nhap", data={"email": hall.world.email_of(COUNCIL[1])})
    )
    hall.time()
    letters = [text_of(letter) for letter in hall.world.postbox.letters]
    links = {link for letter in letters for link in re.findall(re.escape(hall.world.base) + r"/\S+", letter)}
    personal = [link for link in sorted(links) if "/l/" in link]
    assert len(personal) >= len(COUNCIL)
    before = everything(hall)

    scanner = hall.page()
    for link in sorted(links):
        if "/l/" not in link or link in personal[:4]:
            _follow(scanner, link)
    for _ in range(5):
        _follow(scanner, personal[0])
    for link in personal:
        assert scanner.request.get(link).status in {200, 410}, link

    assert everything(hall) == before
    assert hall.faults == []
    for key in COUNCIL[:2]:
        member = hall.member(key)
        assert "Phiếu lấy ý kiến 2 đề nghị" in words(member)
    walk.vote(member)
    signing = hall.page()
    signing.goto(hall.world.sign_in_links(COUNCIL[1])[-1])
    press(signing, "Đúng, vào làm việc")
    assert signing.url.endswith("/viec")
