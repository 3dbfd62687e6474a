"""Văn phòng declines a nomination: what that ends is said beside the button before, and once it is done."""

from urllib.parse import unquote

from engine.stages import Stage, State
from tests.api.office_given import Doors, hidden, words
from tests.factories import (
    SEATS,
    Scene,
    cast,
    close_vote,
    given_frozen_list,
    given_nomination,
    open_vote,
)

LAST = "Đây là đề nghị cuối cùng còn chờ xử lý"
ENDED = "Đợt xét đã kết thúc vì không còn đề nghị nào chờ xử lý."


def declined(doors: Doors, code: str) -> tuple[str, str]:
    """The page before the button, and what is said after it."""
    desk, at = doors.at("office"), f"/vp/de-nghi/{code}"
    page = desk.get(at)
    form = {"seen": hidden(page, "seen"), "act": "decline", "reason": "Không đủ điều kiện."}
    answer = desk.post(at, data=form)
    assert answer.status_code == 303
    return words(page), unquote(answer.headers["set-cookie"])


def after_the_vote(scene: Scene, *held: str) -> list[str]:
    """The council agreed on nothing; what was held until then is all that is left."""
    codes = [given_nomination(scene, who=who, state=State.held) for who in held]
    voted = given_nomination(scene, who="cs1", state=State.accepted)
    hash_ = given_frozen_list(scene)
    open_vote(scene)
    for seat in range(1, SEATS + 1):
        cast(scene, seat, {voted: "no"}, hash_)
    assert close_vote(scene)
    return codes


def test_what_no_list_took_up_is_said_to_keep_the_round_open(doors: Doors) -> None:
    """After the freeze it cannot be taken up again; nothing else would tell why the round does not end."""
    code, _other = after_the_vote(doors.scene, "cs2", "kh1")
    desk, key = doors.at("office"), doors.scene.key
    mine = desk.get("/viec")
    assert "Kết thúc 2 đề nghị còn tạm dừng xét, không có trong danh sách đã chốt" in words(mine)
    assert f'href="/vp/dot/{key}/de-nghi?tt=held"' in mine.text
    assert "còn đề nghị tạm dừng thì đợt xét chưa kết thúc" in words(desk.get(f"/vp/dot/{key}"))
    page = words(desk.get(f"/vp/de-nghi/{code}"))
    assert "đợt này không xét tiếp được" in page
    assert "Tạm dừng không phải là loại" not in page, "that is no longer possible"


def test_the_last_word_that_ends_the_round_is_said_before_and_after(doors: Doors) -> None:
    first, last = after_the_vote(doors.scene, "cs2", "kh1")
    page, said = declined(doors, first)
    assert LAST not in page
    assert "kết thúc" not in said
    page, said = declined(doors, last)
    assert f"{LAST}: bấm “Không đưa vào danh sách” thì đợt xét kết thúc ngay." in page
    assert ENDED in said
    with doors.scene.database.read() as session:
        assert doors.scene.ground(session).stage == Stage.closed


def test_before_the_vote_a_decline_ends_nothing(doors: Doors) -> None:
    page, said = declined(doors, given_nomination(doors.scene, state=State.proposed))
    assert LAST not in page
    assert ENDED not in said


def test_who_declines_what_is_being_mended_is_told_of_the_days_left(doors: Doors) -> None:
    code = given_nomination(doors.scene, state=State.returned)
    desk, at = doors.at("office"), f"/vp/de-nghi/{code}"
    left = "Phòng còn được bổ sung đến 17 giờ 00"
    page = desk.get(at)
    assert left in words(page)
    assert 'type="checkbox"' not in page.text, "no tick without a button that keeps it"
    assert "Chưa xác nhận" in words(page)
    doors.scene.clock.push(days=7)
    assert left in words(doors.at("office").get(at)), "the departments' own deadline is later"
    doors.scene.clock.push(days=7)
    assert left not in words(doors.at("office").get(at))
