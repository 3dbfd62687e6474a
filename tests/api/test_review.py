"""Văn phòng checks one nomination: ticks, accept, return with comments, hold, release, decline."""

import io
import re
from dataclasses import replace
from datetime import date

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from pypdf import PdfWriter
from sqlalchemy import select
from sqlmodel import col

from engine.commands import attachments, office, proposal
from engine.files import FileStore
from engine.models import Comment
from engine.stages import State
from tests.api.office_given import Doors, hidden, state_of, words
from tests.factories import Scene, give_leave, given_nomination

HEADED = pytest.mark.parametrize("who", ["clerk-cs", "seat2"])


@pytest.fixture
def scene(doors: Doors) -> Scene:
    return doors.scene


@pytest.fixture
def desk(doors: Doors) -> TestClient:
    return doors.at("office")


def pressed(desk: TestClient, code: str, act: str, **fields: str) -> Response:
    """Press a button on the nomination's page as it stands now."""
    at = f"/vp/de-nghi/{code}"
    return desk.post(at, data={"seen": hidden(desk.get(at), "seen"), "act": act, **fields})


def test_the_check_shows_everything_and_accepts(desk: TestClient, scene: Scene) -> None:
    code = given_nomination(scene, who="cs1", state=State.proposed)
    after = given_nomination(scene, who="kh1", state=State.proposed)
    page = desk.get(f"/vp/de-nghi/{code}")
    said = words(page)
    assert "Vận động nhân dân hiến đất" in said
    assert "01/01/2021 – 31/12/2025" in said
    assert "Còn 2 đề nghị cần kiểm tra" in said
    form = {"seen": hidden(page, "seen"), "items": hidden(page, "items")}
    short = desk.post(f"/vp/de-nghi/{code}", data={**form, "act": "accept"})
    assert short.status_code == 422
    assert "Chưa xác nhận: Báo cáo thành tích." in words(short)
    assert state_of(scene, code) == "proposed"
    done = desk.post(f"/vp/de-nghi/{code}", data={**form, "act": "accept", "tick-bao-cao": "1"})
    assert done.status_code == 303
    assert done.headers["location"] == f"/vp/de-nghi/{after}"
    assert state_of(scene, code) == "accepted"


def test_ticks_are_kept_when_accepting_is_refused(desk: TestClient, scene: Scene) -> None:
    """What was ticked stays ticked in the record, though the file that is asked for is missing."""
    code = given_nomination(scene, who="cs1", state=State.proposed)
    page = desk.get(f"/vp/de-nghi/{code}")
    form = {"seen": hidden(page, "seen"), "items": hidden(page, "items"), "tick-minh-chung": "1"}
    refused = desk.post(f"/vp/de-nghi/{code}", data={**form, "act": "accept"})
    assert refused.status_code == 422
    assert (
        'id="tick-minh-chung" name="tick-minh-chung" value="1" checked'
        in desk.get(f"/vp/de-nghi/{code}").text
    )


def test_a_return_carries_comments_beside_fields(desk: TestClient, scene: Scene) -> None:
    code = given_nomination(scene, who="cs1", state=State.proposed)
    empty = pressed(desk, code, "return", **{"comment-summary": "  "})
    assert empty.status_code == 422
    assert "Ghi ít nhất một ý kiến" in words(empty)
    said = {
        "comment-summary": "Nêu số liệu cụ thể.",
        "comment-files.minh-chung": "Thêm ảnh.",
        "comment-": "Gửi lại sớm.",
    }
    assert pressed(desk, code, "return", **said).status_code == 303
    assert state_of(scene, code) == "returned"
    with scene.database.read() as session:
        kept = dict(session.execute(select(col(Comment.field), col(Comment.body))).all())
    assert kept == {"summary": "Nêu số liệu cụ thể.", "files.minh-chung": "Thêm ảnh.", "": "Gửi lại sớm."}
    assert "Nêu số liệu cụ thể." in words(desk.get(f"/vp/de-nghi/{code}"))


