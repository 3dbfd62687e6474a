"""The round as a department sees it, its list, the head's signature, and what is said once it is closed."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from engine.commands import proposal
from engine.commands.proposal import StoredFile
from engine.database import Database
from engine.models import DepartmentReply
from engine.queries import rounds
from engine.stages import State
from tests.api.office_given import Doors, Page, words
from tests.factories import draft, given_nomination, given_vote, nomination, small_definition
from tests.factories import given_round as round_of


def boxes(page: Page) -> list[str]:
    """What a page's boxes (or hidden fields) send: code and version of each nomination."""
    return re.findall(r'name="codes" value="([^"]+)"', page.text)


def test_the_list_of_rounds_names_stage_and_time(doors: Doors) -> None:
    text = words(doors.at("clerk-cs").get("/dot"))
    assert "Đợt thử nghiệm năm 2025" in text
    assert "17 giờ 00, thứ Sáu 17/10/2025" in text


def test_the_rules_are_told_in_words_and_hearsay_never_as_law(
    sqlite_database: Database, tmp_path: Path
) -> None:
    point = {"words": "Có thành tích", "type": "chuyen_de"}
    definition = small_definition()
    body = definition.model_dump(mode="json")
    body["awards"][0]["points"] = [
        {**point, "key": "a", "source": "Luật Đ.74", "confidence": "A"},
        {**point, "key": "c", "source": "Nghe nói Đ.99", "confidence": "C"},
    ]
    changes = {"awards": body["awards"], "checklist": body["checklist"]}
    doors = Doors(round_of(sqlite_database, definition=small_definition(**changes)), tmp_path / "data")
    text = words(doors.at("clerk-cs").get(f"/dot/{doors.scene.key}"))
    assert "Căn cứ: Luật Đ.74" in text
    assert "Nghe nói" not in text
    assert "Quy định nội bộ / thông lệ, cần kiểm tra" in text


def test_the_task_list_tells_begun_from_missing(doors: Doors) -> None:
    browser = doors.at("clerk-cs")
    address = f"/dot/{doors.scene.key}"
    empty = words(browser.get(address))
    assert "Thêm đề nghị Chọn người hoặc tập thể, hình thức khen thưởng Chưa bắt đầu" in empty
    assert "Khi có đề nghị đã kiểm tra xong Chưa thể bắt đầu" in empty
    given_nomination(doors.scene, who="cs1", summary="")
    given_nomination(doors.scene, who="cs2")
    given_nomination(doors.scene, who="cs3", state=State.ready)
    text = words(browser.get(address))
    assert re.search(r"CS 1 [^.]*\. Còn \d+ chỗ phải sửa Thiếu thông tin", text)
    assert re.search(r"CS 2 Bằng khen của Chủ tịch UBND tỉnh Đang làm", text)
    assert re.search(r"CS 3 [^.]*\. Chờ Trưởng phòng ký Xong", text)
    assert "1 đề nghị chờ ký Chưa bắt đầu" in text


def test_a_department_sees_no_other_departments_people(doors: Doors) -> None:
    given_nomination(doors.scene, who="kh1", state=State.proposed)
    browser = doors.at("clerk-cs")
    for address in (f"/dot/{doors.scene.key}", f"/dot/{doors.scene.key}/cua-phong"):
        assert "KH 1" not in words(browser.get(address))
        assert "Trưởng phòng kh" not in words(browser.get(address))
    assert browser.get(f"/dot/{doors.scene.key}/cua-phong?phong=kh").status_code == 404


def test_the_office_finds_its_own_board(doors: Doors) -> None:
    assert f'href="/vp/dot/{doors.scene.key}"' in doors.at("office").get(f"/dot/{doors.scene.key}").text
    assert "/vp/dot/" not in doors.at("clerk-cs").get(f"/dot/{doors.scene.key}").text


