"""A round on the calendar that has not opened takes its corrected files, when an operator says so."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from engine.commands import rounds
from engine.commands.ground import Ground
from engine.database import Database
from engine.definition import content_hash
from engine.errors import Incomplete
from engine.history import broken_links
from engine.models import Event, Moment, Seat
from engine.stages import Stage
from tests.engine.commands.test_time import run_time
from tests.factories import Scene, given_round, person, small_definition

LATER = {
    "stages": {
        "proposal": {"opens": "2025-10-08", "due": "2025-10-20"},
        "office": {"working_days": 5},
        "council": {"working_days": 3, "remind": [1, 0]},
        "submission": {"working_days": 10},
    }
}


def plan(scene: Scene, *, anew: bool = True, **changes: Any) -> Ground:
    with scene.database.unit_of_work() as session:
        return rounds.plan(
            session,
            scene.actor("office", session),
            small_definition(**changes),
            anew=anew,
            calendar=scene.calendar,
            now=scene.now,
        )


def hash_of(scene: Scene) -> str:
    with scene.database.unit_of_work() as session:
        return scene.ground(session).round.definition_hash


def kinds(scene: Scene) -> list[str]:
    with scene.database.read() as session:
        told = select(col(Event.kind)).where(col(Event.round_id).is_not(None)).order_by(col(Event.id))
        return list(session.execute(told).scalars())


def test_corrected_files_reach_a_round_that_has_not_opened(database: Database) -> None:
    scene = given_round(database)
    for _ in range(2):
        plan(scene, title="Đợt đã sửa tên", **LATER)
    assert hash_of(scene) == content_hash(small_definition(title="Đợt đã sửa tên", **LATER))
    assert kinds(scene) == ["planned", "planned"], "repeated, it writes nothing"
    scene.clock.set(date(2025, 10, 6), 9)
    assert run_time(scene) == [], "the day of before opens nothing"
    scene.clock.set(date(2025, 10, 8), 9)
    assert [done.split(":")[0] for done in run_time(scene)] == ["open"]
    with database.unit_of_work() as session:
        ground = scene.ground(session)
        assert (ground.stage, ground.round.title) == (Stage.proposal, "Đợt đã sửa tên")
        due = session.execute(
            select(col(Moment.at)).where(col(Moment.stage) == "proposal", col(Moment.kind) == "close")
        ).scalar_one()
        assert due.date() == date(2025, 10, 20)
        assert broken_links(session, nomination_id=None, round_id=ground.round_id) == []


def test_its_council_is_seated_anew_only_when_the_files_name_another(database: Database) -> None:
    scene = given_round(database)
    with database.unit_of_work() as session:
        # Replaced by a decision meanwhile.
        given = session.execute(select(Seat).where(col(Seat.position) == 5)).scalar_one()
        given.person_id = person(session, "cs4").id or 0
    plan(scene, **LATER)
    assert holders(scene)[-1] == "cs4"
    council = small_definition().council.model_dump(mode="json")
    council["seats"][3]["person"] = "kh4"
    plan(scene, council=council)
    assert holders(scene) == ["seat1", "seat2", "seat3", "kh4", "seat5"]


def holders(scene: Scene) -> list[str]:
    with scene.database.read() as session:
        keys = {person(session, key).id: key for key in ("cs4", "kh4", *(f"seat{n}" for n in range(1, 6)))}
        return [
            keys[id_]
            for id_ in session.execute(select(col(Seat.person_id)).order_by(col(Seat.position))).scalars()
        ]


@pytest.mark.parametrize(("stage", "anew"), [(Stage.proposal, True), (Stage.planned, False)])
def test_what_has_opened_or_is_not_asked_for_stays(
    sqlite_database: Database, stage: Stage, *, anew: bool
) -> None:
    scene = given_round(sqlite_database, stage=stage)
    before, events = hash_of(scene), kinds(scene)
    ground = plan(scene, anew=anew, title="Đợt đã sửa tên", **LATER)
    assert ground.round.definition_hash == hash_of(scene) == before
    assert kinds(scene) == events


def test_dates_that_are_over_leave_the_round_as_it_was(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database)
    before = hash_of(scene)
    past = LATER["stages"] | {"proposal": {"opens": "2025-09-01", "due": "2025-09-12"}}
    with pytest.raises(Incomplete, match="đã qua"):
        plan(scene, on="2025-09-01", stages=past)
    assert hash_of(scene) == before
