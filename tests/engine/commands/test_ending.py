"""The end of a round by hand, when nothing is left to decide."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlmodel import col

from engine.commands import office, rounds, submission
from engine.database import Database
from engine.errors import Incomplete, NotNow, NotYours
from engine.history import broken_links
from engine.models import Event, Round, StageWindow
from engine.stages import Stage, State
from tests.factories import Scene, give_leave, given_nomination, given_round, given_vote, nomination

WHY = "Không phòng nào có đề nghị đủ điều kiện."


def end(scene: Scene, who: str = "office", reason: str = WHY) -> bool:
    with scene.database.unit_of_work() as session:
        actor = scene.actor(who, session)
        return rounds.end_round(session, actor, scene.key, reason=reason, now=scene.now)


@pytest.mark.parametrize("who", ["office", "head"])
def test_a_round_with_nothing_to_decide_ends_with_a_reason(scene: Scene, who: str) -> None:
    given_nomination(scene, who="cs1", state=State.declined)
    drafts = [
        given_nomination(scene, who="cs2", state=State.draft),
        given_nomination(scene, who="kh1", state=State.ready),
    ]
    scene.close_proposal()
    assert end(scene, who)
    assert not end(scene, who), "a second time changes nothing"
    with scene.database.read() as session:
        round_ = session.execute(select(Round)).scalar_one()
        assert (round_.stage, round_.closed_at) == (Stage.closed, scene.now)
        window = select(StageWindow).where(col(StageWindow.stage) == Stage.office.value)
        assert session.execute(window).scalar_one().closed_at == scene.now
        closing = select(col(Event.facts)).where(col(Event.kind) == "round_closed")
        assert session.execute(closing).scalars().all() == [{"reason": WHY, "codes": drafts}]
        for code in drafts:
            row = nomination(session, code)
            assert row.state == State.lapsed
            assert broken_links(session, nomination_id=row.id, round_id=row.round_id) == []
        assert broken_links(session, nomination_id=None, round_id=round_.id or 0) == []


def test_a_round_ended_without_a_vote_has_no_minutes(scene: Scene) -> None:
    given_nomination(scene, who="cs1", state=State.declined)
    scene.close_proposal()
    assert end(scene)
    with scene.database.unit_of_work() as session, pytest.raises(NotNow, match="chưa bỏ phiếu xong"):
        submission.keep_minutes(
            session, scene.actor("office", session), scene.key, facts={"minutes_number": "3"}, now=scene.now
        )


@pytest.mark.parametrize("state", [State.proposed, State.returned, State.held, State.accepted])
def test_not_while_a_nomination_waits_for_a_word(scene: Scene, state: State) -> None:
    code = given_nomination(scene, state=state)
    scene.close_proposal()
    with pytest.raises(NotNow):
        end(scene)
    with scene.database.unit_of_work() as session:
        assert nomination(session, code).state == state
        office.decline(session, scene.actor("office", session), code, reason="Trùng.", now=scene.now)
    assert end(scene)


def test_not_before_the_departments_deadline(database: Database) -> None:
    scene = given_round(database, stage=Stage.proposal)
    with pytest.raises(NotNow):
        end(scene)


def test_not_under_vote(database: Database) -> None:
    scene, _codes, _hash = given_vote(database)
    with pytest.raises(NotNow):
        end(scene)


def test_a_department_on_leave_is_not_cut_off(scene: Scene) -> None:
    scene.close_proposal()
    give_leave(scene, date(2025, 10, 21), department="kh")
    with pytest.raises(NotNow):
        end(scene)
    scene.clock.set(date(2025, 10, 22))
    assert end(scene)


def test_only_office_and_head_and_only_with_a_reason(scene: Scene) -> None:
    scene.close_proposal()
    with pytest.raises(NotYours):
        end(scene, "chief-cs")
    with pytest.raises(Incomplete):
        end(scene, reason=" ")


def test_what_was_planned_finds_the_stage_gone(scene: Scene) -> None:
    scene.close_proposal()
    assert end(scene)
    scene.clock.push(days=60)
    with scene.database.unit_of_work() as session:
        time = scene.actor("time", session)
        ground = scene.ground(session)
        said = {
            rounds.act_on(session, time, ground, moment, calendar=scene.calendar, now=scene.now)
            for moment in rounds.due_moments(session, ground.round_id, now=scene.now)
        }
        assert said <= {"giai đoạn đã qua", "đã mở từ trước"}
        kinds = session.execute(select(col(Event.kind)).order_by(col(Event.id))).scalars().all()
        assert kinds[-1] == "round_closed", "nobody is reminded of anything afterwards"
