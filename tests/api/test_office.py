"""Văn phòng at its dashboard and its list of nominations, and acting on several at once."""

import io
import re
from datetime import date
from html import unescape
from pathlib import Path

import openpyxl
import pytest
from fastapi.testclient import TestClient

from engine.commands import office
from engine.database import Database
from engine.stages import State
from tests.api.office_given import Doors, count, queries, state_of, words
from tests.factories import Scene, give_leave, given_nomination, given_vote, nomination

HEADED = pytest.mark.parametrize("who", ["clerk-cs", "seat2"])


@pytest.fixture
def scene(doors: Doors) -> Scene:
    return doors.scene


@pytest.fixture
def desk(doors: Doors) -> TestClient:
    return doors.at("office")


PAGES = ["", "/de-nghi", "/de-nghi.xlsx", "/danh-sach", "/mo-bo-phieu", "/han", "/thu"]


@pytest.mark.parametrize("page", PAGES)
@HEADED
def test_others_are_turned_away(doors: Doors, scene: Scene, page: str, who: str) -> None:
    assert doors.at(who).get(f"/vp/dot/{scene.key}{page}").status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_no_round_of_that_name(desk: TestClient, page: str) -> None:
    assert desk.get(f"/vp/dot/khong-co{page}").status_code == 404


def test_nobody_signs_in_first(doors: Doors, scene: Scene) -> None:
    assert doors.nobody().get(f"/vp/dot/{scene.key}").status_code == 401


def test_a_department_on_leave_is_waited_for_and_not_called_late(doors: Doors, scene: Scene) -> None:
    given_nomination(scene, who="kh1", state=State.accepted)
    scene.close_proposal()
    page = words(doors.at("office").get(f"/vp/dot/{scene.key}"))
    assert "Phòng Chính sách (chưa trả lời) Quá hạn" in page
    give_leave(scene, date(2025, 10, 24))
    page = words(doors.at("office").get(f"/vp/dot/{scene.key}"))
    assert "Phòng Chính sách (chưa trả lời, được nộp muộn đến 17 giờ 00, thứ Sáu 24/10/2025) Đang chờ" in page


def test_a_department_with_drafts_alone_has_not_signed_and_is_not_silent(doors: Doors, scene: Scene) -> None:
    given_nomination(scene, who="kh1")
    given_nomination(scene, who="kh2", state=State.ready)
    page = words(doors.at("office").get(f"/vp/dot/{scene.key}"))
    assert "Phòng Chính sách (chưa trả lời); Phòng Kế hoạch (chưa ký gửi, 2 đề nghị còn ở phòng)" in page
    given_nomination(scene, who="kh3", state=State.proposed)
    scene.close_proposal()
    give_leave(scene, date(2025, 10, 24), department="kh")
    page = words(doors.at("office").get(f"/vp/dot/{scene.key}"))
    late = "được nộp muộn đến 17 giờ 00, thứ Sáu 24/10/2025"
    assert f"Phòng Kế hoạch (2 đề nghị còn ở phòng, {late})" in page, "something of it has been signed"


def test_the_head_is_told_when_a_leave_outlasts_the_offices_deadline(doors: Doors, scene: Scene) -> None:
    scene.close_proposal()  # the office has until Friday 24 October
    head, at = doors.at("head"), f"/vp/dot/{scene.key}/han"
    said = "Ngày này sau hạn của Văn phòng: danh sách chờ phòng, nên cần dời cả hạn của Văn phòng."
    for until, outlasts in (("24/10/2025", False), ("27/10/2025", True)):
        typed = {"department": "kh", "until": until, "leave_reason": "Đi lũ."}
        assert head.post(f"{at}/nop-muon", data=typed).status_code == 303
        page = words(head.get(at))
        assert "Đã cho nộp muộn. Phòng được báo qua thư." in page
        assert (said in page) == outlasts
        assert said not in words(head.get(at)), "it is said once"


