"""A list that was shown can be read ever after, as it was shown, whatever the office compiles next."""

from engine.commands import listing, proposal
from engine.stages import State
from tests.api.office_given import Doors, words
from tests.factories import Scene, draft, given_nomination, nomination, return_to_department


def shown_anew(scene: Scene) -> None:
    """The office compiles what is accepted by now and shows it, an hour later."""
    scene.clock.push(hours=1)
    with scene.database.unit_of_work() as session:
        office = scene.actor("office", session)
        listing.compile_list(session, office, scene.key, now=scene.now)
        listing.publish_list(session, office, scene.key, now=scene.now)


def test_what_was_shown_stays_until_something_else_is_shown(doors: Doors) -> None:
    scene = doors.scene
    at, clerk = f"/dot/{scene.key}/danh-sach", doors.at("clerk-kh")
    given_nomination(scene, who="cs1", state=State.accepted)
    shown_anew(scene)
    given_nomination(scene, who="kh1", state=State.accepted)
    with scene.database.unit_of_work() as session:
        listing.compile_list(session, scene.actor("office", session), scene.key, now=scene.now)
    page = words(clerk.get(at))
    assert "Văn phòng Ban đang lập lại danh sách; đây là bản 1, công khai từ 10 giờ 00, thứ Hai" in page
    assert "trước khi danh sách được chốt" in page
    assert ("CS 1" in page, "KH 1" in page) == (True, False)
    assert clerk.get(f"{at}?ban=2").status_code == 404, "nobody has been shown it"
    shown_anew(scene)
    page = clerk.get(at)
    assert "KH 1" in words(page)
    assert "Bản 2, công khai 06/10/2025 (đang xem)" in words(page)
    assert "lập lại" not in words(page)
    assert f'href="{at}?ban=1"' in page.text
    first = words(clerk.get(f"{at}?ban=1"))
    assert "Đây là bản 1, công khai từ 10 giờ 00" in first
    assert "đã được thay bằng bản 2" in first
    assert "KH 1" not in first
    assert f'href="{at}?ban=1"' in doors.at("office").get(f"/vp/dot/{scene.key}/danh-sach").text
    for nonsense in ("0", "3", "x", "-1", "9" * 30, "²"):
        assert clerk.get(at, params={"ban": nonsense}).status_code == 404, nonsense


def test_a_list_opened_again_was_shown_all_the_same(doors: Doors) -> None:
    scene = doors.scene
    given_nomination(scene, who="cs1", state=State.accepted)
    scene.close_proposal()
    at, clerk = f"/dot/{scene.key}/danh-sach", doors.at("clerk-kh")
    shown_anew(scene)
    with scene.database.unit_of_work() as session:
        office = scene.actor("office", session)
        listing.freeze_list(session, office, scene.key, now=scene.now)
        listing.unfreeze_list(session, office, scene.key, reason="Sửa tên.", now=scene.now)
    assert "đang lập lại danh sách; đây là bản 1" in words(clerk.get(at))
    shown_anew(scene)
    with scene.database.unit_of_work() as session:
        listing.freeze_list(session, scene.actor("office", session), scene.key, now=scene.now)
    assert "Hội đồng bỏ phiếu đúng trên danh sách này" in words(clerk.get(at))
    first = words(clerk.get(f"{at}?ban=1"))
    assert "CS 1" in first
    assert "Hội đồng bỏ phiếu đúng" not in first
    assert "Đã chốt" not in first


def test_what_a_department_mends_meanwhile_is_not_put_into_what_was_shown(doors: Doors) -> None:
    scene = doors.scene
    at, clerk = f"/dot/{scene.key}/danh-sach", doors.at("clerk-kh")
    code = given_nomination(scene, who="cs1", state=State.accepted)
    shown_anew(scene)
    return_to_department(scene, code)
    with scene.database.unit_of_work() as session:
        proposal.save(
            session,
            scene.actor("clerk-cs", session),
            code,
            version=nomination(session, code).version,
            draft=draft("cs2"),
            now=scene.now,
        )
    page = words(clerk.get(at))
    assert ("CS 1" in page, "CS 2" in page) == (True, False)
