"""After the departments' deadline what lies unsent is no ordinary work; before it, one may add more."""

from datetime import date

from engine.stages import State
from tests.api.office_given import Doors, words
from tests.factories import give_leave, given_nomination

WHO = "Thủ trưởng có thể cho nộp muộn; liên hệ Văn phòng."


def test_a_draft_past_the_deadline_says_so_and_whom_to_ask(doors: Doors) -> None:
    scene = doors.scene
    given_nomination(scene, who="cs1")
    given_nomination(scene, who="cs2", state=State.ready)
    scene.close_proposal()
    clerk, chief = doors.at("clerk-cs"), doors.at("chief-cs")
    over = f"Đã hết hạn từ 17 giờ 00, thứ Sáu 17/10/2025. {WHO}"
    work = words(clerk.get("/viec"))
    assert f"Thử nghiệm 2025. {over} Hết hạn nộp" in work
    assert "Nháp" not in work
    assert "Thêm đề nghị" not in work
    assert f"Thử nghiệm 2025. {over} Hết hạn ký" in words(chief.get("/viec"))
    page = words(clerk.get(f"/dot/{scene.key}"))
    assert "Đang làm" not in page
    assert "Chờ Trưởng phòng ký Hết hạn ký" in page
    assert "1 đề nghị chờ ký Hết hạn ký" in page
    assert "Hết hạn nộp" in page
    give_leave(scene, date(2025, 10, 24))
    assert "Hết hạn" not in words(clerk.get("/viec"))
    page = words(clerk.get(f"/dot/{scene.key}"))
    assert "Hết hạn nộp" not in page
    assert "Hết hạn ký" not in page


def test_a_returned_one_past_its_day_says_whom_to_ask(doors: Doors) -> None:
    given_nomination(doors.scene, who="cs1", state=State.returned)
    doors.scene.close_proposal()
    doors.scene.clock.set(date(2025, 10, 27))
    work = words(doors.at("clerk-cs").get("/viec"))
    assert f"Văn phòng trả lại. Đã hết hạn từ 17 giờ 00, thứ Sáu 17/10/2025. {WHO} Hết hạn nộp" in work


def test_beside_its_drafts_a_department_finds_the_way_to_more(doors: Doors) -> None:
    given_nomination(doors.scene, who="cs1")
    main = doors.at("clerk-cs").get("/viec").text.partition("<main")[2]
    assert f'href="/dot/{doors.scene.key}/de-nghi/moi?phong=cs"' in main
    assert f'href="/dot/{doors.scene.key}?phong=cs"' in main
