"""Letters that go to many say what is true for each, and lead to the page where the reader acts."""

import re
from datetime import timedelta

import pytest
from sqlmodel import col, select

from engine.commands import listing, submission, windows
from engine.database import Database
from engine.models import Grant, Message
from engine.stages import Stage, State
from notifications.compose import make_environment, render
from notifications.planner import plan_letters
from tests.engine.commands.test_completion import sent_back
from tests.factories import given_nomination, given_result, given_round, person
from tests.notifications.test_dossier_letter import HOUSE
from tests.notifications.test_letters import FULL, MINIMAL

ENVIRONMENT = make_environment()


@pytest.mark.parametrize("alone", [True, False])
def test_the_button_opens_the_page_where_the_file_can_be_given(database: Database, alone: bool) -> None:  # noqa: FBT001 — a case
    nominees = (("cs1", "bang-khen"),) if alone else (("cs1", "bang-khen"), ("cs2", "bang-khen"))
    scene, codes = sent_back(database, nominees)
    with database.unit_of_work() as session:
        while plan_letters(session, ENVIRONMENT, house=HOUSE, calendar=scene.calendar, now=scene.now):
            pass
    with database.read() as session:
        letters = session.exec(select(Message).where(Message.letter == "completion_asked")).all()
    assert {letter.address for letter in letters} == {"chief-cs@bdt.example", "clerk-cs@bdt.example"}
    page = f"/de-nghi/{codes[0]}/bo-sung" if alone else f"/dot/{scene.key}/cua-phong?phong=cs"
    for letter in letters:
        assert f"https://thidua.example{page}" in letter.text
        assert f'href="https://thidua.example{page}"' in letter.html


def test_who_proposes_for_two_departments_is_led_to_the_work_of_both(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    with sqlite_database.unit_of_work() as session:
        clerk = person(session, "clerk-cs").id or 0
        session.add(Grant(person_id=clerk, role="clerk", scope="kh"))
    for unit in ("cs", "kh"):
        given_nomination(scene, who=f"{unit}1")
    with sqlite_database.unit_of_work() as session:
        windows.move_deadline(
            session,
            scene.actor("office", session),
            scene.key,
            Stage.proposal,
            due=scene.now.date() + timedelta(days=30),
            reason="Bão.",
            calendar=scene.calendar,
            now=scene.now,
        )
        plan_letters(session, ENVIRONMENT, house=HOUSE, calendar=scene.calendar, now=scene.now)
    with sqlite_database.read() as session:
        pages = {
            letter.address.partition("@")[0]: re.findall(r"https://thidua\.example(\S*)", letter.text)
            for letter in session.exec(select(Message).where(Message.letter == "deadline_moved")).all()
        }
    assert pages["clerk-cs"] == ["/viec"]
    assert pages["clerk-kh"] == [f"/dot/{scene.key}/cua-phong?phong=kh"]


@pytest.mark.parametrize("context", [FULL, MINIMAL], ids=["something lies there", "no reply at all"])
def test_who_has_sent_most_is_not_told_that_nothing_came(context: dict[str, object]) -> None:
    letter = render(ENVIRONMENT, "proposal_reminder", context)
    for part in (letter.text, letter.html):
        assert "chưa được gửi" not in part
        assert "chưa nhận đủ" not in part
        assert "Đơn vị còn việc phải làm trước hạn gửi đề nghị" in part
        assert ("chưa có trả lời của đơn vị" in part) == (context is MINIMAL)
        assert ("Các đề nghị dưới đây chưa xong" in part) == (context is FULL)


@pytest.mark.parametrize("context", [FULL, MINIMAL], ids=["something lies there", "no reply at all"])
def test_who_is_late_with_one_is_not_told_that_nothing_came(context: dict[str, object]) -> None:
    letter = render(ENVIRONMENT, "proposal_late", context)
    for part in (letter.text, letter.html):
        assert ("chưa có trả lời của đơn vị" in part) == (context is MINIMAL)
        assert ("Các đề nghị dưới đây chưa được gửi" in part) == (context is FULL)


def test_who_never_opened_the_ballot_is_not_asked_to_go_on() -> None:
    letter = render(ENVIRONMENT, "ballot_reminder", FULL)
    assert letter.subject.startswith("Hoàn thành bỏ phiếu – ")
    for part in (letter.subject, letter.text, letter.html):
        assert "Tiếp tục" not in part
        assert "còn đề nghị chưa cho ý kiến" not in part
    assert "Phiếu của bà chưa được gửi" in letter.text


def test_a_list_shown_anew_says_that_it_takes_the_place_of_another(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    given_nomination(scene, state=State.accepted)
    for _ in range(2):
        with sqlite_database.unit_of_work() as session:
            office = scene.actor("office", session)
            listing.compile_list(session, office, scene.key, now=scene.now)
            listing.publish_list(session, office, scene.key, now=scene.now)
    with sqlite_database.unit_of_work() as session:
        while plan_letters(session, ENVIRONMENT, house=HOUSE, calendar=scene.calendar, now=scene.now):
            pass
    with sqlite_database.read() as session:
        asked = select(Message.text).where(Message.letter == "list_published").order_by(col(Message.event_id))
        told = ["thay danh sách đã công khai trước đó" in text for text in session.exec(asked).all()]
    assert told == [False] * (len(told) // 2) + [True] * (len(told) // 2)
    assert told


def test_a_number_put_right_is_told_as_that(sqlite_database: Database) -> None:
    scene, codes = given_result(sqlite_database, nominees=(("cs1", "giay-khen"),), approved=True)
    with sqlite_database.unit_of_work() as session:
        office, day = scene.actor("office", session), scene.now.date()
        submission.decide(session, office, scene.key, codes=codes, number="128", dated=day, now=scene.now)
        submission.correct_award(
            session, office, codes[0], number="182", dated=day, reason="Gõ nhầm.", now=scene.now
        )
        while plan_letters(session, ENVIRONMENT, house=HOUSE, calendar=scene.calendar, now=scene.now):
            pass
    with sqlite_database.read() as session:
        letters = session.exec(select(Message).where(Message.letter == "corrected")).all()
    assert {letter.address for letter in letters} == {"chief-cs@bdt.example", "clerk-cs@bdt.example"}
    for letter in letters:
        assert letter.subject.startswith("Sửa số, ngày quyết định khen thưởng")
        assert "số 182/QĐ-BDT" in letter.text
        assert "trước ghi số 128/QĐ-BDT" in letter.text
