"""A department proposes: drafts that are not lost, findings while typing, a signature, withdrawal."""

from concurrent.futures import ThreadPoolExecutor

from sqlmodel import select

from engine.models import Event, Nomination
from tests.stories.acts import (
    CLERK,
    COLLECTIVE,
    DEPARTMENT,
    DEPARTMENT_HEAD,
    MINUTES,
    OWN_LINE,
    ROUND,
    SUMMARY,
    deeds,
    draft,
    finish,
    sign,
    who,
)
from tests.stories.visitor import Visitor
from tests.stories.world import World

NEW = f"{ROUND}/de-nghi/moi?phong={DEPARTMENT}"
OTHER_CLERK = "ma-van-tien"  # of the same department
STRANGER = "chu-van-dat"  # a clerk of another one


def state_of(world: World, code: str) -> str:
    with world.database.read() as session:
        return session.exec(select(Nomination.state).where(Nomination.code == code)).one()


def begun(world: World) -> tuple[Visitor, str]:
    """A clerk on the second step of a new draft; its code."""
    clerk = world.visitor(CLERK).open(NEW).press("Lưu và tiếp tục", who(COLLECTIVE))
    return clerk, clerk.place.split("/")[2]


def test_a_clerk_sees_the_task_and_its_deadline_after_signing_in(opened: World) -> None:
    clerk = opened.visitor(CLERK).open("/viec")
    assert "12/12/2025" in clerk.words

    clerk.open(ROUND)
    assert "Thêm đề nghị" in clerk.words
    assert "17 giờ 00, thứ Sáu 12/12/2025" in " ".join(clerk.page.text_content().split())


def test_a_person_and_a_collective_go_from_draft_to_the_heads_signature(opened: World) -> None:
    codes = [finish(opened, OWN_LINE), finish(opened, COLLECTIVE)]
    seen = len(opened.postbox.letters)
    head = sign(opened, OWN_LINE)
    opened.time()

    assert "Đã ký và gửi 2 đề nghị đến Văn phòng." in head.words
    assert {state_of(opened, code) for code in codes} == {"proposed"}
    receipts = [to for to, subject in opened.letters_since(seen) if "Đã nhận đề nghị" in subject]
    assert any(opened.email_of(CLERK) in to for to in receipts)
    assert any(opened.email_of(DEPARTMENT_HEAD) in to for to in receipts)
    head.open(f"/de-nghi/{codes[0]}")
    assert "Biên nhận" in head.words


def test_what_the_rules_say_stands_beside_the_fields_with_its_source(opened: World) -> None:
    """BLOCK before it can be passed on, HOLD without refusing, each with the rule."""
    clerk, code = begun(opened)
    clerk.press("Lưu nháp, làm sau", {"summary": "Quá ngắn.", "answers.dang_xem_xet": "yes"})
    clerk.open(f"/de-nghi/{code}/thanh-tich")
    said = clerk.words
    assert "ký tự" in said
    assert "152/2025" in said
    assert "tạm dừng" in said.lower()

    clerk.open(f"/de-nghi/{code}/kiem-tra").press("Kiểm tra xong, chuyển Trưởng phòng ký", status=422)

    assert clerk.errors
    assert state_of(opened, code) == "draft"


def test_autosave_answers_with_what_the_rules_say_now(opened: World) -> None:
    clerk, code = begun(opened)
    typed = clerk.filled("Lưu và tiếp tục", {"summary": "Ngắn quá."})
    clerk.send({**typed, "url": f"/de-nghi/{code}/luu", "headers": {"HX-Request": "true"}})

    assert clerk.words.startswith("Đã lưu nháp lúc 08:00")
    beside = clerk.page.xpath("string(//*[@id='luat-summary'])")
    assert "Phải sửa: Tóm tắt thành tích có 9 ký tự; cần từ 100 đến 2000 ký tự." in beside
    assert clerk.open(f"/de-nghi/{code}/thanh-tich").shown("summary") == "Ngắn quá."


def test_a_lost_session_keeps_what_was_typed(opened: World) -> None:
    clerk, code = begun(opened)
    written = deeds("bang-khen-tinh") | {"achievements": "Dòng một “có ngoặc” & dấu <.\nDòng hai."}
    before = clerk.filled("Lưu và tiếp tục", written)
    opened.at("25/11/2025", "09:00")  # the session of yesterday is over
    clerk.send(before, status=401)
    assert "nội dung vừa gõ còn nguyên" in clerk.words
    kept = clerk.page

    again = opened.signed_in(CLERK)  # in another tab of the same browser
    clerk.client.cookies = again.cookies
    clerk.page = kept
    clerk.press("Gửi lại")

    assert clerk.place == f"/de-nghi/{code}/tep"
    clerk.open(f"/de-nghi/{code}/thanh-tich")
    assert clerk.shown("summary") == SUMMARY
    assert clerk.shown("achievements") == written["achievements"]
    assert clerk.shown("period_from_year") == "2021"


