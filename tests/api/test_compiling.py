"""The list: ordered, published, frozen, opened again, and what stands in the way."""

import re

import pytest
from fastapi.testclient import TestClient

from engine.stages import State
from tests.api.office_given import Doors, hidden, state_of, words
from tests.factories import Scene, given_frozen_list, given_nomination


@pytest.fixture
def scene(doors: Doors) -> Scene:
    return doors.scene


@pytest.fixture
def desk(doors: Doors) -> TestClient:
    return doors.at("office")


def compiled(desk: TestClient, scene: Scene, act: str, **fields: str) -> tuple[int, str]:
    """Press a button on the list's page as it stands now."""
    at = f"/vp/dot/{scene.key}/danh-sach"
    answer = desk.post(at, data={"seen": hidden(desk.get(at), "seen"), "act": act, **fields})
    return answer.status_code, words(answer)


def test_the_list_is_ordered_published_frozen_and_opened_again(doors: Doors, scene: Scene) -> None:
    codes = [given_nomination(scene, who=who, state=State.accepted) for who in ("cs1", "cs2", "kh1")]
    scene.close_proposal()
    desk = doors.at("office")
    status, said = compiled(desk, scene, "compile", **{f"place-{codes[0]}": "x"})
    assert (status, "không phải là số thứ tự" in said) == (422, True)
    order = {f"place-{codes[0]}": "3", f"place-{codes[1]}": "1", f"place-{codes[2]}": "2"}
    assert compiled(desk, scene, "compile", **order)[0] == 303
    page = desk.get(f"/vp/dot/{scene.key}/danh-sach").text
    assert [code for _, code in sorted((page.index(f"/vp/de-nghi/{c}"), c) for c in codes)] == [
        codes[1],
        codes[2],
        codes[0],
    ]
    assert compiled(desk, scene, "publish")[0] == 303
    assert compiled(desk, scene, "freeze")[0] == 303
    frozen = words(desk.get(f"/vp/dot/{scene.key}/danh-sach"))
    assert "Mã kiểm tra của danh sách (SHA-256)" in frozen
    assert compiled(desk, scene, "unfreeze")[0] == 422
    assert compiled(desk, scene, "unfreeze", reason="Sửa tên đơn vị.")[0] == 303
    assert "Bản 2" in words(desk.get(f"/vp/dot/{scene.key}/danh-sach"))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({3: "1"}, [3, 0, 1, 2]),  # up: before the one that has the number
        ({0: "3"}, [1, 2, 0, 3]),  # down: after it, or it would stand one place too high
        ({3: "1", 2: "1"}, [2, 3, 0, 1]),
        ({1: ""}, [0, 2, 3, 1]),
        ({0: "2", 1: "1"}, [1, 0, 2, 3]),
    ],
)
def test_a_line_comes_to_stand_where_its_number_says(
    doors: Doors, scene: Scene, typed: dict[int, str], expected: list[int]
) -> None:
    for who in ("cs1", "cs2", "kh1", "kh2"):
        given_nomination(scene, who=who, state=State.accepted)
    scene.close_proposal()
    desk, at = doors.at("office"), f"/vp/dot/{scene.key}/danh-sach"
    before = re.findall(r'name="place-(\w+)"', desk.get(at).text)
    order = {f"place-{code}": typed.get(n, str(n + 1)) for n, code in enumerate(before)}
    assert compiled(desk, scene, "compile", **order)[0] == 303
    after = re.findall(r'name="place-(\w+)"', desk.get(at).text)
    assert after == [before[n] for n in expected]


@pytest.mark.parametrize("act", ["publish", "freeze"])
def test_no_other_order_is_published_than_the_one_on_the_screen(doors: Doors, scene: Scene, act: str) -> None:
    """What the browser sends with each button: everything its own form holds."""
    for who in ("cs1", "cs2", "kh1"):
        given_nomination(scene, who=who, state=State.accepted)
    scene.close_proposal()
    desk, at = doors.at("office"), f"/vp/dot/{scene.key}/danh-sach"
    for before in ("compile", "publish")[: 1 if act == "publish" else 2]:
        assert compiled(desk, scene, before)[0] == 303
    page = desk.get(at).text
    form = next(part for part in page.split("</form>") if f'value="{act}"' in part).rpartition("<form")[2]
    codes = re.findall(r'name="place-(\w+)"', form)
    assert len(codes) == 3, "the numbers are in the form of the button"
    stands = {f"place-{code}": str(n) for n, code in enumerate(codes, start=1)}
    moved = {**stands, f"place-{codes[2]}": "1"}
    status, said = compiled(desk, scene, act, **moved)
    assert (status, "Thứ tự ông/bà ghi chưa được lưu" in said) == (422, True)
    refused = desk.post(at, data={"seen": hidden(desk.get(at), "seen"), "act": act, **moved}).text
    assert f'name="place-{codes[2]}" inputmode="numeric" value="1"' in refused
    assert refused.index("chưa được lưu", refused.index("<table")) > refused.index(f"/vp/de-nghi/{codes[1]}")
    assert hidden(desk.get(at), "seen") in page, "nothing was done"
    assert compiled(desk, scene, act, **stands)[0] == 303


def test_the_list_is_not_frozen_over_unfinished_work(doors: Doors, scene: Scene) -> None:
    given_nomination(scene, who="cs1", state=State.accepted)
    open_ = given_nomination(scene, who="kh1", state=State.proposed)
    scene.close_proposal()
    desk = doors.at("office")
    assert compiled(desk, scene, "compile")[0] == 303
    assert compiled(desk, scene, "publish")[0] == 303
    page = desk.get(f"/vp/dot/{scene.key}/danh-sach")
    assert f"/vp/de-nghi/{open_}" in page.text
    assert "Chốt danh sách</button>" not in page.text
    status, said = compiled(desk, scene, "freeze")
    assert status == 422
    assert "chưa xử lý xong" in said


