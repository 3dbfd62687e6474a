"""One round from the first draft to the last answer, through every command of the story."""

from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from engine import history
from engine.commands import submission
from engine.database import Database
from engine.models import Event, Nomination, Result, Round
from engine.stages import Stage, State
from tests.factories import given_result, given_sealed_dossier


def test_a_round_runs_to_its_end(database: Database) -> None:
    scene, (provincial, agency) = given_result(database, approved=True)
    now, key = scene.now, scene.key
    today = now.date()
    with database.unit_of_work() as session:
        office = scene.actor("office", session)
        submission.decide(session, office, key, codes=[agency], number="128/QĐ-BDT", dated=today, now=now)
    given_sealed_dossier(scene)
    with database.unit_of_work() as session:
        submission.send_dossier(session, office, key, version=1, channel="email", now=now)
        assert submission.record_receipt(session, office, key, version=1, number="77", now=now) == 1
        submission.record_answer(
            session, office, key, codes=[provincial], answer="completion", reason="Thiếu dấu.", now=now
        )
    with database.unit_of_work() as session:
        second = submission.prepare_dossier(session, office, key, facts={}, now=now)
        assert (second.version, second.facts) == (2, {"place": "Lạng Sơn"})
        submission.seal_dossier(
            session,
            office,
            key,
            version=2,
            number="13/TTr-BDT",
            dated=today,
            sha256="cd" * 32,
            size=9,
            now=now,
        )
        submission.send_dossier(
            session, office, key, version=2, channel="other", channel_number="TN-9", now=now
        )
        submission.record_answer(
            session,
            office,
            key,
            codes=[provincial],
            answer="awarded",
            number="1/QĐ-UBND",
            dated=today,
            now=now,
        )
    with database.read() as session:
        round_ = session.execute(select(Round)).scalar_one()
        states = dict(session.execute(select(col(Nomination.code), col(Nomination.state))).all())
        sentences = session.execute(
            select(col(Result.sentence)).order_by(col(Result.nomination_id))
        ).scalars()
        assert states == {provincial: State.awarded, agency: State.awarded}
        assert (round_.stage, round_.closed_at) == (Stage.closed, now)
        assert list(sentences) == [
            "5/5, cần 4 — 80 % trên tổng số thành viên",
            "5/5, cần 3 — hơn 50 % trên tổng số thành viên",
        ]
        for id_ in (None, *session.execute(select(col(Nomination.id))).scalars()):
            assert history.broken_links(session, nomination_id=id_, round_id=round_.id or 0) == []
    scene.clock.push(days=100)
    with database.unit_of_work() as session:
        head = scene.actor("head", session)
        revoked = submission.revoke(session, head, agency, reason="Khai không đúng.", now=scene.now)
        assert revoked.state == State.revoked
    with database.read() as session:
        last = session.execute(select(Event).order_by(col(Event.id).desc())).scalars().first()
        assert last is not None
        assert (last.kind, last.actor_name, last.door) == ("revoke", "Vi Minh Tú", "page")
        assert last.at - now == timedelta(days=100)
