"""A letter sent again goes where its reader is today; nobody gets another's, and no mailbox gets it twice."""

from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from engine.database import Database
from engine.errors import NotNow
from engine.files import FileStore
from engine.models import Event, Message
from engine.stages import Stage
from notifications.messages import claim_next, ready
from tests.factories import Scene, given_round, given_vote, person
from tests.notifications.test_dossier_letter import given_letter
from tests.notifications.test_planner import plan, retry

OLD, NEW = "chief-cs@bdt.example", "chief.cs@bdt.example"


def refused(scene: Scene, letter: str, address: str) -> int:
    """The mail server has turned a letter away."""
    with scene.database.unit_of_work() as session:
        row = letter_to(session, letter, address)
        row.state, row.next_at, row.attempts = "failed", None, 1
        row.outcome = "Bị từ chối (550): no such user. Xin gọi điện."
        session.add(row)
        return row.id or 0


def letter_to(session: Session, letter: str, address: str) -> Message:
    return session.exec(select(Message).where(Message.letter == letter, Message.address == address)).one()


def move(scene: Scene, key: str, address: str | None, *, active: bool = True) -> None:
    with scene.database.unit_of_work() as session:
        someone = person(session, key)
        someone.email, someone.active = address, active


@pytest.fixture
def scene(database: Database) -> Scene:
    made = given_round(database, stage=Stage.proposal)
    plan(made)
    return made


def test_it_goes_to_the_address_the_roster_has_today(scene: Scene) -> None:
    failed = refused(scene, "round_opened", OLD)
    move(scene, "chief-cs", NEW)
    again = retry(scene, failed)
    assert (again.state, again.address) == ("queued", NEW)
    assert again.outcome == f"Gửi tới địa chỉ hiện nay trong danh sách nhân sự, thay {OLD}."
    with scene.database.read() as session:
        (facts,) = session.exec(select(Event.facts).where(Event.kind == "letter_retried")).all()
    assert facts["readdressed"] is True


def test_whose_address_stands_is_sent_the_same(scene: Scene) -> None:
    failed = refused(scene, "round_opened", OLD)
    again = retry(scene, failed)
    assert (again.state, again.address, again.outcome) == ("queued", OLD, "")


def test_a_ballot_goes_to_its_voter_with_the_same_personal_link(
    sqlite_database: Database, tmp_path: Path
) -> None:
    scene, _codes, _hash = given_vote(sqlite_database)
    plan(scene)
    failed = refused(scene, "ballot", "seat1@bdt.example")
    move(scene, "seat1", "moi@bdt.example")
    link = retry(scene, failed).link_id
    assert link is not None
    with sqlite_database.unit_of_work() as session:
        for row in session.exec(select(Message).where(col(Message.id) != failed)).all():
            row.state = "sent"
        assert claim_next(session, owner="a", now=scene.now) == failed
        row = session.get_one(Message, failed)
        assert row.link_id == link
        files = FileStore(tmp_path)
        sent = ready(session, failed, keys=scene.keys, files=files, public_url="https://thidua.example")
    assert sent.recipient == "moi@bdt.example"
    assert b"<moi@bdt.example>" in sent.content
    assert b"seat1@" not in sent.content


def test_who_has_left_is_sent_nothing(scene: Scene) -> None:
    failed = refused(scene, "round_opened", OLD)
    move(scene, "chief-cs", OLD, active=False)
    with pytest.raises(NotNow, match="không còn làm việc theo danh sách nhân sự"):
        retry(scene, failed)
    assert state(scene, failed) == ("failed", OLD)


def test_who_has_no_address_any_more_is_telephoned(scene: Scene) -> None:
    failed = refused(scene, "round_opened", OLD)
    move(scene, "chief-cs", None)
    with pytest.raises(NotNow, match="chưa có địa chỉ thư"):
        retry(scene, failed)
    assert state(scene, failed) == ("failed", OLD)


def test_a_mailbox_that_has_the_letter_already_gets_no_second(scene: Scene) -> None:
    """The clerk's mailbox has passed to the chief since."""
    failed = refused(scene, "round_opened", OLD)
    move(scene, "clerk-cs", "khac@bdt.example")
    move(scene, "chief-cs", "clerk-cs@bdt.example")
    with pytest.raises(NotNow, match=r"Hộp thư clerk-cs@bdt\.example đã có thư này, gửi cho"):
        retry(scene, failed)
    assert state(scene, failed) == ("failed", OLD)


def test_another_agencys_letter_keeps_its_address(sqlite_database: Database) -> None:
    scene = given_letter(sqlite_database)
    with sqlite_database.read() as session:
        address = session.exec(select(Message.address).where(Message.letter == "dossier")).one()
    again = retry(scene, refused(scene, "dossier", address))
    assert (again.state, again.address, again.outcome) == ("queued", address, "")


def state(scene: Scene, message_id: int) -> tuple[str, str]:
    with scene.database.read() as session:
        row = session.get_one(Message, message_id)
        return row.state, row.address