def test_the_head_looks_at_count_and_effect_then_signs(doors: Doors) -> None:
    codes = [given_nomination(doors.scene, who=f"cs{n}", state=State.ready) for n in (1, 2)]
    chief = doors.at("chief-cs")
    address = f"/dot/{doors.scene.key}/cua-phong"
    page = chief.get(address)
    assert page.text.count('type="checkbox"') == 2
    read = boxes(page)
    look = chief.get(f"{address}/ky", params={"phong": "cs", "codes": read})
    assert boxes(look) == read
    assert "Ký và gửi 2 đề nghị đến Văn phòng?" in words(look)
    with doors.scene.database.read() as session:
        assert nomination(session, codes[0]).state == State.ready
    done = chief.post(f"{address}/ky", data={"phong": "cs", "codes": boxes(look)})
    assert done.status_code == 303
    after = words(chief.get(done.headers["location"]))
    assert "Đã ký và gửi 2 đề nghị đến Văn phòng." in after
    assert after.count("Phòng đã đề nghị") == 2
    again = chief.post(f"{address}/ky", data={"phong": "cs", "codes": boxes(look)})
    assert "đã được ký từ trước" in words(chief.get(again.headers["location"]))


@pytest.mark.parametrize("change", ["text", "file", "file taken off"])
def test_the_head_signs_what_was_read(doors: Doors, change: str) -> None:
    scene, chief = doors.scene, doors.at("chief-cs")
    code, other = (given_nomination(scene, who=who, state=State.ready) for who in ("cs1", "cs2"))
    address, file = f"/dot/{scene.key}/cua-phong", StoredFile("Một.pdf", "application/pdf", 10, "ab" * 32)
    with scene.database.unit_of_work() as session:
        actor = scene.actor("clerk-cs", session)
        proposal.reopen(session, actor, code, now=scene.now)
        kept = proposal.attach(session, actor, code, item_key="minh-chung", file=file, now=scene.now).id or 0
        proposal.finish(session, actor, code, now=scene.now)
    page = chief.get(address)
    look = chief.get(f"{address}/ky", params={"phong": "cs", "codes": boxes(page)})
    assert look.status_code == 200
    with scene.database.unit_of_work() as session:
        proposal.reopen(session, actor, code, now=scene.now)
        if change == "text":
            said = draft("cs1", summary="Viết lại hẳn sau khi trưởng phòng đã đọc.")
            version = nomination(session, code).version
            proposal.save(session, actor, code, version=version, draft=said, now=scene.now)
        elif change == "file":
            more = replace(file, sha256="cd" * 32)
            proposal.attach(session, actor, code, item_key="minh-chung", file=more, now=scene.now)
        else:
            proposal.detach(session, actor, code, attachment_id=kept, now=scene.now)
        proposal.finish(session, actor, code, now=scene.now)
    for answer in (
        chief.post(f"{address}/ky", data={"phong": "cs", "codes": boxes(look)}),
        chief.post(f"{address}/ky", data={"phong": "cs", "codes": [code]}),
        chief.get(f"{address}/ky", params={"phong": "cs", "codes": boxes(page)}),
    ):
        assert answer.status_code == 409
        assert "CS 1 đã được sửa sau khi ông/bà mở trang: xem lại rồi ký." in words(answer)
    with scene.database.read() as session:
        assert {nomination(session, each).state for each in (code, other)} == {State.ready}
    anew = boxes(chief.get(address))
    assert chief.post(f"{address}/ky", data={"phong": "cs", "codes": anew}).status_code == 303


def test_a_clerk_cannot_sign(doors: Doors) -> None:
    code = given_nomination(doors.scene, state=State.ready)
    clerk = doors.at("clerk-cs")
    address = f"/dot/{doors.scene.key}/cua-phong"
    assert 'type="checkbox"' not in clerk.get(address).text
    refused = clerk.post(f"{address}/ky", data={"phong": "cs", "codes": [code]})
    assert refused.status_code == 403
    assert "Trưởng phòng" in words(refused)


