"""Letters of one round know nothing of what happened in another."""

from datetime import date

from sqlmodel import col, select

from engine.commands import listing
from engine.database import Database
from engine.models import Event, Message, Round
from engine.stages import Stage, State
from notifications.compose import make_environment
from notifications.planner import plan_letters
from tests.factories import (
    Scene,
    give_leave,
    given_frozen_list,
    given_nomination,
    given_round,
    small_definition,
)
from tests.notifications.test_dossier_letter import HOUSE

ENVIRONMENT = make_environment()


def letters(scene: Scene, kind: str) -> list[Message]:
    """Write what is to be written; the letters of all events of a kind in this round."""
    with scene.database.unit_of_work() as session:
        while plan_letters(session, ENVIRONMENT, house=HOUSE, calendar=scene.calendar, now=scene.now):
            pass
    with scene.database.read() as session:
        of_round = select(Message).join(Event).join(Round, col(Round.id) == Event.round_id)
        mine = (Event.kind == kind, Round.key == scene.key, Message.state != "silent")
        return list(session.exec(of_round.where(*mine)).all())


def test_a_list_and_a_lapse_are_told_as_of_their_own_round(sqlite_database: Database) -> None:
    here = given_round(sqlite_database, stage=Stage.proposal)
    there = given_round(sqlite_database, stage=Stage.proposal, definition=small_definition("thu-hai-2025"))
    for scene in (there, here):
        given_nomination(scene, who="kh1", state=State.accepted)
        given_nomination(scene, who="cs2")
        given_frozen_list(scene)
        shown = letters(scene, "list_published")
        assert len(shown) == 4
        again = "Danh sách này thay danh sách đã công khai trước đó."
        assert not [letter for letter in shown if again in letter.text], "each is the first of its round"
        assert len(letters(scene, "lapsed")) == 2, "and so is what lapsed with it"
    with sqlite_database.unit_of_work() as session:
        office = there.actor("office", session)
        listing.unfreeze_list(session, office, there.key, reason="Chờ phòng.", now=there.now)
    give_leave(there, date(2025, 10, 27))
    with sqlite_database.unit_of_work() as session:
        listing.unfreeze_list(session, office, here.key, reason="Nhầm thứ tự.", now=here.now)
        listing.publish_list(session, office, here.key, now=here.now)
        listing.freeze_list(session, office, here.key, now=here.now)
    assert len(letters(here, "lapsed")) == 2, "the leave was none of this round"
    assert len([letter for letter in letters(here, "list_published") if again in letter.text]) == 4