def test_the_dashboard_says_who_is_missing_and_what_to_do(desk: TestClient, scene: Scene) -> None:
    given_nomination(scene, who="cs1", state=State.proposed)
    given_nomination(scene, who="cs2", state=State.returned)
    given_nomination(scene, who="cs1", award="giay-khen", state=State.held)
    said = words(desk.get(f"/vp/dot/{scene.key}"))
    assert "Phòng Kế hoạch (chưa trả lời)" in said
    assert "Kiểm tra 1 đề nghị" in said
    assert "1 đề nghị trả lại, phòng chưa gửi lại" in said
    assert "1 đề nghị tạm dừng xét" in said
    assert "1 tên có ở nhiều đề nghị" in said
    assert "Hạn nộp của các phòng: 17 giờ 00, thứ Sáu 17/10/2025" in said
    assert "Nhắc các phòng chưa trả lời (còn 5 ngày làm việc)" in said


def test_an_empty_round_says_why_and_what_next(desk: TestClient, scene: Scene) -> None:
    assert "các phòng chưa ký gửi" in words(desk.get(f"/vp/dot/{scene.key}/de-nghi"))
    assert "Chưa có đề nghị nào được chấp nhận" in words(desk.get(f"/vp/dot/{scene.key}/danh-sach"))
    assert "Chưa có thư nào" in words(desk.get(f"/vp/dot/{scene.key}/thu"))
    assert "chưa có kết quả" in words(desk.get(f"/vp/dot/{scene.key}/ket-qua"))


@pytest.mark.parametrize("page", ["", "/de-nghi", "/danh-sach", "/han", "/thu", "/mo-bo-phieu"])
def test_as_many_queries_for_many_rows_as_for_one(desk: TestClient, scene: Scene, page: str) -> None:
    given_nomination(scene, who="cs1", state=State.accepted)
    address = f"/vp/dot/{scene.key}{page}"
    desk.get(address)
    with queries(scene.database) as one:
        desk.get(address)
    for who in ("cs2", "cs3", "kh1", "kh2"):
        given_nomination(scene, who=who, state=State.accepted)
    with queries(scene.database) as many:
        desk.get(address)
    assert len(many) == len(one)


def test_search_needs_no_accents_and_filters_narrow(desk: TestClient, scene: Scene) -> None:
    given_nomination(scene, who="cs1", state=State.proposed)
    given_nomination(scene, who="kh1", award="giay-khen", state=State.accepted)
    at = f"/vp/dot/{scene.key}/de-nghi"
    for asked in ("nong duc cs", "NÔNG ĐỨC CS", "đức cs 1"):
        found = words(desk.get(at, params={"q": asked}))
        assert "Nông Đức CS 1" in found
        assert "Nông Đức KH 1" not in found
    assert "Nông Đức CS 1" not in words(desk.get(at, params={"tt": "accepted"}))
    assert "Nông Đức CS 1" not in words(desk.get(at, params={"phong": "kh"}))
    assert "Nông Đức CS 1" not in words(desk.get(at, params={"ht": "giay-khen"}))
    assert "Không có đề nghị nào khớp" in words(desk.get(at, params={"q": "100%"}))
    assert "2 đề nghị" in words(desk.get(at, params={"tt": "no-such-state", "trang": "99"}))


def test_drafts_stay_with_their_department(desk: TestClient, scene: Scene) -> None:
    code = given_nomination(scene, who="cs1", state=State.draft)
    assert "Nông Đức CS 1" not in words(desk.get(f"/vp/dot/{scene.key}/de-nghi"))
    assert desk.get(f"/vp/de-nghi/{code}").status_code == 404


def test_the_export_holds_what_is_filtered_as_text(desk: TestClient, scene: Scene) -> None:
    given_nomination(scene, who="cs1", state=State.proposed, nominee_title="=1+1")
    given_nomination(scene, who="kh1", state=State.accepted)
    answer = desk.get(f"/vp/dot/{scene.key}/de-nghi.xlsx", params={"phong": "cs"})
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows())
    assert [cell.value for cell in rows[1]][2] == "Nông Đức CS 1"
    assert len(rows) == 2
    assert rows[1][4].value == "=1+1"
    assert rows[1][4].data_type == "s"


