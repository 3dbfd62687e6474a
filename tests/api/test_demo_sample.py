"""The demonstration's sample: made once by the real commands, going on where it was left, thrown away."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func
from sqlmodel import col, select

from api.demo import clock, start
from api.operations import broken_history
from engine.commands.ground import pinned
from engine.dossier.package import verify_package
from engine.installation import Installation
from engine.models import Attachment, DemoClock, Dossier, Event, EventToTell, Moment, Nomination, Round
from engine.queries import judging
from engine.stages import State


def states(here: Installation, key: str) -> Counter[str]:
    with here.database.read() as session:
        return Counter(
            session.exec(
                select(Nomination.state)
                .join(Round, col(Round.id) == Nomination.round_id)
                .where(Round.key == key)
            ).all()
        )


def test_the_sample_has_every_state_there_is(here: Installation) -> None:
    final = states(here, "ntm-2025-tong-ket")
    assert final.total() >= 40
    assert set(final) == {
        "draft", "ready", "proposed", "returned", "held", "accepted", "declined", "withdrawn"
    }  # fmt: skip
    yearly = states(here, "hang-nam-2025")
    assert set(yearly) == {
        "recommended", "not_recommended", "approved", "refused", "submitted", "received", "completion",
        "awarded", "not_awarded",
    }  # fmt: skip
    assert states(here, "ntm-2023-so-ket")["revoked"] == 1
    sudden = states(here, "dot-xuat-2025")
    assert set(sudden) == {"listed", "lapsed"}
    assert {*final, *yearly, *sudden, "revoked"} == set(State)


def test_the_sample_stands_where_it_should_in_time(here: Installation) -> None:
    now = here.clock()
    assert timedelta(0) <= now - clock.BEGINS < timedelta(hours=1)
    with here.database.read() as session:
        stages = dict(session.exec(select(Round.key, Round.stage)).all())
        overdue = session.exec(
            select(Moment.id).where(col(Moment.done_at).is_(None), col(Moment.at) <= now)
        ).all()
        last = session.exec(select(func.max(Event.at))).one()
        told_late = session.exec(
            select(Event.at).join(EventToTell, col(EventToTell.event_id) == Event.id)
        ).all()
    assert stages == {
        "ntm-2023-so-ket": "closed", "hang-nam-2025": "submission", "dot-xuat-2025": "council",
        "ntm-2025-tong-ket": "proposal",
    }  # fmt: skip
    assert overdue == []
    assert last <= clock.BEGINS
    assert told_late
    assert min(told_late) >= start.TOLD_BEFORE


def test_the_sample_is_made_by_the_real_commands(here: Installation) -> None:
    """Its history is whole, its files and dossiers are what the record says they are."""
    with here.database.read() as session:
        chains, events, broken = broken_history(session)
        files = session.exec(select(Attachment.sha256, Attachment.size)).all()
        dossiers = session.exec(select(Dossier)).all()
    assert (chains > 70, events > 500, broken) == (True, True, "")
    for sha256, size in files:
        assert here.files.path(sha256).stat().st_size == size
    assert [(d.round_id, d.version, d.state) for d in dossiers] == [
        (1, 1, "received"), (2, 1, "returned"), (2, 2, "sent")
    ]  # fmt: skip
    for dossier in dossiers:
        assert verify_package(here.files.path(dossier.sha256).read_bytes(), sha256=dossier.sha256) == []


def test_the_sample_has_faults_to_be_found(here: Installation) -> None:
    with here.database.read() as session:
        round_ = session.exec(select(Round).where(Round.key == "ntm-2025-tong-ket")).one()
        definition = pinned(session, round_.definition_hash)
        found = Counter(
            (finding.severity, finding.rule_id)
            for nomination in session.exec(select(Nomination).where(Nomination.round_id == round_.id)).all()
            for finding in judging.findings_of(session, definition, nomination)
        )
    for fault in (
        ("block", "R26"),
        ("block", "R4"),
        ("block", "R3"),
        ("block", "R5-da-khen"),
        ("block", "summary-length"),
        ("block", "period-outside-movement"),
        ("hold", "R7-xem-xet"),
        ("hold", "R7-don-thu"),
        ("warn", "R52"),
    ):
        assert found[fault], (fault, found)


def test_made_once_it_is_kept(here: Installation) -> None:
    assert start.make_sample(here) == ""


def test_started_again_after_days_it_goes_on_where_it_was_left(here: Installation) -> None:
    """No deadline passes while nobody is looking."""
    with here.database.unit_of_work() as session:
        last = session.exec(select(func.max(Event.at))).one()
        row = session.exec(select(DemoClock)).one()
        row.ahead_seconds += 3 * 24 * 3600  # three days went by with the machine off
        session.add(row)

    start.make_sample(here)

    assert max(last, clock.BEGINS) <= here.clock() < max(last, clock.BEGINS) + timedelta(minutes=1)


def test_a_fresh_start_throws_away_only_what_a_demonstration_made(tmp_path: Path) -> None:
    foreign, own = tmp_path / "data", tmp_path / "demo-data"
    foreign.mkdir()
    (foreign / "tdkt.db").touch()
    start.throw_away(foreign)
    assert (foreign / "tdkt.db").exists()
    start.environment(own, port=1, prefect_port=2, smtp_port=3)
    (own / "tdkt.db").touch()
    start.throw_away(own)
    assert [path.name for path in own.iterdir()] == [start.MARK]
