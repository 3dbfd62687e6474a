"""Sở Nội vụ sends a dossier back: files are added, lines leave, and a number written wrongly is put right."""

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from engine.commands import listing, proposal, submission
from engine.commands.ground import nomination_of
from engine.database import Database
from engine.errors import Incomplete, NotFound, NotNow, NotYours
from engine.history import broken_links
from engine.models import Attachment, Dossier, Event, ListLine
from engine.queries import rounds as round_queries
from engine.queries.answers import answers_of
from engine.queries.dossier_source import source_of
from engine.stages import State
from tests.factories import Scene, given_result, given_sealed_dossier, nomination

TWO = (("cs1", "bang-khen"), ("cs2", "bang-khen"))
FILE = proposal.StoredFile("bo-sung.pdf", "application/pdf", 10, "ee" * 32)


def answer(scene: Scene, codes: list[str], said: str, **more: object) -> int:
    with scene.database.unit_of_work() as session:
        boss = scene.actor("office", session)
        return submission.record_answer(
            session,
            boss,
            scene.key,
            codes=codes,
            answer=said,
            now=scene.now,
            **more,  # type: ignore[arg-type]
        )


def sent(database: Database, nominees: tuple[tuple[str, str], ...] = TWO) -> tuple[Scene, list[str]]:
    """Version 1 of the dossier, sent by letter."""
    scene, codes = given_result(database, nominees=nominees, approved=True)
    given_sealed_dossier(scene)
    with database.unit_of_work() as session:
        boss = scene.actor("office", session)
        submission.send_dossier(session, boss, scene.key, version=1, channel="email", now=scene.now)
    return scene, codes


def sent_back(database: Database, nominees: tuple[tuple[str, str], ...] = TWO) -> tuple[Scene, list[str]]:
    """The same, and every line of it back for completion."""
    scene, codes = sent(database, nominees)
    answer(scene, codes, "completion", reason="Thiếu minh chứng.")
    scene.clock.push(hours=1)
    return scene, codes


def receive(scene: Scene, session: Session, version: int, number: str = "7") -> int:
    boss = scene.actor("office", session)
    return submission.record_receipt(session, boss, scene.key, version=version, number=number, now=scene.now)


def prepare(scene: Scene, session: Session) -> Dossier:
    boss = scene.actor("office", session)
    return submission.prepare_dossier(session, boss, scene.key, facts={}, now=scene.now)


def seal(scene: Scene, session: Session, version: int = 2) -> None:
    submission.seal_dossier(
        session,
        scene.actor("office", session),
        scene.key,
        version=version,
        number="13/TTr-BDT",
        dated=scene.now.date(),
        sha256="cd" * 32,
        size=9,
        now=scene.now,
    )


def test_a_line_answered_meanwhile_leaves_the_next_version(sqlite_database: Database) -> None:
    scene, (kept, gone) = sent_back(sqlite_database)
    with sqlite_database.unit_of_work() as session:
        prepare(scene, session)
        seal(scene, session)
    answer(scene, [gone], "not_awarded", reason="Không đủ.")
    with sqlite_database.unit_of_work() as session:
        second = prepare(scene, session)
        assert (second.version, second.sha256) == (2, "")
        assert [n.code for n in submission.lines_of(session, second)] == [kept]
        seal(scene, session)
        boss = scene.actor("office", session)
        submission.send_dossier(session, boss, scene.key, version=2, channel="email", now=scene.now)
        assert nomination(session, kept).state == State.submitted


def test_an_answer_is_written_on_the_dossier_that_took_the_line_along(sqlite_database: Database) -> None:
    scene, (first, second) = sent_back(sqlite_database)
    answer(scene, [second], "not_awarded", reason="Không đủ.")
    with sqlite_database.unit_of_work() as session:
        boss = scene.actor("office", session)
        prepare(scene, session)
        seal(scene, session)
        submission.send_dossier(session, boss, scene.key, version=2, channel="email", now=scene.now)

    def states() -> list[str]:
        with sqlite_database.read() as session:
            return list(session.execute(select(col(Dossier.state)).order_by(col(Dossier.version))).scalars())

    assert states() == ["returned", "sent"]
    with sqlite_database.unit_of_work() as session:
        assert receive(scene, session, 2) == 1
    assert states() == ["returned", "received"]
    answer(scene, [first], "completion", reason="Thiếu dấu.")
    assert states() == ["returned", "returned"]


def test_lines_of_two_dossiers_are_received_and_returned_each_on_its_own(sqlite_database: Database) -> None:
    scene, codes = sent(sqlite_database)
    answer(scene, codes[:1], "completion", reason="Thiếu minh chứng.")
    scene.clock.push(hours=1)
    with sqlite_database.unit_of_work() as session:
        boss = scene.actor("office", session)
        prepare(scene, session)
        seal(scene, session)
        submission.send_dossier(session, boss, scene.key, version=2, channel="email", now=scene.now)
    with sqlite_database.unit_of_work() as session:
        assert [receive(scene, session, 2), receive(scene, session, 2)] == [1, 0], "safe to repeat"
        assert [nomination(session, code).state for code in codes] == [State.received, State.submitted]
        of_first = select(Event).where(
            col(Event.nomination_id) == nomination(session, codes[1]).id, col(Event.kind) == "receive"
        )
        assert session.execute(of_first).first() is None, "nobody said that version 1 was received"
    with sqlite_database.unit_of_work() as session:
        assert receive(scene, session, 1, "6") == 1
        seen = answers_of(session, round_queries.seen(session, scene.key))
        numbers = [each.receipt.number if each.receipt else None for each in seen.sent]
        assert numbers == ["7", "6"], "each version its own, the newest first"
    answer(scene, codes[1:], "completion", reason="Thiếu dấu.")
    with sqlite_database.read() as session:
        found = session.execute(select(col(Dossier.state)).order_by(col(Dossier.version))).scalars()
        assert list(found) == ["returned", "received"], "the second went with version 1 only"


