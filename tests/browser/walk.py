"""The story walked page by page; whoever walks may look at each page on the way (`seen`)."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.browser.hall import PHONE, Hall, fill, press, words
from tests.stories.acts import (
    BALLOT,
    COLLECTIVE,
    COUNCIL,
    HEAD,
    MINUTES,
    OFFICE,
    OFFICE_ROUND,
    OWN_LINE,
    REPORT,
    ROUND,
    SECRETARY,
    Nominee,
    dated,
    deeds,
    pdf,
    who,
)
from tests.stories.world import FINAL

Seen = Callable[[Page, str], Any]
DESK_PAGES = (
    (OFFICE_ROUND, "bang-viec"),
    (f"{OFFICE_ROUND}/de-nghi", "danh-sach-de-nghi"),
    (f"{OFFICE_ROUND}/de-nghi?q=khong-co-ai", "danh-sach-de-nghi-rong"),
    (f"{OFFICE_ROUND}/han", "han"),
    (f"{OFFICE_ROUND}/thu", "thu"),
    (f"{OFFICE_ROUND}/nhat-ky", "nhat-ky"),
    (f"{OFFICE_ROUND}/danh-sach", "danh-sach-rong"),
    (f"{OFFICE_ROUND}/mo-bo-phieu", "mo-bo-phieu-chua"),
    (f"{OFFICE_ROUND}/tien-do-phieu", "tien-do-rong"),
    (f"{OFFICE_ROUND}/ho-so", "ho-so-rong"),
    (f"{OFFICE_ROUND}/tra-loi", "tra-loi-rong"),
    (f"{OFFICE_ROUND}/quyet-dinh", "quyet-dinh-rong"),
    ("/vp/dot", "lap-dot"),
    ("/qt/nguoi-dung", "nhan-su"),
)
NEW = f"{ROUND}/de-nghi/moi?phong=chinh-sach"


def unseen(_page: Page, _name: str) -> None:
    """For a walk in which nobody looks."""


def department(hall: Hall, seen: Seen = unseen) -> list[str]:
    """One draft with scripts, one without; the head signs both. Codes."""
    hall.world.plan()
    hall.at("24/11/2025", "08:00")
    page = hall.person(OWN_LINE.clerk)
    seen(page, "viec-chuyen-vien")
    page.goto("/dot")
    seen(page, "cac-dot")
    page.goto(ROUND)
    seen(page, "dot")
    codes = [draft(page, OWN_LINE, seen)]
    plain = hall.person(COLLECTIVE.clerk, width=PHONE, scripts=False)
    codes.append(draft(plain, COLLECTIVE, unseen))
    head = hall.person(OWN_LINE.head)
    seen(head, "viec-truong-phong")
    head.goto(f"{ROUND}/cua-phong?phong=chinh-sach")
    seen(head, "cua-phong")
    press(head, "Xem lại và ký các đề nghị đã chọn")
    seen(head, "ky")
    press(head, "Ký và gửi 2 đề nghị")
    seen(head, "cua-phong-da-ky")
    head.goto(f"/de-nghi/{codes[0]}")
    seen(head, "de-nghi")
    head.goto(f"/de-nghi/{codes[0]}/rut")
    seen(head, "rut")
    return codes


def draft(page: Page, nominee: Nominee, seen: Seen) -> str:
    page.goto(NEW)
    press(page, "Lưu và tiếp tục")
    seen(page, "de-nghi-moi-loi")
    fill(page, who(nominee))
    seen(page, "de-nghi-moi")
    press(page, "Lưu và tiếp tục")
    code = page.url.split("/")[-2]
    seen(page, "thanh-tich-trong")
    fill(page, deeds(nominee.award) | {"period_from_month": "13"})
    press(page, "Lưu và tiếp tục")
    seen(page, "thanh-tich-loi")
    fill(page, deeds(nominee.award))
    press(page, "Lưu và tiếp tục")
    seen(page, "tep-trong")
    choose_file(page, REPORT, "bao-cao.pdf", b"not a pdf")
    press(page, "Tải lên và tiếp tục")
    seen(page, "tep-loi")
    page.goto(f"/de-nghi/{code}/kiem-tra")
    press(page, "Kiểm tra xong, chuyển Trưởng phòng ký")
    seen(page, "kiem-tra-loi")
    page.goto(f"/de-nghi/{code}/tep")
    for item in (REPORT, MINUTES):
        choose_file(page, item, f"{item}.pdf", pdf(code + item))
    press(page, "Tải lên và tiếp tục")
    seen(page, "kiem-tra")
    page.goto(f"/de-nghi/{code}")
    seen(page, "de-nghi-nhap")
    page.goto(f"/de-nghi/{code}/kiem-tra")
    press(page, "Kiểm tra xong, chuyển Trưởng phòng ký")
    return code


def choose_file(page: Page, item: str, name: str, content: bytes) -> None:
    chosen = {"name": name, "mimeType": "application/pdf", "buffer": content}
    page.locator(f'[name="files.{item}"]').set_input_files(chosen)  # type: ignore[arg-type]


def office(hall: Hall, codes: list[str], seen: Seen = unseen) -> None:
    """Văn phòng accepts, compiles, publishes, freezes and opens the vote."""
    hall.at("12/12/2025", "17:00")
    hall.at("15/12/2025", "09:00")
    page = hall.person(OFFICE)
    seen(page, "viec-van-phong")
    for address, name in DESK_PAGES:
        page.goto(address)
        seen(page, name)
    for code in codes:
        page.goto(f"/vp/de-nghi/{code}")
        seen(page, "tham-dinh")
        press(page, "Chấp nhận")
        seen(page, "tham-dinh-loi")
        for box in page.locator("input[name^='tick-']").all():
            box.check()
        press(page, "Chấp nhận")
    page.goto(f"{OFFICE_ROUND}/danh-sach")
    press(page, "Lập danh sách")
    seen(page, "danh-sach")
    press(page, "Công khai danh sách")
    page.goto("/dot/ntm-2025-tong-ket/danh-sach")
    seen(page, "danh-sach-cong-khai")
    page.goto(f"{OFFICE_ROUND}/danh-sach")
    press(page, "Chốt danh sách")
    seen(page, "danh-sach-da-chot")
    page.goto(f"{OFFICE_ROUND}/mo-bo-phieu")
    seen(page, "mo-bo-phieu")
    press(page, "Mở bỏ phiếu, gửi thư")
    seen(page, "tien-do")
    page.goto(f"{OFFICE_ROUND}/hoi-dong")
    seen(page, "hoi-dong")
    hall.time()


def council(hall: Hall, seen: Seen = unseen) -> None:
    """All eleven vote on a phone by the letter's link, every second one without scripts; then the close."""
    for place, key in enumerate(COUNCIL):
        look = seen if key == OWN_LINE.head else unseen
        scripts = place % 2 == 0
        page = hall.page(width=PHONE, scripts=scripts)
        page.goto(hall.world.ballot_links(key)[-1])
        look(page, "duong-dan-phieu")
        press(page, "Đúng, mở phiếu")
        vote(page, look)
        if look is seen:
            page.goto(BALLOT)
            look(page, "phieu-da-gui")
        page.context.close()
    hall.time()
    secretary = hall.person(SECRETARY)
    secretary.goto(f"{OFFICE_ROUND}/tien-do-phieu")
    seen(secretary, "tien-do-du")
    press(secretary, "Kết thúc và kiểm phiếu")
    seen(secretary, "ket-qua")
    hall.time()


