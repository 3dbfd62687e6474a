"""The letter that carries the dossier to Sở Nội vụ names the tờ trình it is."""

from pathlib import Path

from sqlmodel import select

from engine.commands import submission
from engine.commands.dating import day_of
from engine.database import Database
from engine.models import Message
from notifications.compose import make_environment
from notifications.desk import House
from notifications.planner import plan_letters
from tests.api.office_given import Doors, words
from tests.factories import Scene, given_result, given_sealed_dossier, small_definition

HOUSE = House("Ban Dân tộc tỉnh Lạng Sơn", small_definition().agency.office, "https://thidua.example")


def given_letter(database: Database) -> Scene:
    """A dossier that has left by mail, its letter written and not yet handed over."""
    scene, _codes = given_result(database, nominees=[("cs1", "bang-khen")], approved=True)
    given_sealed_dossier(scene)
    with database.unit_of_work() as session:
        boss = scene.actor("office", session)
        submission.send_dossier(session, boss, scene.key, version=1, channel="email", now=scene.now)
    with database.unit_of_work() as session:
        while plan_letters(session, make_environment(), house=HOUSE, calendar=scene.calendar, now=scene.now):
            pass
    return scene


def test_the_letter_names_the_submission(sqlite_database: Database) -> None:
    dated = f"{day_of(given_letter(sqlite_database).now):%d/%m/%Y}"
    with sqlite_database.read() as session:
        letter = session.exec(select(Message).where(Message.letter == "dossier")).one()
    assert letter.subject.startswith("Tờ trình số 12/TTr-BDT: hồ sơ đề nghị khen thưởng – ")
    for part in (letter.text, letter.html):
        assert f"theo Tờ trình số 12/TTr-BDT ngày {dated}, gửi kèm thư này." in " ".join(part.split())
    assert "Số tờ trình: 12/TTr-BDT" in letter.text
    assert "Số đề nghị: 1" in letter.text


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
        submission.record_receipt(session, boss, scene.key, number="15/SNV", now=scene.now)
    assert "không tới được" not in words(desk.get(at)), "it has come by another way"
