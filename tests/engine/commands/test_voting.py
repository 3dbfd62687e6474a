"""The office puts the list to the vote, and what it must have for that."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from engine.commands import people, windows
from engine.commands.windows import window_of
from engine.database import Database
from engine.errors import Incomplete, NotNow, StageClosed
from engine.models import Moment, Round
from engine.queries import due, waiting
from engine.stages import Stage, State
from tests.factories import (
    SEATS,
    Scene,
    cast,
    close_vote,
    given_frozen_list,
    given_nomination,
    given_round,
    given_vote,
    open_vote,
    person,
    small_definition,
)
from tests.small_agency import keeper, small_roster


@pytest.mark.parametrize(
    "ballot", [{"chair_must_agree": True}, {"comparator": "more_than", "tie": "chair_decides"}]
)
def test_no_vote_without_the_chair_a_rule_counts_on(
    sqlite_database: Database, ballot: dict[str, object]
) -> None:
    plain = small_definition()
    council_, awards = (
        plain.council.model_dump(mode="json"),
        [a.model_dump(mode="json") for a in plain.awards],
    )
    council_["seats"][0]["role"] = "member"
    awards[0]["ballot"] |= {"threshold": "1/2", **ballot}
    definition = small_definition(council=council_, awards=awards)
    scene = given_round(sqlite_database, stage=Stage.proposal, definition=definition)
    given_nomination(scene, award="giay-khen", state=State.accepted)
    given_frozen_list(scene)
    with pytest.raises(Incomplete, match="chưa có Chủ tịch"):
        open_vote(scene)


@pytest.mark.parametrize(("field", "value"), [("email", None), ("active", False)])
def test_a_vote_that_cannot_reach_its_quorum_is_not_opened(
    sqlite_database: Database, field: str, value: object
) -> None:
    """Neither who has no address nor who has left, address and all, can vote."""
    scene = given_round(sqlite_database, stage=Stage.proposal)
    given_nomination(scene, state=State.accepted)
    given_frozen_list(scene)
    with sqlite_database.unit_of_work() as session:
        for seat in (1, 2):
            setattr(person(session, f"seat{seat}"), field, value)
    with pytest.raises(Incomplete, match="3/5 thành viên"):
        open_vote(scene)


def test_who_has_left_meanwhile_keeps_nobody_waiting(database: Database) -> None:
    scene, codes, hash_ = given_vote(database)
    for seat in range(1, SEATS):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    with pytest.raises(NotNow, match="chưa gửi phiếu"):
        close_vote(scene)
    with database.unit_of_work() as session:
        person(session, f"seat{SEATS}").active = False
    with database.unit_of_work() as session:
        assert waiting.silent_seats(session, scene.ground(session).round_id) == ()
    assert close_vote(scene)


def test_a_vote_that_waits_for_one_who_leaves_is_looked_at_again(sqlite_database: Database) -> None:
    scene, _, _ = given_vote(sqlite_database)
    others = [line for line in small_roster() if line.key != f"seat{SEATS}"]
    with sqlite_database.unit_of_work() as session:
        session.execute(update(Round).values(wake_at=None))
        people.load_roster(session, keeper(), "bdt", others, now=scene.now)
    with sqlite_database.read() as session:
        assert session.execute(select(col(Round.key)).where(col(Round.wake_at) == scene.now)).all()


def test_the_last_ballot_of_those_still_here_wakes_the_round(sqlite_database: Database) -> None:
    scene, codes, hash_ = given_vote(sqlite_database)
    with sqlite_database.unit_of_work() as session:
        person(session, "seat5").active = False
    for seat in range(1, 5):
        with sqlite_database.unit_of_work() as session:
            session.execute(update(Round).values(wake_at=None))
        cast(scene, seat, dict.fromkeys(codes, "no"), hash_)
        with sqlite_database.read() as session:
            assert bool(due.look(session, now=scene.now).rounds) == (seat == 4)


def test_with_the_vote_everything_planned_before_it_is_over(sqlite_database: Database) -> None:
    """No page promises a department's date that a round already with the head will not act on."""
    scene, codes, hash_ = given_vote(sqlite_database)
    with sqlite_database.unit_of_work() as session:
        for stage in (Stage.proposal, Stage.office, Stage.council):
            at = scene.now + timedelta(days=30)
            round_id = scene.ground(session).round_id
            session.add(Moment(round_id=round_id, stage=stage, kind="remind", at=at, generation=1, step=99))
    for seat in range(1, SEATS + 1):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    assert close_vote(scene)
    with sqlite_database.read() as session:
        open_ = session.execute(select(col(Moment.stage)).where(col(Moment.done_at).is_(None))).scalars()
        assert set(open_) <= {Stage.submission}


def due_of(scene: Scene) -> datetime:
    with scene.database.unit_of_work() as session:
        due = window_of(session, scene.ground(session), Stage.council).due_at
    assert due is not None
    return due


def extend(scene: Scene) -> None:
    with scene.database.unit_of_work() as session:
        windows.move_deadline(
            session,
            scene.actor("office", session),
            scene.key,
            Stage.council,
            due=scene.now.date() + timedelta(days=7),
            reason="Bão.",
            calendar=scene.calendar,
            now=scene.now,
        )


def test_a_ballot_at_the_closing_moment_is_too_late(sqlite_database: Database) -> None:
    scene, codes, hash_ = given_vote(sqlite_database)
    due = due_of(scene)
    scene.clock.now = due - timedelta(seconds=1)
    cast(scene, 1, dict.fromkeys(codes, "yes"), hash_)
    scene.clock.now = due
    with pytest.raises(StageClosed, match="Đã hết thời gian bỏ phiếu"):
        cast(scene, 2, dict.fromkeys(codes, "yes"), hash_)


@pytest.mark.parametrize("sent", [3, 4])
def test_a_vote_that_is_over_with_its_quorum_is_not_prolonged(sqlite_database: Database, sent: int) -> None:
    """Time may be late to close it, with Prefect or the runner away: nobody may change a ballot meanwhile."""
    scene, codes, hash_ = given_vote(sqlite_database)
    for seat in range(1, sent + 1):
        cast(scene, seat, dict.fromkeys(codes, "no"), hash_)
    scene.clock.now = due_of(scene)
    if sent < 4:
        extend(scene)
        cast(scene, 1, dict.fromkeys(codes, "yes"), hash_)
        return
    with pytest.raises(NotNow, match="đủ số phiếu"):
        extend(scene)
