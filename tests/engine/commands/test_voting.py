"""The office puts the list to the vote, and what it must have for that."""

import pytest

from engine.database import Database
from engine.errors import Incomplete
from engine.stages import Stage, State
from tests.factories import (
    given_frozen_list,
    given_nomination,
    given_round,
    open_vote,
    person,
    small_definition,
)


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


def test_a_vote_that_cannot_reach_its_quorum_is_not_opened(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    given_nomination(scene, state=State.accepted)
    given_frozen_list(scene)
    with sqlite_database.unit_of_work() as session:
        for seat in (1, 2):
            person(session, f"seat{seat}").email = None
    with pytest.raises(Incomplete, match="3/5 thành viên"):
        open_vote(scene)