def test_only_what_has_left_is_received(sqlite_database: Database) -> None:
    scene, _codes = given_result(sqlite_database, nominees=TWO, approved=True)
    given_sealed_dossier(scene)
    for version, refusal in ((1, NotNow), (2, NotFound)):
        with sqlite_database.unit_of_work() as session, pytest.raises(refusal):
            receive(scene, session, version)


@pytest.mark.parametrize("who", ["office", "clerk-cs", "chief-cs"])
def test_files_asked_for_are_added_beside_what_was_voted_on(sqlite_database: Database, who: str) -> None:
    scene, (code, _other) = sent_back(sqlite_database)
    with sqlite_database.unit_of_work() as session:
        prepare(scene, session)
        seal(scene, session)
        actor = scene.actor(who, session)
        proposal.attach(session, actor, code, item_key="minh-chung", file=FILE, now=scene.now)
        again = proposal.attach(session, actor, code, item_key="minh-chung", file=FILE, now=scene.now)
        assert again.supplement
        latest = submission.latest_dossier(session, scene.ground(session).round_id)
        assert latest is not None
        assert latest.sha256 == "", "it has to be built again, with the new file"
    with sqlite_database.read() as session:
        _ground, row = nomination_of(session, code)
        voted = select(col(ListLine.fingerprint)).where(col(ListLine.nomination_id) == row.id)
        assert listing.fingerprint(session, row) == session.execute(voted).scalar_one()
        attached = session.execute(select(Event).where(col(Event.kind) == "attached")).scalars().all()
        assert [e.facts for e in attached] == [
            {"item": "minh-chung", "name": FILE.name, "sha256": FILE.sha256, "supplement": True}
        ]
        assert broken_links(session, nomination_id=row.id, round_id=row.round_id) == []
        source = source_of(session, round_queries.seen(session, scene.key), 2)
        assert [f.sha256 for item in source.items for f in item.files] == [FILE.sha256]


def test_only_those_two_and_only_files_of_the_checklist(sqlite_database: Database) -> None:
    scene, (code, _other) = sent_back(sqlite_database)

    def attach(who: str, item: str = "minh-chung") -> Attachment:
        with sqlite_database.unit_of_work() as session:
            actor = scene.actor(who, session)
            return proposal.attach(session, actor, code, item_key=item, file=FILE, now=scene.now)

    for who, refusal in (("clerk-kh", NotFound), ("head", NotYours), ("seat1", NotFound)):
        with pytest.raises(refusal):
            attach(who)
    with pytest.raises(Incomplete):
        attach("office", "bao-cao")
    answer(scene, [code], "not_awarded", reason="Không đủ.")
    with pytest.raises(NotYours):
        attach("office")
    with pytest.raises(NotNow):
        attach("clerk-cs")


def test_a_supplement_is_taken_off_until_it_has_left(sqlite_database: Database) -> None:
    scene, codes = sent_back(sqlite_database)
    code = codes[0]
    with sqlite_database.unit_of_work() as session:
        clerk, boss = scene.actor("clerk-cs", session), scene.actor("office", session)
        wrong = proposal.attach(session, clerk, code, item_key="minh-chung", file=FILE, now=scene.now)
        proposal.detach(session, clerk, code, attachment_id=wrong.id or 0, now=scene.now)
        right = proposal.attach(session, clerk, code, item_key="minh-chung", file=FILE, now=scene.now)
        assert right.id != wrong.id
        prepare(scene, session)
        seal(scene, session)
        scene.clock.push(hours=1)
        submission.send_dossier(session, boss, scene.key, version=2, channel="email", now=scene.now)
    answer(scene, codes, "completion", reason="Thiếu dấu.")
    with sqlite_database.unit_of_work() as session, pytest.raises(NotNow, match="đã gửi"):
        proposal.detach(session, clerk, code, attachment_id=right.id or 0, now=scene.now)


def test_a_receipt_of_the_rest_leaves_a_returned_dossier_returned(sqlite_database: Database) -> None:
    scene, codes = sent(sqlite_database)
    answer(scene, codes[:1], "completion", reason="Thiếu minh chứng.")
    with sqlite_database.unit_of_work() as session:
        assert receive(scene, session, 1) == 1
        dossier = session.execute(select(Dossier)).scalar_one()
        assert (dossier.state, dossier.received_at) == ("returned", None)


def test_twenty_files_leave_room_for_what_is_asked_for(sqlite_database: Database) -> None:
    """None of those the council saw may be taken off: the limit of a draft would shut the door."""
    scene, (code, _other) = sent_back(sqlite_database)
    with sqlite_database.unit_of_work() as session:
        row = nomination(session, code)
        for number in range(20):
            session.add(
                Attachment(
                    nomination_id=row.id or 0,
                    item_key="minh-chung",
                    name=f"{number}.pdf",
                    media_type="application/pdf",
                    size=9,
                    sha256=f"{number:064x}",
                    uploaded_at=row.created_at,
                )
            )
    with sqlite_database.unit_of_work() as session:
        clerk = scene.actor("clerk-cs", session)
        row = proposal.attach(session, clerk, code, item_key="minh-chung", file=FILE, now=scene.now)
        assert row.supplement
