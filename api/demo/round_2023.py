"""Sample: the interim review of 2023, over and done, with one award cancelled later."""

from api.demo import endings
from api.demo.scene import Scene, Wish, at
from engine.stages import State

BK, GK = "bang-khen-tinh", "giay-khen"
FAILED, AWARDED = State.not_recommended, State.awarded

DEPARTMENTS: dict[str, tuple[Wish, ...]] = {
    "van-phong": (Wish("be-thi-thuy", GK, AWARDED), Wish("phung-thi-nga", GK, FAILED)),
    "ke-hoach-tong-hop": (Wish("", BK, AWARDED, collective=True), Wish("chu-van-dat", GK, State.revoked)),
    "chinh-sach": (Wish("hoang-thi-nhung", BK, AWARDED), Wish("dam-thi-yen", GK, AWARDED)),
    "tuyen-truyen-dia-ban": (Wish("hoang-thi-sim", BK, State.not_awarded), Wish("ha-van-toan", GK, AWARDED)),
    "thanh-tra": (Wish("hoang-dinh-nam", GK, AWARDED), Wish("nong-thi-duyen", BK, FAILED)),
}


def play(scene: Scene) -> None:
    """From the plan to the archive, and a revocation in 2024."""
    scene.plan(at(2, 10, 2023))
    scene.pass_time(at(16, 10, 2023))
    entered = []
    for day, (department, wishes) in enumerate(DEPARTMENTS.items(), start=25):
        batch = scene.enter(department, wishes, at(day, 10, 2023))
        scene.sign(department, batch, at(day, 10, 2023, 15))
        entered += batch
    scene.pass_time(at(10, 11, 2023, 17, 1))
    scene.accept([one.code for one in entered], at(15, 11, 2023))
    scene.put_to_the_vote(at(20, 11, 2023, 10))
    endings.vote(scene, dict.fromkeys(endings.codes(entered, FAILED), 7), at(21, 11, 2023, 8))
    endings.close(scene, at(22, 11, 2023, 9), by_secretary=True)
    winners = [one for one in entered if one.wish.ends != FAILED]
    endings.approve(scene, [one.code for one in winners], at(24, 11, 2023))
    own = [one.code for one in winners if one.wish.award == GK]
    endings.decide(scene, own, "115/QĐ-BDT", at(27, 11, 2023, 16))
    endings.send_dossier(scene, "214/TTr-BDT", at(28, 11, 2023, 10))
    endings.receipt(scene, "1873/SNV", at(30, 11, 2023))
    sent = [one for one in winners if one.wish.award == BK]
    answered = at(20, 12, 2023)
    refused = endings.codes(sent, State.not_awarded)
    endings.answer(
        scene, refused, "not_awarded", answered, reason="Thành tích nêu trùng với đợt khen năm 2022."
    )
    given = endings.codes(sent, AWARDED)
    endings.answer(scene, given, "awarded", answered, number="2146/QĐ-UBND", dated=at(18, 12, 2023).date())
    (cancelled,) = endings.codes(entered, State.revoked)
    reason = "Kết luận kiểm tra: số liệu nêu trong báo cáo thành tích là của người khác."
    endings.revoke(scene, cancelled, reason, at(14, 3, 2024))
    scene.pass_time(at(10, 12, 2025))
