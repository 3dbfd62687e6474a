"""A machine's clock that was set back: nothing is written by it, and what had been shows."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from engine import history
from engine.access import time_itself
from engine.commands.ground import note_round, stand_on
from engine.database import Database
from engine.errors import NotNow
from engine.models import Ballot, Event
from tests.api.cli_given import FINAL, tdkt
from tests.api.dossier_given import Office, keep
from tests.api.office_given import words
from tests.api.test_dossier import form
from tests.factories import cast, given_vote


def test_a_vote_is_not_changed_at_a_time_before_it_was_cast(database: Database) -> None:
    scene, codes, frozen = given_vote(database)
    cast(scene, 1, dict.fromkeys(codes, "yes"), frozen)

    def kept() -> tuple[list[str], list[datetime | None]]:
        with database.read() as session:
            return list(session.exec(select(Event.hash))), list(session.exec(select(Ballot.sent_at)))

    before = kept()
    scene.clock.push(days=-400)
    with pytest.raises(NotNow, match="Đồng hồ máy chủ đang chỉ"):
        cast(scene, 1, dict.fromkeys(codes, "no"), frozen)
    assert kept() == before
    scene.clock.push(days=400, minutes=-2)
    cast(scene, 1, dict.fromkeys(codes, "no"), frozen)
    assert kept() != before


def test_the_page_says_it_and_who_can_help(office: Office) -> None:
    doors, _codes, desk = office
    doors.scene.clock.push(hours=-3)
    answer = keep(desk, form(doors))
    assert answer.status_code == 409
    assert "Đồng hồ máy chủ đang chỉ" in words(answer)
    assert "quản trị hệ thống" in words(answer)


def test_verify_names_where_time_ran_backwards(
    tmp_path: Path, nothing_set: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TDKT_SECRET", "s" * 40)
    monkeypatch.setenv("TDKT_SMTP_URL", "smtps://post:h%40rd@mail.example.vn")
    monkeypatch.setenv("TDKT_DATA", str(tmp_path))
    now = datetime(2025, 11, 20, 2, tzinfo=UTC)
    monkeypatch.setattr("engine.installation.system_clock", lambda: now)
    tdkt("people", "load")
    tdkt("round", "plan", FINAL)
    assert tdkt("history", "verify").exit_code == 0
    database = Database(f"sqlite:///{tmp_path / 'tdkt.db'}")
    with database.unit_of_work() as session, monkeypatch.context() as before_this_rule:
        before_this_rule.setattr(history, "SLACK", timedelta(days=500))
        ground, earlier = stand_on(session, key=FINAL), now - timedelta(days=400)
        note_round(session, time_itself(), ground, "noted", now=earlier)
        event = max(session.exec(select(Event.id)).all())
    database.dispose()
    said = tdkt("history", "verify")
    assert said.exit_code == 0, "the chains are whole"
    assert f"TIME RAN BACKWARDS at 1 events ({event})" in said.output
