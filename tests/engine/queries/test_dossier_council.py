"""What the minutes are told of the council: its seats, its quorum and the deadlines of its vote."""

from datetime import date, datetime, timedelta

from engine.clock import VIETNAM
from engine.commands import submission, windows
from engine.commands.ground import note_round
from engine.database import Database
from engine.dossier.build import Source
from engine.dossier.facts import CouncilFacts, DeadlineMoved, QuorumMissed, SeatChanged
from engine.dossier.minutes import minutes
from engine.dossier.texts import FILES, load_texts
from engine.dossier.view import Paragraph
from engine.queries import rounds
from engine.queries.dossier_source import source_of
from engine.stages import Stage
from tests.engine.commands.test_seats import NEW, replace
from tests.factories import (
    Scene,
    cast,
    close_vote,
    given_result,
    given_round,
    given_vote,
    small_definition,
)
from tests.scene import ROOT


def made(scene: Scene) -> Source:
    """What a dossier is made of now; made twice, it is the same."""
    with scene.database.unit_of_work() as session:
        office = scene.actor("office", session)
        submission.prepare_dossier(session, office, scene.key, facts={}, now=scene.now)
        first, second = (source_of(session, rounds.seen(session, scene.key), 1) for _ in range(2))
        assert first == second
        return first


def council_of(scene: Scene) -> CouncilFacts:
    """The council as a dossier made now tells it."""
    return made(scene).council


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
    council = council_of(scene)
    assert (council.deadlines, council.changed) == ((), ())


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


def test_the_minutes_tell_who_took_whose_seat_and_since_when(sqlite_database: Database) -> None:
    """The list of members is that of the newest decision: a paper that founded the council names others."""
    scene, codes, hash_ = given_vote(sqlite_database)
    scene.clock.set(date(2025, 10, 21), 0, 30)  # in Greenwich it is still the 20th
    replace(scene, "seat3", "cs4", reason=" QĐ 12/QĐ-BDT\nngày 20/10. ")
    scene.clock.push(hours=24)
    replace(scene, "cs4", "cs3", reason="QĐ 13/QĐ-BDT;")
    other = given_round(sqlite_database, definition=small_definition("thu-hai-2025"))
    replace(other, "seat3", "kh4", reason="QĐ của đợt khác.")
    for seat in (1, 2, 4, 5):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    scene.clock.push(days=10)
    assert close_vote(scene, "time")
    approve(scene, codes)
    source = made(scene)
    assert source.council.changed == (
        SeatChanged(
            date(2025, 10, 21),
            "Ủy viên 3",
            "Nông Đức CS 4",
            "Thư ký Hội đồng",
            "QĐ 12/QĐ-BDT ngày 20/10",
        ),
        SeatChanged(date(2025, 10, 22), "Nông Đức CS 4", "Nông Đức CS 3", "Thư ký Hội đồng", "QĐ 13/QĐ-BDT"),
    )
    folder = ROOT / "config" / "documents"
    texts = load_texts({name: (folder / name).read_text("utf-8") for name in FILES})
    paper = minutes(
        texts.minutes,
        agency=source.agency,
        review=source.review,
        council=source.council,
        registration=source.minutes,
    )
    told = [block.text for block in paper.blocks if isinstance(block, Paragraph)]
    start = next(place for place, text in enumerate(told) if "được thành lập theo" in text)
    assert told[start + 1 : start + 3] == [
        "Từ ngày 21/10/2025, Nông Đức CS 4 thay Ủy viên 3 làm Thư ký Hội đồng (QĐ 12/QĐ-BDT ngày 20/10).",
        "Từ ngày 22/10/2025, Nông Đức CS 3 thay Nông Đức CS 4 làm Thư ký Hội đồng (QĐ 13/QĐ-BDT).",
    ]
    assert told[start + 3].startswith("Nội dung: ")
    assert paper.signatures[0].name == "Nông Đức CS 3"


def test_a_slip_put_right_is_no_change_of_the_council(sqlite_database: Database) -> None:
    scene, codes, hash_ = given_vote(sqlite_database)
    replace(scene, "seat5")
    replace(scene, NEW, "seat5", reason="Chọn nhầm ghế.")
    replace(scene, "seat4")
    replace(scene, NEW, "kh4", reason="QĐ 15/QĐ-BDT.")
    replace(scene, "kh4", NEW, reason="Chọn nhầm người.")
    for seat in (1, 2, 3, 5):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    scene.clock.push(days=10)
    assert close_vote(scene, "time")
    approve(scene, codes)
    (changed,) = made(scene).council.changed
    assert (changed.before, changed.after, changed.reason) == ("Ủy viên 4", "Nông Đức CS 4", "QĐ 12/QĐ-BDT")
