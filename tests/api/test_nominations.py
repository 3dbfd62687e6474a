"""The nomination's page for each role: what it shows, what may be done, and what it keeps to itself."""

from pathlib import Path

from sqlmodel import select

from engine.database import Database
from engine.models import Nomination
from engine.stages import Stage, State
from tests.api.office_given import Doors, state_of, words
from tests.factories import (
    cast,
    close_vote,
    given_nomination,
    given_round,
    given_vote,
    nomination,
    return_to_department,
    small_definition,
)


def test_a_draft_is_its_departments_alone(doors: Doors) -> None:
    code = given_nomination(doors.scene)
    assert doors.at("clerk-cs").get(f"/de-nghi/{code}").status_code == 200
    assert doors.at("chief-cs").get(f"/de-nghi/{code}").status_code == 200
    for who in ("clerk-kh", "office", "head", "seat1"):
        assert doors.at(who).get(f"/de-nghi/{code}").status_code == 404, who


def test_each_role_is_offered_its_own_acts(doors: Doors) -> None:
    draft = given_nomination(doors.scene, who="cs1")
    ready = given_nomination(doors.scene, who="cs2", state=State.ready)
    sent = given_nomination(doors.scene, who="cs3", state=State.proposed)
    clerk, chief, office_ = doors.at("clerk-cs"), doors.at("chief-cs"), doors.at("office")
    assert f"/de-nghi/{draft}/kiem-tra" in clerk.get(f"/de-nghi/{draft}").text
    assert "cua-phong?phong=cs" in chief.get(f"/de-nghi/{ready}").text
    assert "Ký cùng" not in words(clerk.get(f"/de-nghi/{ready}"))
    assert f"/de-nghi/{sent}/rut" in chief.get(f"/de-nghi/{sent}").text
    assert f"/de-nghi/{sent}/rut" not in clerk.get(f"/de-nghi/{sent}").text
    assert f"/vp/de-nghi/{sent}" in office_.get(f"/de-nghi/{sent}").text


def test_comments_stand_beside_their_fields(doors: Doors) -> None:
    code = given_nomination(doors.scene, state=State.returned)
    browser = doors.at("clerk-cs")
    page = browser.get(f"/de-nghi/{code}/thanh-tich").text
    place = page.index("Viết rõ hơn.")
    assert page.index('id="summary"') < place < page.index('id="achievements"')
    one = words(browser.get(f"/de-nghi/{code}"))
    assert "Văn phòng (Lâm Thị Phượng):" in one
    assert "Có ý kiến" in one
    assert "Hạn bổ sung" in one


def test_the_timeline_tells_who_what_when_and_why(doors: Doors) -> None:
    code = given_nomination(doors.scene, state=State.held)
    text = words(doors.at("clerk-cs").get(f"/de-nghi/{code}"))
    assert "Cán bộ cs – Lập bản nháp" in text
    assert "Lâm Thị Phượng – Tạm dừng xét Chờ xác minh. 9 giờ 00, thứ Hai 06/10/2025" in text
    assert text.index("Lập bản nháp") < text.index("Trưởng phòng ký đề nghị") < text.index("– Tạm dừng xét")


def test_a_row_of_saves_is_told_once(doors: Doors) -> None:
    code = given_nomination(doors.scene)
    browser = doors.at("clerk-cs")
    for n in range(4):
        form = {"step": "thanh-tich", "version": str(n + 1), "summary": f"Tóm tắt lần thứ {n}, đủ dài."}
        assert browser.post(f"/de-nghi/{code}/luu", data=form).status_code == 200
    assert words(browser.get(f"/de-nghi/{code}")).count("Lưu bản nháp") == 1


def test_what_was_signed_has_a_receipt(doors: Doors) -> None:
    code = given_nomination(doors.scene, state=State.proposed)
    text = words(doors.at("clerk-cs").get(f"/de-nghi/{code}"))
    assert "Trưởng phòng cs đã ký và gửi đề nghị này" in text
    assert code in text


def test_a_signed_nomination_is_withdrawn_by_its_head_with_a_reason(doors: Doors) -> None:
    code = given_nomination(doors.scene, state=State.proposed)
    chief = doors.at("chief-cs")
    assert chief.get(f"/de-nghi/{code}/rut").status_code == 200
    without = chief.post(f"/de-nghi/{code}/rut", data={"reason": "  "})
    assert without.status_code == 422
    assert 'href="#reason"' in without.text
    assert doors.at("clerk-cs").post(f"/de-nghi/{code}/rut", data={"reason": "Nhầm"}).status_code == 403
    assert chief.post(f"/de-nghi/{code}/rut", data={"reason": "Ghi nhầm người"}).status_code == 303
    assert "Ghi nhầm người" in words(chief.get(f"/de-nghi/{code}"))


