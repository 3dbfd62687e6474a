"""The second half of a sample round: council, head, dossier, and the answers of Sở Nội vụ."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import col, select

from api.demo.scene import Entered, Scene
from engine.access import time_itself
from engine.clock import VIETNAM
from engine.commands import council, proposal, submission
from engine.commands.ground import stand_on
from engine.models import Nomination, Person, Seat, Voting
from engine.queries import dossier_source
from engine.queries import rounds as queries
from engine.queries.dossier_facts import CIRCULATED
from engine.stages import Role, State

EVIDENCE = "minh-chung-sang-kien"


def vote(scene: Scene, against: Mapping[str, int], start: datetime, *, seats: int | None = None) -> None:
    """Seats (the first `seats`) vote, an hour apart. `against`: code → how many of the last vote no."""
    ground = stand_on(scene.session, key=scene.key)
    voting = scene.session.exec(select(Voting).where(Voting.round_id == ground.round_id)).one()
    lines = council.lines_of(scene.session, voting)
    council_ = scene.session.exec(
        select(Person.id, Person.key)
        .join(Seat, col(Seat.person_id) == Person.id)
        .where(Seat.round_id == ground.round_id)
        .order_by(col(Seat.position))
    ).all()
    for place, (person_id, key) in enumerate(council_[:seats]):
        choices = {
            line.code: "no" if place >= len(council_) - against.get(line.code, 0) else "yes"
            for line in lines
            if line.person_id != person_id
        }
        council.send_ballot(
            scene.session,
            scene.person(key, door="link"),
            scene.key,
            choices=choices,
            list_hash=voting.list_hash,
            keys=scene.here.keys,
            now=start + timedelta(hours=place),
        )


def close(scene: Scene, now: datetime, *, by_secretary: bool) -> None:
    """All have voted: the secretary closes, or time does where the definition says at once."""
    scene.pass_time(now)
    actor = time_itself()
    if by_secretary:
        seat = next(s for s in scene.definition.council.seats if s.role == Role.secretary.value)
        actor = scene.person(seat.person)
    council.close_vote(scene.session, actor, scene.key, calendar=scene.here.calendar, now=now)


def approve(scene: Scene, codes: Sequence[str], now: datetime) -> None:
    scene.pass_time(now)
    submission.approve(scene.session, scene.holding(Role.head), scene.key, codes=codes, now=now)


def refuse(scene: Scene, code: str, reason: str, now: datetime) -> None:
    submission.refuse(scene.session, scene.holding(Role.head), code, reason=reason, now=now)


def decide(scene: Scene, codes: Sequence[str], number: str, now: datetime) -> None:
    """Record the agency's decision of that day."""
    submission.decide(
        scene.session,
        scene.holding(Role.office),
        scene.key,
        codes=codes,
        number=number,
        dated=now.date(),
        now=now,
    )


def answer(
    scene: Scene,
    codes: Sequence[str],
    what: str,
    now: datetime,
    *,
    number: str = "",
    dated: date | None = None,
    reason: str = "",
) -> None:
    """Record what Sở Nội vụ said of these."""
    scene.pass_time(now)
    submission.record_answer(
        scene.session,
        scene.holding(Role.office),
        scene.key,
        codes=codes,
        answer=what,
        number=number,
        dated=dated,
        reason=reason,
        now=now,
    )


def receipt(scene: Scene, number: str, now: datetime, *, version: int = 1) -> None:
    office = scene.holding(Role.office)
    submission.record_receipt(scene.session, office, scene.key, version=version, number=number, now=now)


def revoke(scene: Scene, code: str, reason: str, now: datetime) -> None:
    submission.revoke(scene.session, scene.holding(Role.head), code, reason=reason, now=now)


def send_dossier(scene: Scene, number: str, now: datetime) -> None:
    """Prepare, build, seal and send the next version of the dossier, its archive kept like any other file."""
    scene.pass_time(now)
    session, actor, key = scene.session, scene.holding(Role.office), scene.key
    today = now.date()
    ground = stand_on(session, key=key)
    voted = session.exec(select(Voting).where(Voting.round_id == ground.round_id)).one()
    assert voted.closed_at is not None  # noqa: S101 — the sample's vote is over before its dossier
    facts = {
        "submission_number": number,
        "submission_date": today.isoformat(),
        "minutes_number": "03/BB-HĐTĐKT",  # of the one vote, whichever version takes them along
        "meeting_way": CIRCULATED,
        "meeting_date": voted.closed_at.astimezone(VIETNAM).date().isoformat(),
        "founding_number": "45/QĐ-BDT",
        "founding_date": date(today.year, 3, 3).isoformat(),
    }
    version = submission.prepare_dossier(session, actor, key, facts=facts, now=now).version
    source = dossier_source.source_of(session, queries.seen(session, key), version)
    archive = scene.papers.archive(source)
    submission.seal_dossier(
        session, actor, key, version=version, number=source.symbol, dated=today,
        sha256=archive.sha256, size=archive.size, now=now,
    )  # fmt: skip
    submission.send_dossier(session, actor, key, version=version, channel="email", now=now)


def supplement(scene: Scene, codes: Sequence[str], now: datetime) -> None:
    """The departments' clerks add what Sở Nội vụ asked for."""
    scene.pass_time(now)
    for code in codes:
        nomination = scene.session.exec(select(Nomination).where(Nomination.code == code)).one()
        paper = scene.papers.confirmation(nomination.nominee_name, day=now.date())
        clerk = scene.holding(Role.clerk, nomination.department_key)
        proposal.attach(scene.session, clerk, code, item_key=EVIDENCE, file=paper, now=now)


def codes(entered: Sequence[Entered], *states: State) -> list[str]:
    """Codes of the wishes that are to end in one of these states."""
    return [one.code for one in entered if one.wish.ends in states]
