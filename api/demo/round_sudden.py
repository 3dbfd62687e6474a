"""Sample: awards for a sudden achievement, in the council's hands; five of eleven have sent their ballots."""

from api.demo import endings
from api.demo.scene import Scene, Wish, at
from engine.stages import State

GK = "giay-khen"

DEPARTMENTS: dict[str, tuple[Wish, ...]] = {
    "chinh-sach": (Wish("duong-cong-binh", GK, State.listed), Wish("dam-thi-yen", GK, State.listed)),
    "tuyen-truyen-dia-ban": (
        Wish("ha-van-toan", GK, State.listed),
        Wish("vi-van-loi", GK, State.draft, lacks=frozenset({"report"})),
    ),
    "ke-hoach-tong-hop": (Wish("Tổ công tác cơ sở", GK, State.listed, collective=True),),
}
SENT = 5


def play(scene: Scene) -> None:
    """Until the second day of the vote: a draft nobody signed was left behind at the freeze."""
    scene.plan(at(28, 11, 2025))
    entered = []
    for day, (department, wishes) in enumerate(DEPARTMENTS.items(), start=2):
        batch = scene.enter(department, wishes, at(day, 12, 2025))
        scene.sign(department, batch, at(day, 12, 2025, 15))
        entered += batch
    scene.pass_time(at(5, 12, 2025, 17, 1))
    scene.accept(endings.codes(entered, State.listed), at(8, 12, 2025))
    scene.put_to_the_vote(at(9, 12, 2025, 8))
    endings.vote(scene, {}, at(9, 12, 2025, 9), seats=SENT)
    scene.pass_time(at(10, 12, 2025))
