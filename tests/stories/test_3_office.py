"""Văn phòng checks, returns, holds, accepts and declines; two officers lose nothing to each other."""

from sqlmodel import col, select

from engine.models import Comment
from tests.stories.acts import (
    ADVISER,
    CLERK,
    COLLECTIVE,
    DEPARTMENT_HEAD,
    OFFICE,
    OFFICE_ROUND,
    OWN_LINE,
    PLANNER,
    REPORT,
    accept,
    deeds,
    draft,
    open_round,
    propose,
    sign,
    ticks,
)
from tests.stories.test_2_department import state_of
from tests.stories.world import World

OTHER_OFFICER = "nguyen-duc-khanh"
LIST, OPEN_VOTE = f"{OFFICE_ROUND}/danh-sach", f"{OFFICE_ROUND}/mo-bo-phieu"


def proposed(world: World, *nominees: object) -> list[str]:
    """The office's time has come with these on its desk."""
    open_round(world)
    codes = propose(world, *nominees)  # type: ignore[arg-type]
    world.at("12/12/2025", "17:00")
    world.at("15/12/2025", "09:00")
    return codes


def test_the_desk_says_what_is_missing_from_whom(world: World) -> None:
    open_round(world)
    draft(world, PLANNER)
    propose(world, COLLECTIVE)
    world.at("11/12/2025", "09:00")

    board = world.visitor(OFFICE).open(OFFICE_ROUND)

    assert "Phòng Kế hoạch – Tổng hợp" in board.words
    assert "Thanh tra Ban" in board.words
    board.open(f"{OFFICE_ROUND}/de-nghi?q=chinh sach")  # without marks, as people type in a hurry
    assert "Phòng Chính sách Dân tộc" in board.words


def test_each_nomination_is_checked_against_the_checklist_before_it_is_accepted(world: World) -> None:
    [code] = proposed(world, COLLECTIVE)
    office = world.visitor(OFFICE).open(f"/vp/de-nghi/{code}")
    some = dict(list(ticks(office).items())[:2])
    office.press("Chấp nhận", some | {"reason": "đang gõ dở"}, status=422)

    assert "lý do đã ghi mà nút vừa bấm không dùng đến" in office.errors[0], "no word is dropped unsaid"
    assert state_of(world, code) == "proposed"
    assert office.shown("reason") == "đang gõ dở"
    assert all(office.shown(name) == ["1"] for name in some)
    office.press("Lưu phần đã kiểm tra", {"reason": "", "comment-summary": "Viết gọn lại."}, status=422)
    assert "góp ý chưa gửi" in office.errors[0]
    assert office.shown("comment-summary") == "Viết gọn lại."
    office.press("Chấp nhận", {"comment-summary": ""}, status=422)
    assert office.errors
    office.press("Chấp nhận", ticks(office))
    assert state_of(world, code) == "accepted"


def test_a_return_carries_comments_beside_the_fields_and_comes_back(world: World) -> None:
    [code] = proposed(world, COLLECTIVE)
    office = world.visitor(OFFICE).open(f"/vp/de-nghi/{code}")
    office.press("Trả lại phòng để bổ sung", status=422)
    assert office.errors
    said = {
        "comment-summary": "Nêu rõ số hộ của từng xã.",
        f"comment-files.{REPORT}": "Báo cáo thiếu chữ ký.",
    }
    seen = len(world.postbox.letters)
    office.press("Trả lại phòng để bổ sung", said)
    world.time()

    letters = [each for each in world.letters_since(seen) if "Bổ sung đề nghị" in each[1]]
    assert {to.split("<")[-1].strip(">") for to, _ in letters} >= {world.email_of(CLERK)}
    clerk = world.visitor(CLERK).open(f"/de-nghi/{code}/thanh-tich")
    assert "Nêu rõ số hộ của từng xã." in clerk.words
    assert "Báo cáo thiếu chữ ký." in clerk.open(f"/de-nghi/{code}/tep").words

    # Three working days, though the departments' deadline is over.
    clerk.open(f"/de-nghi/{code}/thanh-tich").press(
        "Lưu và tiếp tục", {"summary": clerk.shown("summary") + " Xã A 40 hộ."}
    )
    clerk.open(f"/de-nghi/{code}/kiem-tra").press("Kiểm tra xong, chuyển Trưởng phòng ký")
    sign(world, COLLECTIVE)
    assert state_of(world, code) == "proposed"
    with world.database.read() as session:
        assert session.exec(select(Comment).where(col(Comment.resolved_at).is_(None))).all() == []


