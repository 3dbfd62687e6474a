"""A decision's number and date put right, the agency's and the province's, also in a closed round."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from engine.commands import submission
from engine.database import Database
from engine.errors import Incomplete, NotNow, NotYours
from engine.history import broken_links
from engine.models import Decision, Event, Round
from engine.stages import Stage
from tests.engine.commands.test_completion import answer, sent
from tests.factories import Scene, given_result, nomination


def corrections(session: Session) -> list[dict[str, str]]:
    asked = select(col(Event.facts)).where(col(Event.kind) == "award_corrected").order_by(col(Event.id))
    return list(session.execute(asked).scalars())


def correct(scene: Scene, code: str, who: str = "office", **more: object) -> None:
    given = {"number": "15/QĐ-UBND", "dated": scene.now.date(), "reason": "Ghi nhầm số.", **more}
    with scene.database.unit_of_work() as session:
        actor = scene.actor(who, session)
        submission.correct_award(session, actor, code, now=scene.now, **given)  # type: ignore[arg-type]


def test_a_province_number_is_put_right_also_in_a_closed_round(sqlite_database: Database) -> None:
    scene, codes = sent(sqlite_database)
    today = scene.now.date()
    assert answer(scene, codes[:1], "awarded", number="51/QĐ-UBND", dated=today) == 1
    with pytest.raises(Incomplete, match="Sửa số, ngày"):  # a stale page puts nothing right in passing
        answer(scene, codes, "awarded", number="15/QĐ-UBND", dated=today)
    assert answer(scene, codes[1:], "awarded", number="15/QĐ-UBND", dated=today) == 1
    assert answer(scene, codes[1:], "awarded", number="15/QĐ-UBND", dated=today) == 0
    correct(scene, codes[0])
    correct(scene, codes[1], number="16/QĐ-UBND")
    correct(scene, codes[1], number="16/QĐ-UBND")
    with pytest.raises(NotYours):
        correct(scene, codes[1], "head")
    with pytest.raises(Incomplete) as refused:
        correct(scene, codes[1], number="QĐ", dated=today + timedelta(days=2), reason=" ")
    assert set(refused.value.fields) == {"number", "dated", "reason"}
    with sqlite_database.read() as session:
        assert session.execute(select(col(Round.stage))).scalar_one() == Stage.closed
        assert [nomination(session, code).decision_number for code in codes] == ["15/QĐ-UBND", "16/QĐ-UBND"]
        first, second = corrections(session)
        assert (first["before"], first["number"], first["date"]) == (
            "51/QĐ-UBND",
            "15/QĐ-UBND",
            today.isoformat(),
        )
        assert (second["before"], second["number"], second["reason"]) == (
            "15/QĐ-UBND",
            "16/QĐ-UBND",
            "Ghi nhầm số.",
        )
        for code in codes:
            row = nomination(session, code)
            assert broken_links(session, nomination_id=row.id, round_id=row.round_id) == []


def test_an_agency_number_and_date_are_put_right(sqlite_database: Database) -> None:
    agency = (("cs1", "giay-khen"), ("kh1", "giay-khen"))
    scene, codes = given_result(sqlite_database, nominees=agency, approved=True)
    scene.clock.push(hours=24)
    today, earlier = scene.now.date(), scene.now.date() - timedelta(days=1)
    with pytest.raises(NotNow):
        correct(scene, codes[0])
    with sqlite_database.unit_of_work() as session:
        boss = scene.actor("office", session)
        submission.decide(
            session, boss, scene.key, codes=codes, number="1/QĐ-BDT", dated=today, now=scene.now
        )
    correct(scene, codes[0], number="2/QĐ-BDT", dated=today)

    def numbers() -> list[tuple[str, date]]:
        with sqlite_database.read() as session:
            made = session.execute(
                select(col(Decision.number), col(Decision.dated)).order_by(col(Decision.number))
            )
            return [(number, dated) for number, dated in made]

    assert numbers() == [("01/QĐ-BDT", today), ("02/QĐ-BDT", today)]
    with pytest.raises(Incomplete, match="đã dùng"):
        correct(scene, codes[0], number="1/QĐ-BDT", dated=earlier)
    correct(scene, codes[0], number="1/QĐ-BDT", dated=today)
    assert numbers() == [("01/QĐ-BDT", today)], "a number nothing rests on is gone"
    correct(scene, codes[0], number="1/QĐ-BDT", dated=earlier)
    assert numbers() == [("01/QĐ-BDT", earlier)]
    with sqlite_database.read() as session:
        assert {nomination(session, code).decision_date for code in codes} == {earlier}
        assert len(corrections(session)) == 4
