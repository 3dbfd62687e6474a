"""Who is reminded, who is late and who is told of it; what a moved deadline, leave or more time changes."""

import socket
from collections import Counter

import pytest
from sqlmodel import select

from engine.models import Event, Moment, Round
from tests.stories.acts import (
    COLLECTIVE,
    COUNCIL,
    DEPARTMENT,
    DEPARTMENT_HEAD,
    HEAD,
    OFFICE,
    OFFICE_ROUND,
    OWN_LINE,
    PLANNER,
    accept,
    finish,
    open_round,
    propose,
    sign,
    to_council,
    to_submission,
    vote,
)
from tests.stories.world import FINAL, World

DEADLINES = f"{OFFICE_ROUND}/han"


def _stage(world: World) -> str:
    with world.database.read() as session:
        return session.exec(select(Round.stage).where(Round.key == FINAL)).one()


def _told(world: World, seen: int, subject: str) -> set[str]:
    """Addresses of letters with this in the subject that came after the first `seen`; each once."""
    found = [to for to, said in world.letters_since(seen) if subject in said]
    assert len(found) == len(set(found)), found
    return {to.split("<")[-1].strip(">") for to in found}


def test_after_the_deadline_the_silent_are_told_and_then_the_office(world: World) -> None:
    world.plan()
    world.at("24/11/2025", "08:00")
    world.at("12/12/2025", "17:00")
    with world.database.read() as session:
        assert session.exec(select(Round.stage).where(Round.key == FINAL)).one() == "office"

    seen = len(world.postbox.letters)
    world.at("15/12/2025", "08:00")
    late = [letter for letter in world.postbox.letters[seen:] if "Gửi đề nghị" in str(letter["Subject"])]
    seen = len(world.postbox.letters)
    world.at("16/12/2025", "08:00")
    escalated = world.letters_since(seen)

    assert late
    assert any(
        world.email_of("luong-thi-hong-van") in to and "quá hạn" in subject for to, subject in escalated
    )


def test_a_department_that_has_proposed_is_not_reminded(world: World) -> None:
    open_round(world)
    propose(world, PLANNER)
    seen = len(world.postbox.letters)
    world.at("09/12/2025", "08:00")

    told = _told(world, seen, "Hoàn thành đề nghị")
    assert world.email_of(DEPARTMENT_HEAD) in told
    assert not told & {world.email_of(PLANNER.head), world.email_of(PLANNER.clerk)}


def test_council_reminders_go_exactly_to_the_silent(world: World) -> None:
    to_council(world, PLANNER)
    voted = COUNCIL[:4]
    for key in voted:
        vote(world, key)
    world.time()
    seen = len(world.postbox.letters)
    world.at("17/12/2025", "08:00")
    assert _told(world, seen, "Hoàn thành bỏ phiếu") == {world.email_of(key) for key in COUNCIL[4:]}

    for key in COUNCIL[4:]:
        vote(world, key)
    world.time()
    seen = len(world.postbox.letters)
    for day in ("19/12/2025", "22/12/2025"):
        world.at(day, "08:00")
    assert _told(world, seen, "Hoàn thành bỏ phiếu") == set()
    assert _stage(world) == "council"  # the secretary may close early; otherwise it ends at its hour
    world.at("22/12/2025", "17:00")
    assert _stage(world) == "submission"


def test_a_moved_deadline_moves_its_ladder_and_tells_the_departments(world: World) -> None:
    open_round(world)
    office = world.visitor(OFFICE).open(DEADLINES)
    office.press("Đổi hạn", {"due": "31/02/2026", "reason": "Chờ kết quả xếp loại."}, status=422)
    assert office.shown("reason") == "Chờ kết quả xếp loại."
    assert office.shown("due") == "31/02/2026"
    office.press("Đổi hạn", {"due": "19/12/2025", "reason": ""}, status=422)
    assert office.shown("due") == "19/12/2025"
    seen = len(world.postbox.letters)
    office.press("Đổi hạn", {"reason": "Chờ kết quả xếp loại."})
    world.time()
    assert world.email_of(DEPARTMENT_HEAD) in _told(world, seen, "Thay đổi thời hạn")

    world.at("12/12/2025", "17:00")
    assert _stage(world) == "proposal"
    seen = len(world.postbox.letters)
    world.at("16/12/2025", "08:00")
    assert world.email_of(DEPARTMENT_HEAD) in _told(world, seen, "Hoàn thành đề nghị")
    world.at("19/12/2025", "17:00")
    assert _stage(world) == "office"


def test_leave_lets_one_late_department_in_and_no_other(world: World) -> None:
    open_round(world)
    mine, other = finish(world, COLLECTIVE), finish(world, PLANNER)
    world.at("12/12/2025", "17:00")
    world.at("15/12/2025", "09:00")
    office = world.visitor(OFFICE).open(DEADLINES)
    assert "Cho nộp muộn" not in office.buttons()  # the head's alone to give
    head = world.visitor(HEAD).open(DEADLINES)
    leave = {"department": DEPARTMENT, "until": "16/12/2025"}
    head.press("Cho nộp muộn", leave, status=422)
    assert head.shown("until") == "16/12/2025"
    assert head.shown("department") == DEPARTMENT
    seen = len(world.postbox.letters)
    head.press("Cho nộp muộn", {"leave_reason": "Phòng đi công tác cơ sở."})
    world.time()
    assert world.email_of(DEPARTMENT_HEAD) in {
        to.split("<")[-1].strip(">") for to, _ in world.letters_since(seen)
    }

    assert "Đã ký và gửi 1 đề nghị" in sign(world, COLLECTIVE).words
    late = world.visitor(PLANNER.head).open(f"/dot/{FINAL}/cua-phong?phong={PLANNER.department}")
    codes = {"phong": PLANNER.department, "codes": [other]}
    late.send({"method": "POST", "url": f"/dot/{FINAL}/cua-phong/ky", "data": codes}, status=409)
    assert "Trưởng Ban" in late.words
    world.at("16/12/2025", "17:00")
    clerk = world.visitor(COLLECTIVE.clerk).open(f"/de-nghi/{mine}")
    assert "Rút đề nghị" not in clerk.words


