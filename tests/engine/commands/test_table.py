"""The table of moves is the law: who may do what, in which state and stage, and nothing else."""

from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlmodel import col

from engine import history
from engine.access import demand_move, demand_stage
from engine.commands.ground import move, nomination_of
from engine.database import Database
from engine.errors import NotNow, NotYours, Refused, StageClosed
from engine.models import Event, Nomination
from engine.stages import MOVE_OF, MOVES, Act, Role, Stage, State, acts_from
from tests.factories import ROUND, actor_with, given_round, planted, small_definition


@pytest.mark.parametrize("act", list(Act))
def test_an_act_is_refused_to_every_other_role_state_and_stage(act: Act) -> None:
    law = MOVE_OF[act]
    for role, state in product(Role, State):
        actor = actor_with(role)
        allowed = role in law.roles
        ask = {"state": state, "department": "cs", "round_key": ROUND}
        if allowed and state in law.sources:
            assert demand_move(actor, act, **ask) == law.target
            continue
        with pytest.raises(NotNow if allowed else NotYours) as refused:
            demand_move(actor, act, **ask)
        assert refused.value.sentence
        assert refused.value.rule
        assert refused.value.help_from
    for stage in Stage:
        if stage in law.stages:
            demand_stage(act, stage=stage)
        else:
            with pytest.raises(StageClosed):
                demand_stage(act, stage=stage)


@pytest.mark.parametrize("role", [Role.clerk, Role.department_head])
def test_a_role_in_another_department_is_worth_nothing(role: Role) -> None:
    with pytest.raises(NotYours, match="thực hiện"):
        demand_move(
            actor_with(role, unit="kh"), Act.withdraw, state=State.draft, department="cs", round_key=ROUND
        )


def test_a_seat_of_another_round_is_worth_nothing() -> None:
    secretary = actor_with(Role.secretary, key="another-round")
    with pytest.raises(NotYours):
        demand_move(secretary, Act.recommend, state=State.listed, department="cs", round_key=ROUND)


def test_every_state_but_the_first_can_be_reached_and_only_last_ones_have_no_way_on() -> None:
    reached = {law.target for law in MOVES}
    assert set(State) - reached == set()
    assert all(law.sources and law.roles and law.stages for law in MOVES)


@dataclass(frozen=True)
class Step:
    act: Act
    stage: Stage
    role: Role


STEPS = st.builds(Step, st.sampled_from(list(Act)), st.sampled_from(list(Stage)), st.sampled_from(list(Role)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.sampled_from(list(State)), steps=st.lists(STEPS, max_size=12), data=st.data())
def test_random_walks_keep_the_record_whole(
    sqlite_database: Database, start: State, steps: list[Step], data: st.DataObject
) -> None:
    """Half of the steps are drawn from what the table allows, so that walks get somewhere."""
    scene = given_round(sqlite_database)
    code, state, told = planted(scene, start, stage=Stage.planned), start, 0
    for step in steps:
        legal = [(act, stage) for stage in Stage for act in acts_from(state, stage)]
        if legal and data.draw(st.booleans()):
            act, stage = data.draw(st.sampled_from(legal))
            step = Step(act, stage, data.draw(st.sampled_from(sorted(MOVE_OF[act].roles))))  # noqa: PLW2901
        law = MOVE_OF[step.act]
        allowed = state in law.sources and step.stage in law.stages and step.role in law.roles
        try:
            with scene.database.unit_of_work() as session:
                ground, nomination = nomination_of(session, code)
                ground.round.stage = step.stage.value
                move(
                    session,
                    actor_with(step.role),
                    ground,
                    nomination,
                    step.act,
                    now=scene.clock.push(hours=1),
                )
        except Refused:
            assert not allowed, step
        else:
            assert allowed, step
            state, told = law.target, told + 1
    with scene.database.read() as session:
        row = session.execute(select(Nomination).where(col(Nomination.code) == code)).scalar_one()
        events = session.execute(
            select(func.count()).select_from(Event).where(col(Event.nomination_id) == row.id)
        ).scalar_one()
        assert (row.state, events) == (state, told)
        assert history.broken_links(session, nomination_id=row.id, round_id=row.round_id) == []


def test_a_definition_may_switch_an_act_off(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, definition=small_definition(acts_off=["hold"]))
    code = planted(scene, State.proposed, stage=Stage.office)
    with scene.database.unit_of_work() as session:
        ground, nomination = nomination_of(session, code)
        office = scene.actor("office", session)
        with pytest.raises(NotNow, match="không dùng bước này"):
            move(session, office, ground, nomination, Act.hold, now=scene.now)
        assert move(session, office, ground, nomination, Act.accept, now=scene.now) == State.accepted


def test_a_walk_on_the_same_database_does_not_leak_between_rounds(sqlite_database: Database) -> None:
    first, second = (
        given_round(sqlite_database),
        given_round(sqlite_database, definition=small_definition("thu-hai-2025")),
    )
    planted(first, State.draft, stage=Stage.office)
    with second.database.read() as session:
        assert second.key != first.key
        assert {r.stage for r in (first.ground(session).round, second.ground(session).round)} == {
            "office",
            "planned",
        }
