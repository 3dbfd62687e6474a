"""What a department may still mend is not called overdue, on its page or on the office's."""

from datetime import date

from engine.stages import State
from tests.api.office_given import Doors, words
from tests.factories import give_leave, given_nomination


def test_what_may_still_be_mended_under_a_leave_is_not_called_overdue(doors: Doors) -> None:
    """Returned until 9 October, leave until the 24th: the form takes the later (`engine.commands.term`)."""
    code = given_nomination(doors.scene, who="cs2", state=State.returned)
    doors.scene.close_proposal()
    give_leave(doors.scene, date(2025, 10, 24))
    clerk = doors.at("clerk-cs")
    assert clerk.get(f"/de-nghi/{code}").status_code == 200
    assert "Đã hết hạn" not in words(clerk.get("/viec"))
    desk, page = doors.at("office"), f"/vp/dot/{doors.scene.key}"
    assert "(hạn 24/10/2025)" in words(desk.get(page))
    assert "1 quá hạn" not in words(desk.get(page))
    doors.scene.clock.set(date(2025, 10, 25))
    assert "1 quá hạn" in words(doors.at("office").get(page))


def test_what_may_still_be_mended_before_the_general_deadline_is_not_called_overdue(doors: Doors) -> None:
    given_nomination(doors.scene, who="cs2", state=State.returned)  # until 9 October; all have until the 17th
    doors.scene.clock.set(date(2025, 10, 13))
    assert "Đã hết hạn" not in words(doors.at("clerk-cs").get("/viec"))
