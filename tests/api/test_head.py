"""The head's desk: agree by ticking after a page that names the effect, refuse one with a reason."""

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from engine.database import Database
from engine.stages import State
from tests.api.dossier_given import KEY, agreed, state_of, voted
from tests.api.office_given import Doors, words
from tests.factories import given_vote


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Path) -> tuple[Doors, list[str], TestClient]:
    scene, codes = voted(sqlite_database)
    doors = Doors(scene, tmp_path / "data")
    return doors, codes, doors.at("head")


Desk = tuple[Doors, list[str], TestClient]


def test_the_desk_groups_by_award_and_tells_the_result(desk: Desk) -> None:
    _doors, _codes, head = desk
    page = words(head.get(f"/ky/{KEY}"))
    assert "5/5, cần 4 — 80 % trên tổng số thành viên" in page
    assert "dự thảo quyết định" in page
    assert "trình Sở Nội vụ" in page
    assert "Không đủ phiếu của Hội đồng (1)" in page


def test_agreeing_takes_two_steps_and_forks_by_award(desk: Desk) -> None:
    doors, codes, head = desk
    page = head.post(f"/ky/{KEY}", data={"codes": codes[:3]})
    assert "Đồng ý 3 đề nghị?" in words(page)
    assert "1 đề nghị do cơ quan quyết định" in words(page)
    assert "2 đề nghị trình Sở Nội vụ" in words(page)
    assert state_of(doors, codes[0]) == State.recommended
    confirmed = re.findall(r'name="codes" value="(\w+)"', page.text)
    assert head.post(f"/ky/{KEY}/dong-y", data={"codes": confirmed}).status_code == 303
    assert {state_of(doors, code) for code in codes[:3]} == {State.approved}
    assert "Đã xem xét xong" in words(head.get(f"/ky/{KEY}"))
    # Pressed twice: said so, nothing done twice.
    head.post(f"/ky/{KEY}/dong-y", data={"codes": confirmed})
    assert "từ trước" in words(head.get(f"/ky/{KEY}"))


def test_nothing_ticked_is_an_error_on_the_same_page(desk: Desk) -> None:
    _doors, _codes, head = desk
    page = head.post(f"/ky/{KEY}", data={})
    assert page.status_code == 422
    assert 'href="#codes"' in page.text
    assert 'id="codes"' in page.text


def test_refusing_needs_a_reason_that_is_then_kept(desk: Desk) -> None:
    doors, codes, head = desk
    address = f"/ky/{KEY}/khong-dong-y/{codes[0]}"
    assert head.get(address).status_code == 200
    assert head.post(address, data={"reason": "  "}).status_code == 422
    assert state_of(doors, codes[0]) == State.recommended
    assert head.post(address, data={"reason": "Đã khen năm 2024."}).status_code == 303
    assert state_of(doors, codes[0]) == State.refused
    assert "Đã khen năm 2024." in words(head.get(f"/ky/{KEY}"))
    assert head.get(address).status_code == 404


@pytest.mark.parametrize("who", ["office", "clerk-cs", "seat1"])
def test_the_desk_is_the_heads_alone(desk: Desk, who: str) -> None:
    doors, codes, _head = desk
    other = doors.at(who)
    assert other.get(f"/ky/{KEY}").status_code == 403
    assert other.post(f"/ky/{KEY}/dong-y", data={"codes": codes[:1]}).status_code == 403
    refusal = other.post(f"/ky/{KEY}/khong-dong-y/{codes[0]}", data={"reason": "x"})
    assert refusal.status_code == 403
    assert state_of(doors, codes[0]) == State.recommended


def test_what_the_council_did_not_recommend_cannot_be_agreed_to(desk: Desk) -> None:
    doors, codes, head = desk
    assert head.post(f"/ky/{KEY}/dong-y", data={"codes": codes[3:]}).status_code == 409
    assert state_of(doors, codes[3]) == State.not_recommended


def test_before_the_result_the_desk_says_why_it_is_empty(sqlite_database: Database, tmp_path: Path) -> None:
    scene, _codes, _hash = given_vote(sqlite_database)
    page = Doors(scene, tmp_path / "data").at("head").get(f"/ky/{KEY}")
    assert "chưa kết thúc bỏ phiếu" in words(page)


def test_the_number_of_queries_does_not_grow_with_the_list(desk: Desk) -> None:
    """A page asks the same few questions for four nominations as for one more or one less."""
    doors, codes, head = desk
    office = doors.at("office")

    def asked(browser: TestClient, address: str) -> int:
        statements: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            statements.append(statement)

        engine = doors.scene.database.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            assert browser.get(address).status_code == 200
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len([each for each in statements if each.startswith("SELECT")])

    assert asked(head, f"/ky/{KEY}") <= 14
    agreed(doors.scene, codes[:1])
    root = f"/vp/dot/{KEY}"
    before = {page: asked(office, f"{root}/{page}") for page in ("ho-so", "quyet-dinh", "tra-loi")}
    agreed(doors.scene, codes[1:3])
    after = {page: asked(office, f"{root}/{page}") for page in before}
    assert after == before


def test_every_page_stands_at_the_same_step(desk: Desk) -> None:
    """Step 4 until the head has considered everything, then 5; whatever page one looks at."""
    doors, codes, head = desk
    browsers = {"office": doors.at("office"), "head": head, "clerk": doors.at("clerk-cs")}
    root = f"/vp/dot/{KEY}"
    places = [("office", p) for p in (root, f"{root}/quyet-dinh", f"{root}/ho-so", f"{root}/tra-loi")]
    places += [("head", f"/ky/{KEY}"), ("clerk", f"/dot/{KEY}")]

    def steps() -> set[str]:
        found = set()
        for who, place in places:
            page = browsers[who].get(place).text
            found |= set(re.findall(r'<li class="step[^"]*" aria-current="step">\s*<b>(\d)</b>', page))
        return found

    assert steps() == {"4"}
    agreed(doors.scene, codes[:1])
    assert steps() == {"4"}
    agreed(doors.scene, codes[1:3])
    places.append(("clerk", f"/de-nghi/{codes[0]}"))
    assert steps() == {"5"}
