"""What each person opens first, and the roster."""

from pathlib import Path

import pytest

from engine.database import Database
from engine.stages import State
from tests.api.office_given import Doors, words
from tests.factories import given_nomination, given_result, person


def test_anybody_may_read_the_start_page_and_the_guides(doors: Doors) -> None:
    browser = doors.nobody()
    text = words(browser.get("/"))
    assert "Đợt thử nghiệm năm 2025" in text
    assert "Đăng nhập" in text
    for address in ("/tro-giup", "/kha-nang-tiep-can"):
        assert browser.get(address).status_code == 200


def test_a_department_without_a_reply_is_asked_to_begin(doors: Doors) -> None:
    text = words(doors.at("clerk-cs").get("/viec"))
    assert "Lập đề nghị của Phòng Chính sách" in text
    assert "Còn 9 ngày làm việc" in text


def test_drafts_returned_ones_and_the_batch_are_listed_with_their_time(doors: Doors) -> None:
    given_nomination(doors.scene, who="cs1")
    returned = given_nomination(doors.scene, who="cs2", state=State.returned)
    given_nomination(doors.scene, who="cs3", state=State.ready)
    clerk, chief = doors.at("clerk-cs").get("/viec"), words(doors.at("chief-cs").get("/viec"))
    text = words(clerk)
    assert "Bổ sung: Nông Đức CS 2" in text
    assert "1 ý kiến" in text
    assert text.index("CS 2") < text.index("CS 1")
    assert f'href="/de-nghi/{returned}"' in clerk.text
    assert "Ký 1 đề nghị của Phòng Chính sách" in chief
    assert "Ký 1 đề nghị" not in text


def test_the_office_sees_its_desk(doors: Doors) -> None:
    given_nomination(doors.scene, who="cs1", state=State.proposed)
    given_nomination(doors.scene, who="kh1", state=State.proposed)
    given_nomination(doors.scene, who="kh2", state=State.held)
    text = words(doors.at("office").get("/viec"))
    assert "Kiểm tra 2 đề nghị các phòng gửi đến" in text
    assert "Theo dõi 1 đề nghị đang tạm dừng xét" in text


def test_a_seat_sees_its_ballot_until_it_is_sent(voting_doors: Doors) -> None:
    assert f'href="/phieu/{voting_doors.scene.key}"' in voting_doors.at("seat4").get("/viec").text
    assert "/phieu/" not in voting_doors.at("clerk-cs").get("/viec").text


def test_the_head_sees_what_the_council_recommends(sqlite_database: Database, tmp_path: Path) -> None:
    scene, _codes = given_result(sqlite_database)
    doors = Doors(scene, tmp_path / "data")
    answer = doors.at("head").get("/viec")
    assert "Xem xét 2 đề nghị của Hội đồng" in words(answer)
    assert f'href="/ky/{scene.key}"' in answer.text


def test_nothing_to_do_says_so_and_what_comes_next(doors: Doors) -> None:
    text = words(doors.at("head").get("/viec"))
    assert "Không có việc nào chờ ông/bà." in text
    assert "Xem các đợt xét" in text


@pytest.mark.parametrize(("query", "found"), [("uy vien 3", "Ủy viên 3"), ("NÔNG đức cs 2", "Nông Đức CS 2")])
def test_the_roster_is_searched_without_accents(doors: Doors, query: str, found: str) -> None:
    answer = doors.at("office").get("/qt/nguoi-dung", params={"q": query})
    assert found in answer.text
    assert "Lâm Thị Phượng</th>" not in answer.text


def test_the_roster_takes_signs_of_like_for_what_they_are(doors: Doors) -> None:
    assert "Không có ai tên như" in words(doors.at("office").get("/qt/nguoi-dung", params={"q": "%"}))


def test_the_roster_names_who_has_no_address_and_the_command(doors: Doors) -> None:
    with doors.scene.database.unit_of_work() as session:
        person(session, "cs2").email = None
    browser = doors.at("office")
    answer = words(browser.get("/qt/nguoi-dung"))
    assert "1 người chưa có địa chỉ thư" in answer
    assert "tdkt people load" in answer
    only = browser.get("/qt/nguoi-dung?thieu=1")
    assert "Nông Đức CS 2" in only.text
    assert "Nông Đức CS 1" not in only.text
    assert doors.at("clerk-cs").get("/qt/nguoi-dung").status_code == 403
