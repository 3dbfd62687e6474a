"""What was refused, revoked, late or never signed: subject and heading say what happened, and to whom."""

from collections.abc import Iterable
from datetime import date

import pytest
from sqlmodel import col, select

from engine.commands import listing, submission
from engine.database import Database
from engine.models import Event, Message, Nomination
from engine.stages import Stage, State
from notifications.compose import make_environment, render
from notifications.planner import plan_letters
from tests.engine.commands.test_completion import sent_back
from tests.engine.commands.test_time import run_time
from tests.factories import (
    Scene,
    give_leave,
    given_frozen_list,
    given_nomination,
    given_result,
    given_return,
    given_round,
    return_to_department,
)
from tests.notifications.test_dossier_letter import HOUSE
from tests.notifications.test_letters import FULL

ENVIRONMENT = make_environment()
OF_CS = ["chief-cs@bdt.example", "clerk-cs@bdt.example"]
AWARDED = ("trân trọng", "Đã có quyết định khen thưởng", "Kết quả khen thưởng")


def letters_of(scene: Scene, kind: str) -> list[Message]:
    """Write what is to be written; the letters of all events of a kind."""
    with scene.database.unit_of_work() as session:
        while plan_letters(session, ENVIRONMENT, house=HOUSE, calendar=scene.calendar, now=scene.now):
            pass
    with scene.database.read() as session:
        return list(
            session.exec(
                select(Message)
                .join(Event)
                .where(Event.kind == kind, Message.state != "silent")
                .order_by(col(Message.id))
            ).all()
        )


def addresses(letters: Iterable[Message]) -> list[str]:
    return sorted(letter.address for letter in letters)


def parts(letter: Message) -> tuple[str, str, str]:
    return letter.subject, letter.text, letter.html


def test_a_refusal_by_the_head_is_not_mailed_as_an_award(sqlite_database: Database) -> None:
    scene, codes = given_result(sqlite_database)
    with sqlite_database.unit_of_work() as session:
        head = scene.actor("head", session)
        submission.refuse(session, head, codes[0], reason="Để xét vào cuối năm.", now=scene.now)
    letters = letters_of(scene, "refuse")
    assert addresses(letters) == OF_CS
    for letter in letters:
        assert letter.subject.startswith("Thủ trưởng không đồng ý khen thưởng: Nông Đức CS 1 – ")
        assert "Kết quả xem xét: Thủ trưởng không đồng ý khen thưởng</h1>" in letter.html
        for part in (letter.text, letter.html):
            assert "Bằng khen của Chủ tịch UBND tỉnh" in part
            assert "Để xét vào cuối năm." in part
        assert not [said for said in AWARDED for part in parts(letter) if said in part]


def test_a_revocation_is_not_mailed_as_a_result(sqlite_database: Database) -> None:
    scene, codes = given_result(sqlite_database, approved=True)
    with sqlite_database.unit_of_work() as session:
        head = scene.actor("head", session)
        submission.decide(
            session,
            head,
            scene.key,
            codes=codes[1:],
            number="15/QĐ-BDT",
            dated=scene.now.date(),
            now=scene.now,
        )
    with sqlite_database.unit_of_work() as session:
        head = scene.actor("head", session)
        submission.revoke(session, head, codes[1], reason="Khai không đúng.", now=scene.now)
    letters = letters_of(scene, "revoke")
    assert addresses(letters) == ["chief-kh@bdt.example", "clerk-kh@bdt.example"]
    for letter in letters:
        assert letter.subject.startswith("Huỷ quyết định khen thưởng: Nông Đức KH 1 – ")
        assert "Quyết định khen thưởng bị huỷ</h1>" in letter.html
        assert f"Quyết định bị huỷ: số 15/QĐ-BDT ngày {scene.now:%d/%m/%Y}" in letter.text
        assert "Căn cứ huỷ: Khai không đúng." in letter.text
        assert not [said for said in AWARDED for part in parts(letter) if said in part]


def own_dates_passed(scene: Scene) -> list[Message]:
    """What the office is told beyond the general deadline of the departments."""
    return [m for m in letters_of(scene, "escalated") if not m.subject.startswith("Chỉ đạo ")]


def test_returns_overdue_on_one_day_are_told_apart_and_name_their_nominations(
    sqlite_database: Database,
) -> None:
    scene, _codes = given_return(sqlite_database)
    with sqlite_database.read() as session:
        other = session.exec(select(Nomination.code).where(Nomination.department_key == "kh")).one()
    return_to_department(scene, other)
    scene.clock.set(date(2025, 10, 23), 8)  # the morning's reminders have slept through both dates
    run_time(scene)
    letters = own_dates_passed(scene)
    assert addresses(letters) == ["office@bdt.example"] * 2
    of_cs, of_kh = sorted(letters, key=lambda letter: letter.subject)
    assert of_cs.subject.startswith(
        "Quá hạn: Phòng Chính sách, bổ sung đề nghị được trả lại – đã hết hạn từ "
    )
    assert of_kh.subject.startswith("Quá hạn: Phòng Kế hoạch, bổ sung đề nghị được trả lại – đã hết hạn từ ")
    for who in ("Nông Đức CS 1", "Nông Đức CS 2"):
        assert f"Chưa gửi lại: {who} – Bằng khen của Chủ tịch UBND tỉnh" in of_cs.text
    assert "Chưa gửi lại: Nông Đức KH 1 – " in of_kh.text
    for letter in letters:
        assert "dù đã được nhắc" not in letter.text + letter.html, "nothing had been sent"


