"""The whole journal of a round, page by page, for Văn phòng and the head."""

from datetime import date

from engine.commands import windows
from engine.queries import journal
from engine.stages import Stage
from tests.api.office_given import Doors, queries, words
from tests.factories import Scene, give_leave


def moved(scene: Scene, times: int) -> None:
    """The departments' deadline moved again and again, each time for a reason of its own."""
    with scene.database.unit_of_work() as session:
        head = scene.actor("head", session)
        for n in range(times):
            due = date(2025, 11, 3 + n % 2)
            windows.move_deadline(
                session,
                head,
                scene.key,
                Stage.proposal,
                due=due,
                reason=f"Lần {n}.",
                calendar=scene.calendar,
                now=scene.now,
            )


def test_the_desk_leads_to_all_that_happened(doors: Doors) -> None:
    scene, desk = doors.scene, doors.at("office")
    board, at = f"/vp/dot/{scene.key}", f"/vp/dot/{scene.key}/nhat-ky"
    give_leave(scene, date(2025, 12, 24), department="kh")
    moved(scene, 14)
    assert f'href="{at}"' in desk.get(board).text
    assert "Cho phòng nộp muộn" not in words(desk.get(board)), "older than the newest twelve"
    said = words(desk.get(at))
    assert "Cho phòng nộp muộn Phòng Kế hoạch, đến 17 giờ 00, thứ Tư 24/12/2025." in said
    assert all(f"Lần {n}." in said for n in range(14))
    assert said.index("Lần 13.") < said.index("Lần 0."), "newest first"
    assert "Trang sau" not in said
    assert doors.at("head").get(at).status_code == 200
    for who in ("clerk-cs", "chief-cs", "seat2"):
        assert doors.at(who).get(at).status_code == 403


def test_a_long_journal_has_pages(doors: Doors) -> None:
    scene, at = doors.scene, f"/vp/dot/{doors.scene.key}/nhat-ky"
    with scene.database.read() as session:
        before = journal.journal(session, scene.ground(session).round_id).total
    moved(scene, journal.PAGE)
    desk = doors.at("office")
    with queries(scene.database) as few:
        first = words(desk.get(at))
    assert f"{before + journal.PAGE} việc của cả đợt, mới nhất trước; trang 1/2" in first
    assert f"Lần {journal.PAGE - 1}." in first
    second = words(desk.get(f"{at}?trang=2"))
    assert "trang 2/2" in second
    assert "Mở đợt, nhận đề nghị của các phòng" in second
    assert "Mở đợt, nhận đề nghị của các phòng" not in first
    for odd in ("0", "-1", "x", "", "99999999999999999999"):
        assert "trang 1/2" in words(desk.get(f"{at}?trang={odd}"))
    assert "trang 2/2" in words(desk.get(f"{at}?trang=99")), "past the end is the last"
    assert len(few) < 12
