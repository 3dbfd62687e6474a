"""Drafting through the pages: nothing typed is lost, files stand for themselves."""

import re

from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import func, select

from engine.models import Attachment, Nomination
from engine.stages import State
from tests.api.office_given import Doors, hidden, words
from tests.api.proposal_given import DEEDS, PDF, stored
from tests.factories import given_nomination


def start(browser: TestClient, doors: Doors, **changes: str) -> Response:
    """Send the first form as a clerk would; `changes` are its fields."""
    address = f"/dot/{doors.scene.key}/de-nghi/moi"
    form = {
        "phong": "cs",
        "nonce": hidden(browser.get(address), "nonce"),
        "nominee_kind": "person",
        "person_key": "cs1",
        "award_key": "bang-khen",
        **changes,
    }
    return browser.post(address, data=form)


def code_of(answer: Response) -> str:
    found = re.search(r"/de-nghi/(\w+)", answer.headers["location"])
    assert found
    return found[1]


def test_a_clerk_drafts_checks_and_hands_over(doors: Doors) -> None:
    browser = doors.at("clerk-cs")
    code = code_of(start(browser, doors))
    page = browser.get(f"/de-nghi/{code}/thanh-tich")
    answer = browser.post(
        f"/de-nghi/{code}/thanh-tich", data={**DEEDS, "version": hidden(page, "version"), "act": "next"}
    )
    assert answer.headers["location"] == f"/de-nghi/{code}/tep"
    answer = browser.post(
        f"/de-nghi/{code}/tep",
        data={"act": "next"},
        files={"files.minh-chung": ("Minh chứng.pdf", PDF, "text/html")},
    )
    assert answer.headers["location"] == f"/de-nghi/{code}/kiem-tra"
    check = browser.get(f"/de-nghi/{code}/kiem-tra")
    assert "Minh chứng.pdf" in check.text
    assert "01/01/2021" in check.text
    assert browser.post(f"/de-nghi/{code}/kiem-tra").headers["location"] == f"/de-nghi/{code}"
    row = stored(doors, code)
    assert row["state"] == State.ready
    assert row["achievements"] == "Việc thứ nhất.\nViệc thứ hai."
    assert row["nominee_title"] == "Chuyên viên"


def test_the_same_form_sent_twice_makes_one_draft(doors: Doors) -> None:
    browser = doors.at("clerk-cs")
    first = start(browser, doors, nonce="một-lần")
    again = start(browser, doors, nonce="một-lần")
    assert code_of(first) == code_of(again)
    with doors.scene.database.read() as session:
        assert session.exec(select(func.count()).select_from(Nomination)).one() == 1


def test_a_form_with_faults_comes_back_as_typed(doors: Doors) -> None:
    answer = start(
        doors.at("clerk-cs"), doors, person_key="kh1", nominee_title="Tổ trưởng <b>", award_key="huan-chuong"
    )
    assert answer.status_code == 422
    assert 'value="Tổ trưởng &lt;b&gt;"' in answer.text
    assert 'href="#award_key"' in answer.text
    assert 'href="#person_key"' in answer.text
    assert "không thuộc phòng của ông/bà" in words(answer)


def test_somebody_not_on_the_roster_and_a_collective_may_be_proposed(doors: Doors) -> None:
    browser = doors.at("clerk-cs")
    code = code_of(start(browser, doors, person_key="-", person_name="Hứa Thị Khuê"))
    assert stored(doors, code)["nominee_name"] == "Hứa Thị Khuê"
    assert "không có trong danh sách công chức" in words(browser.get(f"/de-nghi/{code}/nguoi"))
    group = start(browser, doors, nominee_kind="collective", person_key="", collective_name="")
    assert stored(doors, code_of(group))["nominee_name"] == "Phòng Chính sách"


def test_another_person_brings_another_title_unless_one_was_typed(doors: Doors) -> None:
    browser = doors.at("clerk-cs")
    code = given_nomination(doors.scene)
    form = {"nominee_kind": "person", "person_key": "cs2", "award_key": "bang-khen", "version": "1"}
    browser.post(f"/de-nghi/{code}/nguoi", data={**form, "nominee_title": "Phó Trưởng phòng"})
    assert stored(doors, code)["nominee_title"] == "Phó Trưởng phòng"
    doors.scene.clock.push(minutes=5)
    browser.post(
        f"/de-nghi/{code}/nguoi",
        data={**form, "person_key": "cs3", "version": "2", "nominee_title": "Phó Trưởng phòng"},
    )
    assert stored(doors, code)["nominee_title"] == "Chuyên viên"


def test_another_department_is_refused_at_every_step(doors: Doors) -> None:
    browser = doors.at("clerk-kh")
    address = f"/dot/{doors.scene.key}/de-nghi/moi"
    assert browser.get(f"{address}?phong=cs").status_code == 404
    answer = browser.post(address, data={"phong": "cs", "nominee_kind": "person", "person_key": "cs1"})
    assert answer.status_code == 404
    code = given_nomination(doors.scene)
    assert browser.post(f"/de-nghi/{code}/thanh-tich", data=DEEDS).status_code == 404
    assert browser.post(f"/de-nghi/{code}/luu", data=DEEDS).status_code == 404
    assert browser.post(f"/de-nghi/{code}/kiem-tra").status_code in {403, 404}