def test_a_page_from_before_the_freeze_is_refused_clearly(doors: Doors, scene: Scene) -> None:
    code = given_nomination(scene, who="cs1", state=State.accepted)
    at = f"/vp/dot/{scene.key}/danh-sach"
    old = hidden(doors.at("office").get(at), "seen")
    given_frozen_list(scene)
    desk = doors.at("office")
    for act in ("compile", "publish"):
        late = desk.post(at, data={"seen": old, "act": act})
        assert late.status_code == 409
        assert "đã được chốt sau khi ông/bà mở trang" in words(late)
    assert state_of(scene, code) == "listed"
    at = f"/vp/de-nghi/{code}"
    seen = hidden(desk.get(at), "seen")
    returned = desk.post(at, data={"seen": seen, "act": "return", "comment-": "Sửa."})
    assert returned.status_code == 409
    assert "trong danh sách lấy phiếu" in words(returned)


def test_a_stale_page_keeps_what_was_typed_and_nothing_of_the_old_order(doors: Doors, scene: Scene) -> None:
    codes = [given_nomination(scene, who=who, state=State.accepted) for who in ("cs1", "cs2", "kh1")]
    scene.close_proposal()
    desk, at = doors.at("office"), f"/vp/dot/{scene.key}/danh-sach"

    def numbers(page: str) -> dict[str, str]:
        return dict(re.findall(r'name="place-(\w+)" inputmode="numeric" value="(\d*)"', page))

    assert compiled(desk, scene, "compile", **dict(zip([f"place-{c}" for c in codes], "123", strict=True)))
    old = hidden(desk.get(at), "seen")
    scene.clock.push(minutes=1)
    other = dict(zip([f"place-{c}" for c in reversed(codes)], "123", strict=True))
    assert compiled(desk, scene, "compile", **other)[0] == 303
    fields = dict(zip([f"place-{c}" for c in codes], "172", strict=True))
    late = desk.post(at, data={"seen": old, "act": "compile", **fields})
    assert late.status_code == 409
    assert numbers(late.text) == {codes[2]: "2", codes[1]: "7", codes[0]: "3"}
    assert compiled(desk, scene, "publish")[0] == 303
    assert compiled(desk, scene, "freeze")[0] == 303
    late = desk.post(at, data={"seen": old, "act": "unfreeze", "reason": "Trưởng Ban yêu cầu."})
    assert late.status_code == 409
    assert ">Trưởng Ban yêu cầu.</textarea>" in late.text


@pytest.mark.parametrize("seen", [{}, {"seen": ""}, {"seen": " "}])
def test_a_form_that_does_not_say_what_was_seen_is_stale(
    doors: Doors, scene: Scene, seen: dict[str, str]
) -> None:
    given_nomination(scene, who="cs1", state=State.accepted)
    scene.close_proposal()
    at, desk = f"/vp/dot/{scene.key}/danh-sach", doors.at("office")
    for act in ("compile", "publish", "freeze", "unfreeze"):
        before = hidden(desk.get(at), "seen")
        late = desk.post(at, data={**seen, "act": act, "reason": "Sửa tên đơn vị."})
        assert late.status_code == 409
        assert "không gửi kèm tình trạng danh sách" in words(late)
        assert hidden(desk.get(at), "seen") == before, f"{act} was done"
        assert compiled(desk, scene, act, reason="Sửa tên đơn vị.")[0] == 303


def test_everybody_sees_the_list_once_it_is_shown_and_nothing_of_a_report(doors: Doors, scene: Scene) -> None:
    """The letter to each department leads there: whoever objects must see all of it (Luật TĐKT Đ.5)."""
    codes = [given_nomination(scene, who=who, state=State.accepted) for who in ("cs1", "kh1")]
    given_nomination(scene, who="kh2")
    scene.close_proposal()
    shown, clerk, desk = f"/dot/{scene.key}/danh-sach", doors.at("clerk-kh"), doors.at("office")
    assert compiled(desk, scene, "compile", **{f"place-{codes[1]}": "1", f"place-{codes[0]}": "2"})[0] == 303
    assert "chưa công khai danh sách" in words(clerk.get(shown))
    assert shown not in clerk.get(f"/dot/{scene.key}").text
    assert compiled(desk, scene, "publish")[0] == 303
    assert shown in clerk.get(f"/dot/{scene.key}").text
    page = words(clerk.get(shown))
    assert "2 đề nghị" in page
    assert "trước khi danh sách được chốt" in page
    assert page.index("KH 1") < page.index("CS 1")
    assert "KH 2" not in page, "a draft is its department's own"
    assert clerk.get(f"/de-nghi/{codes[0]}").status_code == 404
    assert compiled(desk, scene, "freeze")[0] == 303
    assert "Hội đồng bỏ phiếu đúng trên danh sách này" in words(doors.at("seat1").get(shown))
    assert compiled(desk, scene, "unfreeze", reason="Sửa tên.")[0] == 303
    assert shown in clerk.get(f"/dot/{scene.key}").text
    page = words(clerk.get(shown))
    assert "đang lập lại danh sách; đây là bản 1, công khai từ 17 giờ 00, thứ Sáu 17/10/2025" in page
    assert "Hội đồng bỏ phiếu đúng" not in page
    assert page.index("KH 1") < page.index("CS 1")
