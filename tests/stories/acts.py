"""What each person does when all goes well, page by page; and a small cast of nominations for it.

The stories under this folder step in where their own sentence begins.
"""

from dataclasses import dataclass
from io import BytesIO

from pypdf import PdfWriter

from tests.stories.kept import walked_once
from tests.stories.visitor import Visitor
from tests.stories.world import FINAL, World

OFFICE, HEAD, SECRETARY = "ly-thi-mai", "vi-minh-tu", "nguyen-duc-khanh"
CLERK, DEPARTMENT_HEAD, DEPARTMENT = "hoang-thi-nhung", "lam-van-huu", "chinh-sach"
COUNCIL = (
    "vi-minh-tu",
    "hoang-thi-bich-lien",
    "luong-thi-hong-van",
    "nguyen-duc-khanh",
    "nong-van-thang",
    "hoang-van-thuy",
    "lam-van-huu",
    "hoang-thi-sim",
    "le-van-cuong",
    "dinh-thi-lan-huong",
    "vy-thi-thanh-tam",
)
REPORT, MINUTES = "bao-cao-thanh-tich", "bien-ban-hop-phong"
SUMMARY = (
    "Vận động 86 hộ hiến 4.200 m² đất làm đường liên thôn, tham mưu ba văn bản về lồng ghép nguồn vốn, "
    "tổ chức mười lớp tập huấn cho hộ nghèo trong giai đoạn 2021 – 2025, được nhân dân ghi nhận."
)
ROUND, OFFICE_ROUND, BALLOT = f"/dot/{FINAL}", f"/vp/dot/{FINAL}", f"/phieu/{FINAL}"


def pdf(said: str) -> bytes:
    """A real PDF of one blank page; `said` makes it another file than the next one."""
    writer, kept = PdfWriter(), BytesIO()
    writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": said})
    writer.write(kept)
    return kept.getvalue()


@dataclass(frozen=True)
class Nominee:
    """Who is proposed by which department; no person means the department itself, as a collective."""

    department: str
    clerk: str
    head: str
    award: str
    person: str = ""


# A member of the council (his own line is locked for him), two for the province, and one more certificate.
OWN_LINE = Nominee("chinh-sach", "hoang-thi-nhung", "lam-van-huu", "giay-khen", "lam-van-huu")
COLLECTIVE = Nominee("chinh-sach", "hoang-thi-nhung", "lam-van-huu", "bang-khen-tinh")
PLANNER = Nominee("ke-hoach-tong-hop", "chu-van-dat", "hoang-van-thuy", "giay-khen", "loc-thi-hien")
ADVISER = Nominee("ke-hoach-tong-hop", "chu-van-dat", "hoang-van-thuy", "bang-khen-tinh", "tran-quoc-hung")
CAST = (OWN_LINE, COLLECTIVE, PLANNER, ADVISER)


def open_round(world: World) -> None:
    """Văn phòng plans the round; it opens by itself on its morning."""
    world.plan()
    world.at("24/11/2025", "08:00")


def who(nominee: Nominee) -> dict[str, str]:
    """The first form's fields."""
    kind = (
        {"nominee_kind": "person", "person_key": nominee.person}
        if nominee.person
        else {"nominee_kind": "collective"}
    )
    return {**kind, "award_key": nominee.award}


def deeds(award: str) -> dict[str, str]:
    """The second form's fields, all in order."""
    return {
        "legal_point": {"giay-khen": "75.2-chuyen-de", "bang-khen-tinh": "74.1.a"}[award],
        "period_from_day": "1",
        "period_from_month": "1",
        "period_from_year": "2021",
        "period_to_day": "31",
        "period_to_month": "10",
        "period_to_year": "2025",
        "summary": SUMMARY,
        "achievements": f"{SUMMARY}\n\n{SUMMARY}",
        "answers.xep_loai": "xuat_sac",
        "answers.dang_xem_xet": "no",
        "answers.don_thu": "no",
        "answers.da_khen": "no",
    }


def draft(world: World, nominee: Nominee) -> str:
    """The clerk starts a draft and fills it up to the last step; returns its code."""
    clerk = world.visitor(nominee.clerk).open(f"{ROUND}/de-nghi/moi?phong={nominee.department}")
    clerk.press("Lưu và tiếp tục", who(nominee))
    code = clerk.place.split("/")[2]
    clerk.press("Lưu và tiếp tục", deeds(nominee.award))
    files = {f"files.{item}": (f"{item}.pdf", pdf(f"{code} {item}")) for item in (REPORT, MINUTES)}
    clerk.press("Tải lên và tiếp tục", files)
    assert clerk.place == f"/de-nghi/{code}/kiem-tra"
    return code