def test_two_clerks_on_one_draft_get_a_choice_and_nobody_is_overwritten(opened: World) -> None:
    clerk, code = begun(opened)
    other = opened.visitor(OTHER_CLERK).open(f"/de-nghi/{code}/thanh-tich")
    clerk.press("Lưu nháp, làm sau", {"summary": "Bản của chị Nhung.", "achievements": "Việc chị Nhung ghi."})
    opened.at("24/11/2025", "08:05")

    other.press(
        "Lưu và tiếp tục", {"summary": "Bản của anh Tiến.", "achievements": "Việc anh Tiến ghi."}, status=409
    )

    assert "Hai người cùng sửa" in other.words
    assert "Hoàng Thị Nhung" in other.words
    assert "Bản của anh Tiến." in other.words
    assert "Bản của chị Nhung." in other.words
    other.press("Lưu các bản đã chọn", status=422)
    assert other.errors
    other.press("Lưu các bản đã chọn", {"keep.summary": "mine", "keep.achievements": "theirs"})
    other.open(f"/de-nghi/{code}/thanh-tich")
    assert other.shown("summary") == "Bản của anh Tiến."
    assert other.shown("achievements") == "Việc chị Nhung ghi."


def test_a_form_sent_twice_makes_one_draft(opened: World) -> None:
    clerk = opened.visitor(CLERK).open(NEW)
    request = clerk.filled("Lưu và tiếp tục", who(COLLECTIVE))
    with ThreadPoolExecutor(2) as hands:
        pressed = list(hands.map(lambda _: clerk.client.request(**request), range(2)))

    assert [answer.status_code for answer in pressed] == [200, 200]
    assert pressed[0].url == pressed[1].url
    with opened.database.read() as session:
        assert len(session.exec(select(Nomination)).all()) == 1
        assert len(session.exec(select(Event).where(Event.kind == "started")).all()) == 1


def test_the_heads_signature_pressed_twice_signs_once(opened: World) -> None:
    finish(opened, COLLECTIVE)
    head = opened.visitor(DEPARTMENT_HEAD).open(f"{ROUND}/cua-phong?phong={DEPARTMENT}")
    head.press("Xem lại và ký các đề nghị đã chọn")
    request = head.filled("Ký và gửi")
    head.send(request)
    head.send(request)

    assert "Các đề nghị này đã được ký từ trước." in head.words
    with opened.database.read() as session:
        assert len(session.exec(select(Event).where(Event.kind == "sign_off")).all()) == 1


def test_a_file_taken_off_is_gone_from_the_draft(opened: World) -> None:
    code = draft(opened, COLLECTIVE)
    clerk = opened.visitor(CLERK).open(f"/de-nghi/{code}/tep").press(f"Gỡ {MINUTES}.pdf")

    assert "Đã gỡ tệp." in clerk.words
    assert f"{MINUTES}.pdf" not in clerk.words


def test_withdrawing_what_is_signed_is_the_heads_with_a_reason(opened: World) -> None:
    code = finish(opened, COLLECTIVE)
    sign(opened, COLLECTIVE)
    head = opened.visitor(DEPARTMENT_HEAD).open(f"/de-nghi/{code}/rut")
    head.press("Rút đề nghị", {"reason": "  "}, status=422)
    assert head.errors == ["Ghi lý do rút đề nghị."]
    head.press("Rút đề nghị", {"reason": "Phòng xin rút để bình xét lại."})

    assert state_of(opened, code) == "withdrawn"
    assert "Phòng xin rút để bình xét lại." in head.words


def test_a_checked_nomination_can_be_reopened_before_it_is_signed(opened: World) -> None:
    code = finish(opened, COLLECTIVE)
    opened.visitor(CLERK).open(f"/de-nghi/{code}").press("Mở lại để sửa")
    assert state_of(opened, code) == "draft"


def test_a_department_may_say_that_it_proposes_nobody(opened: World) -> None:
    head = opened.visitor("le-van-cuong").open(f"{ROUND}/cua-phong?phong=thanh-tra")
    head.press("Báo phòng không có đề nghị", {"reason": "Phòng không có trường hợp đủ tiêu chí."})
    seen = len(opened.postbox.letters)
    opened.at("09/12/2025", "08:00")

    told = {to for to, _ in opened.letters_since(seen)}
    assert not any(opened.email_of("le-van-cuong") in to for to in told)
    assert any(opened.email_of(DEPARTMENT_HEAD) in to for to in told)
