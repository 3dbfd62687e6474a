"""Deadlines, letters and new rounds at their pages."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete, func, select
from sqlmodel import col

from engine.commands.letters import UNWRITTEN
from engine.models import Event, EventToTell, Message, Round
from tests.api.office_given import Doors, count, words
from tests.factories import Scene, person


@pytest.fixture
def scene(doors: Doors) -> Scene:
    return doors.scene


@pytest.fixture
def desk(doors: Doors) -> TestClient:
    return doors.at("office")


def test_a_deadline_moves_with_a_reason(doors: Doors, scene: Scene) -> None:
    desk = doors.at("office")
    at = f"/vp/dot/{scene.key}/han"
    for typed, said in (
        ({"due": "31/2/2025", "reason": "x"}, "không phải là ngày"),
        ({"due": "", "reason": "x"}, "Ghi một ngày"),
        ({"due": "24/10/2025", "reason": ""}, "Ghi lý do đổi hạn"),
        ({"due": "1/10/2025", "reason": "x"}, "phải sau thời điểm hiện tại"),
    ):
        answer = desk.post(at, data={"stage": "proposal", **typed})
        assert answer.status_code == 422
        assert said in words(answer)
    assert (
        desk.post(at, data={"stage": "proposal", "due": "24/10/2025", "reason": "Bão số 11."}).status_code
        == 303
    )
    said = words(desk.get(at))
    assert "Ấn định thứ Sáu 24/10/2025" in said
    assert "(đã đổi 1 lần)" in said
    assert "đổi hạn" in said
    # The same form once the departments' time is over: it named a stage that has passed.
    scene.clock.set(date(2025, 10, 24), 17)
    scene.close_proposal()
    late = doors.at("office").post(at, data={"stage": "proposal", "due": "31/10/2025", "reason": "Chậm."})
    assert late.status_code == 409
    assert "giai đoạn đang diễn ra" in words(late)


def test_leave_is_the_heads_to_give(doors: Doors, scene: Scene) -> None:
    scene.close_proposal()
    at, typed = (
        f"/vp/dot/{scene.key}/han",
        {"department": "kh", "until": "22/10/2025", "leave_reason": "Đi lũ."},
    )
    assert doors.at("office").post(f"{at}/nop-muon", data=typed).status_code == 403
    assert "Trưởng Ban (Vi Minh Tú) quyết định" in words(doors.at("office").get(at))
    head = doors.at("head")
    assert head.post(f"{at}/nop-muon", data={**typed, "department": "xx"}).status_code == 422
    assert head.post(f"{at}/nop-muon", data={**typed, "leave_reason": ""}).status_code == 422
    assert head.post(f"{at}/nop-muon", data=typed).status_code == 303
    said = words(head.get(at))
    assert "Phòng được báo qua thư." in said
    assert "Phòng Kế hoạch đến 17 giờ 00, thứ Tư 22/10/2025: Đi lũ." in said
    assert head.post(f"{at}/nop-muon", data=typed).status_code == 303, "the same again"
    said = words(head.get(at))
    assert "không gửi thêm thư" in said
    assert "Phòng được báo qua thư." not in said
    assert count(scene, "leave_given") == 1


def test_the_example_of_a_date_is_today(doors: Doors, scene: Scene) -> None:
    scene.clock.set(date(2025, 10, 9), 10)
    head, at = doors.at("head"), f"/vp/dot/{scene.key}/han"
    assert words(head.get(at)).count("Ví dụ 09/10/2025.") == 2
    for typed, said in (("", "Ghi một ngày, ví dụ 09/10/2025."), ("mai", "Ghi như 09/10/2025.")):
        answer = head.post(at, data={"stage": "proposal", "due": typed, "reason": "Bão."})
        assert said in words(answer)


def letter(scene: Scene, state: str, **values: Any) -> int:
    with scene.database.unit_of_work() as session:
        of = session.execute(select(Event).where(col(Event.round_id).is_not(None))).scalars().first()
        assert of is not None
        someone = person(session, "kh1")
        someone.phone = "0912 000 111"
        session.add(someone)
        row = Message(
            event_id=of.id,
            round_id=of.round_id,
            letter=f"reminder-{state}",
            person_id=someone.id,
            address="kh1@bdt.example",
            name=someone.name,
            subject="Nhắc nộp đề nghị",
            written_at=scene.now,
            state=state,
            **{"attempts": 3, **values},
        )
        session.add(row)
        session.flush()
        return row.id or 0


def test_a_failed_letter_says_whom_to_call_and_is_tried_again(desk: TestClient, scene: Scene) -> None:
    failed, sent = letter(scene, "failed", outcome="550 không có hộp thư"), letter(scene, "sent")
    at = f"/vp/dot/{scene.key}/thu"
    assert "Gọi điện cho Nông Đức KH 1: 0912 000 111" in words(desk.get(at))
    assert "1 thư không gửi được" in words(desk.get(f"/vp/dot/{scene.key}"))
    assert desk.post(at, data={"id": str(failed)}).status_code == 303
    assert desk.post(at, data={"id": str(failed)}).status_code == 303
    assert desk.post(at, data={"id": str(sent)}).status_code == 409
    assert desk.post(at, data={"id": "999999"}).status_code == 404
    with scene.database.read() as session:
        row = session.get_one(Message, failed)
        assert (row.state, row.next_at) == ("queued", scene.now)
    assert count(scene, "letter_retried") == 1


def test_letters_that_could_not_be_written_are_asked_for_anew(desk: TestClient, scene: Scene) -> None:
    with scene.database.unit_of_work() as session:
        of = session.execute(select(Event).where(col(Event.kind) == "proposal_opened")).scalars().one()
        session.execute(delete(EventToTell))
        row = Message(
            event_id=of.id or 0,
            round_id=of.round_id,
            letter=UNWRITTEN,
            address="",
            written_at=scene.now,
            state="failed",
            outcome="Không viết được thư (KeyError). Báo quản trị.",
        )
        session.add(row)
        session.flush()
        event_id, row_id = of.id, str(row.id)
    at = f"/vp/dot/{scene.key}/thu"
    said = words(desk.get(at))
    assert "Không viết được thư (KeyError)" in said
    assert "Viết lại" in said
    assert "Gọi điện cho" not in said, "nobody knows to whom"
    for _ in range(2):
        assert desk.post(at, data={"id": row_id}).status_code == 303
    with scene.database.read() as session:
        assert session.execute(select(EventToTell.event_id)).scalars().all() == [event_id]
    said = words(desk.get(at))
    assert "viết lại" in said
    assert "Không viết được thư" not in said
    assert count(scene, "letter_retried") == 1


def test_a_mail_server_that_is_down_is_announced(desk: TestClient, scene: Scene) -> None:
    letter(scene, "queued", next_at=scene.now)
    assert "Máy chủ thư chưa nhận 1 thư" in words(desk.get(f"/vp/dot/{scene.key}/thu"))


@pytest.mark.parametrize("state", ["claimed", "sending"])
def test_a_letter_that_is_being_sent_has_not_been_refused(desk: TestClient, scene: Scene, state: str) -> None:
    row, board = letter(scene, state, attempts=1), f"/vp/dot/{scene.key}"
    assert "máy chủ thư chưa nhận" not in words(desk.get(board))
    assert "Máy chủ thư chưa nhận" not in words(desk.get(f"{board}/thu"))
    with scene.database.unit_of_work() as session:
        session.get_one(Message, row).attempts = 2
    assert "1 thư máy chủ thư chưa nhận" in words(desk.get(board))


def test_a_round_is_planned_from_its_file_once(desk: TestClient, scene: Scene) -> None:
    said = words(desk.get("/vp/dot"))
    assert "Kiểm tra đạt" in said
    assert desk.post("/vp/dot", data={"key": "khong-co"}).status_code == 404
    key = "ntm-2025-tong-ket"
    assert f'value="{key}"' in desk.get("/vp/dot").text
    assert desk.post("/vp/dot", data={"key": key}).headers["location"] == f"/vp/dot/{key}"
    assert desk.post("/vp/dot", data={"key": key}).status_code == 303
    assert f'value="{key}"' not in desk.get("/vp/dot").text
    with scene.database.read() as session:
        assert (
            session.execute(select(func.count()).select_from(Round).where(col(Round.key) == key)).scalar_one()
            == 1
        )
    assert "Đợt xét mở ngày" in words(desk.get(f"/vp/dot/{key}"))


def test_a_faulty_file_is_named_with_line_and_remedy(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tests.api.office_given as given  # noqa: PLC0415 — its texts are changed for this test

    name = "config/reviews/ntm-2025-tong-ket.yaml"
    broken = {**given.TEXTS, name: given.TEXTS[name].replace("quorum: 2/3", "quorum: 3/2", 1)}
    monkeypatch.setattr(given, "TEXTS", broken)
    desk = Doors(scene, tmp_path).at("office")
    said = words(desk.get("/vp/dot"))
    assert "Chưa dùng được" in said
    assert f"{name}, dòng" in said
    assert "ntm-2025-tong-ket.yaml" in words(desk.post("/vp/dot", data={"key": "ntm-2025-tong-ket"}))


@pytest.mark.parametrize("who", ["clerk-cs", "head", "seat2"])
def test_only_office_and_admin_plan(doors: Doors, who: str) -> None:
    assert doors.at(who).get("/vp/dot").status_code == 403
    assert doors.at(who).post("/vp/dot", data={"key": "ntm-2025-tong-ket"}).status_code == 403


def test_a_round_without_nominations_is_ended_with_a_reason(doors: Doors, scene: Scene) -> None:
    scene.close_proposal()
    desk = doors.at("office")
    at = f"/vp/dot/{scene.key}/ket-thuc"

    silent = desk.post(at, data={"end_reason": ""})
    assert silent.status_code == 422
    assert 'href="#end_reason"' in silent.text

    assert desk.post(at, data={"end_reason": "Không phòng nào đề nghị."}).status_code == 303
    with doors.scene.database.read() as session:
        assert session.execute(select(col(Round.stage))).scalar_one() == "closed"


def test_a_refused_form_shows_what_was_typed(doors: Doors, scene: Scene) -> None:
    """Nothing typed is lost, whatever the refusal."""
    typed = "Không phòng nào đề nghị trong đợt này cả."
    answer = doors.at("office").post(f"/vp/dot/{scene.key}/ket-thuc", data={"end_reason": typed})
    assert answer.status_code == 409
    assert typed in answer.text
    assert "Gửi lại" in words(answer)