def test_hold_release_and_decline_need_a_reason(desk: TestClient, scene: Scene) -> None:
    code = given_nomination(scene, who="cs1", state=State.proposed)
    for act, reason, after in (
        ("hold", "Chờ Thanh tra trả lời.", "held"),
        ("release", "Không có vi phạm.", "proposed"),
        ("decline", "Thành tích đã được khen.", "declined"),
    ):
        assert pressed(desk, code, act, reason=" ").status_code == 422
        assert pressed(desk, code, act, reason=reason).status_code == 303
        assert state_of(scene, code) == after
    assert "Thành tích đã được khen." in words(desk.get(f"/vp/de-nghi/{code}"))


def test_two_at_one_desk_the_later_is_told_and_loses_nothing(doors: Doors, scene: Scene) -> None:
    code = given_nomination(scene, who="cs1", state=State.proposed)
    mine = doors.at("office")
    page = mine.get(f"/vp/de-nghi/{code}")
    with scene.database.unit_of_work() as session:
        other = replace(scene.actor("office", session), name="Người Khác")
        office.hold(session, other, code, reason="Đang xác minh.", now=scene.now)
    late = mine.post(
        f"/vp/de-nghi/{code}",
        data={"seen": hidden(page, "seen"), "act": "return", "comment-summary": "Viết lại đoạn này."},
    )
    assert late.status_code == 409
    assert "Người Khác vừa xử lý đề nghị này lúc" in words(late)
    assert state_of(scene, code) == "held"


def test_what_was_typed_survives_a_stale_page(doors: Doors, scene: Scene) -> None:
    code = given_nomination(scene, who="cs1", state=State.proposed)
    mine = doors.at("office")
    page = mine.get(f"/vp/de-nghi/{code}")
    with scene.database.unit_of_work() as session:
        office.tick(session, scene.actor("office", session), code, ticks={"bao-cao": True}, now=scene.now)
    typed = {"act": "return", "comment-summary": "Viết lại đoạn này."}
    late = mine.post(f"/vp/de-nghi/{code}", data={"seen": hidden(page, "seen"), **typed})
    assert late.status_code == 409
    assert "Viết lại đoạn này." in late.text
    again = mine.post(f"/vp/de-nghi/{code}", data={"seen": hidden(late, "seen"), **typed})
    assert again.status_code == 303


@pytest.mark.parametrize("act", ["tick", "accept", "return", "hold", "release", "decline"])
@pytest.mark.parametrize("seen", [{}, {"seen": ""}, {"seen": " "}])
def test_a_form_that_does_not_say_what_was_seen_is_stale(
    desk: TestClient, scene: Scene, act: str, seen: dict[str, str]
) -> None:
    code = given_nomination(scene, who="cs1", state=State.held if act == "release" else State.proposed)
    before, head = state_of(scene, code), hidden(desk.get(f"/vp/de-nghi/{code}"), "seen")
    typed = {"comment-summary": "Viết lại đoạn này.", "reason": "Có lý do.", "items": "bao-cao minh-chung"}
    late = desk.post(f"/vp/de-nghi/{code}", data={**seen, "act": act, "tick-bao-cao": "1", **typed})
    assert late.status_code == 409
    assert "Xem lại rồi bấm lại nếu cần" in words(late)
    assert "vừa xử lý" not in words(late), "nobody else did anything"
    assert "Viết lại đoạn này." in late.text
    assert (state_of(scene, code), hidden(late, "seen")) == (before, head)


@HEADED
def test_only_the_office_checks(doors: Doors, scene: Scene, who: str) -> None:
    code = given_nomination(scene, who="cs1", state=State.proposed)
    for address in (f"/vp/de-nghi/{code}", "/vp/de-nghi/khong-co"):
        assert doors.at(who).get(address).status_code == 403
        assert doors.at(who).post(address, data={"act": "accept"}).status_code == 403
    assert doors.at("head").post(f"/vp/de-nghi/{code}", data={"act": "accept"}).status_code == 403
    assert doors.at("head").get(f"/vp/de-nghi/{code}").status_code == 200


