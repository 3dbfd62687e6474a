"""An answer of Sở Nội vụ written to the wrong line: taken back, the round with it, and written rightly."""

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from engine.commands import submission, withdrawals
from engine.commands.dating import day_of
from engine.database import Database
from engine.errors import Incomplete, NotNow, NotYours
from engine.history import broken_links
from engine.models import Dossier, Event, Moment, Round, StageWindow
from engine.stages import Stage, State
from tests.engine.commands.test_completion import answer, sent, sent_back
from tests.factories import Scene, given_result, nomination

WHY = "Ghi nhầm dòng."
NUMBER = "15/QĐ-UBND"


def take_back(
    scene: Scene, code: str, who: str = "office", *, reason: str = WHY, seen: int | None = None
) -> str:
    with scene.database.unit_of_work() as session:
        actor = scene.actor(who, session)
        mark = withdrawals.answer_mark(session, code) if seen is None else seen
        return withdrawals.withdraw_answer(
            session, actor, code, reason=reason, seen=mark, now=scene.now
        ).state


def dossier_of(scene: Scene) -> str:
    with scene.database.read() as session:
        return session.execute(select(col(Dossier.state))).scalar_one()


def mark_of(scene: Scene, code: str) -> int:
    with scene.database.read() as session:
        return withdrawals.answer_mark(session, code)


def award(scene: Scene, *codes: str) -> None:
    answer(scene, list(codes), "awarded", number=NUMBER, dated=day_of(scene.now))


def happened(scene: Scene, kind: str) -> int:
    with scene.database.read() as session:
        counted: int = session.execute(
            select(func.count()).select_from(Event).where(col(Event.kind) == kind)
        ).scalar_one()
        return counted


def stands(scene: Scene) -> tuple[str, bool, bool]:
    """The round's stage; whether the round, and whether its last stage, has an end."""
    with scene.database.read() as session:
        round_ = session.execute(select(Round)).scalar_one()
        window = select(col(StageWindow.closed_at)).where(col(StageWindow.stage) == Stage.submission.value)
        return round_.stage, round_.closed_at is not None, session.execute(window).scalar_one() is not None


def test_the_last_answer_is_taken_back_and_the_right_one_closes_the_round_again(database: Database) -> None:
    scene, (right, wrong) = sent(database)
    award(scene, right)
    answer(scene, [wrong], "not_awarded", reason="Không đúng đối tượng.")
    assert stands(scene) == (Stage.closed, True, True)
    shown = mark_of(scene, wrong)
    for _ in range(2):
        assert take_back(scene, wrong, seen=shown) == State.submitted
    assert stands(scene) == (Stage.submission, False, False)
    assert [happened(scene, kind) for kind in ("withdraw_answer", "round_reopened")] == [1, 1]
    with database.read() as session:
        row = nomination(session, wrong)
        assert (row.state, row.reason) == (State.submitted, "")
        facts = session.execute(
            select(col(Event.facts)).where(col(Event.kind) == "withdraw_answer")
        ).scalar_one()
        assert (facts["from"], facts["answer"], facts["reason"]) == (
            State.not_awarded,
            "Không đúng đối tượng.",
            WHY,
        )
        assert session.execute(select(Moment).where(col(Moment.done_at).is_(None))).all() == []
    award(scene, wrong)
    assert stands(scene) == (Stage.closed, True, True)
    assert happened(scene, "round_closed") == 2
    with database.read() as session:
        for nomination_id in (nomination(session, wrong).id, None):
            assert broken_links(session, nomination_id=nomination_id, round_id=row.round_id) == []


def test_a_provincial_award_leaves_its_number_and_date_in_history_only(sqlite_database: Database) -> None:
    scene, (code, _other) = sent(sqlite_database)
    award(scene, code)
    assert take_back(scene, code) == State.submitted
    with sqlite_database.read() as session:
        row = nomination(session, code)
        assert (row.decision_number, row.decision_date) == ("", None)
        facts = session.execute(
            select(col(Event.facts)).where(col(Event.kind) == "withdraw_answer")
        ).scalar_one()
        assert (facts["number"], facts["date"]) == (NUMBER, day_of(scene.now).isoformat())
    assert happened(scene, "round_reopened") == 0, "the round was open"


def test_the_agencys_own_award_is_corrected_or_revoked_instead(sqlite_database: Database) -> None:
    scene, codes = given_result(sqlite_database, nominees=(("kh1", "giay-khen"),), approved=True)
    with sqlite_database.unit_of_work() as session:
        boss, day = scene.actor("office", session), day_of(scene.now)
        submission.decide(session, boss, scene.key, codes=codes, number="1", dated=day, now=scene.now)
    with pytest.raises(NotNow, match="Huỷ khen thưởng"):
        take_back(scene, codes[0])
    assert stands(scene)[0] == Stage.closed


