"""One person or one collective is proposed, by a name; a form that contradicts itself is kept as typed."""

import pytest
from sqlmodel import func, select

from engine.models import Nomination
from tests.api.office_given import Doors, words
from tests.api.proposal_given import stored
from tests.api.test_proposal import code_of, start
from tests.factories import given_nomination


@pytest.mark.parametrize(
    ("form", "field", "said"),
    [
        (
            {"person_key": "cs1", "person_name": "Ai Đó"},
            "person_name",
            "Ông/bà chọn Nông Đức CS 1 mà còn ghi tên “Ai Đó”",
        ),
        (
            {"nominee_kind": "collective", "person_key": "cs1"},
            "person_key",
            "Ông/bà chọn Tập thể mà còn chọn Nông Đức CS 1",
        ),
        (
            {"nominee_kind": "collective", "person_key": "-", "person_name": "Ai Đó"},
            "person_name",
            "Ông/bà chọn Tập thể mà còn ghi tên “Ai Đó”",
        ),
        (
            {"person_key": "cs1", "collective_name": "Tổ Một"},
            "collective_name",
            "Ông/bà chọn Cá nhân mà còn ghi tập thể “Tổ Một”",
        ),
    ],
)
def test_two_nominees_in_one_form_are_refused_and_kept_as_typed(
    doors: Doors, form: dict[str, str], field: str, said: str
) -> None:
    browser = doors.at("clerk-cs")
    answer = start(browser, doors, **form)
    assert answer.status_code == 422
    assert said in words(answer)
    assert f'href="#{field}"' in answer.text
    for name, value in form.items():
        if name.endswith("_name"):
            assert f'name="{name}" type="text" spellcheck="false" value="{value}"' in answer.text
        elif value == "cs1":
            assert 'value="cs1" selected' in answer.text
    with doors.scene.database.read() as session:
        assert session.exec(select(func.count()).select_from(Nomination)).one() == 0


def test_the_same_name_twice_is_no_contradiction(doors: Doors) -> None:
    answer = start(doors.at("clerk-cs"), doors, person_key="cs1", person_name="nong duc  CS 1")
    assert stored(doors, code_of(answer))["nominee_name"] == "Nông Đức CS 1"


def test_a_draft_is_not_overwritten_by_a_form_that_names_two(doors: Doors) -> None:
    browser, code = doors.at("clerk-cs"), given_nomination(doors.scene)
    form = {
        "nominee_kind": "person",
        "person_key": "cs2",
        "person_name": "Ai Đó",
        "award_key": "giay-khen",
        "version": "1",
        "step": "nguoi",
    }
    for address in (f"/de-nghi/{code}/nguoi", f"/de-nghi/{code}/luu"):
        answer = browser.post(address, data=form)
        assert answer.status_code == 422
        assert "còn ghi tên “Ai Đó”" in words(answer)
    row = stored(doors, code)
    assert (row["nominee_name"], row["award_key"], row["version"]) == ("Nông Đức CS 1", "bang-khen", 1)


@pytest.mark.parametrize(
    "form",
    [
        {"person_key": "-", "person_name": "1234"},
        {"nominee_kind": "collective", "person_key": "", "collective_name": "– 12 –"},
    ],
)
def test_a_name_without_a_letter_is_none(doors: Doors, form: dict[str, str]) -> None:
    answer = start(doors.at("clerk-cs"), doors, **form)
    assert answer.status_code == 422
    assert "Ghi tên bằng chữ" in words(answer)
    field = next(name for name in form if name.endswith("_name"))
    assert f'href="#{field}"' in answer.text
