"""What each person opens first, and the roster."""

from datetime import date, datetime
from pathlib import Path

import pytest

from engine.clock import VIETNAM
from engine.commands import proposal
from engine.database import Database
from engine.queries import home
from engine.stages import State
from tests.api.office_given import Doors, words
from tests.factories import (
    Scene,
    give_leave,
    given_nomination,
    given_result,
    given_return,
    person,
)


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
    assert "Thử nghiệm 2025. Văn phòng trả lại. Còn 3 ngày làm việc" in text, "of which round"
    assert "1 ý kiến" in text
    assert text.index("CS 2") < text.index("CS 1")
    assert f'href="/de-nghi/{returned}"' in clerk.text
    assert "Ký 1 đề nghị của Phòng Chính sách" in chief
    assert "Ký 1 đề nghị" not in text


def due_days(scene: Scene, who: str) -> list[tuple[str, int | None, str]]:
    """Of each nomination that waits for somebody its name, the day in October by which, and why then."""
    with scene.database.read() as session:
        found = home.work_of(session, scene.actor(who, session), now=scene.now).drafts
    for one in found:
        assert one.due is None or one.due.at == datetime(2025, 10, one.due.at.day, 17, tzinfo=VIETNAM)
    return [
        (one.name[-4:], one.due.at.day, one.due.explanation) if one.due else (one.name[-4:], None, "")
        for one in found
    ]


def test_a_draft_is_due_when_the_leave_ends_or_the_days_to_mend_if_these_are_longer(
    sqlite_database: Database, tmp_path: Path
) -> None:
    scene, (mended, _other) = given_return(sqlite_database)  # until Wednesday 22 October
    with sqlite_database.unit_of_work() as session:
        clerk = scene.actor("clerk-cs", session)
        proposal.finish(session, clerk, mended, now=scene.now)
        proposal.reopen(session, clerk, mended, now=scene.now)
    give_leave(scene, date(2025, 10, 20), department="kh")
    given_nomination(scene, who="kh2")
    give_leave(scene, date(2025, 10, 21))
    given_nomination(scene, who="cs3")
    days = "Hạn bổ sung kể từ ngày Văn phòng trả lại"
    assert due_days(scene, "clerk-kh") == [("KH 2", 20, "Bão.")]
    assert sorted(due_days(scene, "clerk-cs")) == [
        ("CS 1", 22, days),  # drafted anew, and the shorter leave takes nothing away
        ("CS 2", 22, days),
        ("CS 3", 21, "Bão."),
    ]
    give_leave(scene, date(2025, 10, 24))
    assert sorted(due_days(scene, "chief-cs")) == [
        ("CS 1", 24, "Bão."),
        ("CS 2", 22, days),  # that is the day the office has named
        ("CS 3", 24, "Bão."),
    ]
    page = words(Doors(scene, tmp_path).at("clerk-cs").get("/viec"))
    assert "Thử nghiệm 2025. Còn 5 ngày làm việc. Hạn: 17 giờ 00, thứ Sáu 24/10/2025 Nháp" in page
    scene.clock.set(date(2025, 10, 27))
    assert ("CS 3", 24, "Bão.") in due_days(scene, "clerk-cs"), "over, and said to be"


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
