"""What a rule holds is accepted once the office wrote what was verified, and only what it looked at."""

import pytest

from engine.commands import office, proposal
from engine.database import Database
from engine.errors import Incomplete
from engine.stages import Stage, State
from tests.factories import (
    Scene,
    given_nomination,
    given_round,
    nomination,
    return_to_department,
    small_definition,
)

ASKED = {"key": "don_thu", "label": "Có đơn thư đang được xem xét không?", "kind": "yesno"}
HOLDS = {
    "id": "don-thu",
    "severity": "hold",
    "check": "flag",
    "params": {"question": "don_thu"},
    "sentence": "Có đơn thư đang được xem xét.",
    "source": "",
    "confidence": "C",
}


def accept(scene: Scene, code: str) -> None:
    with scene.database.unit_of_work() as session:
        boss = scene.actor("office", session)
        office.tick(session, boss, code, ticks={"bao-cao": True}, now=scene.now)
        office.accept(session, boss, code, now=scene.now)


def verify(scene: Scene, code: str) -> None:
    with scene.database.unit_of_work() as session:
        boss = scene.actor("office", session)
        office.hold(session, boss, code, reason="Chờ Thanh tra trả lời.", now=scene.now)
        office.release(session, boss, code, reason="Đơn không có cơ sở.", now=scene.now)


def test_what_was_verified_counts_until_the_department_signs_anew(sqlite_database: Database) -> None:
    rules = {"key": "one", "title": "Một", "valid_from": "2024-01-01", "rules": [HOLDS]}
    definition = small_definition(rules=rules, questions=[ASKED])
    scene = given_round(sqlite_database, stage=Stage.proposal, definition=definition)
    code = given_nomination(scene, state=State.proposed, answers={"don_thu": "yes"})
    verify(scene, code)
    return_to_department(scene, code)
    with sqlite_database.unit_of_work() as session:
        clerk, chief = scene.actor("clerk-cs", session), scene.actor("chief-cs", session)
        proposal.finish(session, clerk, code, now=scene.now)
        proposal.sign_off(session, chief, scene.key, department="cs", codes=[code], now=scene.now)
    with pytest.raises(Incomplete) as refused:
        accept(scene, code)
    assert list(refused.value.fields) == ["don-thu"]
    verify(scene, code)
    accept(scene, code)
    with sqlite_database.read() as session:
        assert nomination(session, code).state == State.accepted