def test_bulk_names_each_row_that_failed_and_why(desk: TestClient, scene: Scene) -> None:
    ready = given_nomination(scene, who="cs1", state=State.proposed)
    unchecked = given_nomination(scene, who="cs2", state=State.proposed)
    gone = given_nomination(scene, who="kh1", state=State.declined)
    with scene.database.unit_of_work() as session:
        office.tick(session, scene.actor("office", session), ready, ticks={"bao-cao": True}, now=scene.now)
    at = f"/vp/dot/{scene.key}/de-nghi/nhieu"
    codes = [ready, unchecked, gone]
    asked = words(desk.get(at, params={"act": "accept", "code": codes}))
    assert "Chấp nhận 1 đề nghị?" in asked
    assert "Đã chọn 3 đề nghị; 2 chưa chấp nhận được" in asked
    assert "Chưa xác nhận: Báo cáo thành tích." in asked
    assert state_of(scene, ready) == "proposed"
    said = words(desk.post(at, data={"act": "accept", "code": codes}))
    assert "1 xong, 2 chưa được" in said
    assert "Chưa xác nhận: Báo cáo thành tích." in said
    assert "không đưa vào danh sách" in said
    assert [state_of(scene, code) for code in codes] == ["accepted", "proposed", "declined"]


def test_bulk_return_wants_words_and_leaves_the_rest(desk: TestClient, scene: Scene) -> None:
    codes = [given_nomination(scene, who=who, state=State.proposed) for who in ("cs1", "kh1")]
    at = f"/vp/dot/{scene.key}/de-nghi/nhieu"
    assert desk.post(at, data={"act": "return", "code": codes}).status_code == 422
    said = words(desk.post(at, data={"act": "return", "code": codes, "comment": "Bổ sung minh chứng."}))
    assert "Trả lại: 2 xong" in said
    assert {state_of(scene, code) for code in codes} == {"returned"}
    assert count(scene, "return_to_department") == 2


def test_the_list_counts_what_the_checklist_demands_and_shows_what_was_signed(
    desk: TestClient, scene: Scene
) -> None:
    code = given_nomination(scene, who="cs1", state=State.proposed)
    unsigned = given_nomination(scene, who="cs2", state=State.withdrawn)
    with scene.database.unit_of_work() as session:
        ticks = {"bao-cao": True, "minh-chung": True}
        office.tick(session, scene.actor("office", session), code, ticks=ticks, now=scene.now)
        assert nomination(session, unsigned).signed_at is None
    page = desk.get(f"/vp/dot/{scene.key}/de-nghi").text
    assert 'data-label="Đã kiểm">1/1' in page.partition(f"/vp/de-nghi/{code}")[2]
    assert unsigned not in page


def test_what_was_done_already_is_counted_apart(desk: TestClient, scene: Scene) -> None:
    """Two of the office press at the same time, or one goes back a page and presses once more."""
    ready = given_nomination(scene, who="cs1", state=State.proposed)
    accepted = given_nomination(scene, who="cs2", state=State.accepted)
    returned = given_nomination(scene, who="kh1", state=State.returned)
    with scene.database.unit_of_work() as session:
        office.tick(session, scene.actor("office", session), ready, ticks={"bao-cao": True}, now=scene.now)
    at = f"/vp/dot/{scene.key}/de-nghi/nhieu"
    asked = words(desk.get(at, params={"act": "accept", "code": [ready, accepted, returned]}))
    assert "Chấp nhận 1 đề nghị?" in asked
    assert "Đã chọn 3 đề nghị; 1 đã chấp nhận từ trước; 1 chưa chấp nhận được" in asked
    asked = words(desk.get(at, params={"act": "return", "code": [ready, accepted, returned]}))
    assert "Trả lại phòng 2 đề nghị?" in asked
    assert "1 đã trả lại từ trước." in asked
    nothing = desk.get(at, params={"act": "accept", "code": [accepted]})
    assert "Không có đề nghị nào để chấp nhận" in words(nothing)
    assert "Chấp nhận 0" not in nothing.text
    said = words(desk.post(at, data={"act": "accept", "code": [ready, accepted, returned]}))
    assert "Chấp nhận: 1 xong, 1 đã xong từ trước, 1 chưa được" in said
    rows = said[said.index("Kết quả từng đề nghị") :]
    assert "Nông Đức CS 1 Phòng Chính sách Xong" in rows
    assert "Nông Đức CS 2 Phòng Chính sách Đã xong từ trước" in rows
    again = words(desk.post(at, data={"act": "accept", "code": [ready, accepted]}))
    assert "Chấp nhận: 0 xong, 2 đã xong từ trước" in again
    assert "chưa được" not in again
    back = words(desk.post(at, data={"act": "return", "code": [ready, returned], "comment": "Thiếu."}))
    assert "Trả lại: 1 xong, 1 chưa được" in back, "what was said first stands"
    assert count(scene, "accept") == 2
    assert count(scene, "return_to_department") == 2