def test_a_return_due_while_the_departments_still_propose_keeps_nobody_awake(world: World) -> None:
    """Its day comes weeks before the departments' own deadline, which counts: nothing is said, once."""
    open_round(world)
    [code] = propose(world, COLLECTIVE)
    office = world.visitor(OFFICE).open(f"/vp/de-nghi/{code}")
    office.press("Trả lại phòng để bổ sung", {"comment-summary": "Nêu rõ số hộ của từng xã."})
    world.time()
    seen = len(world.postbox.letters)

    world.at("01/12/2025", "08:00")  # ends only when nothing is due any more

    assert _stage(world) == "proposal"
    assert world.letters_since(seen) == []
    with world.database.read() as session:
        said = session.exec(select(Moment.outcome).where(Moment.department_key != "")).all()
    late = "quá hạn, không gửi nhắc nữa"
    assert set(said) == {"đã có lần nhắc sau", "hạn chung của các phòng còn sau ngày này", late}


def test_a_missed_quorum_decides_nothing_and_an_extension_lets_the_vote_go_on(world: World) -> None:
    [code] = to_council(world, PLANNER)
    for key in COUNCIL[:7]:  # 8 of 11 are needed
        vote(world, key)
    world.time()
    seen = len(world.postbox.letters)
    world.at("22/12/2025", "17:00")
    assert _stage(world) == "council"
    told = _told(world, seen, "quá hạn")
    assert {world.email_of("nguyen-duc-khanh"), world.email_of("vi-minh-tu"), world.email_of(OFFICE)} <= told

    office = world.visitor(OFFICE).open(f"{OFFICE_ROUND}/tien-do-phieu")
    assert "chưa đủ số thành viên" in office.words
    office.press("Đổi hạn bỏ phiếu", {"due": "24/12/2025"}, status=422)
    assert office.shown("due") == "24/12/2025"
    office.press("Đổi hạn bỏ phiếu", {"reason": "Bốn thành viên đi công tác."})
    world.time()
    vote(world, COUNCIL[8])
    world.at("24/12/2025", "17:00")
    assert _stage(world) == "submission"
    results = world.visitor(OFFICE).open(f"{OFFICE_ROUND}/ket-qua")
    assert "8/11, cần 6" in results.words
    assert code


def test_a_late_office_is_reminded_told_and_escalated_to_the_head(world: World) -> None:
    open_round(world)
    propose(world, COLLECTIVE)
    world.at("12/12/2025", "17:00")
    seen = len(world.postbox.letters)
    world.at("18/12/2025", "08:00")
    assert world.email_of(OFFICE) in _told(world, seen, "Kiểm tra hồ sơ đề nghị")
    seen = len(world.postbox.letters)
    world.at("22/12/2025", "08:00")
    assert world.email_of(OFFICE) in _told(world, seen, "Xử lý hồ sơ đề nghị")
    seen = len(world.postbox.letters)
    world.at("23/12/2025", "08:00")
    assert _told(world, seen, "quá hạn") == {world.email_of(HEAD)}


def test_an_office_that_is_done_is_left_alone(world: World) -> None:
    open_round(world)
    codes = propose(world, COLLECTIVE)
    world.at("12/12/2025", "17:00")
    world.at("15/12/2025", "09:00")
    accept(world, *codes)
    world.visitor(OFFICE).open(f"{OFFICE_ROUND}/danh-sach").press("Lập danh sách").press(
        "Công khai danh sách"
    ).press("Chốt danh sách")
    world.visitor(OFFICE).open(f"{OFFICE_ROUND}/mo-bo-phieu").press("Mở bỏ phiếu")
    world.time()
    seen = len(world.postbox.letters)
    world.at("18/12/2025", "08:00")
    assert _told(world, seen, "Kiểm tra hồ sơ đề nghị") == set()


def test_a_late_head_is_reminded_told_and_named(world: World) -> None:
    to_submission(world, OWN_LINE)
    seen = len(world.postbox.letters)
    world.at("30/12/2025", "08:00")
    assert _told(world, seen, "Xem xét đề xuất") == {world.email_of(HEAD)}
    seen = len(world.postbox.letters)
    world.at("02/01/2026", "08:00")  # a day off, exchanged for a Saturday
    assert _told(world, seen, "Xem xét đề xuất") == set()
    world.at("05/01/2026", "08:00")
    assert world.email_of(HEAD) in _told(world, seen, "Xem xét đề xuất")
    with world.database.read() as session:
        kinds = Counter(session.exec(select(Event.kind)).all())
    assert kinds["late"] >= 1
    assert _stage(world) == "submission"


def test_deadlines_pass_on_time_although_prefect_is_down(world: World) -> None:
    """Nobody answers at this world's Prefect: the record goes on all the same."""
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", 9), timeout=1):
        pass
    to_council(world, PLANNER)
    world.at("22/12/2025", "17:00")

    assert _stage(world) == "council"  # nobody voted: told, not decided
    assert "chưa đủ số thành viên tham gia" in world.visitor(OFFICE).open(DEADLINES).words
