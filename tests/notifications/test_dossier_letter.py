"""The letter that carries the dossier to Sở Nội vụ names the tờ trình it is, and those it goes on from."""

import re
from pathlib import Path

from sqlmodel import col, select

from engine.commands import submission
from engine.commands.dating import day_of
from engine.database import Database
from engine.models import Message
from notifications.compose import make_environment
from notifications.desk import House
from notifications.planner import plan_letters
from tests.api.office_given import Doors, words
from tests.engine.commands.test_completion import answer, sent
from tests.factories import Scene, given_result, given_sealed_dossier, small_definition

HOUSE = House("Ban Dân tộc tỉnh Lạng Sơn", small_definition().agency.office, "https://thidua.example")


def given_letter(database: Database) -> Scene:
    """A dossier that has left by mail, its letter written and not yet handed over."""
    scene, _codes = given_result(database, nominees=[("cs1", "bang-khen")], approved=True)
    given_sealed_dossier(scene)
    with database.unit_of_work() as session:
        boss = scene.actor("office", session)
        submission.send_dossier(session, boss, scene.key, version=1, channel="email", now=scene.now)
    plan(scene)
    return scene


def plan(scene: Scene) -> None:
    with scene.database.unit_of_work() as session:
        while plan_letters(session, make_environment(), house=HOUSE, calendar=scene.calendar, now=scene.now):
            pass


def test_the_letter_names_the_submission(sqlite_database: Database) -> None:
    dated = f"{day_of(given_letter(sqlite_database).now):%d/%m/%Y}"
    with sqlite_database.read() as session:
        letter = session.exec(select(Message).where(Message.letter == "dossier")).one()
    assert letter.subject.startswith("Tờ trình số 12/TTr-BDT: hồ sơ đề nghị khen thưởng – ")
    for part in (letter.text, letter.html):
        assert f"theo Tờ trình số 12/TTr-BDT ngày {dated}, gửi kèm thư này." in " ".join(part.split())
    assert "Số tờ trình: 12/TTr-BDT" in letter.text
    assert "Số đề nghị: 1" in letter.text
    assert "Trình tiếp theo" not in letter.text + letter.html, "the first one goes on from nothing"


def sent_again(scene: Scene, version: int, number: str, *codes: str) -> str:
    """A day later these come back and go once more; the paper and its date as the next one names them."""
    scene.clock.push(days=1)
    answer(scene, list(codes), "completion", reason="Thiếu dấu.")
    scene.clock.push(days=1)
    with scene.database.unit_of_work() as session:
        boss, dated = scene.actor("office", session), day_of(scene.now)
        submission.prepare_dossier(session, boss, scene.key, facts={}, now=scene.now)
        submission.seal_dossier(
            session,
            boss,
            scene.key,
            version=version,
            number=number,
            dated=dated,
            sha256=f"{version:064x}",
            size=9,
            now=scene.now,
        )
        submission.send_dossier(session, boss, scene.key, version=version, channel="email", now=scene.now)
    return f"Tờ trình số {number} ngày {dated:%d/%m/%Y}"


def test_the_letter_names_the_papers_its_lines_went_with_before(sqlite_database: Database) -> None:
    """Of each line the newest one; a line that does not go along brings no paper of its own."""
    scene, codes = sent(sqlite_database)
    first = f"Tờ trình số 12/TTr-BDT ngày {day_of(scene.now):%d/%m/%Y}"
    second = sent_again(scene, 2, "13/TTr-BDT", codes[0])
    third = sent_again(scene, 3, "14/TTr-BDT", codes[0])
    sent_again(scene, 4, "15/TTr-BDT", *codes)
    plan(scene)
    with sqlite_database.read() as session:
        asked = select(Message).where(Message.letter == "dossier").order_by(col(Message.event_id))
        letters = session.exec(asked).all()
    told = [re.findall(r"Trình tiếp theo: (.*)", letter.text) for letter in letters]
    assert told == [[], [first], [second], [first, third]], "and the older paper first"
    for letter, papers in zip(letters, told, strict=True):
        assert letter.html.count("Trình tiếp theo") == len(papers)
        assert not [paper for paper in papers if paper not in letter.html]


def test_the_office_sees_at_the_dossier_that_its_letter_did_not_arrive(
    database: Database, tmp_path: Path
) -> None:
    scene = given_letter(database)
    desk = Doors(scene, tmp_path).at("office")
    at = f"/vp/dot/{scene.key}/ho-so"
    assert "Thư: chờ gửi" in words(desk.get(at))
    with database.unit_of_work() as session:
        letter = session.exec(select(Message).where(Message.letter == "dossier")).one()
        letter.state, letter.outcome = "failed", "Máy chủ thư từ chối: hộp thư không tồn tại."
        session.add(letter)
    page = words(desk.get(at))
    assert "Thư chuyển bản 1 không tới được" in page
    assert "hộp thư không tồn tại. Gửi lại ở trang Thư" in page
    with database.unit_of_work() as session:
        boss = scene.actor("office", session)
        submission.record_receipt(session, boss, scene.key, version=1, number="15/SNV", now=scene.now)
    assert "không tới được" not in words(desk.get(at)), "it has come by another way"
