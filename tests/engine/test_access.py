"""Who may see what, and how a refusal names those who may act."""

import pytest

from engine.access import Actor, demand_role, demand_sight, may_see, time_itself, who_may
from engine.errors import NotFound, NotYours
from engine.stages import Role, State
from tests.factories import actor_with

BEFORE_THE_OFFICE = {State.draft, State.ready}
NEVER_LISTED = BEFORE_THE_OFFICE | {
    State.proposed,
    State.returned,
    State.withdrawn,
    State.lapsed,
    State.held,
    State.accepted,
    State.declined,
}


def sees(actor: Actor, state: State, *, published: bool = True, round_key: str = "r") -> bool:
    return may_see(actor, department="cs", round_key=round_key, state=state, list_published=published)


@pytest.mark.parametrize("state", list(State))
def test_sight(state: State) -> None:
    assert sees(actor_with(Role.clerk), state)
    assert not sees(actor_with(Role.clerk, unit="kh"), state)
    for role in (Role.office, Role.head):
        assert sees(actor_with(role), state) == (state not in BEFORE_THE_OFFICE)
    member = actor_with(Role.member, key="r")
    assert sees(member, state) == (state not in NEVER_LISTED)
    assert not sees(member, state, published=False)
    assert not sees(member, state, round_key="another")
    assert not sees(actor_with(Role.admin), state)
    assert not sees(time_itself(), state)


def test_what_one_may_not_see_does_not_exist() -> None:
    with pytest.raises(NotFound):
        demand_sight(
            actor_with(Role.admin), department="cs", round_key="r", state=State.draft, list_published=True
        )


def test_a_refusal_names_who_may() -> None:
    assert who_may({Role.time, Role.office, Role.department_head}) == "Trưởng phòng đề nghị hoặc Văn phòng"
    with pytest.raises(NotYours, match="Văn phòng") as refused:
        demand_role(actor_with(Role.clerk), Role.office)
    assert refused.value.help_from == "Văn phòng"