def test_files_open_from_the_check(doors: Doors, desk: TestClient, scene: Scene) -> None:
    code = given_nomination(scene, who="cs1")
    pdf = PdfWriter()
    pdf.add_blank_page(200, 200)
    made = io.BytesIO()
    pdf.write(made)
    bytes_ = made.getvalue()
    kept = FileStore(doors.data / "files").take_in(io.BytesIO(bytes_), name="minh-chung.pdf", limit=10**6)
    with scene.database.unit_of_work() as session:
        clerk, chief = (scene.actor(who, session) for who in ("clerk-cs", "chief-cs"))
        file = attachments.StoredFile("minh-chung.pdf", kept.media_type, kept.size, kept.sha256)
        attachments.attach(session, clerk, code, item_key="minh-chung", file=file, now=scene.now)
        proposal.finish(session, clerk, code, now=scene.now)
        proposal.sign_off(session, chief, scene.key, department="cs", codes=[code], now=scene.now)
    page = desk.get(f"/vp/de-nghi/{code}")
    assert "minh-chung.pdf" in words(page)
    found = re.search(r'href="(/tep/[0-9]+)"', page.text)
    assert found
    assert desk.get(found[1]).content == bytes_


def test_what_was_asked_for_before_stands_beside_its_field_with_the_round_of_return(
    desk: TestClient, scene: Scene
) -> None:
    code = given_nomination(scene, who="cs1", state=State.proposed)

    def sent_back(comments: dict[str, str]) -> None:
        scene.clock.push(hours=1)
        said = {f"comment-{field}": text for field, text in comments.items()}
        assert pressed(desk, code, "return", **said).status_code == 303

    def signed_again() -> None:
        scene.clock.push(hours=1)
        with scene.database.unit_of_work() as session:
            clerk, chief = scene.actor("clerk-cs", session), scene.actor("chief-cs", session)
            proposal.finish(session, clerk, code, now=scene.now)
            proposal.sign_off(session, chief, scene.key, department="cs", codes=[code], now=scene.now)

    sent_back({"summary": "Viết rõ hơn.", "files.minh-chung": "Tệp mờ.", "": "Rà lại cả bản."})
    signed_again()
    page = words(desk.get(f"/vp/de-nghi/{code}"))
    fields, _, checklist = page.partition("Danh mục hồ sơ")
    answered = "Lâm Thị Phượng, 06/10/2025, trả lại lần 1. Phòng đã bổ sung , ký lại 06/10/2025"
    assert f"Viết rõ hơn. {answered}" in fields
    assert f"Rà lại cả bản. {answered}" in fields
    assert f"Tệp mờ. {answered}" in checklist
    assert fields.index("Tóm tắt thành tích") < fields.index("Viết rõ hơn.") < fields.index("Ý kiến chung")
    sent_back({"summary": "Vẫn chưa rõ."})
    page = words(desk.get(f"/vp/de-nghi/{code}"))
    assert "Vẫn chưa rõ. Lâm Thị Phượng, 06/10/2025, trả lại lần 2" in page
    assert "trả lại lần 2. Phòng đã bổ sung" not in page
    assert f"Viết rõ hơn. {answered}" in page


def test_a_leave_given_after_the_return_is_the_day_the_office_reads(doors: Doors) -> None:
    scene = doors.scene
    code = given_nomination(scene, state=State.returned)
    scene.close_proposal()
    give_leave(scene, date(2025, 10, 29))
    page = words(doors.at("office").get(f"/vp/de-nghi/{code}"))
    assert "Phòng bổ sung đến 17 giờ 00, thứ Tư 29/10/2025" in page
    assert "Phòng còn được bổ sung đến 17 giờ 00, thứ Tư 29/10/2025" in page
