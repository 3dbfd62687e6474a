"""What a department gets wrong: each refusal says why and who can help, and nothing typed is lost."""

from html import unescape

import pytest
from sqlmodel import col, select

from engine.models import Attachment, Nomination
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
    pdf,
    sign,
    who,
)
from tests.stories.test_2_department import NEW, STRANGER, begun, state_of
from tests.stories.visitor import Visitor
from tests.stories.world import World


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
    assert f"/de-nghi/{code}" in clerk.page.xpath("//form//a/@href")
    assert "đã có đề nghị" in clerk.page.xpath("string(//*[@id='person_key-error'])")


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
