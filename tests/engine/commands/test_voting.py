"""The office puts the list to the vote, and what it must have for that."""

import pytest

from engine.commands import voting
from engine.database import Database
from engine.errors import Incomplete
from engine.stages import Stage, State
from tests.factories import given_frozen_list, given_nomination, given_round, small_definition


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
    with sqlite_database.unit_of_work() as session, pytest.raises(Incomplete, match="chưa có Chủ tịch"):
        voting.open_vote(
            session,
            scene.actor("office", session),
            scene.key,
            keys=scene.keys,
            calendar=scene.calendar,
            now=scene.now,
        )
