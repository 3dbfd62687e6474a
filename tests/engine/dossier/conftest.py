import datetime as dt

import pytest
from dossier_sample import CERTIFICATE, DAY, LETTER, MOVEMENT, ROOT, line

from engine.dossier.facts import (
    AgencyFacts,
    CouncilFacts,
    LineFacts,
    PastAwardFacts,
    Registration,
    ReportFacts,
    ResultFacts,
    RoundFacts,
    SeatFacts,
    ThresholdFacts,
)
from engine.dossier.texts import FILES, Texts, load_texts


@pytest.fixture(scope="session")
def wording_files() -> dict[str, str]:
    folder = ROOT / "config" / "documents"
    return {name: (folder / name).read_text(encoding="utf-8") for name in FILES}


@pytest.fixture(scope="session")
def texts(wording_files: dict[str, str]) -> Texts:
    return load_texts(wording_files)


@pytest.fixture(scope="session")
def agency() -> AgencyFacts:
    return AgencyFacts(
        name="Ban Dân tộc",
        full_name="Ban Dân tộc tỉnh Lạng Sơn",
        parent="UBND tỉnh Lạng Sơn",
        head_title="Trưởng Ban",
        head_full_title="Trưởng Ban Dân tộc tỉnh Lạng Sơn",
        head_name="Vi Minh Tú",
        place="Lạng Sơn",
        code="BDT",
        receiver="Sở Nội vụ tỉnh Lạng Sơn",
        decider="Chủ tịch UBND tỉnh",
        office="Văn phòng Ban",
    )


@pytest.fixture(scope="session")
def review() -> RoundFacts:
    return RoundFacts(
        title="đợt tổng kết năm 2025",
        movement=MOVEMENT,
        period="giai đoạn 2021 - 2025",
        legal_basis=(
            "Căn cứ Luật Thi đua, khen thưởng ngày 15 tháng 6 năm 2022;",
            "Căn cứ Kế hoạch số 146/KH-UBND ngày 23 tháng 6 năm 2022 của UBND tỉnh về việc tổ chức thực hiện "
            + MOVEMENT
            + " giai đoạn 2021 - 2025",
        ),
    )


@pytest.fixture(scope="session")
def registration() -> Registration:
    return Registration(128, DAY, DAY)


@pytest.fixture(scope="session")
def lines() -> tuple[LineFacts, ...]:
    return (line(1, is_collective=True), *(line(order) for order in range(2, 8)))


@pytest.fixture(scope="session")
def council() -> CouncilFacts:
    chair = SeatFacts("Vi Minh Tú", "Trưởng Ban", "Chủ tịch Hội đồng")
    secretary = SeatFacts("Lâm Thị Phượng", "Chánh Văn phòng", "Ủy viên, Thư ký")
    members = tuple(SeatFacts(f"Hoàng Văn {n}", "Trưởng phòng", "Ủy viên") for n in ("An", "Bình", "Cảnh"))
    rule = "từ 80% trở lên trên tổng số thành viên Hội đồng"
    return CouncilFacts(
        name="Hội đồng Thi đua - Khen thưởng Ban Dân tộc",
        code="HĐTĐKT",
        founded_by="Quyết định số 45/QĐ-BDT ngày 03 tháng 3 năm 2025 của Trưởng Ban Dân tộc",
        starts_at=dt.datetime(2026, 11, 26, 7, 0, tzinfo=dt.UTC),
        ends_at=dt.datetime(2026, 11, 26, 9, 30, tzinfo=dt.UTC),
        place="Phòng họp Ban Dân tộc",
        circulated=False,
        seats_total=6,
        present=(chair, secretary, *members),
        absent=(SeatFacts("Bế Thị Duyệt", "Phó Trưởng Ban", "Phó Chủ tịch", "đi công tác"),),
        chair=chair,
        secretary=secretary,
        quorum="có mặt 5/6 thành viên, đủ 2/3 tổng số thành viên theo quy chế của Hội đồng",
        ballot_kind="bỏ phiếu kín",
        issued=6,
        collected=6,
        valid=5,
        written_opinions=1,
        thresholds=(ThresholdFacts(CERTIFICATE, rule, 5, 6), ThresholdFacts(LETTER, rule, 5, 6)),
        results=(
            ResultFacts(1, "Phòng Chính sách Dân tộc", "", "", CERTIFICATE, 6, 0, 0, 6, passed=True),
            ResultFacts(2, "Nông Đức Ưởng", "Chuyên viên", "Văn phòng", CERTIFICATE, 5, 1, 0, 6, passed=True),
            ResultFacts(3, "Hứa Thị Khuê", "", "Thanh tra", LETTER, 4, 1, 1, 6, passed=False, recused=1),
        ),
        dissents=("Ông Hoàng Văn An đề nghị xét trường hợp số 03 vào đợt sau.",),
        attachments=("Biên bản kiểm phiếu", "06 phiếu biểu quyết"),
    )


@pytest.fixture(scope="session")
def report_facts() -> ReportFacts:
    return ReportFacts(
        name="Nông Đức Ưởng",
        is_collective=False,
        title="Chuyên viên",
        unit="Phòng Chính sách Dân tộc",
        award_name=CERTIFICATE,
        particulars=(("Trình độ chuyên môn", "Đại học Luật"),),
        duties="Theo dõi chính sách dân tộc tại 05 xã đặc biệt khó khăn",
        achievements=(
            ("1. Kết quả thực hiện", "Tham mưu 12 văn bản.\n\n- Vận động 45 hộ hiến 7.727 m² đất;\n=1+1"),
            ("", "Được nhân dân tin tưởng & ủng hộ."),
        ),
        past_awards=(PastAwardFacts(2024, LETTER, "Số 12/QĐ-BDT ngày 05 tháng 02 năm 2025"),),
        unit_head_title="Trưởng phòng",
        unit_head_name="Lương Văn Khuê",
        date=DAY,
        stamp=DAY,
    )