def test_bulk_with_nothing_chosen_says_so(desk: TestClient, scene: Scene) -> None:
    given_nomination(scene, who="cs1", state=State.proposed)
    answer = desk.get(f"/vp/dot/{scene.key}/de-nghi/nhieu", params={"act": "accept"})
    assert answer.status_code == 422
    assert "Đánh dấu ít nhất một đề nghị" in words(answer)


def test_what_was_filtered_stays_filtered_when_nothing_was_chosen(desk: TestClient, scene: Scene) -> None:
    for who in ("cs1", "kh1"):
        given_nomination(scene, who=who, state=State.proposed)
    narrowed = {"q": "1", "tt": "proposed", "phong": "kh", "ht": "bang-khen"}
    page = desk.get(f"/vp/dot/{scene.key}/de-nghi", params=narrowed)
    form = page.text[page.text.index('id="chosen"') :]
    sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    assert sent == narrowed
    answer = desk.get(f"/vp/dot/{scene.key}/de-nghi/nhieu", params={**sent, "act": "accept"})
    assert answer.status_code == 422
    shown = words(answer)
    assert "KH 1" in shown
    assert "CS 1" not in shown


def test_the_way_back_from_several_leads_to_the_list_as_it_was_filtered(
    desk: TestClient, scene: Scene
) -> None:
    code = given_nomination(scene, who="kh1", state=State.proposed)
    at, kept = f"/vp/dot/{scene.key}/de-nghi", "tt=proposed&amp;phong=kh"
    asked = desk.get(f"{at}/nhieu", params={"act": "return", "code": code, "tt": "proposed", "phong": "kh"})
    assert asked.text.count(f'href="{at}?{kept}"') == 2, "above, and beside the button"
    (action,) = re.findall(r'<form method="post" action="([^"]*/nhieu[^"]*)"', asked.text)
    said = desk.post(unescape(action), data={"act": "return", "code": code, "comment": "Thiếu."})
    assert "Trả lại: 1 xong" in words(said)
    assert f'href="{at}?{kept}">Danh sách đề nghị' in said.text


def test_boxes_stand_only_where_something_can_be_done(desk: TestClient, scene: Scene) -> None:
    proposed = given_nomination(scene, who="cs1", state=State.proposed)
    accepted = given_nomination(scene, who="cs2", state=State.accepted)
    given_nomination(scene, who="cs3", state=State.declined)
    given_nomination(scene, who="kh1", state=State.held)
    at = f"/vp/dot/{scene.key}/de-nghi"
    page = desk.get(at).text
    assert set(re.findall(r'name="code" value="(\w+)"', page)) == {proposed, accepted}
    assert "Chấp nhận các dòng" in page
    only = desk.get(at, params={"tt": "accepted"}).text
    assert "Trả lại phòng các dòng" in only
    assert "Chấp nhận các dòng" not in only
    assert "các dòng đã chọn" not in desk.get(at, params={"tt": "declined"}).text


def test_once_the_vote_is_open_no_row_has_a_box(sqlite_database: Database, tmp_path: Path) -> None:
    scene, _codes, _hash = given_vote(sqlite_database)
    page = Doors(scene, tmp_path / "data").at("office").get(f"/vp/dot/{scene.key}/de-nghi").text
    assert "Nông Đức CS 1" in page
    assert 'type="checkbox"' not in page
    assert "các dòng đã chọn" not in page


def test_the_dashboard_names_whose_moment_is_to_come(desk: TestClient, scene: Scene) -> None:
    for who in ("cs1", "kh1"):
        given_nomination(scene, who=who, state=State.returned)
    page = words(desk.get(f"/vp/dot/{scene.key}"))
    for department in ("Phòng Chính sách", "Phòng Kế hoạch"):
        assert re.search(rf"Nhắc phòng đang bổ sung hồ sơ \([^)]*\): {department}", page)