def test_hold_release_and_decline_each_want_a_reason_and_tell_the_department(world: World) -> None:
    held, declined = proposed(world, COLLECTIVE, PLANNER)
    office = world.visitor(OFFICE).open(f"/vp/de-nghi/{held}")
    seen = len(world.postbox.letters)
    office.press("Tạm dừng xét", status=422)
    assert office.errors
    office.press("Tạm dừng xét", {"reason": "Chờ kết luận đơn thư."})
    office.open(f"/vp/de-nghi/{declined}").press(
        "Không đưa vào danh sách", {"reason": "Trùng thành tích đã khen 2024."}
    )
    world.time()
    office.open(f"/vp/de-nghi/{held}").press("Xét tiếp", {"reason": "Đơn thư không đúng sự thật."})
    world.time()

    assert [state_of(world, code) for code in (held, declined)] == ["proposed", "declined"]
    subjects = " ".join(subject for _, subject in world.letters_since(seen))
    assert "tạm dừng xem xét" in subjects
    assert "không được tiếp nhận" in subjects
    department = world.visitor(PLANNER.clerk).open(f"/de-nghi/{declined}")
    assert "Trùng thành tích đã khen 2024." in department.words


def test_what_is_being_verified_is_not_accepted_until_the_result_is_written_down(world: World) -> None:
    open_round(world)
    code = draft(world, COLLECTIVE)
    clerk = world.visitor(COLLECTIVE.clerk).open(f"/de-nghi/{code}/thanh-tich")
    clerk.press("Lưu và tiếp tục", deeds(COLLECTIVE.award) | {"answers.don_thu": "yes"})
    clerk.open(f"/de-nghi/{code}/kiem-tra").press("Kiểm tra xong, chuyển Trưởng phòng ký")
    sign(world, COLLECTIVE)
    office = world.visitor(OFFICE).open(f"/vp/de-nghi/{code}")
    office.press("Chấp nhận", ticks(office), status=422)
    assert "tạm dừng xét, không loại" in office.errors[0]
    together = world.visitor(OFFICE).open(f"{OFFICE_ROUND}/de-nghi/nhieu?act=accept&code={code}")
    assert "Không có đề nghị nào để chấp nhận" in together.words
    assert "tạm dừng xét, không loại" in together.words
    office.open(f"/vp/de-nghi/{code}")
    assert state_of(world, code) == "proposed"
    office.press("Tạm dừng xét", {"reason": "Chờ kết luận đơn thư."})
    office.open(f"/vp/de-nghi/{code}").press("Xét tiếp", {"reason": "Kết luận 12/KL: tố cáo sai."})
    accept(world, code)
    assert state_of(world, code) == "accepted"


def test_two_officers_on_one_nomination_see_each_other_and_lose_nothing(world: World) -> None:
    [code] = proposed(world, COLLECTIVE)
    first = world.visitor(OFFICE).open(f"/vp/de-nghi/{code}")
    second = world.visitor(OTHER_OFFICER).open(f"/vp/de-nghi/{code}")
    first.press("Lưu phần đã kiểm tra", ticks(first))
    second.press("Trả lại phòng để bổ sung", {"comment-summary": "Viết lại tóm tắt."}, status=409)

    assert "Lý Thị Mai vừa xử lý đề nghị này" in second.errors[0]
    assert second.shown("comment-summary") == "Viết lại tóm tắt."
    second.press("Trả lại phòng để bổ sung")
    assert state_of(world, code) == "returned"


def test_words_typed_for_an_act_that_is_gone_meanwhile_are_still_shown(world: World) -> None:
    [code] = proposed(world, COLLECTIVE)
    first = world.visitor(OFFICE).open(f"/vp/de-nghi/{code}")
    second = world.visitor(OTHER_OFFICER).open(f"/vp/de-nghi/{code}")
    first.press("Tạm dừng xét", {"reason": "Chờ xác minh."})
    second.press("Trả lại phòng để bổ sung", {"comment-summary": "Viết lại tóm tắt."}, status=409)

    assert "những gì ông/bà đã ghi còn nguyên" in second.errors[0]
    assert "Viết lại tóm tắt." in second.answer.text
    assert state_of(world, code) == "held"


def test_several_are_accepted_or_returned_at_once_each_with_its_own_outcome(world: World) -> None:
    codes = proposed(world, COLLECTIVE, PLANNER, ADVISER)
    ready = codes[0]
    office = (
        world.visitor(OFFICE)
        .open(f"/vp/de-nghi/{ready}")
        .press("Lưu phần đã kiểm tra", ticks(world.visitor(OFFICE)))
    )
    office.open(f"{OFFICE_ROUND}/de-nghi")
    chosen = office.page.xpath("//input[@name='code']/@value")
    assert set(chosen) == set(codes)
    button = next(each for each in office.buttons() if each.startswith("Chấp nhận"))
    office.press(button, {"code": chosen})
    assert {state_of(world, code) for code in codes} == {"proposed"}  # only looked at so far
    office.press(next(each for each in office.buttons() if each.startswith("Chấp nhận")))

    assert [state_of(world, code) for code in codes] == ["accepted", "proposed", "proposed"]


def test_a_department_head_cannot_do_the_offices_work(world: World) -> None:
    [code] = proposed(world, OWN_LINE)
    stranger = world.visitor(DEPARTMENT_HEAD)
    for page in (f"/vp/de-nghi/{code}", LIST, OPEN_VOTE, OFFICE_ROUND):
        stranger.open(page, status=403)
        assert "Việc này không thuộc phần của ông/bà" in stranger.words
