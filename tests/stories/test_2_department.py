"""A department proposes: drafts that are not lost, findings while typing, a signature, withdrawal."""

from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest
from sqlmodel import col, select

from engine.models import Attachment, Event, Nomination
from tests.stories.acts import (
    CLERK,
    COLLECTIVE,
    DEPARTMENT,
    DEPARTMENT_HEAD,
    HEAD,
    MINUTES,
    OFFICE,
    OWN_LINE,
    REPORT,
    ROUND,
    SUMMARY,
    deeds,
    draft,
    finish,
    open_round,
    pdf,
    sign,
    who,
)
from tests.stories.visitor import Visitor
from tests.stories.world import World

NEW = f"{ROUND}/de-nghi/moi?phong={DEPARTMENT}"
OTHER_CLERK = "ma-van-tien"  # of the same department
STRANGER = "chu-van-dat"  # a clerk of another one


@pytest.fixture
def opened(world: World) -> World:
    open_round(world)
    return world


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

    assert "Đã lưu" in clerk.words or "lưu" in clerk.words.lower()
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


def test_a_second_nomination_of_the_same_for_the_same_is_refused_and_the_form_kept(opened: World) -> None:
    code = draft(opened, OWN_LINE)
    clerk = opened.visitor(CLERK).open(NEW)
    clerk.press("Lưu và tiếp tục", who(OWN_LINE) | {"nominee_unit": "Phòng Chính sách"}, status=422)

    assert any(
        f"đã có đề nghị Giấy khen của Trưởng Ban Dân tộc tỉnh trong đợt này (mã {code})" in e
        for e in clerk.errors
    )
    assert clerk.shown("nominee_unit") == "Phòng Chính sách"
    assert clerk.shown("person_key") == OWN_LINE.person
    assert clerk.shown("award_key") == "giay-khen"


def test_an_award_the_round_does_not_give_is_refused_and_the_form_kept(opened: World) -> None:
    clerk = opened.visitor(CLERK).open(NEW)
    assert "huan-chuong" not in str(clerk.page.xpath("//input[@name='award_key']/@value"))
    request = clerk.filled("Lưu và tiếp tục", who(COLLECTIVE) | {"collective_name": "Tổ công tác 135"})
    request["data"]["award_key"] = ["huan-chuong-lao-dong"]
    clerk.send(request, status=422)

    assert clerk.errors == ["Đợt này không xét hình thức khen thưởng đó. Chọn một hình thức trong danh sách."]
    assert clerk.shown("collective_name") == "Tổ công tác 135"


def test_a_nominee_of_another_department_is_refused_and_the_form_kept(opened: World) -> None:
    clerk = opened.visitor(CLERK).open(NEW)
    request = clerk.filled("Lưu và tiếp tục", who(OWN_LINE) | {"nominee_title": "Chuyên viên"})
    request["data"]["person_key"] = ["loc-thi-hien"]
    clerk.send(request, status=422)

    assert "Người này không thuộc phòng của ông/bà" in clerk.errors[0]
    assert "Văn phòng" in clerk.errors[0]
    assert clerk.shown("nominee_title") == "Chuyên viên"


def test_somebody_from_outside_waits_for_a_reason_and_is_shown_to_the_office(opened: World) -> None:
    clerk = opened.visitor(CLERK).open(NEW)
    outside = {
        "nominee_kind": "person",
        "person_key": "-",
        "person_name": "Nguyễn Văn Ngoài",
        "award_key": "giay-khen",
    }
    clerk.press("Lưu và tiếp tục", outside)
    code = clerk.place.split("/")[2]
    clerk.press("Lưu và tiếp tục", deeds("giay-khen"))
    clerk.press("Tải lên và tiếp tục", {f"files.{i}": (f"{i}.pdf", pdf(code + i)) for i in (REPORT, MINUTES)})

    assert "Nguyễn Văn Ngoài" in clerk.words
    assert "biên chế" in clerk.words
    clerk.press("Kiểm tra xong, chuyển Trưởng phòng ký", status=422)
    assert any("không thuộc danh sách công chức" in error for error in clerk.errors), clerk.errors
    reason = {"answers.ly_do_ngoai_bien_che": "Biệt phái từ huyện Bình Gia, hưởng lương tại Ban."}
    clerk.open(f"/de-nghi/{code}/thanh-tich?ve=kiem-tra").press("Lưu và quay lại kiểm tra", reason)
    clerk.press("Kiểm tra xong, chuyển Trưởng phòng ký")
    sign(opened, OWN_LINE)
    office = opened.visitor(OFFICE).open(f"/vp/de-nghi/{code}")
    assert "Nguyễn Văn Ngoài" in office.words
    assert "Biệt phái từ huyện Bình Gia" in office.words


def test_another_departments_nomination_is_not_there_for_a_stranger(opened: World) -> None:
    """Wrong department: by the address of a nomination, of its forms, and by another department's form."""
    code = draft(opened, OWN_LINE)
    stranger = opened.visitor(STRANGER)
    for page in (
        f"/de-nghi/{code}",
        f"/de-nghi/{code}/nguoi",
        f"/de-nghi/{code}/tep",
        f"/de-nghi/{code}/kiem-tra",
    ):
        stranger.open(page, status=404)
        assert "Người có thể giúp: Văn phòng" in stranger.words
    stranger.open(NEW, status=404)
    stranger.open(f"{ROUND}/de-nghi/moi")
    request = stranger.filled("Lưu và tiếp tục", {"nominee_kind": "collective", "award_key": "giay-khen"})
    request["data"]["phong"] = [DEPARTMENT]
    stranger.send(request, status=404)
    with opened.database.read() as session:
        assert session.exec(select(Nomination.department_key)).all() == [DEPARTMENT]


