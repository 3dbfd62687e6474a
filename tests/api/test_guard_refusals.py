"""Who is turned away, finds nothing, comes too late or meets a bug sees a way back and learns nothing."""

import logging
import re

import pytest
from fastapi.testclient import TestClient

from tests.api.guard_given import PDF, given_file
from tests.api.office_given import BASE, Doors, words
from tests.factories import given_nomination


@pytest.mark.parametrize("status", [403, 413, 429])
def test_who_is_turned_away_at_the_door_sees_a_page_with_a_way_back(doors: Doors, status: int) -> None:
    browser = doors.nobody()
    headers = {"Sec-Fetch-Site": "cross-site"} if status == 403 else {}
    if status == 413:
        headers = {"Content-Length": "9" * 5000}
    for _ in range(20 if status == 429 else 0):
        browser.get("/l/guess")
    answer = browser.post("/l/guess", headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert 'lang="vi"' in answer.text
    assert 'href="/viec"' in answer.text
    assert "Hỗ trợ:" in words(answer)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    if status == 429:
        assert answer.headers["retry-after"] == "60"


def test_a_script_that_is_turned_away_gets_one_sentence(doors: Doors) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "HX-Request": "true"}
    answer = doors.nobody().post("/viec", headers=headers)
    assert (answer.status_code, "<" in answer.text) == (403, False)


NINES = "9" * 30


@pytest.mark.parametrize(
    "address",
    [
        f"/tep/{NINES}",
        "/tep/abc",
        "/tep/-1",
        "/vp/dot/{key}/ho-so/" + NINES + ".zip",
        "/qt/nguoi-dung?trang=abc",
    ],
)
def test_a_number_nothing_can_have_is_a_page_that_is_not_there(doors: Doors, address: str) -> None:
    answer = doors.at("office").get(address.replace("{key}", doors.scene.key))
    assert answer.status_code == 404
    assert 'lang="vi"' in answer.text
    assert "Không có trang này" in words(answer)
    assert NINES not in answer.text
    assert "abc" not in answer.text


def test_a_page_beyond_the_last_is_the_last(doors: Doors) -> None:
    browser = doors.at("office")
    first = browser.get("/qt/nguoi-dung?trang=-5")
    beyond = browser.get(f"/qt/nguoi-dung?trang={NINES}")
    assert first.status_code == beyond.status_code == 200
    assert beyond.text.count("<tr") > 1, "people are shown, not an empty page"


@pytest.mark.parametrize("field", ["id", "person", "version", "present", "number"])
def test_a_number_of_5000_digits_is_no_crash(doors: Doors, field: str) -> None:
    code = given_nomination(doors.scene)
    addresses = {
        "id": f"/vp/dot/{doors.scene.key}/thu",
        "person": f"/vp/dot/{doors.scene.key}/tien-do-phieu/duong-dan",
        "version": f"/de-nghi/{code}/thanh-tich",
        "present": f"/vp/dot/{doors.scene.key}/ho-so",
        "number": f"/vp/dot/{doors.scene.key}/quyet-dinh",
    }
    browser = doors.at("clerk-cs" if field == "version" else "office")
    digits = "9" * 5000
    data = {field: digits, "act": "next", "decided_day": "1", "decided_month": "1", "decided_year": digits}
    assert browser.post(addresses[field], data=data).status_code < 500


def test_what_is_not_mine_looks_like_what_is_not_there(doors: Doors) -> None:
    code = given_nomination(doors.scene, who="kh1")
    browser = doors.at("clerk-cs")
    for tail in ("", "/nguoi", "/thanh-tich", "/tep", "/kiem-tra", "/rut"):
        mine, none = browser.get(f"/de-nghi/{code}{tail}"), browser.get(f"/de-nghi/zzzzzzzz{tail}")
        assert mine.status_code == none.status_code == 404, tail
        assert mine.text == none.text, tail
    own = given_nomination(doors.scene, who="cs1")
    file = given_file(doors, own)
    other = doors.at("clerk-kh")
    assert other.get(f"/tep/{file}").status_code == 404
    assert other.get(f"/tep/{file}").text == other.get("/tep/99999").text


def test_an_expired_session_keeps_what_was_typed(doors: Doors) -> None:
    code = given_nomination(doors.scene)
    browser = doors.at("clerk-cs")
    doors.scene.clock.push(hours=13)
    typed = {"summary": 'Dòng một\nDòng "hai" & <ba>', "version": "1", "act": "next"}
    answer = browser.post(f"/de-nghi/{code}/thanh-tich", data=typed)
    assert answer.status_code == 401
    assert "Dòng một\nDòng &#34;hai&#34; &amp; &lt;ba&gt;" in answer.text
    assert f'action="/de-nghi/{code}/thanh-tich"' in answer.text
    assert "Gửi lại" in words(answer)
    with_file = browser.post(
        f"/de-nghi/{code}/tep", data={"ve": ""}, files={"files.minh-chung": ("a.pdf", PDF, "application/pdf")}
    )
    assert "phải chọn lại" in words(with_file)


def test_a_save_in_the_background_after_the_session_says_one_sentence(doors: Doors) -> None:
    answer = doors.nobody().post("/de-nghi/x/luu", data={"step": "nguoi"}, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert "<html" not in answer.text


def test_a_bug_shows_a_reference_and_no_values(doors: Doors, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> None:
        raise RuntimeError("boom")

    doors.app.add_api_route("/vo", broken)
    with caplog.at_level(logging.ERROR):
        answer = TestClient(doors.app, base_url=BASE, raise_server_exceptions=False).get("/vo")
    assert answer.status_code == 500
    reference = re.search(r"mã ([0-9a-f]{8})", words(answer))
    assert reference
    assert reference[1] in caplog.text
    assert "boom" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
