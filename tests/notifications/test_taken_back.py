"""Departments are told of an answer taken back, and of a round that somebody ended."""

import pytest
from sqlmodel import select

from engine.commands import rounds
from engine.commands.dating import day_of
from engine.database import Database
from engine.models import Event, Message
from engine.stages import Stage, State
from tests.engine.commands.test_completion import answer, sent
from tests.engine.commands.test_withdrawals import take_back
from tests.factories import given_nomination, given_round
from tests.notifications.test_bad_news import OF_CS, addresses, letters_of, parts

OF_KH = [address.replace("cs", "kh") for address in OF_CS]
NOTHING_OWED = "không còn phải bổ sung gì"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("not_awarded", "không được khen: Nhầm dòng."),
        ("completion", "trả để bổ sung hồ sơ: Nhầm dòng."),
        ("awarded", "được khen theo Quyết định số 15/QĐ-UBND ngày "),
    ],
)
def test_what_was_told_by_mistake_is_taken_back(sqlite_database: Database, said: str, told: str) -> None:
    scene, codes = sent(sqlite_database)
    award = {"number": "15/QĐ-UBND", "dated": day_of(scene.now)}
    answer(scene, codes[:1], said, **(award if said == "awarded" else {"reason": "Nhầm dòng."}))
    take_back(scene, codes[0], reason="Công văn nói về người khác.")
    letters = letters_of(scene, "withdraw_answer")
    assert addresses(letters) == OF_CS
    for letter in letters:
        assert letter.subject.startswith("Rút kết quả đã ghi nhầm: Nông Đức CS 1 – ")
        for part in (letter.text, letter.html):
            assert told in part
            assert "tiếp tục chờ Sở Nội vụ trả lời" in part
            assert "Công văn nói về người khác." in part
            assert (NOTHING_OWED in part) == (said == "completion")


def test_a_round_ended_by_hand_is_told_to_every_department(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    given_nomination(scene, who="cs2", state=State.draft)
    scene.close_proposal()
    with sqlite_database.unit_of_work() as session:
        office = scene.actor("office", session)
        rounds.end_round(session, office, scene.key, reason="Không đủ điều kiện.", now=scene.now)
        name = office.name
    letters = letters_of(scene, "round_closed")
    assert set(addresses(letters)) >= {*OF_CS, *OF_KH}
    assert len(set(addresses(letters))) == len(letters), "one letter each"
    for letter in letters:
        assert letter.subject.startswith("Kết thúc đợt xét – ")
        assert f"Người kết thúc đợt: {name}" in letter.text
        assert "Lý do: Không đủ điều kiện." in letter.text
        for part in parts(letter)[1:]:
            assert ("Nông Đức CS 2 – Bằng khen" in part) == (letter.address in OF_CS)
            assert ("Nội dung đã nhập vẫn được giữ" in part) == (letter.address in OF_CS)


def test_a_round_that_closes_by_itself_is_told_to_nobody(sqlite_database: Database) -> None:
    scene, codes = sent(sqlite_database)
    answer(scene, codes, "not_awarded", reason="Không đủ.")
    assert letters_of(scene, "round_closed") == []
    with sqlite_database.read() as session:
        found = session.exec(select(Message.state).join(Event).where(Event.kind == "round_closed")).all()
        assert found == ["silent"]
