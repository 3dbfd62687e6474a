"""Filling the next version of a dossier: what of it was completed, and what another has saved meanwhile."""

import pytest

from engine.commands import proposal, submission
from engine.commands.preparing import carried, facts_mark
from engine.database import Database
from engine.errors import Changed, Incomplete
from engine.queries.dossier_returns import returned_lines
from tests.engine.commands.test_completion import FILE, sent_back
from tests.factories import nomination


def test_only_a_file_added_since_the_return_completes_it(sqlite_database: Database) -> None:
    scene, (code, _other) = sent_back(sqlite_database)

    def completed(ticked: str = "") -> list[bool]:
        with sqlite_database.read() as session:
            round_id = scene.ground(session).round_id
            return [line.completed for line in returned_lines(session, round_id, {"nothing_added": ticked})]

    assert completed() == [False, False]
    with sqlite_database.read() as session:
        ticked = str(nomination(session, code).id)
    assert completed(ticked) == [True, False]
    with sqlite_database.unit_of_work() as session:
        clerk = scene.actor("clerk-cs", session)
        file = proposal.attach(session, clerk, code, item_key="minh-chung", file=FILE, now=scene.now)
    assert completed() == [True, False]
    with sqlite_database.unit_of_work() as session:
        proposal.detach(session, clerk, code, attachment_id=file.id or 0, now=scene.now)
    assert completed() == [False, False]


def test_the_next_version_asks_anew_whether_nothing_had_to_be_added(sqlite_database: Database) -> None:
    scene, _codes = sent_back(sqlite_database)
    said = {"minutes_number": "02", "submission_number": "13", "nothing_added": "1,2"}
    with sqlite_database.unit_of_work() as session:
        boss = scene.actor("office", session)
        second = submission.prepare_dossier(session, boss, scene.key, facts=said, now=scene.now)
        assert carried(second.facts) == {"place": "Lạng Sơn", "minutes_number": "02"}


def test_facts_saved_since_are_not_undone_unawares(sqlite_database: Database) -> None:
    scene, _codes = sent_back(sqlite_database)

    def save(seen: str | None, **facts: str) -> None:
        with sqlite_database.unit_of_work() as session:
            boss = scene.actor("office", session)
            submission.prepare_dossier(session, boss, scene.key, facts=facts, seen=seen, now=scene.now)

    def mark(version: int = 2) -> str:
        with sqlite_database.read() as session:
            return facts_mark(session, scene.ground(session).round_id, version)

    opened = mark()
    save(opened, chair="1", dissent="")
    with pytest.raises(Changed) as refused:
        save(opened, chair="", dissent="Không.")
    assert refused.value.theirs == {"chair": "1"}, "what the other has not touched is no conflict"
    save(opened, dissent="Không.")
    save(mark(), chair="")
    save(None, chair="2")
    with pytest.raises(Changed) as refused:
        save(mark(1), chair="", submission_number="12")
    assert set(refused.value.theirs) == {"chair", "submission_number"}, "typed for the version before"


def test_a_version_not_made_yet_is_not_sent(sqlite_database: Database) -> None:
    scene, _codes = sent_back(sqlite_database)
    with sqlite_database.unit_of_work() as session:
        boss = scene.actor("office", session)
        second = submission.prepare_dossier(session, boss, scene.key, facts={}, now=scene.now)
        with pytest.raises(Incomplete) as refused:
            submission.send_dossier(
                session, boss, scene.key, version=second.version, channel="email", now=scene.now
            )
    assert refused.value.fields == {"dossier": "Hồ sơ chưa được tạo. Bấm “Tạo bộ hồ sơ” trước khi gửi."}
