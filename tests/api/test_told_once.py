"""A fault that two fields share is one fault to whoever reads on, and stands beside both of them."""

from datetime import date

from tests.api.office_given import Doors, words
from tests.factories import given_nomination

OUTSIDE = "nằm ngoài thời gian"


def test_a_period_wrong_at_both_ends_is_counted_and_told_once(doors: Doors) -> None:
    browser = doors.at("clerk-cs")
    code = given_nomination(doors.scene, period_from=date(2011, 1, 1), period_to=date(2015, 10, 31))
    address = f"/de-nghi/{code}"
    check = browser.get(f"{address}/kiem-tra")
    assert words(check).count(OUTSIDE) == 1
    assert "Còn 1 chỗ phải sửa" in words(check)
    refused = browser.post(f"{address}/kiem-tra")
    assert refused.status_code == 422
    assert "Có 1 chỗ cần sửa" in words(refused)
    assert words(refused).count(OUTSIDE) == 2, "in the summary, which leads to the one below"
    assert 'href="#period_from"' in refused.text
    assert 'id="period_from"' in refused.text
    assert words(browser.get(address)).count(OUTSIDE) == 1
    assert "Còn 1 chỗ phải sửa" in words(browser.get(f"/dot/{doors.scene.key}"))
    form = browser.get(f"{address}/thanh-tich")
    assert "Còn 1 chỗ phải có trước khi nộp" in words(form)
    for field in ("period_from", "period_to"):
        beside = form.text.partition(f'id="luat-{field}"')[2].partition('class="beside"')[0]
        assert OUTSIDE in beside