def test_what_waits_for_the_signature_may_be_reopened(doors: Doors) -> None:
    code = given_nomination(doors.scene, state=State.ready)
    browser = doors.at("clerk-cs")
    assert browser.get(f"/de-nghi/{code}/thanh-tich").status_code == 409
    assert browser.post(f"/de-nghi/{code}/mo-lai").status_code == 303
    assert browser.get(f"/de-nghi/{code}/thanh-tich").status_code == 200


def test_a_stale_form_after_the_list_was_frozen_is_refused(voting_doors: Doors) -> None:
    with voting_doors.scene.database.read() as session:
        code = session.exec(select(Nomination.code).where(Nomination.department_key == "cs")).one()
    browser = voting_doors.at("clerk-cs")
    answer = browser.post(
        f"/de-nghi/{code}/thanh-tich", data={"version": "1", "summary": "Sửa sau khi chốt."}
    )
    assert answer.status_code == 409
    assert "Không có gì bị thay đổi" in words(answer)


def test_the_result_is_told_only_after_the_vote_is_closed(sqlite_database: Database, tmp_path: Path) -> None:
    scene, codes, hash_ = given_vote(sqlite_database)
    doors = Doors(scene, tmp_path / "data")
    for seat in range(1, 6):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    browser = doors.at("clerk-cs")
    assert "Kết quả của Hội đồng" not in words(browser.get(f"/de-nghi/{codes[0]}"))
    assert close_vote(scene)
    text = words(browser.get(f"/de-nghi/{codes[0]}"))
    assert "Kết quả của Hội đồng" in text
    assert "5/5" in text


def test_the_council_sees_what_is_listed_without_the_offices_notes(
    sqlite_database: Database, tmp_path: Path
) -> None:
    scene, codes, _hash = given_vote(sqlite_database)
    doors = Doors(scene, tmp_path / "data")
    answer = doors.at("seat1").get(f"/de-nghi/{codes[0]}")
    assert answer.status_code == 200
    assert "Diễn biến" not in words(answer)
    assert "Quy định nói gì" not in words(answer)


def test_the_departments_forms_open_again_when_returned_after_the_deadline(doors: Doors) -> None:
    scene = doors.scene
    code = given_nomination(scene, state=State.proposed)
    scene.close_proposal()
    return_to_department(scene, code)
    browser = doors.at("clerk-cs")
    answer = browser.post(
        f"/de-nghi/{code}/thanh-tich",
        data={"version": "1", "summary": "Đã bổ sung số liệu: 42 hộ.", "act": "draft"},
    )
    assert answer.status_code == 303
    with scene.database.read() as session:
        assert nomination(session, code).summary == "Đã bổ sung số liệu: 42 hộ."


ONE_FORM = {
    "id": "mot-hinh-thuc",
    "severity": "block",
    "check": "achievement_used_twice",
    "params": {"round_is_one_for": ["chuyen_de"]},
    "sentence": "{ten} đã được đề nghị hoặc đã nhận {hinh_thuc} cho cùng thành tích này.",
    "remedy": "Giữ một hình thức.",
    "source": "",
    "confidence": "C",
}


def test_an_unsent_draft_for_the_same_person_holds_nothing_up(
    sqlite_database: Database, tmp_path: Path
) -> None:
    rules = {"key": "one", "title": "Một", "valid_from": "2024-01-01", "rules": [ONE_FORM]}
    scene = given_round(sqlite_database, stage=Stage.proposal, definition=small_definition(rules=rules))
    draft = given_nomination(scene, award="giay-khen")
    ready = given_nomination(scene, award="bang-khen", state=State.ready)
    doors = Doors(scene, tmp_path / "data")
    clerk, chief = doors.at("clerk-cs"), doors.at("chief-cs")
    page = clerk.get(f"/de-nghi/{ready}")
    assert f"bản nháp của phòng lập ngày 06/10/2025, mã {draft}" in words(page)
    assert f'href="/de-nghi/{draft}"' in page.text
    # The other way it stops: what is passed on for signature is proposed, and both places say so.
    for place in ("", "/kiem-tra"):
        page = clerk.get(f"/de-nghi/{draft}{place}")
        assert "Phải sửa: Nông Đức CS 1 đã được đề nghị hoặc đã nhận Bằng khen" in words(page), place
        assert f"mã {ready}" in words(page)
        assert f'href="/de-nghi/{ready}"' in page.text
    assert clerk.post(f"/de-nghi/{draft}/kiem-tra").status_code == 422
    with scene.database.read() as session:
        version = nomination(session, ready).version
    signed = chief.post(f"/dot/{scene.key}/cua-phong/ky", data={"phong": "cs", "codes": f"{ready}:{version}"})
    assert signed.status_code == 303
    assert state_of(scene, ready) == State.proposed
