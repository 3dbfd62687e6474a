"""The letter that carries the dossier to Sở Nội vụ names the tờ trình it is."""

from sqlmodel import select

from engine.commands import submission
from engine.commands.dating import day_of
from engine.database import Database
from engine.models import Message
from notifications.compose import make_environment
from notifications.desk import House
from notifications.planner import plan_letters
from tests.factories import given_result, given_sealed_dossier, small_definition

HOUSE = House("Ban Dân tộc tỉnh Lạng Sơn", small_definition().agency.office, "https://thidua.example")


def test_the_letter_names_the_submission(sqlite_database: Database) -> None:
    scene, _codes = given_result(sqlite_database, nominees=[("cs1", "bang-khen")], approved=True)
    given_sealed_dossier(scene)
    dated = f"{day_of(scene.now):%d/%m/%Y}"
    with sqlite_database.unit_of_work() as session:
        boss = scene.actor("office", session)
        submission.send_dossier(session, boss, scene.key, version=1, channel="email", now=scene.now)
    with sqlite_database.unit_of_work() as session:
        while plan_letters(session, make_environment(), house=HOUSE, calendar=scene.calendar, now=scene.now):
            pass
    with sqlite_database.read() as session:
        letter = session.exec(select(Message).where(Message.letter == "dossier")).one()
    assert letter.subject.startswith("Tờ trình số 12/TTr-BDT: hồ sơ đề nghị khen thưởng – ")
    for part in (letter.text, letter.html):
        assert f"theo Tờ trình số 12/TTr-BDT ngày {dated}, gửi kèm thư này." in " ".join(part.split())
    assert "Số tờ trình: 12/TTr-BDT" in letter.text
    assert "Số đề nghị: 1" in letter.text
