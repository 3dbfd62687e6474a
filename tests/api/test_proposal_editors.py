"""Two pages over one draft: a second editor sees both versions and chooses, and one's own saving is none."""

import pytest

from tests.api.office_given import Doors, hidden, words
from tests.api.proposal_given import DEEDS, PDF, stored
from tests.factories import given_nomination


def test_a_refused_form_goes_on_from_the_version_it_was_filled_from(doors: Doors) -> None:
    code = given_nomination(doors.scene)
    chief, clerk = doors.at("chief-cs"), doors.at("clerk-cs")
    chief.post(f"/de-nghi/{code}/thanh-tich", data={"version": "1", "summary": "Bản của trưởng phòng."})
    wrong = clerk.post(f"/de-nghi/{code}/nguoi", data={"version": "1", "award_key": "huan-chuong"})
    assert wrong.status_code == 422
    assert hidden(wrong, "version") == "1"


def test_two_editors_see_both_versions_and_choose(doors: Doors) -> None:
    code = given_nomination(doors.scene)
    clerk, chief = doors.at("clerk-cs"), doors.at("chief-cs")
    doors.scene.clock.push(minutes=5)
    theirs = {**DEEDS, "version": "1", "summary": "Bản của trưởng phòng, lưu trước."}
    assert chief.post(f"/de-nghi/{code}/thanh-tich", data=theirs).status_code == 303
    mine = {**DEEDS, "version": "1", "summary": "Bản của cán bộ,\nlưu sau.", "achievements": "Việc khác."}
    choice = clerk.post(f"/de-nghi/{code}/thanh-tich", data=mine)
    assert choice.status_code == 409
    text = words(choice)
    for said in ("Bản của trưởng phòng, lưu trước.", "Bản của cán bộ,", "Trưởng phòng cs", "Việc khác."):
        assert said in text
    assert stored(doors, code)["summary"] == "Bản của trưởng phòng, lưu trước."

    again = {**mine, "step": "thanh-tich", "version": hidden(choice, "version"), "keep.summary": "mine"}
    unfinished = clerk.post(f"/de-nghi/{code}/chon-ban", data=again)
    assert unfinished.status_code == 422
    assert "keep.achievements" in unfinished.text
    done = clerk.post(f"/de-nghi/{code}/chon-ban", data={**again, "keep.achievements": "theirs"})
    assert done.status_code == 303
    row = stored(doors, code)
    assert (row["summary"], row["achievements"]) == (
        "Bản của cán bộ,\nlưu sau.",
        "Việc thứ nhất.\nViệc thứ hai.",
    )


def test_a_form_that_overtakes_its_own_autosave_is_no_second_editor(doors: Doors) -> None:
    code = given_nomination(doors.scene)
    browser = doors.at("clerk-cs")
    doors.scene.clock.push(minutes=5)
    address = f"/de-nghi/{code}/thanh-tich"
    page = {**DEEDS, "version": "1", "page": hidden(browser.get(address), "page")}
    saved = browser.post(f"/de-nghi/{code}/luu", data={**page, "step": "thanh-tich"})
    assert saved.status_code == 200
    doors.scene.clock.push(minutes=1)
    answer = browser.post(address, data={**page, "summary": "Gõ thêm một chút nữa."})
    assert answer.status_code == 303
    assert stored(doors, code)["summary"] == "Gõ thêm một chút nữa."


@pytest.mark.parametrize("version", ["", "không", "0", "999"])
def test_another_page_of_the_same_clerk_is_a_second_editor(doors: Doors, version: str) -> None:
    code = given_nomination(doors.scene)
    browser = doors.at("clerk-cs")
    address = f"/de-nghi/{code}/thanh-tich"
    first, second = (hidden(browser.get(address), "page") for _ in range(2))
    assert first != second
    assert browser.post(address, data={**DEEDS, "version": "1", "page": first}).status_code == 303
    mine = {**DEEDS, "summary": "Gõ ở trang thứ hai, chưa xem trang thứ nhất."}
    assert browser.post(address, data={**mine, "version": "1", "page": second}).status_code == 409
    assert browser.post(address, data={**mine, "version": version, "page": first}).status_code == 409
    assert browser.post(address, data={**mine, "version": "1"}).status_code == 409
    assert stored(doors, code)["summary"] == DEEDS["summary"]


def test_files_that_came_meanwhile_are_no_second_editor(doors: Doors) -> None:
    browser = doors.at("clerk-cs")
    code = given_nomination(doors.scene)
    page = browser.get(f"/de-nghi/{code}/thanh-tich")
    browser.post(f"/de-nghi/{code}/tep", files={"files.minh-chung": ("Một.pdf", PDF, "application/pdf")})
    assert stored(doors, code)["version"] == 2
    form = {**DEEDS, "version": hidden(page, "version"), "page": hidden(page, "page")}
    assert browser.post(f"/de-nghi/{code}/thanh-tich", data=form).status_code == 303
    assert stored(doors, code)["version"] == 3
