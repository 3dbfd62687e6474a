"""No paper is older than what it rests on; days are those of Vietnam."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session

from engine.commands import submission
from engine.commands.dating import Earliest, day_of, meeting_fault, number_faults, submission_faults
from engine.database import Database
from engine.errors import Incomplete
from tests.factories import Scene, given_result, given_sealed_dossier

YESTERDAY, LONG_AGO = timedelta(days=1), date(2020, 1, 1)
AGENCY, PROVINCE = [("kh1", "giay-khen"), ("kh2", "giay-khen")], [("cs1", "bang-khen")]


def vote_yesterday(
    database: Database, nominees: list[tuple[str, str]]
) -> tuple[Scene, list[str], date, date]:
    """A vote that closed a day before the head agrees; the days of both."""
    scene, codes = given_result(database, nominees=nominees)
    voted = day_of(scene.now)
    scene.clock.push(hours=24)
    with database.unit_of_work() as session:
        submission.approve(session, scene.actor("head", session), scene.key, codes=codes, now=scene.now)
    return scene, codes, voted, day_of(scene.now)


def shown(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def decide(scene: Scene, session: Session, codes: list[str], dated: date) -> None:
    boss = scene.actor("office", session)
    submission.decide(session, boss, scene.key, codes=codes, number="1/QĐ-BDT", dated=dated, now=scene.now)


def test_a_decision_is_no_older_than_the_vote(sqlite_database: Database) -> None:
    scene, codes, voted, _agreed = vote_yesterday(sqlite_database, AGENCY)
    for early in (LONG_AGO, voted - YESTERDAY):
        with sqlite_database.unit_of_work() as session, pytest.raises(Incomplete) as refused:
            decide(scene, session, codes, early)
        assert refused.value.fields == {
            "dated": f"Ngày quyết định không thể trước ngày Hội đồng bỏ phiếu xong ({shown(voted)})."
        }
    with sqlite_database.unit_of_work() as session:
        decide(scene, session, codes, voted)  # signed on paper before the click
    scene.clock.push(hours=24)
    with sqlite_database.unit_of_work() as session:
        boss = scene.actor("office", session)
        with pytest.raises(Incomplete) as refused:
            submission.correct_award(
                session, boss, codes[0], number="1/QĐ-BDT", dated=LONG_AGO, reason="Nhầm.", now=scene.now
            )
        assert shown(voted) in refused.value.fields["dated"]


def test_one_number_of_a_decision_bears_one_date(sqlite_database: Database) -> None:
    scene, codes, voted, agreed = vote_yesterday(sqlite_database, AGENCY)
    with sqlite_database.unit_of_work() as session:
        decide(scene, session, codes[:1], voted)
    with sqlite_database.unit_of_work() as session, pytest.raises(Incomplete) as refused:
        decide(scene, session, codes[1:], agreed)
    assert refused.value.fields == {"number": f"Số 01/QĐ-BDT đã dùng cho quyết định ngày {shown(voted)}."}
    with sqlite_database.unit_of_work() as session:
        decide(scene, session, codes[1:], voted)


def test_a_number_of_a_submission_is_free_again_in_another_year(sqlite_database: Database) -> None:
    scene, _codes, _voted, dated = vote_yesterday(sqlite_database, PROVINCE)
    given_sealed_dossier(scene)
    new_years_eve = date(dated.year, 12, 31)
    with sqlite_database.unit_of_work() as session:
        boss, round_id = scene.actor("office", session), scene.ground(session).round_id
        submission.send_dossier(session, boss, scene.key, version=1, channel="email", now=scene.now)
        assert submission_faults(session, round_id, "12/TTr-BDT", new_years_eve) == {
            "number": "Số 12/TTr-BDT đã dùng cho bản 1; mỗi văn bản một số."
        }
        assert submission_faults(session, round_id, "12/TTr-BDT", new_years_eve + timedelta(days=1)) == {}


def test_a_submission_is_no_older_than_what_it_submits(sqlite_database: Database) -> None:
    scene, _codes, voted, _agreed = vote_yesterday(sqlite_database, PROVINCE)
    with sqlite_database.unit_of_work() as session:
        boss = scene.actor("office", session)
        submission.prepare_dossier(session, boss, scene.key, facts={}, now=scene.now)
        with pytest.raises(Incomplete) as refused:
            submission.seal_dossier(
                session,
                boss,
                scene.key,
                version=1,
                number="12/TTr-BDT",
                dated=voted - YESTERDAY,
                sha256="ab" * 32,
                size=1,
                now=scene.now,
            )
        assert refused.value.fields == {
            "dated": f"Ngày tờ trình không thể trước ngày Hội đồng bỏ phiếu xong ({shown(voted)})."
        }


def test_an_award_of_the_province_is_no_older_than_the_dossier(sqlite_database: Database) -> None:
    scene, codes, _voted, dated = vote_yesterday(sqlite_database, PROVINCE)
    given_sealed_dossier(scene)
    scene.clock.push(hours=24)  # what went by another channel is written down later
    with sqlite_database.unit_of_work() as session:
        boss = scene.actor("office", session)
        submission.send_dossier(
            session, boss, scene.key, version=1, channel="other", channel_number="5", now=scene.now
        )
    scene.clock.push(hours=48)

    def answer(session: Session, dated: date) -> None:
        submission.record_answer(
            session,
            boss,
            scene.key,
            codes=codes,
            answer="awarded",
            number="51/QĐ-UBND",
            dated=dated,
            now=scene.now,
        )

    with sqlite_database.unit_of_work() as session, pytest.raises(Incomplete) as refused:
        answer(session, dated - YESTERDAY)
    assert refused.value.fields["dated"] == (
        f"Ngày quyết định khen thưởng không thể trước ngày của tờ trình ({shown(dated)})."
    )
    with sqlite_database.unit_of_work() as session:
        answer(session, dated)
        with pytest.raises(Incomplete) as refused:
            submission.correct_award(
                session,
                boss,
                codes[0],
                number="52/QĐ-UBND",
                dated=dated - YESTERDAY,
                reason="Nhầm.",
                now=scene.now,
            )
        assert "tờ trình" in refused.value.fields["dated"]


def test_days_are_those_of_vietnam() -> None:
    late_evening = datetime(2025, 10, 16, 18, 30, tzinfo=UTC)  # half past one in the night of the 17th there
    assert day_of(late_evening) == date(2025, 10, 17)
    rest = Earliest(day_of(late_evening), "Hội đồng bỏ phiếu xong")
    assert rest.fault("Ngày tờ trình", date(2025, 10, 17)) == ""
    assert rest.fault("Ngày tờ trình", date(2025, 10, 16)) == (
        "Ngày tờ trình không thể trước ngày Hội đồng bỏ phiếu xong (17/10/2025)."
    )


def test_the_council_met_within_a_month_of_its_vote() -> None:
    opened, closed = datetime(2025, 10, 13, 2, tzinfo=UTC), datetime(2025, 10, 16, 18, 30, tzinfo=UTC)
    for dated in (date(2025, 9, 12), date(2025, 10, 10), date(2025, 10, 15), date(2025, 11, 17)):
        assert meeting_fault(dated, opened, closed) == ""
    for dated in (LONG_AGO, date(2025, 9, 11), date(2025, 11, 18)):
        said = meeting_fault(dated, opened, closed)
        assert "12/09/2025" in said
        assert "17/11/2025" in said


def test_after_midnight_here_the_day_has_begun() -> None:
    """At 01:30 on the 17th it is still the 16th in Greenwich."""
    now = datetime(2025, 10, 16, 18, 30, tzinfo=UTC)
    assert number_faults("1/QĐ-BDT", date(2025, 10, 17), now) == {}
    assert "dated" in number_faults("1/QĐ-BDT", date(2025, 10, 18), now)