def test_a_dossier_is_out_again_once_nothing_of_it_is_to_be_completed(sqlite_database: Database) -> None:
    scene, codes = sent_back(sqlite_database)
    told = []
    for code in codes:
        take_back(scene, code)
        with sqlite_database.read() as session:
            told.append(session.execute(select(col(Dossier.state))).scalar_one())
    assert told == ["returned", "sent"]


def test_who_may_with_what_and_when(sqlite_database: Database) -> None:
    scene, (code, waiting) = sent(sqlite_database)
    answer(scene, [code], "not_awarded", reason="Thiếu.")
    for who in ("head", "chief-cs", "seat3"):
        with pytest.raises(NotYours):
            take_back(scene, code, who)
    with pytest.raises(Incomplete) as refused:
        take_back(scene, code, reason=" ")
    assert set(refused.value.fields) == {"reason"}
    with pytest.raises(NotNow, match="vừa được ghi khác"):
        take_back(scene, code, seen=mark_of(scene, code) - 1)
    with pytest.raises(NotNow):
        take_back(scene, waiting)
    assert happened(scene, "withdraw_answer") == 0


def test_a_page_of_yesterday_withdraws_no_answer_written_since(sqlite_database: Database) -> None:
    scene, (code, _other) = sent(sqlite_database)
    award(scene, code)
    shown = mark_of(scene, code)
    take_back(scene, code)
    take_back(scene, code, seen=shown)  # sent again: nothing is left to withdraw
    answer(scene, [code], "awarded", number="99/QĐ-UBND", dated=day_of(scene.now))
    with pytest.raises(NotNow, match="vừa được ghi khác"):
        take_back(scene, code, seen=shown)
    shown = mark_of(scene, code)
    with scene.database.unit_of_work() as session:
        submission.correct_award(
            session,
            scene.actor("office", session),
            code,
            number="98/QĐ-UBND",
            dated=day_of(scene.now),
            reason="Ghi nhầm số.",
            now=scene.now,
        )
    with pytest.raises(NotNow, match="vừa được ghi khác"):
        take_back(scene, code, seen=shown)
    assert happened(scene, "withdraw_answer") == happened(scene, "answer_withdrawn") == 1
    with scene.database.read() as session:
        assert nomination(session, code).state == State.awarded


def test_what_was_to_be_completed_is_so_again_with_what_was_added(sqlite_database: Database) -> None:
    scene, (code, _other) = sent_back(sqlite_database)
    answer(scene, [code], "not_awarded", reason="Nhầm dòng.")
    assert take_back(scene, code) == State.completion
    with sqlite_database.read() as session:
        assert nomination(session, code).reason == "Thiếu minh chứng."
        assert session.execute(select(col(Dossier.state))).scalar_one() == "returned"


def test_what_a_withdrawal_leads_back_to_is_an_answer_to_take_back_too(database: Database) -> None:
    """Both were written to the wrong line."""
    scene, (code, other) = sent_back(database)
    answer(scene, [other], "not_awarded", reason="Nhầm dòng.")
    answer(scene, [code], "not_awarded", reason="Nhầm dòng.")
    shown = mark_of(scene, code)
    assert take_back(scene, code) == State.completion
    assert take_back(scene, code, seen=shown) == State.completion, "pressed twice"
    assert happened(scene, "withdraw_answer") == 1
    assert take_back(scene, code, reason="Trả bổ sung cũng ghi nhầm.") == State.submitted
    assert happened(scene, "withdraw_answer") == happened(scene, "answer_withdrawn") == 2
    with pytest.raises(NotNow):
        take_back(scene, code)
    assert dossier_of(scene) == "sent"
    take_back(scene, other)
    assert dossier_of(scene) == "returned", "it came back: one of its lines is to be completed"


def test_what_was_received_is_received_again(sqlite_database: Database) -> None:
    scene, (code, _other) = sent(sqlite_database)
    with sqlite_database.unit_of_work() as session:
        submission.record_receipt(
            session,
            scene.actor("office", session),
            scene.key,
            version=1,
            number="77",
            now=scene.now,
        )
    for said in ("completion", "not_awarded"):
        answer(scene, [code], said, reason="Nhầm dòng.")
        assert take_back(scene, code) == State.received
        with sqlite_database.read() as session:
            assert session.execute(select(col(Dossier.state))).scalar_one() == "received"
