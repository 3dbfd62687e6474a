"""A province's decision put right: which awards change along with it, and which date it may bear."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from engine.commands import submission
from engine.commands.dating import day_of
from engine.database import Database
from engine.errors import Incomplete
from engine.models import Decision, Event
from tests.engine.commands.test_completion import answer, sent
from tests.factories import Scene, nomination

SLIP, RIGHT = "51/QĐ-UBND", "15/QĐ-UBND"
FOUR = tuple((f"cs{n}", "bang-khen") for n in range(1, 5))
DAY = timedelta(days=1)


def correct(scene: Scene, code: str, *, number: str = SLIP, dated: date, whole: bool = False) -> None:
    with scene.database.unit_of_work() as session:
        submission.correct_award(
            session,
            scene.actor("office", session),
            code,
            number=number,
            dated=dated,
            reason="Ghi nhầm.",
            whole=whole,
            now=scene.now,
        )


def decisions(scene: Scene, codes: list[str]) -> list[tuple[str, date | None]]:
    with scene.database.read() as session:
        rows = [nomination(session, code) for code in codes]
        return [(row.decision_number, row.decision_date) for row in rows]


def told(scene: Scene, kind: str) -> list[dict[str, Any]]:
    with scene.database.read() as session:
        asked = select(col(Event.facts)).where(col(Event.kind) == kind).order_by(col(Event.id))
        return list(session.execute(asked).scalars())


@pytest.fixture
def awarded(sqlite_database: Database) -> tuple[Scene, list[str], date]:
    """Awards 1 and 2 by one decision, 3 by another of the same number and an earlier day, 4 revoked since."""
    scene, codes = sent(sqlite_database, FOUR)
    scene.clock.push(days=7)
    today = day_of(scene.now)
    answer(scene, [*codes[:2], codes[3]], "awarded", number=SLIP, dated=today)
    answer(scene, [codes[2]], "awarded", number=SLIP, dated=today - DAY)
    with sqlite_database.unit_of_work() as session:
        head = scene.actor("head", session)
        submission.revoke(session, head, codes[3], reason="Khai không đúng.", now=scene.now)
    return scene, codes, today


def test_another_date_for_the_same_number_goes_for_the_whole_decision(
    awarded: tuple[Scene, list[str], date],
) -> None:
    scene, codes, today = awarded
    before = today - 3 * DAY
    correct(scene, codes[1], dated=before)
    assert decisions(scene, codes) == [(SLIP, before), (SLIP, before), (SLIP, today - DAY), (SLIP, today)]
    (letter,) = told(scene, "awards_corrected")
    assert sorted(letter["codes"]) == sorted(codes[:2])
    assert (letter["before"], letter["number"], letter["date"]) == ("", SLIP, before.isoformat())
    assert [facts["before_date"] for facts in told(scene, "award_corrected")] == [today.isoformat()] * 2
    correct(scene, codes[1], dated=before, whole=True)
    assert len(told(scene, "awards_corrected")) == 1, "nothing is left to put right"
    with scene.database.read() as session:
        assert session.execute(select(Decision)).all() == [], "a paper of the province is none of the agency"


def test_another_number_goes_for_this_award_or_for_the_whole_with_its_date(
    awarded: tuple[Scene, list[str], date],
) -> None:
    scene, codes, today = awarded
    before = today - 2 * DAY
    correct(scene, codes[0], number=RIGHT, dated=before)
    kept = [(SLIP, today - DAY), (SLIP, today)]
    assert decisions(scene, codes) == [(RIGHT, before), (SLIP, today), *kept]
    correct(scene, codes[0], dated=today)  # written back to the decision it is of
    correct(scene, codes[1], number="015 / qđ-ubnd", dated=before, whole=True)
    assert decisions(scene, codes) == [(RIGHT, before), (RIGHT, before), *kept]
    one, back, whole = told(scene, "awards_corrected")
    assert [one["codes"], back["codes"]] == [codes[:1], codes[:1]]
    assert sorted(whole["codes"]) == sorted(codes[:2])
    assert [facts["before"] for facts in (one, back, whole)] == [SLIP, RIGHT, SLIP]
    correct(scene, codes[2], number="16/QĐ-UBND", dated=before)
    correct(scene, codes[2], number="17/QĐ-UBND", dated=before, whole=True)
    assert decisions(scene, codes[:3]) == [(RIGHT, before), (RIGHT, before), ("17/QĐ-UBND", before)], (
        "two decisions of one day are two"
    )


def test_the_date_is_no_older_than_the_last_submission_of_any_award_it_goes_for(
    sqlite_database: Database,
) -> None:
    """Line 2 came back and went once more, three days after line 1."""
    scene, codes = sent(sqlite_database, FOUR[:2])
    first = day_of(scene.now)
    answer(scene, codes[1:], "completion", reason="Thiếu dấu.")
    scene.clock.push(days=3)
    with sqlite_database.unit_of_work() as session:
        office, second = scene.actor("office", session), day_of(scene.now)
        submission.prepare_dossier(session, office, scene.key, facts={}, now=scene.now)
        sealed = {"number": "13/TTr-BDT", "dated": second, "sha256": "cd" * 32, "size": 9}
        submission.seal_dossier(session, office, scene.key, version=2, now=scene.now, **sealed)  # type: ignore[arg-type]
        submission.send_dossier(session, office, scene.key, version=2, channel="email", now=scene.now)
    scene.clock.push(days=3)
    today = day_of(scene.now)
    answer(scene, codes, "awarded", number=SLIP, dated=today)
    for number, whole in ((SLIP, False), (SLIP, True), (RIGHT, True)):
        with pytest.raises(Incomplete) as refused:
            correct(scene, codes[0], number=number, dated=second - DAY, whole=whole)
        assert refused.value.fields == {
            "dated": f"Ngày quyết định không thể trước ngày của tờ trình ({second:%d/%m/%Y})."
        }
    with pytest.raises(Incomplete, match=f"{first:%d/%m/%Y}"):
        correct(scene, codes[0], number=RIGHT, dated=first - DAY)
    with pytest.raises(Incomplete, match="sau hôm nay"):
        correct(scene, codes[0], number=RIGHT, dated=today + DAY)
    assert decisions(scene, codes) == [(SLIP, today)] * 2
    correct(scene, codes[0], number=RIGHT, dated=first)  # alone it rests on its own tờ trình
    correct(scene, codes[1], dated=second)
    assert decisions(scene, codes) == [(RIGHT, first), (SLIP, second)]