def test_a_missing_report_is_named_and_everything_else_stays(opened: World) -> None:
    clerk, code = begun(opened)
    clerk.press("Lưu và tiếp tục", deeds("bang-khen-tinh"))
    clerk.press("Tải lên và tiếp tục", {f"files.{MINUTES}": ("bien-ban.pdf", pdf("biên bản"))})
    clerk.press("Kiểm tra xong, chuyển Trưởng phòng ký", status=422)

    assert any("báo cáo thành tích" in error.lower() for error in clerk.errors), clerk.errors
    assert "bien-ban.pdf" in clerk.words
    assert clerk.open(f"/de-nghi/{code}/thanh-tich").shown("summary") == SUMMARY


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("bao-cao.pdf", b"MZ\x90\x00 this is a program", "nội dung không phải là PDF"),
        ("bao-cao.docx", b"PK\x03\x04 not really", "không phải là tệp Word"),
        ("bao-cao.exe", b"MZ\x90\x00", "Chỉ nhận tệp PDF"),
        ("bao-cao.pdf", b"%PDF-1.7\n" + b"0" * (25 * 2**20), "quá lớn: tối đa 25 MB"),
    ],
    ids=["forged pdf", "forged docx", "program", "oversize"],
)
def test_a_wrong_file_is_named_while_the_good_one_stays(
    opened: World, name: str, content: bytes, said: str
) -> None:
    clerk, code = begun(opened)
    clerk.open(f"/de-nghi/{code}/tep")
    files = {f"files.{REPORT}": (name, content), f"files.{MINUTES}": ("bien-ban.pdf", pdf("biên bản"))}
    clerk.press("Tải lên và tiếp tục", files, status=422)

    assert len(clerk.errors) == 1
    assert name in clerk.errors[0]
    assert said in clerk.errors[0]
    assert "bien-ban.pdf" in clerk.words
    with opened.database.read() as session:
        assert session.exec(select(Attachment.name).where(col(Attachment.removed_at).is_(None))).all() == [
            "bien-ban.pdf"
        ]


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


def test_after_the_deadline_a_typed_page_is_refused_naming_who_can_reopen_and_nothing_is_lost(
    opened: World,
) -> None:
    clerk, code = begun(opened)
    opened.at("12/12/2025", "16:55")
    clerk = opened.visitor(CLERK).open(f"/de-nghi/{code}/thanh-tich")
    opened.at("12/12/2025", "17:00")
    clerk.press("Lưu và tiếp tục", deeds("bang-khen-tinh"), status=409)

    assert "17 giờ 00, thứ Sáu 12/12/2025" in clerk.words
    assert "Trưởng Ban" in clerk.words
    # What was typed stands on the page, to be kept until the head gives leave.
    assert SUMMARY in unescape(clerk.answer.text)

    reopened = opened.visitor(HEAD).open("/vp" + ROUND + "/han")
    reopened.press(
        "Cho nộp muộn",
        {"department": DEPARTMENT, "until": "17/12/2025", "leave_reason": "Phòng bận công tác cơ sở."},
    )
    clerk.open(f"/de-nghi/{code}/thanh-tich").press("Lưu và tiếp tục", deeds("bang-khen-tinh"))
    assert clerk.place == f"/de-nghi/{code}/tep"


def test_after_the_deadline_the_heads_signature_is_refused_naming_who_can_reopen(opened: World) -> None:
    code = finish(opened, COLLECTIVE)
    opened.at("12/12/2025", "16:55")
    head = opened.visitor(DEPARTMENT_HEAD).open(f"{ROUND}/cua-phong?phong={DEPARTMENT}")
    head.press("Xem lại và ký các đề nghị đã chọn")
    opened.at("12/12/2025", "17:00")
    head.press("Ký và gửi", status=409)

    assert "17 giờ 00, thứ Sáu 12/12/2025" in head.words
    assert "Trưởng Ban" in head.words
    assert state_of(opened, code) == "ready"


def test_a_sign_in_link_works_once_for_two_hours_and_an_unknown_address_learns_nothing(opened: World) -> None:
    browser = opened.browser()
    known = (
        Visitor(browser).open("/dang-nhap").press("Gửi đường dẫn cho tôi", {"email": opened.email_of(CLERK)})
    )
    stranger = Visitor(opened.browser()).open("/dang-nhap")
    stranger.press("Gửi đường dẫn cho tôi", {"email": "ai-do@noi-khac.example"})
    assert stranger.words.replace("ai-do@noi-khac.example", opened.email_of(CLERK)) == known.words
    stranger.open("/dang-nhap").press("Gửi đường dẫn cho tôi", {"email": "khong-phai-thu"}, status=422)
    assert stranger.shown("email") == "khong-phai-thu"

    opened.signed_in(CLERK)
    link = opened.sign_in_links(CLERK)[-1]
    Visitor(opened.browser()).open(link, status=410)  # used already
    opened.at("24/11/2025", "09:00")
    opened.browser().post("/dang-nhap", data={"email": opened.email_of(CLERK)})
    opened.time()
    fresh = opened.sign_in_links(CLERK)[-1]
    Visitor(opened.browser()).open(fresh)
    opened.at("24/11/2025", "11:00")
    late = Visitor(opened.browser()).open(fresh, status=410)
    assert "nhận đường dẫn đăng nhập mới" in late.words
    late.open("/l/khong-co-duong-dan-nao-nhu-the-nay", status=410)
    late.open("/viec", status=401)
