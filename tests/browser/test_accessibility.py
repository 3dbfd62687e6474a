"""Every page of the story at phone and desk width, refusals included: WCAG 2.2 AA, nothing sideways."""

import pytest
from playwright.sync_api import Page

from tests.browser import ending, walk
from tests.browser.audit import Audit, hidden_stops
from tests.browser.hall import DESK, PHONE, Hall, fill, press
from tests.stories.acts import (
    BALLOT,
    CAST,
    COUNCIL,
    OFFICE,
    OFFICE_ROUND,
    SECRETARY,
    accept,
    freeze,
    open_round,
    propose,
)

pytestmark = pytest.mark.browser


@pytest.mark.timeout(240)
def test_every_page_of_the_story(sqlite_hall: Hall) -> None:
    hall, audit = sqlite_hall, Audit()
    _before(hall, audit)
    codes = walk.department(hall, audit)
    _closed_doors(hall, audit, codes[0])
    hall.leave()
    walk.office(hall, codes, audit)
    hall.leave()
    stays = _stays_with_the_ballot(hall)
    walk.council(hall, audit)
    stays.goto(BALLOT)
    audit(stays, "phieu-da-khoa")
    stays.goto(f"{BALLOT}/ket-qua")
    audit(stays, "phieu-ket-qua")
    stays.goto(hall.world.ballot_links(COUNCIL[7])[-1])
    audit(stays, "duong-dan-het-han")
    alone = hall.person(OFFICE)
    alone.goto(f"{OFFICE_ROUND}/ho-so")
    assert alone.locator("[name=meeting_way]").count(), "the minutes alone, before anything is agreed to"
    assert not alone.locator("[name=submission_number]").count()
    audit(alone, "ho-so-chi-bien-ban")
    walk.submission(hall, audit)

    ending.check(hall)
    assert audit.faults == []
    assert len(audit.names) > 55


def _before(hall: Hall, audit: Audit) -> None:
    """What somebody sees whom nobody knows, before there is any round."""
    page = hall.page()
    for address, name in (("/", "trang-dau"), ("/dang-nhap", "dang-nhap"), ("/tro-giup", "tro-giup"),
                          ("/kha-nang-tiep-can", "kha-nang-tiep-can"), ("/viec", "moi-dang-nhap"),
                          ("/khong-co", "khong-thay"), ("/l/khong-co", "duong-dan-la")):  # fmt: skip
        page.goto(address)
        audit(page, name)
    page.goto("/dang-nhap")
    press(page, "Gửi đường dẫn cho tôi")
    audit(page, "dang-nhap-loi")
    fill(page, {"email": "ai-do@noi-khac.example"})
    press(page, "Gửi đường dẫn cho tôi")
    audit(page, "moi-mo-thu")


def _closed_doors(hall: Hall, audit: Audit, code: str) -> None:
    """Refusals: somebody else's nomination, the office's pages, a session that is over with a form typed."""
    page = hall.person("chu-van-dat")
    page.goto(f"/de-nghi/{code}")
    audit(page, "khong-phai-cua-toi")
    page.goto(OFFICE_ROUND)
    audit(page, "khong-thuoc-phan")
    page.goto("/dot/ntm-2025-tong-ket/cua-phong")
    audit(page, "cua-phong-rong")
    page.goto(walk.NEW.replace("chinh-sach", "ke-hoach-tong-hop"))
    page.context.clear_cookies()
    fill(page, {"nominee_kind": "collective", "award_key": "giay-khen"})
    press(page, "Lưu và tiếp tục")
    audit(page, "het-phien")


def _stays_with_the_ballot(hall: Hall) -> Page:
    return hall.member(COUNCIL[7])


def test_no_stop_of_the_keyboard_is_hidden_behind_the_ballots_bar(sqlite_hall: Hall) -> None:
    hall = sqlite_hall

    def opened() -> None:
        world = hall.world
        open_round(world)
        codes = propose(world, *CAST)
        world.at("12/12/2025", "17:00")
        world.at("15/12/2025", "09:00")
        accept(world, *codes)
        freeze(world)
        world.visitor(OFFICE).open(f"{OFFICE_ROUND}/mo-bo-phieu").press("Mở bỏ phiếu")
        world.time()

    hall.aside(opened)
    page = hall.member(SECRETARY)
    assert page.locator(".sticky").count() == 1
    assert hidden_stops(page, PHONE) == []
    assert hidden_stops(page, DESK) == []
    assert page.evaluate("getComputedStyle(document.querySelector('.sticky')).position") == "sticky"
