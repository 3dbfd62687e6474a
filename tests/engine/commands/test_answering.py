"""A batch is judged once more when it is signed: what a rule stops by then is not signed."""

import pytest

from engine.commands import proposal
from engine.errors import Incomplete
from engine.stages import State
from tests.factories import Scene, given_nomination, nomination, person


def test_who_left_after_the_clerks_check_is_not_signed(scene: Scene) -> None:
    """All of the batch or none: the sound one beside it waits too."""
    codes = [given_nomination(scene, who=who, state=State.ready) for who in ("cs1", "cs2")]
    with scene.database.unit_of_work() as session:
        person(session, "cs2").active = False
    with scene.database.unit_of_work() as session:
        chief = scene.actor("chief-cs", session)
        with pytest.raises(Incomplete, match="Nông Đức CS 2: còn 1 chỗ phải sửa") as refused:
            proposal.sign_off(session, chief, scene.key, department="cs", codes=codes, now=scene.now)
        assert list(refused.value.fields) == ["nominee_name"]
    with scene.database.read() as session:
        assert [nomination(session, code).state for code in codes] == [State.ready, State.ready]


def test_what_the_clerk_has_not_passed_on_names_the_button_that_does(scene: Scene) -> None:
    code = given_nomination(scene)
    with scene.database.unit_of_work() as session:
        chief = scene.actor("chief-cs", session)
        with pytest.raises(Incomplete) as refused:
            proposal.sign_off(session, chief, scene.key, department="cs", codes=[code], now=scene.now)
    assert refused.value.fields["codes"] == (
        "Chưa kiểm tra xong: Nông Đức CS 1. Mở từng đề nghị, bấm “Kiểm tra xong, chuyển Trưởng phòng ký”."
    )
