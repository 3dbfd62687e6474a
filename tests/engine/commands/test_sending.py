"""How a dossier leaves."""

import pytest

from engine.commands import dossiers, submission
from engine.database import Database
from engine.errors import Changed, Incomplete
from tests.factories import Scene, given_result, given_sealed_dossier


def given_dossier_of(database: Database, size: int) -> Scene:
    """A sealed dossier of so many bytes."""
    scene, _codes = given_result(database, nominees=[("cs1", "bang-khen")], approved=True)
    given_sealed_dossier(scene)
    with database.unit_of_work() as session:
        dossier = submission.latest_dossier(session, scene.ground(session).round_id)
        assert dossier is not None
        dossier.size = size
    return scene


def test_what_no_letter_carries_leaves_by_another_channel(sqlite_database: Database) -> None:
    scene = given_dossier_of(sqlite_database, dossiers.MOST_BY_EMAIL + 1)
    with sqlite_database.unit_of_work() as session:
        office = scene.actor("office", session)
        with pytest.raises(Incomplete) as refused:
            submission.send_dossier(session, office, scene.key, version=1, channel="email", now=scene.now)
        assert refused.value.fields["channel"].startswith(
            "Hồ sơ nặng 20,1 MB, thư điện tử chỉ chuyển được đến 20 MB."
        )
        assert "kênh khác" in refused.value.fields["channel"]
        sent = submission.send_dossier(
            session, office, scene.key, version=1, channel="other", channel_number="88/BDT", now=scene.now
        )
        assert sent.state == "sent"


def test_twenty_megabytes_still_go_by_letter(sqlite_database: Database) -> None:
    scene = given_dossier_of(sqlite_database, dossiers.MOST_BY_EMAIL)
    with sqlite_database.unit_of_work() as session:
        office = scene.actor("office", session)
        sent = submission.send_dossier(session, office, scene.key, version=1, channel="email", now=scene.now)
        assert sent.channel == "email"


def test_another_archive_than_the_one_seen_stays(sqlite_database: Database) -> None:
    scene = given_dossier_of(sqlite_database, 1000)

    def send(seen: str) -> str:
        with sqlite_database.unit_of_work() as session:
            office = scene.actor("office", session)
            return submission.send_dossier(
                session, office, scene.key, version=1, channel="email", seen=seen, now=scene.now
            ).state

    with pytest.raises(Changed, match="đã được tạo lại lúc"):
        send("cd" * 32)
    for _ in range(2):
        assert send("ab" * 32) == "sent"
    with pytest.raises(Changed, match="bản 1 đã được gửi, với bộ hồ sơ khác"):
        send("cd" * 32)
