"""What a letter says of what came, and of what is still to be sent: as things stand when it is written."""

from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from engine.commands import office, proposal
from engine.database import Database
from engine.models import Message, StageWindow
from engine.stages import Stage, State
from notifications.compose import make_environment
from notifications.planner import plan_letters
from tests.factories import SEATS, Scene, cast, close_vote, given_nomination, given_round, given_vote
from tests.notifications.test_dossier_letter import HOUSE

ENVIRONMENT = make_environment()


def written(scene: Scene, letter: str) -> list[Message]:
    """Letters of a kind, as they are planned now."""
    with scene.database.unit_of_work() as session:
        while plan_letters(session, ENVIRONMENT, house=HOUSE, calendar=scene.calendar, now=scene.now):
            pass
    with scene.database.read() as session:
        return list(session.exec(select(Message).where(col(Message.letter) == letter)).all())


@pytest.mark.parametrize("left", [0, 2])
def test_who_has_drafts_left_is_told_how_many_and_until_when(sqlite_database: Database, left: int) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    for who, state in (("cs2", State.draft), ("cs3", State.ready))[:left]:
        given_nomination(scene, who=who, state=state)
    given_nomination(scene, who="kh1", state=State.draft)
    given_nomination(scene, who="cs1", state=State.proposed)
    letters = written(scene, "proposal_received")
    assert letters
    for letter in letters:
        for part in (letter.text, letter.html):
            assert "Với các đề nghị này, " in part
            assert ("Đơn vị còn 2 đề nghị chưa ký gửi; hạn gửi là 17 giờ 00" in part) == bool(left)


def test_past_the_deadline_a_return_still_lying_there_is_named_with_its_own_day(
    sqlite_database: Database,
) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    codes = [given_nomination(scene, who=who, state=State.returned) for who in ("cs1", "cs2")]
    scene.clock.set(date(2025, 10, 8))
    with scene.database.unit_of_work() as session:
        proposal.finish(session, scene.actor("clerk-cs", session), codes[0], now=scene.now)
        chief = scene.actor("chief-cs", session)
        proposal.sign_off(session, chief, scene.key, department="cs", codes=codes[:1], now=scene.now)
    newest = max(letter.event_id or 0 for letter in written(scene, "proposal_received"))
    texts = [each.text for each in written(scene, "proposal_received") if each.event_id == newest]
    assert texts
    assert all("Đơn vị còn 1 đề nghị chưa ký gửi; hạn gửi là 17 giờ 00" in text for text in texts)


def test_comments_on_a_return_stand_one_a_line_behind_the_names_of_their_fields(
    sqlite_database: Database,
) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    code = given_nomination(scene, state=State.proposed)
    comments = {"summary": "Ghi theo từng năm.", "files.bao-cao": "Trang trắng, gửi lại", "": "Rà lại."}
    with scene.database.unit_of_work() as session:
        actor = scene.actor("office", session)
        more = {"comments": comments, "calendar": scene.calendar, "now": scene.now}
        office.return_to_department(session, actor, code, **more)
    letters = written(scene, "returned")
    assert letters
    for letter in letters:
        lines = [
            "- Nông Đức CS 1 – Bằng khen của Chủ tịch UBND tỉnh:",
            "Tóm tắt thành tích: Ghi theo từng năm.",
            "Báo cáo thành tích: Trang trắng, gửi lại",
            "Rà lại.",
        ]
        assert "\n  ".join(lines) in letter.text
        assert "<br>".join(lines)[2:] in letter.html


@pytest.mark.parametrize("closed", [False, True])
def test_a_receipt_that_leaves_past_the_end_says_when_the_ballot_came(
    sqlite_database: Database,
    closed: bool,  # noqa: FBT001 — a case
) -> None:
    scene, codes, hash_ = given_vote(sqlite_database)
    with scene.database.read() as session:
        asked = select(StageWindow.due_at).where(StageWindow.stage == Stage.council.value)
        due = session.exec(asked).one()
    assert due is not None
    scene.clock.now = due - timedelta(minutes=2)
    cast(scene, 1, dict.fromkeys(codes, "yes"), hash_)
    if closed:
        for seat in range(2, SEATS + 1):
            cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
        assert close_vote(scene)
    else:
        scene.clock.push(minutes=3)
    letters = written(scene, "ballot_receipt")
    assert letters
    for letter in letters:
        assert "hết hạn" not in letter.subject
        assert "Nhận lúc: 16 giờ 58, " in letter.text
        for part in (letter.text, letter.html):
            assert "sửa phiếu" not in part
            assert "Phiếu đến trong hạn bỏ phiếu và được tính." in part


def test_a_receipt_within_the_vote_says_until_when_the_ballot_may_be_changed(
    sqlite_database: Database,
) -> None:
    scene, codes, hash_ = given_vote(sqlite_database)
    cast(scene, 1, dict.fromkeys(codes, "yes"), hash_)
    (letter,) = written(scene, "ballot_receipt")
    assert "có thể sửa phiếu cho đến khi đóng bỏ phiếu" in letter.text
    assert "Đóng bỏ phiếu: 17 giờ 00" in letter.text