def finish(world: World, nominee: Nominee) -> str:
    """A draft checked by its clerk and waiting for the department's head."""
    code = draft(world, nominee)
    world.visitor(nominee.clerk).press("Kiểm tra xong, chuyển Trưởng phòng ký")
    return code


def sign(world: World, nominee: Nominee) -> Visitor:
    """The head of the nominee's department signs everything that is ready."""
    head = world.visitor(nominee.head).open(f"{ROUND}/cua-phong?phong={nominee.department}")
    return head.press("Xem lại và ký các đề nghị đã chọn").press("Ký và gửi")


def propose(world: World, *nominees: Nominee) -> list[str]:
    """The departments of these nominees propose them; codes in the order given."""
    codes = [finish(world, nominee) for nominee in nominees]
    for head in {nominee.head: nominee for nominee in nominees}.values():
        sign(world, head)
    return codes


def accept(world: World, *codes: str) -> None:
    """Văn phòng ticks the checklist of each and accepts it."""
    for code in codes:
        office = world.visitor(OFFICE).open(f"/vp/de-nghi/{code}")
        office.press("Chấp nhận", ticks(office))
        assert "Đã chấp nhận đề nghị" in office.words


def ticks(office: Visitor) -> dict[str, str]:
    boxes = office.page.xpath("//input[starts-with(@name,'tick-')]/@name")
    return dict.fromkeys(boxes, "1")


def freeze(world: World) -> Visitor:
    """Văn phòng compiles, publishes and freezes the list."""
    office = world.visitor(OFFICE).open(f"{OFFICE_ROUND}/danh-sach")
    return office.press("Lập danh sách").press("Công khai danh sách").press("Chốt danh sách")


@walked_once
def to_council(world: World, *nominees: Nominee) -> list[str]:
    """From an empty database to the open vote, on 15 December 2025."""
    open_round(world)
    codes = propose(world, *nominees)
    world.at("12/12/2025", "17:00")
    world.at("15/12/2025", "09:00")
    accept(world, *codes)
    freeze(world)
    world.visitor(OFFICE).open(f"{OFFICE_ROUND}/mo-bo-phieu").press("Mở bỏ phiếu, gửi thư cho 11 thành viên")
    world.time()
    return codes


def votable(member: Visitor) -> list[str]:
    """Names of the rows a member may choose on, as the ballot shows them."""
    return list(dict.fromkeys(member.page.xpath("//input[@type='radio']/@name")))


def vote(world: World, key: str, **choices: str) -> Visitor:
    """A member reads, chooses (yes, unless `choices` says otherwise by code), reviews and sends."""
    member = world.at_ballot(key)
    said = {name: choices.get(name.removeprefix("v-"), "yes") for name in votable(member)}
    return member.press("Xem lại và gửi", said).press("Gửi phiếu")


def close(world: World) -> Visitor:
    """The secretary ends the vote when everybody has voted."""
    return world.visitor(SECRETARY).open(f"{OFFICE_ROUND}/tien-do-phieu").press("Kết thúc và kiểm phiếu")


@walked_once
def to_submission(world: World, *nominees: Nominee) -> list[str]:
    """From an empty database to the head's desk: all eleven have voted for all."""
    codes = to_council(world, *nominees)
    for key in COUNCIL:
        vote(world, key)
    close(world)
    world.time()
    return codes


def approve(world: World) -> Visitor:
    """The head agrees with everything recommended."""
    head = world.visitor(HEAD).open(f"/ky/{FINAL}")
    boxes = head.page.xpath("//input[@name='codes']/@value")
    return head.press("Đồng ý các đề nghị đã chọn", {"codes": boxes}).press("Đồng ý")


def dated(name: str, day: str) -> dict[str, str]:
    """A date's three fields from 22/12/2025."""
    return {
        f"{name}_{part}": text for part, text in zip(("day", "month", "year"), day.split("/"), strict=True)
    }


def make_dossier(world: World, number: str, day: str) -> Visitor:
    """Văn phòng fills in the facts of the documents and makes the archive."""
    office = world.visitor(OFFICE).open(f"{OFFICE_ROUND}/ho-so")
    facts = {"submission_number": number, "minutes_number": "03", "meeting_way": "circulated"}
    founded = {"founding_number": "45/QĐ-BDT"} | dated("founding_date", "03/03/2025")
    office.press("Lưu thông tin", facts | founded | dated("submission_date", day))
    again = next((b for b in office.buttons() if b in {"Tạo bộ hồ sơ", "Tạo lại bộ hồ sơ"}), "Tạo bộ hồ sơ")
    return office.press(again)