def test_saving_while_typing_saves_and_says_what_the_rules_say(doors: Doors) -> None:
    browser = doors.at("clerk-cs")
    code = given_nomination(doors.scene, summary="", achievements="")
    answer = browser.post(
        f"/de-nghi/{code}/luu", data={**DEEDS, "step": "thanh-tich", "version": "1", "summary": "Ngắn."}
    )
    assert answer.status_code == 200
    assert "Đã lưu nháp lúc" in words(answer)
    assert 'name="version" value="2" id="version" hx-swap-oob="true"' in answer.text
    assert re.search(r'id="luat-summary" hx-swap-oob="true">.*có 5 ký tự', answer.text, re.DOTALL)
    assert stored(doors, code)["summary"] == "Ngắn."


def test_a_wrong_date_is_named_and_the_rest_is_saved(doors: Doors) -> None:
    browser = doors.at("clerk-cs")
    code = given_nomination(doors.scene)
    answer = browser.post(
        f"/de-nghi/{code}/thanh-tich",
        data={**DEEDS, "period_to_month": "13", "version": "1", "summary": "Tóm tắt mới, đủ dài."},
    )
    assert answer.status_code == 422
    assert 'href="#period_to_day"' in answer.text
    assert 'value="13"' in answer.text
    assert stored(doors, code)["summary"] == "Tóm tắt mới, đủ dài."
    assert hidden(answer, "version") == "2"


def test_a_field_the_form_does_not_carry_stays(doors: Doors) -> None:
    browser = doors.at("clerk-cs")
    code = given_nomination(doors.scene, achievements="Việc đã kể.", nominee_unit="Tổ Một")
    before = stored(doors, code)
    browser.post(f"/de-nghi/{code}/thanh-tich", data={"version": "1", "summary": "Chỉ riêng tóm tắt mới."})
    browser.post(f"/de-nghi/{code}/nguoi", data={"version": "2", "nominee_title": "Tổ trưởng"})
    after = stored(doors, code)
    assert (after["summary"], after["nominee_title"]) == ("Chỉ riêng tóm tắt mới.", "Tổ trưởng")
    kept = (
        "achievements",
        "legal_point",
        "period_from",
        "period_to",
        "nominee_key",
        "nominee_unit",
        "award_key",
    )
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    browser.post(f"/de-nghi/{code}/thanh-tich", data={"version": "3", "achievements": ""})
    assert stored(doors, code)["achievements"] == "", "an empty field is an answer"


def test_good_files_stay_when_others_fail(doors: Doors) -> None:
    browser = doors.at("clerk-cs")
    code = given_nomination(doors.scene)
    answer = browser.post(
        f"/de-nghi/{code}/tep",
        files=[
            ("files.minh-chung", ("Tốt.pdf", PDF, "application/pdf")),
            ("files.minh-chung", ("Giả.pdf", b"MZ\x90\x00 not a pdf", "application/pdf")),
        ],
    )
    assert answer.status_code == 422
    assert "Tốt.pdf" in answer.text
    assert "Giả.pdf" in words(answer)
    with doors.scene.database.read() as session:
        assert session.exec(select(Attachment.name)).all() == ["Tốt.pdf"]


def test_a_file_over_the_limit_says_the_limit(doors: Doors) -> None:
    code = given_nomination(doors.scene)
    limit = doors.app.state.settings.upload_limit
    answer = doors.at("clerk-cs").post(
        f"/de-nghi/{code}/tep", files={"files.minh-chung": ("To.pdf", PDF + b" " * limit, "application/pdf")}
    )
    assert answer.status_code == 422
    assert "tối đa 25 MB" in words(answer)


def test_a_file_is_taken_off(doors: Doors) -> None:
    browser = doors.at("clerk-cs")
    code = given_nomination(doors.scene)
    browser.post(f"/de-nghi/{code}/tep", files={"files.minh-chung": ("Một.pdf", PDF, "application/pdf")})
    (number,) = re.findall(r'href="/tep/(\d+)"', browser.get(f"/de-nghi/{code}/tep").text)
    assert doors.at("clerk-kh").post(f"/de-nghi/{code}/tep/{number}/go").status_code == 404
    assert browser.post(f"/de-nghi/{code}/tep/{number}/go").status_code == 303
    assert f"/tep/{number}" not in browser.get(f"/de-nghi/{code}/tep").text
    assert browser.get(f"/tep/{number}").status_code == 404


def test_what_is_missing_stops_the_check_with_links(doors: Doors) -> None:
    browser = doors.at("clerk-cs")
    code = given_nomination(doors.scene, summary="", legal_point="")
    answer = browser.post(f"/de-nghi/{code}/kiem-tra")
    assert answer.status_code == 422
    assert 'href="#summary"' in answer.text
    assert 'id="summary"' in answer.text
    assert stored(doors, code)["state"] == State.draft


def test_after_the_deadline_the_forms_say_who_can_help(doors: Doors) -> None:
    code = given_nomination(doors.scene)
    doors.scene.close_proposal()
    browser = doors.at("clerk-cs")
    new = browser.get(f"/dot/{doors.scene.key}/de-nghi/moi?phong=cs")
    assert "Vi Minh Tú" in words(new)
    assert "<form method" not in new.text.replace('<form class="top-out" method', "")
    late = browser.post(f"/de-nghi/{code}/thanh-tich", data={**DEEDS, "version": "1"})
    assert late.status_code == 409
    assert "Vi Minh Tú" in words(late)
    again = browser.post(
        f"/dot/{doors.scene.key}/de-nghi/moi",
        data={"phong": "cs", "nominee_kind": "person", "person_key": "cs2", "award_key": "bang-khen"},
    )
    assert again.status_code == 409
