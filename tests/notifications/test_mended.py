"""What the office sent back and the department signed again: the office is told, once for a signature."""

from pathlib import Path

from sqlmodel import col, select

from engine.commands import proposal
from engine.database import Database
from engine.models import Event, Message
from engine.stages import Stage, State
from notifications.compose import make_environment
from notifications.planner import plan_letters
from tests.api.office_given import Doors
from tests.factories import Scene, given_nomination, given_return, given_round
from tests.notifications.test_dossier_letter import HOUSE

ENVIRONMENT = make_environment()


def signed(scene: Scene, *codes: str, finish: bool = True) -> list[Message]:
    """Sign a batch; the letters that go to the office for it."""
    scene.clock.push(hours=1)
    with scene.database.unit_of_work() as session:
        for code in codes if finish else ():
            proposal.finish(session, scene.actor("clerk-cs", session), code, now=scene.now)
        chief = scene.actor("chief-cs", session)
        proposal.sign_off(session, chief, scene.key, department="cs", codes=codes, now=scene.now)
    with scene.database.unit_of_work() as session:
        while plan_letters(session, ENVIRONMENT, house=HOUSE, calendar=scene.calendar, now=scene.now):
            pass
    with scene.database.read() as session:
        newest = (
            select(Event.id)
            .where(Event.kind == "department_proposed")
            .order_by(col(Event.id).desc())
            .limit(1)
        )
        event = session.exec(newest).one()
        told = session.exec(select(Message).where(Message.event_id == event)).all()
        return [letter for letter in told if letter.address == "office@bdt.example"]


def test_one_letter_names_all_that_was_mended_and_nothing_else(
    sqlite_database: Database, tmp_path: Path
) -> None:
    scene, codes = given_return(sqlite_database)
    (letter,) = signed(scene, *codes)
    assert letter.letter == "mended"
    assert letter.subject.startswith("Đã bổ sung, gửi lại: Phòng Chính sách – ")
    for part in (letter.text, letter.html):
        for name in ("Nông Đức CS 1", "Nông Đức CS 2"):
            assert f"{name} – Bằng khen của Chủ tịch UBND tỉnh" in part
        assert "KH 1" not in part
    place = f"/vp/dot/{scene.key}/de-nghi?tt=proposed&phong=cs"
    assert f"https://thidua.example{place}" in letter.text
    assert Doors(scene, tmp_path / "data").at("office").get(place).text.count('href="/vp/de-nghi/') >= len(
        codes
    )


def test_a_signature_over_one_leads_to_it(sqlite_database: Database) -> None:
    scene, (first, _second) = given_return(sqlite_database)
    (letter,) = signed(scene, first)
    assert "CS 2" not in letter.text
    assert f"https://thidua.example/vp/de-nghi/{first}\n" in letter.text


def test_a_first_signature_is_no_letter_to_the_office(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    code = given_nomination(scene, state=State.ready)
    assert signed(scene, code, finish=False) == []