def vote(page: Page, seen: Seen = unseen) -> None:
    seen(page, "phieu")
    press(page, "Xem lại và gửi")
    seen(page, "xem-lai-thieu")
    page.goto(page.locator("a[href*='/de-nghi/'], a[href*='#d-']").first.get_attribute("href") or "")
    page.goto(BALLOT)
    report = page.get_by_role("link", name="Xem thành tích và hồ sơ").first.get_attribute("href") or ""
    page.goto(report)
    seen(page, "bao-cao")
    page.goto(BALLOT)
    for choice in page.locator("input[type=radio][value=yes]").all():
        choice.check()
    seen(page, "phieu-da-chon")
    press(page, "Xem lại và gửi")
    seen(page, "xem-lai")
    press(page, "Gửi phiếu")
    assert "Mã biên nhận" in words(page)
    seen(page, "da-gui")


def submission(hall: Hall, seen: Seen = unseen) -> None:
    """The head agrees; the decision; the dossier made and sent; its answer; the round is archived."""
    head(hall, seen)
    dossier(hall, seen)


def head(hall: Hall, seen: Seen = unseen) -> None:
    page = hall.person(HEAD)
    seen(page, "viec-truong-ban")
    page.goto(f"/ky/{FINAL}")
    assert page.locator("input[name=codes]").count(), words(page)
    code = page.locator("input[name=codes]").first.get_attribute("value")
    press(page, "Đồng ý các đề nghị đã chọn")
    seen(page, "ky-loi")
    page.goto(f"/ky/{FINAL}/khong-dong-y/{code}")
    press(page, "Ghi không đồng ý")
    seen(page, "khong-dong-y-loi")
    page.goto(f"/ky/{FINAL}")
    for box in page.locator("input[name=codes]").all():
        box.check()
    seen(page, "xem-xet")
    press(page, "Đồng ý các đề nghị đã chọn")
    seen(page, "dong-y")
    press(page, "Đồng ý 2 đề nghị")
    seen(page, "xem-xet-xong")
    hall.time()


