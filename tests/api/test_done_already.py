"""Going back in the browser and doing again what is done leads on; nothing false is said of it."""

from engine.stages import State
from tests.api.office_given import Doors, state_of, words
from tests.api.test_rounds import boxes
from tests.factories import given_nomination


def test_what_is_checked_already_leads_to_its_page(doors: Doors) -> None:
    code = given_nomination(doors.scene, state=State.ready)
    clerk, address = doors.at("clerk-cs"), f"/de-nghi/{code}/kiem-tra"
    for again in (clerk.get(address), clerk.post(address)):
        assert again.status_code == 303
        assert again.headers["location"] == f"/de-nghi/{code}"
    assert "Đã kiểm tra xong và chuyển Trưởng phòng ký." in words(clerk.get(f"/de-nghi/{code}"))
    assert doors.at("clerk-kh").get(address).status_code == 404
    assert doors.at("clerk-kh").post(address).status_code == 404


def test_what_is_signed_already_leads_to_its_page(doors: Doors) -> None:
    code = given_nomination(doors.scene, state=State.proposed)
    clerk = doors.at("clerk-cs")
    again = clerk.post(f"/de-nghi/{code}/kiem-tra")
    assert (again.status_code, again.headers["location"]) == (303, f"/de-nghi/{code}")
    assert "chuyển Trưởng phòng ký." not in words(clerk.get(f"/de-nghi/{code}"))
    assert state_of(doors.scene, code) == State.proposed


def test_a_form_of_what_waits_for_the_signature_names_who_can_reopen_it(doors: Doors) -> None:
    code = given_nomination(doors.scene, state=State.ready)
    for step in ("nguoi", "thanh-tich", "tep"):
        page = doors.at("clerk-cs").get(f"/de-nghi/{code}/{step}")
        assert page.status_code == 409
        assert "bấm “Mở lại để sửa”" in words(page)
        assert "Người có thể giúp: Trưởng phòng (Phòng Chính sách)" in words(page)


def test_going_back_to_a_signature_that_was_given_says_so(doors: Doors) -> None:
    for who in ("cs1", "cs2"):
        given_nomination(doors.scene, who=who, state=State.ready)
    chief, address = doors.at("chief-cs"), f"/dot/{doors.scene.key}/cua-phong"
    asked = {"phong": "cs", "codes": boxes(chief.get(address))}
    assert chief.get(f"{address}/ky", params=asked).status_code == 200
    assert chief.post(f"{address}/ky", data=asked).status_code == 303
    chief.get(address)  # its own message is read
    back = chief.get(f"{address}/ky", params=asked)
    assert (back.status_code, back.headers["location"]) == (303, f"{address}?phong=cs")
    page = words(chief.get(address))
    assert "Chọn ít nhất một đề nghị" not in page
    assert "Các đề nghị này đã được Trưởng phòng cs ký, gửi Văn phòng 9 giờ 00, thứ Hai 06/10/2025." in page
    # One signed before another: the department's reply is of the second batch.
    given_nomination(doors.scene, who="cs3", state=State.ready)
    doors.scene.clock.push(minutes=5)
    chief.post(f"{address}/ky", data={"phong": "cs", "codes": boxes(chief.get(address))})
    assert chief.get(f"{address}/ky", params=asked).status_code == 303
    assert "Các đề nghị này đã được ký, gửi Văn phòng 9 giờ 00" in words(chief.get(address))


def test_a_choice_of_nothing_is_still_asked_for(doors: Doors) -> None:
    given_nomination(doors.scene, who="cs1", state=State.proposed)
    given_nomination(doors.scene, who="cs2", state=State.ready)
    answer = doors.at("chief-cs").get(f"/dot/{doors.scene.key}/cua-phong/ky?phong=cs")
    assert answer.status_code == 422
    assert "Chọn ít nhất một đề nghị để ký duyệt." in words(answer)
