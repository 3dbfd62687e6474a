"""What the minutes are told of the council's session: its quorum and the deadlines of its vote."""

from datetime import date, datetime, timedelta

from engine.clock import VIETNAM
from engine.commands import submission, windows
from engine.commands.ground import note_round
from engine.database import Database
from engine.dossier.facts import CouncilFacts, DeadlineMoved, QuorumMissed
from engine.queries import rounds
from engine.queries.dossier_source import source_of
from engine.stages import Stage
from tests.factories import Scene, cast, close_vote, given_result, given_vote, small_definition


def council_of(scene: Scene) -> CouncilFacts:
    """The council as a dossier made now tells it; made twice, it is the same."""
    with scene.database.unit_of_work() as session:
        office = scene.actor("office", session)
        submission.prepare_dossier(session, office, scene.key, facts={}, now=scene.now)
        first, second = (source_of(session, rounds.seen(session, scene.key), 1) for _ in range(2))
        assert first == second
        return first.council


def move(scene: Scene, who: str, due: date, reason: str) -> None:
    with scene.database.unit_of_work() as session:
        windows.move_deadline(
            session,
            scene.actor(who, session),
            scene.key,
            Stage.council,
            due=due,
            reason=reason,
            calendar=scene.calendar,
            now=scene.now,
        )


def approve(scene: Scene, codes: list[str]) -> None:
    with scene.database.unit_of_work() as session:
        submission.approve(session, scene.actor("head", session), scene.key, codes=codes, now=scene.now)


def five(day: int) -> datetime:
    return datetime(2025, 10, day, 17, tzinfo=VIETNAM)


def test_a_missed_quorum_and_who_prolonged_the_vote_are_told(database: Database) -> None:
    scene, codes, hash_ = given_vote(database)
    with database.read() as session:
        due = rounds.seen(session, scene.key).windows[Stage.council].due_at
    assert due is not None
    move(scene, "head", date(2025, 10, 24), "Một thành viên\nđi công tác.")
    cast(scene, 1, dict.fromkeys(codes, "yes"), hash_)
    scene.clock.set(date(2025, 10, 24), 17, 1)
    assert not close_vote(scene, "time")
    move(scene, "office", date(2025, 10, 31), "Chưa đủ phiếu.")
    for seat in range(2, 6):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    assert close_vote(scene)
    scene.clock.push(hours=1)
    approve(scene, codes)
    told = council_of(scene).deadlines
    assert told[0].before == due
    assert told == (
        DeadlineMoved("Trưởng Ban", due, five(24), "Một thành viên\nđi công tác."),
        DeadlineMoved("Văn phòng Ban", five(24), five(31), "Chưa đủ phiếu.", QuorumMissed(1, 5, 4)),
    )


def test_a_quorum_missed_before_the_deadline_is_not_told_as_of_the_deadline(database: Database) -> None:
    """All who had not left had voted: the vote waited, and its deadline was moved before it came."""
    scene, codes, hash_ = given_vote(database)
    with database.unit_of_work() as session:
        facts = {"sent": 3, "seats": 5, "needed": 4, "generation": 1}
        who, ground = scene.actor("time", session), scene.ground(session)
        note_round(session, who, ground, "quorum_missed", now=scene.now, facts=facts, wake=False)
    move(scene, "office", date(2025, 10, 24), "Kiện toàn Hội đồng.")
    for seat in range(1, 6):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    assert close_vote(scene)
    approve(scene, codes)
    assert [(moved.by, moved.missed) for moved in council_of(scene).deadlines] == [("Văn phòng Ban", None)]


def test_deadlines_of_other_stages_are_not_the_councils(database: Database) -> None:
    scene, _codes = given_result(database, approved=True)
    with database.unit_of_work() as session:
        windows.move_deadline(
            session,
            scene.actor("office", session),
            scene.key,
            Stage.submission,
            due=scene.now.date() + timedelta(days=40),
            reason="Chờ văn bản của tỉnh.",
            calendar=scene.calendar,
            now=scene.now,
        )
    assert council_of(scene).deadlines == ()


def test_the_quorum_told_is_that_of_the_awards_voted_on(sqlite_database: Database) -> None:
    """An award nobody was put up for, asking for everybody, must not make a valid vote look invalid."""
    small = small_definition()
    all_seats = {"quorum": "100%", "threshold": "1/2", "comparator": "more_than"}
    awards = [
        {**each.model_dump(mode="json"), **({"ballot": all_seats} if each.key == "giay-khen" else {})}
        for each in small.awards
    ]
    definition = small_definition(awards=awards)
    nominees = (("cs1", "bang-khen"), ("kh1", "bang-khen"))
    scene, codes, hash_ = given_vote(sqlite_database, definition=definition, nominees=nominees)
    for seat in range(1, 5):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    scene.clock.push(days=10)
    assert close_vote(scene, "time")
    approve(scene, codes)
    assert council_of(scene).quorum == ("4/5 thành viên tham gia, cần ít nhất 4 (2/3 tổng số thành viên)")