def dossier(hall: Hall, seen: Seen = unseen) -> None:
    page = hall.person(OFFICE)
    page.goto(f"{OFFICE_ROUND}/quyet-dinh")
    press(page, "Ghi quyết định")
    seen(page, "quyet-dinh-loi")
    fill(page, {"number": "41"} | dated("dated", "15/12/2025"))
    press(page, "Ghi quyết định")
    seen(page, "quyet-dinh")
    page.goto(f"{OFFICE_ROUND}/ho-so")
    seen(page, "ho-so-thieu")
    fill(page, {"submission_number": "không số"})
    press(page, "Lưu thông tin")
    seen(page, "ho-so-loi")
    facts = {"submission_number": "12", "minutes_number": "03", "meeting_way": "circulated"}
    founded = {"founding_number": "45/QĐ-BDT"} | dated("founding_date", "03/03/2025")
    fill(page, facts | founded | dated("submission_date", "15/12/2025"))
    press(page, "Lưu thông tin")
    press(page, "Tạo bộ hồ sơ")
    seen(page, "ho-so-da-tao")
    page.goto(f"{OFFICE_ROUND}/ho-so/1/kiem-tra")
    seen(page, "ho-so-kiem-tra")
    page.goto(f"{OFFICE_ROUND}/ho-so")
    fill(page, {"channel": "email"})
    press(page, "Gửi hồ sơ")
    seen(page, "ho-so-da-gui")
    hall.time()
    page.goto(f"{OFFICE_ROUND}/tra-loi")
    press(page, "Ghi đã nhận")
    press(page, "Ghi kết quả")
    seen(page, "tra-loi-loi")
    page.locator("input[name=codes]").first.check()
    fill(page, {"answer": "awarded", "number": "2105/QĐ-UBND"} | dated("dated", "15/12/2025"))
    press(page, "Ghi kết quả")
    seen(page, "tra-loi")
    page.goto(page.locator("a[href*='/rut/']").first.get_attribute("href") or "")
    seen(page, "rut-ket-qua")
    press(page, "Rút kết quả đã ghi")
    seen(page, "rut-ket-qua-loi")
    hall.time()
    page.goto(OFFICE_ROUND)
    seen(page, "bang-viec-xong")
