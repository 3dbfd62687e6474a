"""What Sở Nội vụ sent back is work for the department: on its desk, in its list, on the round's page."""

from pathlib import Path

import pytest

from engine.commands import proposal
from engine.database import Database
from tests.api.office_given import Doors, words
from tests.engine.commands.test_completion import FILE, answer, sent_back


@pytest.mark.parametrize("who", ["clerk-cs", "chief-cs"])
def test_the_department_finds_what_it_was_asked_for(
    sqlite_database: Database, tmp_path: Path, who: str
) -> None:
    scene, codes = sent_back(sqlite_database)
    browser = Doors(scene, tmp_path / "data").at(who)
    for address in ("/viec", f"/dot/{scene.key}/cua-phong", f"/dot/{scene.key}"):
        page = browser.get(address)
        for code in codes:
            assert f'href="/de-nghi/{code}/bo-sung"' in page.text, address
    work = words(browser.get("/viec"))
    assert "Bổ sung theo yêu cầu của Sở Nội vụ: Nông Đức CS 1" in work
    assert "Thiếu minh chứng." in work
    assert "Không có việc nào" not in work
    form = browser.get(f"/de-nghi/{codes[0]}/bo-sung")
    assert form.status_code == 200
    assert "Loại tệp Minh chứng" in words(form)


def test_other_departments_are_asked_for_nothing(sqlite_database: Database, tmp_path: Path) -> None:
    scene, _codes = sent_back(sqlite_database)
    browser = Doors(scene, tmp_path / "data").at("clerk-kh")
    assert "Không có việc nào chờ ông/bà" in words(browser.get("/viec"))
    assert "bo-sung" not in browser.get(f"/dot/{scene.key}/cua-phong").text


def test_a_file_given_is_seen_and_the_answer_ends_it(sqlite_database: Database, tmp_path: Path) -> None:
    scene, codes = sent_back(sqlite_database)
    with sqlite_database.unit_of_work() as session:
        clerk = scene.actor("clerk-cs", session)
        proposal.attach(session, clerk, codes[0], item_key="minh-chung", file=FILE, now=scene.now)
    browser = Doors(scene, tmp_path / "data").at("clerk-cs")
    work = words(browser.get("/viec"))
    assert work.count("Đã bổ sung tệp") == 1
    assert work.count("Cần bổ sung") == 1
    answer(scene, codes, "not_awarded", reason="Hết hạn.")
    assert "bo-sung" not in browser.get("/viec").text
