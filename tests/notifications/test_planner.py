"""An event whose letters cannot be written: it fails alone, is shown, and is told anew when asked."""

from pathlib import Path

import pytest
from sqlalchemy.exc import NoResultFound, OperationalError
from sqlmodel import Session, col, select

from engine.commands import office
from engine.commands.letters import try_again
from engine.database import Database
from engine.errors import NotNow
from engine.models import Event, EventToTell, Message
from engine.stages import Stage, State
from flows.keeper import house_from
from notifications import planner
from notifications.compose import make_environment
from notifications.desk import Desk
from notifications.planner import plan_letters
from tests.factories import (
    SEATS,
    Scene,
    cast,
    close_vote,
    given_frozen_list,
    given_nomination,
    given_round,
    open_vote,
    person,
)

SITE = (Path(__file__).parents[2] / "config/locale/site.yaml").read_text("utf-8")
HOUSE, TEMPLATES = house_from(SITE, "http://127.0.0.1:8000"), make_environment()
OPENED = planner.LETTERS["proposal_opened"]


@pytest.fixture
def scene(database: Database) -> Scene:
    return given_round(database, stage=Stage.proposal)


def break_letters(patch: pytest.MonkeyPatch, error: Exception) -> None:
    def broken(_desk: Desk) -> list[planner.Wish]:
        raise error

    patch.setitem(planner.LETTERS, "proposal_opened", broken)


def plan(scene: Scene) -> None:
    with scene.database.unit_of_work() as session:
        while plan_letters(session, TEMPLATES, house=HOUSE, calendar=scene.calendar, now=scene.now):
            pass


def rows(session: Session) -> list[Message]:
    """Letters, and what stands in their place, of the event that opened the proposal stage."""
    return list(
        session.exec(
            select(Message).join(Event).where(Event.kind == "proposal_opened").order_by(col(Message.id))
        ).all()
    )


def retry(scene: Scene, message_id: int) -> Message:
    with scene.database.unit_of_work() as session:
        return try_again(session, scene.actor("office", session), message_id, now=scene.now)


def failed(scene: Scene) -> int:
    with scene.database.read() as session:
        (row,) = [row for row in rows(session) if row.state == "failed"]
        assert "Không viết được thư" in row.outcome
        return row.id or 0


def test_an_event_without_its_row_fails_alone(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    break_letters(monkeypatch, NoResultFound("no voting"))
    plan(scene)
    assert failed(scene)
    with scene.database.read() as session:
        assert session.exec(select(EventToTell)).all() == []
        assert "no voting" not in str([row.outcome for row in rows(session)])


def test_a_lost_transaction_is_the_runners_business(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    break_letters(monkeypatch, OperationalError("SELECT", {}, Exception("gone")))
    with pytest.raises(OperationalError):
        plan(scene)
    with scene.database.read() as session:
        assert session.exec(select(EventToTell)).all(), "every event is still to be told"


def test_letters_that_could_not_be_written_are_written_when_asked(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        break_letters(patch, KeyError("award"))
        plan(scene)
        first = failed(scene)
        retry(scene, first)
        plan(scene)
        second = failed(scene)
        assert second != first, "it failed once more, and says so once more"
    assert planner.LETTERS["proposal_opened"] is OPENED

    for _ in range(2):  # pressed twice is pressed once
        retry(scene, second)
    plan(scene)
    with scene.database.read() as session:
        found = rows(session)
        letters = [row for row in found if row.state != "silent"]
        assert {row.state for row in letters} == {"queued"}
        assert "chief-cs@bdt.example" in {row.address for row in letters}
        assert all(row.text and row.message_id for row in letters)
        assert session.exec(select(EventToTell)).all() == []
        retried = session.exec(select(Event.facts).where(Event.kind == "letter_retried")).all()
        assert [facts["message"] for facts in retried] == [first, second]


def test_an_event_nobody_had_to_hear_of_is_not_told_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(planner.LETTERS, "proposal_opened", lambda _desk: [])
    plan(scene)
    with scene.database.read() as session:
        silent = session.exec(select(Message.id).where(Message.state == "silent")).first()
    assert silent is not None
    with pytest.raises(NotNow):
        retry(scene, silent)


def test_a_letter_without_an_address_goes_to_the_one_its_reader_has_by_now(scene: Scene) -> None:
    with scene.database.unit_of_work() as session:
        person(session, "chief-cs").email = None
    plan(scene)
    with scene.database.read() as session:
        (letter,) = [row for row in rows(session) if row.state == "failed"]
        assert letter.outcome == "Chưa có địa chỉ thư: xin gọi điện."
    with pytest.raises(NotNow, match="chưa có địa chỉ thư nên chưa gửi lại được"):
        retry(scene, letter.id or 0)
    with scene.database.unit_of_work() as session:
        person(session, "chief-cs").email = "moi@bdt.example"
    again = retry(scene, letter.id or 0)
    assert (again.state, again.address) == ("queued", "moi@bdt.example")
    assert (again.message_id, again.text) == (letter.message_id, letter.text)


@pytest.mark.parametrize(("voted", "letter"), [("voted", "left_out"), ("", "declined")])
def test_what_a_hold_kept_from_the_vote_is_not_called_refused(
    database: Database, voted: str, letter: str
) -> None:
    """The verification may have cleared the nominee: then only the vote was missed."""
    scene = given_round(database, stage=Stage.proposal)
    listed = given_nomination(scene, state=State.accepted)
    held = given_nomination(scene, who="cs2", state=State.held)
    if voted:
        hash_ = given_frozen_list(scene)
        open_vote(scene)
        for seat in range(1, SEATS + 1):
            cast(scene, seat, {listed: "yes"}, hash_)
        assert close_vote(scene)
    with database.unit_of_work() as session:
        office.decline(session, scene.actor("office", session), held, reason="Đã rõ.", now=scene.now)
    plan(scene)
    with database.read() as session:
        told = session.exec(select(Message).join(Event).where(Event.kind == "decline")).all()
    assert {row.letter for row in told} == {letter}
    assert all("Đã rõ." in row.text for row in told)
