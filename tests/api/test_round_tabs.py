"""From every page of a round the others are a press away, also when the round is over."""

import re
from pathlib import Path

from fastapi.testclient import TestClient

from api.app import create_app
from engine.commands import submission
from engine.database import Database
from engine.installation import Installation
from engine.stages import Stage
from tests.api.demo_given import settings_for
from tests.api.office_given import BASE, Doors, words
from tests.factories import given_result, given_round

PAPERS = ("quyet-dinh", "ho-so", "tra-loi")


def test_the_papers_have_their_doors_from_the_heads_consideration_on(
    sqlite_database: Database, tmp_path: Path
) -> None:
    scene, (of_province, of_agency) = given_result(sqlite_database, approved=True)
    doors, root = Doors(scene, tmp_path / "data"), f"/vp/dot/{scene.key}"
    desk = doors.at("office")
    for page in ("", "/de-nghi", *(f"/{paper}" for paper in PAPERS)):
        html = desk.get(root + page).text
        assert all(f'href="{root}/{paper}"' in html for paper in PAPERS), page
        assert f'href="{root}{page}" aria-current="page"' in html
    overview, mine = words(desk.get(root)), desk.get("/viec")
    assert "1 đề nghị chờ quyết định của cơ quan" in overview
    assert "1 đề nghị chờ trình Sở Nội vụ" in overview
    assert "Ra quyết định khen thưởng cho 1 đề nghị" in words(mine)
    assert "Trình Sở Nội vụ 1 đề nghị" in words(mine)
    assert f'href="{root}/quyet-dinh"' in mine.text
    assert f'href="{root}/ho-so"' in mine.text
    for code, here, elsewhere in ((of_agency, "quyet-dinh", "ho-so"), (of_province, "ho-so", "quyet-dinh")):
        ways = desk.get(f"/de-nghi/{code}").text
        assert f'href="{root}/{here}"' in ways
        assert f'href="{root}/{elsewhere}"' not in ways
    head = doors.at("head")
    assert all(f'href="{root}/{paper}"' in head.get(root).text for paper in PAPERS)
    assert [head.get(f"{root}/{paper}").status_code for paper in PAPERS] == [200, 200, 200]
    assert "<form" in desk.get(f"{root}/ho-so").text.partition("<main")[2]
    assert "<form" not in head.get(f"{root}/ho-so").text.partition("<main")[2], "the office's own"


def test_a_closed_round_still_leads_to_its_papers(sqlite_database: Database, tmp_path: Path) -> None:
    scene, (code,) = given_result(sqlite_database, nominees=(("kh1", "giay-khen"),), approved=True)
    with sqlite_database.unit_of_work() as session:
        decision = {"codes": [code], "number": "77", "dated": scene.now.date(), "now": scene.now}
        submission.decide(session, scene.actor("office", session), scene.key, **decision)
    with sqlite_database.read() as session:
        assert scene.ground(session).stage == Stage.closed
    desk, root = Doors(scene, tmp_path / "data").at("office"), f"/vp/dot/{scene.key}"
    assert f'href="{root}/quyet-dinh"' in desk.get(root).text
    assert "Sửa số, ngày" in words(desk.get(f"{root}/quyet-dinh"))
    doors = Doors(scene, tmp_path / "data")
    for who in ("office", "head"):  # nothing waits for them: what leads there all the same
        one, door = doors.at(who), f'href="/dot/{scene.key}"'
        assert 'href="/dot"' in one.get("/viec").text
        assert door in one.get("/dot").text
        assert f'href="{root}"' in one.get(f"/dot/{scene.key}").text
        assert f'href="{root}/quyet-dinh"' in one.get(root).text
    assert f'href="{root}"' not in doors.at("clerk-kh").get(f"/dot/{scene.key}").text


def test_the_round_of_2023_leads_to_its_papers(here: Installation, tmp_path: Path) -> None:
    root = "/vp/dot/ntm-2023-so-ket"
    with TestClient(create_app(settings_for(tmp_path / "demo", demo=True), here), base_url=BASE) as desk:
        desk.post("/demo", data={"person": "luong-thi-hong-van"})
        board = desk.get(root)
        assert all(f'href="{root}/{paper}"' in board.text for paper in PAPERS)
        pages = "".join(desk.get(f"{root}/{paper}").text for paper in PAPERS)
    assert "/sua/" in pages, "number and date can be put right"
    assert "/huy/" in pages
    assert f"{root}/ho-so/1.zip" in pages, "what was sent can be had"
    assert re.search(rf"{root}/quyet-dinh/\d+\.docx", pages), "and what was decided"


def test_before_that_there_is_nothing_to_open(sqlite_database: Database, tmp_path: Path) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    page = Doors(scene, tmp_path / "data").at("office").get(f"/vp/dot/{scene.key}").text
    assert not any(f"/{paper}" in page for paper in PAPERS)