def test_signing_nothing_or_something_unfinished_says_so(doors: Doors) -> None:
    ready = given_nomination(doors.scene, who="cs1", state=State.ready)
    draft = given_nomination(doors.scene, who="cs2")
    chief = doors.at("chief-cs")
    address = f"/dot/{doors.scene.key}/cua-phong/ky"
    assert chief.get(f"{address}?phong=cs").status_code == 422
    answer = chief.post(address, data={"phong": "cs", "codes": [ready, draft]})
    assert answer.status_code == 422
    assert "CS 2" in words(answer)
    with doors.scene.database.read() as session:
        assert nomination(session, ready).state == State.ready


def test_the_head_says_the_department_proposes_nobody(doors: Doors) -> None:
    chief = doors.at("chief-cs")
    address = f"/dot/{doors.scene.key}/cua-phong"
    assert doors.at("clerk-cs").post(f"{address}/khong-de-nghi", data={"phong": "cs"}).status_code == 403
    answer = chief.post(
        f"{address}/khong-de-nghi", data={"phong": "cs", "reason": "Chưa có người đủ điều kiện"}
    )
    assert answer.status_code == 303
    assert "Chưa có người đủ điều kiện" in words(chief.get(address))
    with doors.scene.database.read() as session:
        row = session.get(DepartmentReply, (1, "cs"))
        assert row is not None
        assert row.nobody


def test_a_closed_list_shows_what_was_sent_when_it_closed_and_who_helps(doors: Doors) -> None:
    given_nomination(doors.scene, state=State.proposed)
    given_nomination(doors.scene, who="cs2", state=State.ready)
    doors.scene.close_proposal()
    text = words(doors.at("chief-cs").get(f"/dot/{doors.scene.key}/cua-phong"))
    assert "Đã đóng" in text
    assert "CS 1" in text
    assert "Vi Minh Tú" in text
    assert "Thêm đề nghị" not in text


def test_the_list_asks_the_same_number_of_questions_for_one_and_for_many(doors: Doors) -> None:
    from sqlalchemy import event  # noqa: PLC0415 — only here

    scene = doors.scene
    asked: list[str] = []
    event.listen(scene.database.engine, "before_cursor_execute", lambda *call: asked.append(str(call[2])))

    def questions() -> int:
        with scene.database.read() as session:
            round_ = rounds.seen(session, scene.key)
            asked.clear()
            rounds.department_part(session, round_, round_.definition.departments[0], now=scene.now)
        return len(asked)

    given_nomination(scene, who="cs1")
    one = questions()
    for n in (2, 3, 4):
        given_nomination(scene, who=f"cs{n}")
    assert questions() == one


def test_only_the_departments_own_deadline_stands_above_its_list(
    sqlite_database: Database, tmp_path: Path
) -> None:
    scene, _codes, _hash = given_vote(sqlite_database)
    clerk = Doors(scene, tmp_path / "data").at("clerk-cs")
    page = words(clerk.get(f"/dot/{scene.key}/cua-phong"))
    assert "Đã đóng" in page
    assert "ngày làm việc" not in page
    assert "Hạn" not in page
    assert "Hạn bỏ phiếu của Hội đồng: 17 giờ" in words(clerk.get(f"/dot/{scene.key}"))


def test_what_was_sent_stays_sent_until_the_department_takes_it_back(doors: Doors) -> None:
    """Signed off and then declined: the office's count says it came. Withdrawn: it is not there any more."""
    given_nomination(doors.scene, who="cs1", state=State.declined)
    gone = given_nomination(doors.scene, who="cs2", state=State.proposed)
    given_nomination(doors.scene, who="cs3", state=State.withdrawn)  # never signed
    given_nomination(doors.scene, who="cs4", state=State.returned)
    with doors.scene.database.unit_of_work() as session:
        chief = doors.scene.actor("chief-cs", session)
        proposal.withdraw(session, chief, gone, reason="Nhầm.", now=doors.scene.now)
    row = re.search(
        r"Phòng Chính sách (\d+) (\d+)", words(doors.at("office").get(f"/vp/dot/{doors.scene.key}"))
    )
    assert row is not None
    assert row.groups() == ("1", "1")
