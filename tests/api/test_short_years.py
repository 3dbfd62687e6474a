"""A year written short is asked for whole, on whatever form a date is typed."""

import re

import pytest
from starlette.datastructures import FormData

from api.forms import Form
from tests.api.office_given import Doors, words
from tests.api.proposal_given import DEEDS, stored
from tests.factories import given_nomination

WHOLE = "Ghi năm bằng bốn chữ số, ví dụ 2025."


@pytest.mark.parametrize("typed", ["30/12/25", "1.1.21", "31-10-025", "1/1/0025"])
def test_a_short_year_is_refused(typed: str) -> None:
    form = Form(FormData({"due": typed}), example="10/10/2025")
    assert form.date("due") is None
    assert form.errors == {"due": WHOLE}


def test_a_period_with_short_years_is_named_at_both_fields_and_not_saved(doors: Doors) -> None:
    code = given_nomination(doors.scene)
    before = stored(doors, code)
    answer = doors.at("clerk-cs").post(
        f"/de-nghi/{code}/thanh-tich",
        data={**DEEDS, "period_from_year": "21", "period_to_year": "25", "version": "1"},
    )
    assert answer.status_code == 422
    assert words(answer).count(WHOLE) == 4, "in the summary and beside the field, for each of two"
    assert 'href="#period_from_day"' in answer.text
    assert re.search(r'name="period_to_year"[^>]* value="25"', answer.text)
    after = stored(doors, code)
    assert [after[n] for n in ("period_from", "period_to")] == [
        before[n] for n in ("period_from", "period_to")
    ]


def test_a_deadline_with_a_short_year_is_refused_at_its_field(doors: Doors) -> None:
    answer = doors.at("office").post(
        f"/vp/dot/{doors.scene.key}/han", data={"stage": "proposal", "due": "30/12/25", "reason": "Bão."}
    )
    assert answer.status_code == 422
    assert 'href="#due"' in answer.text
    assert WHOLE in words(answer)
