"""The office puts the list to the vote, and what it must have for that."""

import pytest

from engine.database import Database
from engine.errors import Incomplete, NotNow
from engine.queries import waiting
from engine.stages import Stage, State
from tests.factories import (
    SEATS,
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
