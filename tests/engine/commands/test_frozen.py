"""A frozen list is all there is: nothing comes alive beside it, and what a department owes is waited for."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from engine.commands import listing, office, proposal, rounds, submission
from engine.database import Database
from engine.errors import Incomplete, NotNow, NotYours, StageClosed
from engine.models import Event, EventToTell, Nomination, Round
from engine.stages import Stage, State
from tests.factories import (
    SEATS,
    Scene,
    cast,
    close_vote,
    draft,
    give_leave,
    given_frozen_list,
    given_nomination,
    given_round,
    nomination,
    open_vote,
    return_to_department,
)

UNTIL = date(2025, 10, 24)


@pytest.fixture
def scene(sqlite_database: Database) -> Scene:
    return given_round(sqlite_database, stage=Stage.proposal)


def do(scene: Scene, who: str, act: Callable[..., Any], *args: object, **more: object) -> Any:
    with scene.database.unit_of_work() as session:
        return act(session, scene.actor(who, session), *args, now=scene.now, **more)


def freeze(scene: Scene) -> None:
    do(scene, "office", listing.compile_list, scene.key)
    do(scene, "office", listing.publish_list, scene.key)
    do(scene, "office", listing.freeze_list, scene.key)


def put(scene: Scene, code: str, state: State) -> None:
    """Whatever way it came into this state beside the list."""
    with scene.database.unit_of_work() as session:
        session.execute(update(Nomination).where(col(Nomination.code) == code).values(state=state.value))


def told(session: Session, kind: str) -> list[dict[str, object]]:
    return list(
        session.execute(
            select(col(Event.facts))
            .join(EventToTell, col(EventToTell.event_id) == col(Event.id))
            .where(col(Event.kind) == kind)
            .order_by(col(Event.id))
        ).scalars()
    )


def test_nothing_is_released_beside_a_frozen_list(scene: Scene) -> None:
    given_nomination(scene, state=State.accepted)
    held = given_nomination(scene, who="cs2", state=State.held)
    given_frozen_list(scene)
    with pytest.raises(NotNow, match="Mở chốt danh sách"):
        do(scene, "office", office.release, held, reason="Đã rõ.")
    do(scene, "office", listing.unfreeze_list, scene.key, reason="Có kết quả xác minh.")
    do(scene, "office", office.release, held, reason="Đã rõ.")
    with scene.database.read() as session:
        assert nomination(session, held).state == State.proposed


def test_departments_are_closed_while_a_list_is_frozen(scene: Scene) -> None:
    given_nomination(scene, state=State.accepted)
    scene.close_proposal()
    give_leave(scene, UNTIL, department="kh")
    do(scene, "chief-kh", proposal.propose_nobody, scene.key, department="kh", reason="Không có.")
    freeze(scene)
    start = {"department": "kh", "draft": draft("kh1")}
    with pytest.raises(StageClosed, match="Danh sách đã chốt"):
        do(scene, "clerk-kh", proposal.start, scene.key, **start)
    with pytest.raises(NotNow, match="Mở chốt danh sách"):
        give_leave(scene, UNTIL, department="kh")
    with scene.database.read() as session:
        assert proposal.open_until(session, scene.ground(session), "kh", None) is None
    do(scene, "office", listing.unfreeze_list, scene.key, reason="Phòng còn đề nghị.")
    assert do(scene, "clerk-kh", proposal.start, scene.key, **start).state == State.draft


def test_drafts_that_a_freeze_ended_come_back_when_the_list_is_opened(scene: Scene) -> None:
    given_nomination(scene, state=State.accepted)
    draft_, ready = given_nomination(scene, who="kh1"), given_nomination(scene, who="kh2", state=State.ready)
    scene.close_proposal()
    freeze(scene)
    with scene.database.read() as session:
        assert {nomination(session, code).state for code in (draft_, ready)} == {State.lapsed}
    scene.clock.push(hours=1)
    do(scene, "office", listing.unfreeze_list, scene.key, reason="Phòng còn đề nghị.")
    with scene.database.read() as session:
        assert {nomination(session, code).state for code in (draft_, ready)} == {State.draft}
    with pytest.raises(StageClosed):
        do(scene, "clerk-kh", proposal.finish, draft_)
    give_leave(scene, UNTIL, department="kh")
    do(scene, "clerk-kh", proposal.finish, draft_)
    with pytest.raises(Incomplete, match="Phòng Kế hoạch còn được nộp muộn"):
        freeze(scene)


def test_what_had_lapsed_before_the_freeze_stays_so_when_the_list_is_opened(scene: Scene) -> None:
    given_nomination(scene, state=State.accepted)
    before, with_it = given_nomination(scene, who="kh1"), given_nomination(scene, who="kh2")
    put(scene, before, State.lapsed)
    scene.close_proposal()
    freeze(scene)
    do(scene, "office", listing.unfreeze_list, scene.key, reason="Phòng còn đề nghị.")
    with scene.database.read() as session:
        assert [nomination(session, code).state for code in (before, with_it)] == [State.lapsed, State.draft]


def test_a_department_on_leave_is_waited_for_until_it_answers(scene: Scene) -> None:
    given_nomination(scene, state=State.accepted)
    scene.close_proposal()
    give_leave(scene, UNTIL, department="kh")
    with pytest.raises(Incomplete, match="Phòng Kế hoạch còn được nộp muộn"):
        freeze(scene)
    do(scene, "chief-kh", proposal.propose_nobody, scene.key, department="kh", reason="Không có.")
    freeze(scene)


@pytest.mark.parametrize("state", [State.proposed, State.returned, State.accepted])
def test_no_vote_while_anything_lives_beside_the_list(scene: Scene, state: State) -> None:
    given_nomination(scene, state=State.accepted)
    other = given_nomination(scene, who="cs2", state=State.held)
    given_frozen_list(scene)
    put(scene, other, state)
    with pytest.raises(Incomplete, match="CS 2"):
        open_vote(scene)
    put(scene, other, State.held)
    open_vote(scene)


@pytest.mark.parametrize("state", [State.draft, State.ready])
def test_a_draft_beside_the_list_lapses_with_the_vote(scene: Scene, state: State) -> None:
    given_nomination(scene, state=State.accepted)
    other = given_nomination(scene, who="cs2", state=State.held)
    given_frozen_list(scene)
    put(scene, other, state)
    open_vote(scene)
    with scene.database.read() as session:
        assert nomination(session, other).state == State.lapsed
        assert told(session, "lapsed") == [{"department": "cs", "codes": [other]}]


def test_departments_are_told_what_lapsed_at_the_freeze(scene: Scene) -> None:
    given_nomination(scene, state=State.accepted)
    mine = [given_nomination(scene, who="cs2"), given_nomination(scene, who="cs3", state=State.ready)]
    theirs = given_nomination(scene, who="kh1")
    given_frozen_list(scene)
    with scene.database.read() as session:
        assert told(session, "lapsed") == [
            {"department": "cs", "codes": mine},
            {"department": "kh", "codes": [theirs]},
        ]


@pytest.mark.parametrize("again", ["finish", "reopen"])
def test_what_was_returned_is_the_departments_until_its_own_date(scene: Scene, again: str) -> None:
    given_nomination(scene, who="kh1", state=State.accepted)
    code = given_nomination(scene, state=State.proposed)
    scene.close_proposal()
    return_to_department(scene, code)
    do(scene, "clerk-cs", proposal.finish, code)
    if again == "reopen":
        do(scene, "clerk-cs", proposal.reopen, code)
    with pytest.raises(Incomplete, match="CS 1"):
        freeze(scene)
    with scene.database.read() as session:
        until = nomination(session, code).return_until
    assert until is not None
    scene.clock.now = until
    freeze(scene)
    with scene.database.read() as session:
        assert nomination(session, code).state == State.lapsed


def test_a_round_is_not_ended_over_what_a_department_is_mending(scene: Scene) -> None:
    code = given_nomination(scene, state=State.proposed)
    scene.close_proposal()
    return_to_department(scene, code)
    do(scene, "clerk-cs", proposal.finish, code)
    with pytest.raises(NotNow, match="đang bổ sung"):
        do(scene, "office", rounds.end_round, scene.key, reason="Hết việc.")
    scene.clock.now += timedelta(days=10)
    assert do(scene, "office", rounds.end_round, scene.key, reason="Hết việc.")


@pytest.mark.parametrize("state", [State.proposed, State.accepted, State.returned])
def test_what_was_left_outside_the_vote_can_still_be_declined(scene: Scene, state: State) -> None:
    listed = given_nomination(scene, state=State.accepted)
    stranded = given_nomination(scene, who="cs2", state=State.held)
    hash_ = given_frozen_list(scene)
    open_vote(scene)
    put(scene, stranded, state)
    with pytest.raises(StageClosed):
        do(scene, "office", office.decline, stranded, reason="Ngoài danh sách.")
    for seat in range(1, SEATS + 1):
        cast(scene, seat, {listed: "yes"}, hash_)
    close_vote(scene)
    do(scene, "head", submission.refuse, listed, reason="Không nhất trí.")
    with pytest.raises(NotYours):
        do(scene, "chief-cs", office.decline, stranded, reason="Ngoài danh sách.")
    do(scene, "office", office.decline, stranded, reason="Ngoài danh sách.")
    with scene.database.read() as session:
        assert session.execute(select(col(Round.stage))).scalar_one() == Stage.closed
