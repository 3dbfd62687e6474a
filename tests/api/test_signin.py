"""Signing in by mailed link: a GET uses nothing up, a click acts once, nobody can fish for names."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from httpx import Response
from sqlmodel import Session, func, select

from api import signin
from engine.calendar import in_words
from engine.commands import linking
from engine.database import Database
from engine.models import Grant, Link, Nomination, Person, SignIn
from engine.stages import Role, Stage
from tests.api.office_given import Doors, words
from tests.factories import cast, close_vote, given_round, person, the_vote


def link_for(doors: Doors, who: str, *, lasts: timedelta = timedelta(hours=2)) -> str:
    """The token of a fresh sign-in link."""
    scene = doors.scene
    with scene.database.unit_of_work() as session:
        link = linking.issue_link(
            session,
            scene.keys,
            purpose="signin",
            person_id=person(session, who).id or 0,
            expires_at=scene.now + lasts,
            now=scene.now,
        )
        return linking.token_of(scene.keys, link)


def count(doors: Doors, model: type[Link | SignIn]) -> int:
    with doors.scene.database.read() as session:
        return session.exec(select(func.count()).select_from(model)).one()


def test_asking_gives_known_and_unknown_addresses_the_same_answer(doors: Doors) -> None:
    browser = doors.nobody()
    known = browser.post("/dang-nhap", data={"email": "clerk-cs@bdt.example"})
    unknown = browser.post("/dang-nhap", data={"email": "someone-x@bdt.example"})
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace("clerk-cs", "someone-x") == unknown.text
    assert count(doors, Link) == 1


def test_an_address_that_is_none_is_asked_again_and_kept(doors: Doors) -> None:
    answer = doors.nobody().post("/dang-nhap", data={"email": "Nông Đức"})
    assert answer.status_code == 422
    assert 'value="Nông Đức"' in answer.text
    assert "<title>Lỗi:" in answer.text


def test_looking_at_a_link_uses_nothing_up_and_names_the_person(doors: Doors) -> None:
    token = link_for(doors, "clerk-cs")
    browser = doors.nobody()
    for _ in range(3):
        answer = browser.get(f"/l/{token}")
        assert answer.status_code == 200
        assert "Ông/bà là Cán bộ cs, Chuyên viên?" in words(answer)
    assert count(doors, SignIn) == 0
    assert browser.post(f"/l/{token}").status_code == 303


def test_a_click_signs_in_once(doors: Doors) -> None:
    token = link_for(doors, "clerk-cs")
    browser = doors.nobody()
    answer = browser.post(f"/l/{token}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/viec")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert browser.get("/viec").status_code == 200
    again = doors.nobody().post(f"/l/{token}")
    assert again.status_code == 410
    assert "đã được dùng" in words(again)


@pytest.mark.parametrize("minutes", [121, 60 * 24])
def test_an_old_link_says_how_to_get_another(doors: Doors, minutes: int) -> None:
    token = link_for(doors, "clerk-cs")
    doors.scene.clock.push(minutes=minutes)
    for answer in (doors.nobody().get(f"/l/{token}"), doors.nobody().post(f"/l/{token}")):
        assert answer.status_code == 410
        assert 'href="/dang-nhap"' in answer.text


def test_of_several_links_the_first_used_ends_the_others(doors: Doors) -> None:
    old, new = link_for(doors, "clerk-cs"), link_for(doors, "clerk-cs")
    assert doors.nobody().get(f"/l/{old}").status_code == 200, "whoever asks again must not spoil it"
    assert doors.nobody().post(f"/l/{old}").status_code == 303
    assert doors.nobody().get(f"/l/{new}").status_code == 410


def test_a_session_ends_by_itself_and_by_signing_out(doors: Doors) -> None:
    browser = doors.at("clerk-cs")
    assert browser.get("/viec").status_code == 200
    doors.scene.clock.push(hours=13)
    assert browser.get("/viec").status_code == 401
    browser = doors.at("clerk-cs")
    assert browser.post("/dang-xuat").headers["location"] == "/"
    assert browser.get("/viec").status_code == 401


def test_somebody_switched_off_is_out_at_once(doors: Doors) -> None:
    browser = doors.at("clerk-cs")
    with doors.scene.database.unit_of_work() as session:
        person(session, "clerk-cs").active = False
    assert browser.get("/viec").status_code == 401


def _ballot_link(session: Session, doors: Doors) -> str:
    row = session.exec(
        select(Link)
        .join(Person, Person.id == Link.person_id)
        .where(  # type: ignore[arg-type]
            Link.purpose == "ballot", Person.key == "seat4"
        )
    ).one()
    return linking.token_of(doors.scene.keys, row)


def test_a_ballot_session_opens_its_ballot_and_nothing_else(voting_doors: Doors) -> None:
    doors = voting_doors
    with doors.scene.database.read() as session:
        token = _ballot_link(session, doors)
    browser = doors.nobody()
    answer: Response = browser.post(f"/l/{token}")
    assert answer.headers["location"] == f"/phieu/{doors.scene.key}"
    assert browser.get(f"/phieu/{doors.scene.key}").status_code == 200
    for address in ("/viec", "/dot", f"/dot/{doors.scene.key}", "/qt/nguoi-dung", "/tep/1"):
        assert browser.get(address).status_code == 401, address
    assert "Việc của tôi" not in browser.get(f"/phieu/{doors.scene.key}").text


def _everybody_votes(doors: Doors) -> None:
    with doors.scene.database.read() as session:
        codes = session.exec(select(Nomination.code)).all()
        list_hash = the_vote(session).list_hash
    for seat in range(1, 6):
        cast(doors.scene, seat, dict.fromkeys(codes, "yes"), list_hash)


def test_after_the_close_a_ballot_link_leads_to_the_result(voting_doors: Doors) -> None:
    doors = voting_doors
    with doors.scene.database.read() as session:
        token = _ballot_link(session, doors)
    _everybody_votes(doors)
    assert doors.nobody().get(f"/l/{token}").status_code == 200
    assert close_vote(doors.scene)
    for answer in (doors.nobody().get(f"/l/{token}"), doors.nobody().post(f"/l/{token}")):
        assert answer.status_code == 410
        assert f"Hội đồng đã kết thúc bỏ phiếu lúc {in_words(doors.scene.now)}" in words(answer)
        assert "gui-lai" not in answer.text
        assert 'href="/dang-nhap"' in answer.text
        assert f'href="/phieu/{doors.scene.key}/ket-qua"' in answer.text
        with doors.scene.database.read() as session:
            assert person(session, "seat4").name not in answer.text, "whose link it was is not told"
    result = f"/phieu/{doors.scene.key}/ket-qua"
    assert doors.nobody().get(result).status_code == 401, "the address alone opens nothing"
    assert doors.at("seat4").get(result).status_code == 200


@pytest.mark.parametrize("spoiled", ["unknown", "replaced", "left", "signin"])
def test_after_the_close_no_other_link_tells_of_the_vote(voting_doors: Doors, spoiled: str) -> None:
    doors = voting_doors
    scene = doors.scene
    with scene.database.read() as session:
        token = _ballot_link(session, doors)
    _everybody_votes(doors)
    if spoiled == "unknown":
        token = "tdkt1_" + "x" * 43
    elif spoiled == "signin":
        token = link_for(doors, "seat4", lasts=timedelta(0))
    elif spoiled == "left":
        with scene.database.unit_of_work() as session:
            person(session, "seat4").active = False
    else:
        with scene.database.unit_of_work() as session:
            office, member = scene.actor("office", session), person(session, "seat4").id or 0
            linking.replace_ballot_link(
                session, office, scene.keys, scene.key, person_id=member, now=scene.now
            )
    before = doors.nobody().get(f"/l/{token}")
    assert close_vote(scene)
    after = doors.nobody().get(f"/l/{token}")
    assert after.status_code == before.status_code == 410
    assert words(after) == words(before)
    assert scene.key not in after.text


def test_a_ballot_session_carries_no_other_role_of_its_person(voting_doors: Doors) -> None:
    doors = voting_doors
    with doors.scene.database.unit_of_work() as session:
        row = person(session, "seat4")
        token = _ballot_link(session, doors)
        session.add(Grant(person_id=row.id or 0, role=Role.office.value))
    browser = doors.nobody()
    browser.post(f"/l/{token}")
    assert browser.get(f"/vp/dot/{doors.scene.key}").status_code in {401, 403}
    assert browser.post(f"/vp/dot/{doors.scene.key}/tien-do-phieu/ket-thuc").status_code in {401, 403}


def test_staff_opening_a_ballot_link_stay_signed_in_as_staff(voting_doors: Doors) -> None:
    doors = voting_doors
    with doors.scene.database.read() as session:
        token = _ballot_link(session, doors)
    browser = doors.at("seat4")
    assert browser.post(f"/l/{token}").headers["location"] == f"/phieu/{doors.scene.key}"
    assert browser.get("/viec").status_code == 200


@pytest.mark.parametrize("email", ["clerk-cs@bdt.example", "ai-do@noi-khac.example"])
def test_the_time_an_answer_takes_tells_no_address(
    doors: Doors, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A letter is some milliseconds of work more than none: neither answer comes before they are over."""
    monkeypatch.setattr(signin, "ANSWER_AFTER", 0.1)
    begun = time.monotonic()
    assert doors.nobody().post("/dang-nhap", data={"email": email}).status_code == 200
    assert time.monotonic() - begun >= 0.1


def test_of_many_clicks_on_one_link_at_once_one_opens_a_session(database: Database, tmp_path: Path) -> None:
    doors = Doors(given_round(database, stage=Stage.proposal), tmp_path / "data")
    for _ in range(5):
        token, together = link_for(doors, "clerk-cs"), Barrier(4)

        def open_(token: str = token, together: Barrier = together) -> int:
            browser = doors.nobody()
            together.wait(10)
            return browser.post(f"/l/{token}").status_code

        before = count(doors, SignIn)
        with ThreadPoolExecutor(4) as pool:
            answers = [clicked.result() for clicked in [pool.submit(open_) for _ in range(4)]]
        assert sorted(answers) == [303, 410, 410, 410]
        assert count(doors, SignIn) == before + 1