def test_a_leave_overdue_says_that_it_is_one(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    give_leave(scene, date(2025, 10, 22))
    scene.close_proposal()
    scene.clock.set(date(2025, 10, 23), 8)
    run_time(scene)
    (letter,) = own_dates_passed(scene)
    assert letter.subject.startswith("Quá hạn: Phòng Chính sách, nộp muộn theo cho phép của Thủ trưởng – ")
    assert "Chưa trả lời: Phòng Chính sách" in letter.text


def test_a_draft_nobody_signed_was_not_looked_at(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    given_nomination(scene, who="kh1", state=State.accepted)
    given_nomination(scene, who="cs2")
    given_frozen_list(scene)
    letters = letters_of(scene, "lapsed")
    assert addresses(letters) == OF_CS
    for letter in letters:
        assert letter.subject.startswith("Đề nghị chưa ký gửi, không vào danh sách – ")
        assert "Nông Đức CS 2 – Bằng khen của Chủ tịch UBND tỉnh" in letter.text
        for part in parts(letter):
            assert "Sau khi kiểm tra" not in part
            assert "không thể tiếp nhận" not in part


def freeze_again(scene: Scene) -> None:
    """The office opens the frozen list and freezes it as it was."""
    with scene.database.unit_of_work() as session:
        office = scene.actor("office", session)
        listing.unfreeze_list(session, office, scene.key, reason="Nhầm thứ tự.", now=scene.now)
        listing.publish_list(session, office, scene.key, now=scene.now)
        listing.freeze_list(session, office, scene.key, now=scene.now)


def test_what_lapses_again_unchanged_is_told_once_unless_leave_was_given_in_vain(
    sqlite_database: Database,
) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    given_nomination(scene, who="kh1", state=State.accepted)
    given_nomination(scene, who="cs2")
    given_nomination(scene, who="kh2")
    given_frozen_list(scene)
    of_kh = [address.replace("cs", "kh") for address in OF_CS]
    assert addresses(letters_of(scene, "lapsed")) == [OF_CS[0], of_kh[0], OF_CS[1], of_kh[1]]
    freeze_again(scene)
    assert len(letters_of(scene, "lapsed")) == 4, "the same drafts, and nothing has happened to them"
    with scene.database.unit_of_work() as session:
        office = scene.actor("office", session)
        listing.unfreeze_list(session, office, scene.key, reason="Chờ phòng.", now=scene.now)
    give_leave(scene, date(2025, 10, 20))
    scene.clock.set(date(2025, 10, 21))
    with scene.database.unit_of_work() as session:
        listing.publish_list(session, office, scene.key, now=scene.now)
        listing.freeze_list(session, office, scene.key, now=scene.now)
    assert addresses(letters_of(scene, "lapsed")[4:]) == OF_CS, "kh had no leave"
    freeze_again(scene)
    assert len(letters_of(scene, "lapsed")) == 6


@pytest.mark.parametrize("kind", ["text", "html"])
def test_who_is_asked_to_complete_without_a_date_is_told_that_there_is_none(
    sqlite_database: Database, kind: str
) -> None:
    scene, _codes = sent_back(sqlite_database)
    letters = [m for m in letters_of(scene, "answered") if m.letter == "completion_asked"]
    assert addresses(letters) == OF_CS
    said = "Thư này không ấn định thời hạn: Văn phòng Ban đang chờ, xin bổ sung càng sớm càng tốt."
    for letter in letters:
        assert said in getattr(letter, kind)
    (office,) = [m for m in letters_of(scene, "answered") if m.letter == "dossier_reminder"]
    assert office.address == "office@bdt.example"
    waits = "2 đề nghị Sở Nội vụ trả để bổ sung: bổ sung xong thì lập bản hồ sơ mới."
    assert waits in getattr(office, kind)
    assert "đã được Thủ trưởng đồng ý" not in getattr(office, kind), "nothing else waits for the office"
    assert said not in getattr(render(ENVIRONMENT, "completion_asked", FULL), kind), "there it has a date"


def test_the_office_is_told_once_of_each_leave(database: Database) -> None:
    scene = given_round(database, stage=Stage.proposal)
    for _ in range(2):
        give_leave(scene, date(2026, 1, 5))
    letters = letters_of(scene, "leave_given")
    told = [letter for letter in letters if letter.letter == "leave_given"]
    assert addresses(told) == ["office@bdt.example"]
    assert told[0].subject.startswith("Thủ trưởng cho nộp muộn: Phòng Chính sách – còn ")
    for said in ("Được nộp đến: 17 giờ 00, thứ Hai 05/01/2026", "Đơn vị: Phòng Chính sách", "Lý do: Bão."):
        assert said in told[0].text
    assert "vì Văn phòng là thường trực" in told[0].text
    assert "sau hạn của Văn phòng" not in told[0].text, "the office has no deadline yet"
    departments = [letter for letter in letters if letter.letter == "deadline_moved"]
    assert addresses(departments) == OF_CS
    assert all("17 giờ 00, thứ Hai 05/01/2026" in letter.text for letter in departments)


def test_the_office_is_told_of_a_leave_that_outlasts_its_own_deadline(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    scene.close_proposal()  # the office has until Friday 24 October
    give_leave(scene, date(2025, 10, 24))
    give_leave(scene, date(2025, 10, 27))
    letters = letters_of(scene, "leave_given")
    of_office = [letter for letter in letters if letter.letter == "leave_given"]
    said = "Ngày này sau hạn của Văn phòng: cần dời cả hạn của Văn phòng."
    assert [said in letter.text for letter in of_office] == [False, True]
    assert [said in letter.html for letter in of_office] == [False, True]
    assert not [letter for letter in letters if letter.letter != "leave_given" and said in letter.text]
