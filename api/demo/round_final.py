"""Sample: the final review of 2025, open to the departments until 12 December; where a visitor begins."""

from datetime import date

from api.demo.scene import Entered, Scene, Wish, at
from engine.commands import office
from engine.stages import Role, State

BK, GK = "bang-khen-tinh", "giay-khen"
DRAFT, READY, IN, HELD = State.draft, State.ready, State.accepted, State.held
BACK, OUT = State.returned, State.declined
UNDER_REVIEW, COMPLAINT, REWARDED = {"dang_xem_xet": "yes"}, {"don_thu": "yes"}, {"da_khen": "yes"}

VAN_PHONG = (
    Wish("luong-thi-hong-van", BK, IN),
    Wish("nguyen-duc-khanh", GK, IN),
    Wish("ly-thi-mai", GK, IN),
    Wish("phung-thi-nga", GK, IN),
    Wish("hua-van-son", GK),
    Wish("be-thi-thuy", GK),
    Wish("trieu-van-quan", GK, HELD, answers=COMPLAINT),
    Wish("", GK, IN, collective=True),
)
KE_HOACH = (
    Wish("hoang-van-thuy", BK, IN),
    Wish("dinh-thi-lan-huong", BK),
    Wish("chu-van-dat", GK, IN),
    Wish("loc-thi-hien", GK, BACK),
    Wish("tran-quoc-hung", GK, OUT),
    Wish("nong-thi-kim-oanh", GK, State.withdrawn),
    Wish("", BK, IN, collective=True),
    Wish("Tổ giúp việc Ban Chỉ đạo các Chương trình mục tiêu quốc gia", GK, collective=True),
    Wish("Tổ tổng hợp số liệu nông thôn mới", GK, collective=True),
)
CHINH_SACH = (
    Wish("lam-van-huu", BK),
    Wish("vy-thi-thanh-tam", GK),
    Wish("hoang-thi-nhung", BK),
    Wish("ma-van-tien", GK, BACK),
    Wish("duong-cong-binh", GK),
    Wish("dam-thi-yen", GK, copied=True),
    Wish("", BK, collective=True),
    Wish("Tổ chính sách với người có uy tín", GK, HELD, collective=True, answers=UNDER_REVIEW),
    Wish("Nhóm hỗ trợ mô hình sinh kế", GK, DRAFT, collective=True, lacks=frozenset({"report"})),
    Wish("Hoàng Văn Pảo", GK, DRAFT, outside=True),
)
TUYEN_TRUYEN = (
    Wish("hoang-thi-sim", BK, READY),
    Wish("lanh-van-chien", GK, READY),
    Wish("to-thi-phuong", GK, READY),
    Wish("nguyen-thi-thu-ha", BK, READY),
    Wish("vi-van-loi", GK, DRAFT, lacks=frozenset({"summary"})),
    Wish("ha-van-toan", GK, DRAFT, lacks=frozenset({"point"})),
    Wish("", BK, READY, collective=True),
    Wish("Tổ tuyên truyền lưu động", GK, DRAFT, collective=True, lacks=frozenset({"meeting"})),
)
THANH_TRA = (
    Wish("le-van-cuong", GK, DRAFT, lacks=frozenset({"report", "meeting"})),
    Wish("nong-thi-duyen", BK, DRAFT, lacks=frozenset({"report"})),
    Wish("hoang-dinh-nam", GK, DRAFT, period_to=date(2026, 3, 31)),
    Wish("linh-thi-tuoi", GK, DRAFT, answers=REWARDED),
    Wish("dang-van-phuc", GK, READY, answers=UNDER_REVIEW),
    Wish("", GK, DRAFT, collective=True, lacks=frozenset({"report", "meeting", "summary"})),
)


def play(scene: Scene) -> None:
    """Until the morning of 10 December 2025: two departments have answered in full, three are still at it."""
    scene.plan(at(20, 11, 2025))
    scene.pass_time(at(24, 11, 2025))
    first = _batch(scene, "van-phong", VAN_PHONG, day=5)
    scene.accept(_codes(first, IN), at(8, 12, 2025, 14))
    second = _batch(scene, "ke-hoach-tong-hop", KE_HOACH, day=8)
    scene.accept(_codes(second, IN), at(9, 12, 2025, 10))
    third = _batch(scene, "chinh-sach", CHINH_SACH, day=9)
    scene.enter("tuyen-truyen-dia-ban", TUYEN_TRUYEN, at(9, 12, 2025, 14))
    scene.enter("thanh-tra", THANH_TRA, at(9, 12, 2025, 15))
    _judge(scene, [*first, *second, *third])
    (code,) = _codes(second, State.withdrawn)
    reason = "Chuyển sang đề nghị ở đợt khen thưởng hằng năm."
    scene.withdraw("ke-hoach-tong-hop", code, reason, at(9, 12, 2025, 16, 40))
    scene.pass_time(at(10, 12, 2025))


def _batch(scene: Scene, department: str, wishes: tuple[Wish, ...], *, day: int) -> list[Entered]:
    entered = scene.enter(department, wishes, at(day, 12, 2025, 8, 30))
    scene.sign(department, entered, at(day, 12, 2025, 11))
    return entered


def _judge(scene: Scene, entered: list[Entered]) -> None:
    """Văn phòng returns, holds and declines, each with its reason."""
    session, actor = scene.session, scene.holding(Role.office)
    comments = (
        {"summary": "Tóm tắt chưa nêu được kết quả của riêng người được đề nghị. Ghi thêm một, hai con số."},
        {
            "files.bien-ban-hop-phong": "Biên bản thiếu chữ ký của thư ký cuộc họp.",
            "achievements": "Nêu rõ năm của từng kết quả.",
        },
    )
    for code, said in zip(_codes(entered, BACK), comments, strict=True):
        office.return_to_department(
            session, actor, code, comments=said, calendar=scene.here.calendar, now=at(9, 12, 2025, 16)
        )
    for code in _codes(entered, HELD):
        reason = "Đang chờ kết luận xác minh; Thanh tra Ban trả lời trước ngày 16/12/2025."
        office.hold(session, actor, code, reason=reason, now=at(9, 12, 2025, 16, 10))
    for code in _codes(entered, OUT):
        reason = "Thời gian công tác tại phòng chưa đủ một năm theo tiêu chuẩn của cơ quan."
        office.decline(session, actor, code, reason=reason, now=at(9, 12, 2025, 16, 20))


def _codes(entered: list[Entered], state: State) -> list[str]:
    return [one.code for one in entered if one.wish.ends == state]
