"""Sample: the yearly review of 2025 in the middle of its last stage, every state of it there to be seen."""

from api.demo import endings
from api.demo.scene import Scene, Wish, at
from engine.stages import State

LDTT, CSTDCS, TTLDTT, GK, BK = "ldtt", "cstdcs", "ttldtt", "giay-khen", "bang-khen-tinh"
FAILED, AWARDED = State.not_recommended, State.awarded

DEPARTMENTS: dict[str, tuple[Wish, ...]] = {
    "van-phong": (
        Wish("phung-thi-nga", LDTT, AWARDED),
        Wish("ly-thi-mai", CSTDCS, AWARDED),
        Wish("hua-van-son", GK, State.recommended),
        Wish("trieu-van-quan", BK, State.approved),
    ),
    "ke-hoach-tong-hop": (
        Wish("loc-thi-hien", LDTT, AWARDED),
        Wish("tran-quoc-hung", LDTT, FAILED),
        Wish("chu-van-dat", CSTDCS, State.refused),
        Wish("", TTLDTT, AWARDED, collective=True),
        Wish("nong-thi-kim-oanh", BK, State.submitted),
    ),
    "chinh-sach": (
        Wish("duong-cong-binh", LDTT, State.approved),
        Wish("ma-van-tien", CSTDCS, FAILED),
        Wish("", TTLDTT, State.approved, collective=True),
        Wish("hoang-thi-nhung", BK, State.received),
    ),
    "tuyen-truyen-dia-ban": (
        Wish("vi-van-loi", LDTT, AWARDED),
        Wish("nguyen-thi-thu-ha", BK, State.completion),
        Wish("to-thi-phuong", BK, State.awarded),
    ),
    "thanh-tra": (
        Wish("linh-thi-tuoi", LDTT, AWARDED),
        Wish("dang-van-phuc", LDTT, State.recommended),
        Wish("hoang-dinh-nam", BK, State.not_awarded),
        Wish("", GK, AWARDED, collective=True),
    ),
}
SENT_FIRST = (State.submitted, State.received, State.completion, State.awarded, State.not_awarded)


def play(scene: Scene) -> None:
    """Until 9 December 2025: two dossiers have left, some answers are in, some work waits."""
    scene.plan(at(3, 11, 2025))
    scene.pass_time(at(10, 11, 2025))
    entered = []
    for day, (department, wishes) in enumerate(DEPARTMENTS.items(), start=12):
        batch = scene.enter(department, wishes, at(day, 11, 2025))
        scene.sign(department, batch, at(day, 11, 2025, 16))
        entered += batch
    scene.pass_time(at(21, 11, 2025, 17, 1))
    scene.accept([one.code for one in entered], at(24, 11, 2025))
    scene.put_to_the_vote(at(25, 11, 2025, 10))
    endings.vote(scene, dict.fromkeys(endings.codes(entered, FAILED), 8), at(26, 11, 2025, 7))
    endings.close(scene, at(26, 11, 2025, 18), by_secretary=False)
    waiting = (FAILED, State.recommended, State.refused)
    late = [one.code for one in entered if one.wish.ends == State.approved]
    agreed = [one.code for one in entered if one.wish.ends not in waiting and one.code not in late]
    endings.approve(scene, agreed, at(27, 11, 2025))
    (refused,) = endings.codes(entered, State.refused)
    endings.refuse(
        scene, refused, "Sáng kiến đang có ý kiến khác nhau về tác giả, để xét năm sau.", at(27, 11, 2025, 10)
    )
    own = [one.code for one in entered if one.wish.award != BK and one.code in agreed]
    endings.decide(scene, own, "131/QĐ-BDT", at(28, 11, 2025, 15))
    endings.send_dossier(scene, "236/TTr-BDT", at(1, 12, 2025, 10))
    endings.receipt(scene, "2051/SNV", at(2, 12, 2025, 8))
    of_province = [one for one in entered if one.wish.award == BK]
    endings.answer(
        scene, endings.codes(of_province, State.submitted), "completion", at(3, 12, 2025),
        reason="Bổ sung xác nhận của cơ quan thuế, bảo hiểm xã hội.",
    )  # fmt: skip
    endings.supplement(scene, endings.codes(of_province, State.submitted), at(4, 12, 2025))
    endings.send_dossier(scene, "241/TTr-BDT", at(5, 12, 2025, 10))
    endings.answer(
        scene, endings.codes(of_province, State.awarded), "awarded", at(8, 12, 2025),
        number="2388/QĐ-UBND", dated=at(5, 12, 2025).date(),
    )  # fmt: skip
    endings.answer(
        scene, endings.codes(of_province, State.not_awarded), "not_awarded", at(8, 12, 2025, 10),
        reason="Chưa đủ hai năm liên tục hoàn thành xuất sắc nhiệm vụ theo hồ sơ lưu.",
    )  # fmt: skip
    endings.answer(
        scene, endings.codes(of_province, State.completion), "completion", at(9, 12, 2025, 8),
        reason="Bản sao quyết định công nhận sáng kiến bị mờ, đề nghị gửi lại.",
    )  # fmt: skip
    endings.approve(scene, late, at(9, 12, 2025, 9))
    scene.pass_time(at(10, 12, 2025))
