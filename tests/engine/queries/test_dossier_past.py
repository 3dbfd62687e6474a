"""A report tells of awards its nominee held when it was signed, of none that came after."""

from datetime import date

from engine.commands import submission
from engine.database import Database
from engine.stages import Stage, State
from tests.engine.queries.test_dossier_council import approve, made
from tests.factories import (
    SEATS,
    cast,
    close_vote,
    given_frozen_list,
    given_nomination,
    given_result,
    given_round,
    open_vote,
    small_definition,
)

LATER = {
    "proposal": {"opens": "2025-12-01", "due": "2025-12-12"},
    "office": {"working_days": 5},
    "council": {"working_days": 3},
    "submission": {"working_days": 10},
}


def test_a_signed_report_does_not_grow(sqlite_database: Database) -> None:
    scene, _codes = given_result(sqlite_database, nominees=(("cs1", "bang-khen"),), approved=True)
    before = made(scene)
    other = given_round(sqlite_database, definition=small_definition("thu-hai-2025", stages=LATER))
    other.clock.set(date(2025, 12, 1))
    with sqlite_database.unit_of_work() as session:
        other.set_stage(session, Stage.proposal)
    code = given_nomination(other, who="cs1", award="giay-khen", state=State.accepted)
    hash_ = given_frozen_list(other)
    open_vote(other)
    for seat in range(1, SEATS + 1):
        cast(other, seat, {code: "yes"}, hash_)
    assert close_vote(other)
    approve(other, [code])
    with sqlite_database.unit_of_work() as session:
        decision = {"codes": [code], "number": "77", "dated": other.now.date(), "now": other.now}
        submission.decide(session, other.actor("office", session), other.key, **decision)
    assert made(scene) == before
