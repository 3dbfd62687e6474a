"""The same act at the same time, and a process that dies between any two statements: once, or not at all."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlmodel import Session, col

from engine import history
from engine.commands import council, people, proposal, rounds, submission, voting
from engine.database import Database
from engine.errors import Refused, StageClosed
from engine.models import Ballot, Event, EventToTell, Link, Nomination, Result, Round, Vote
from engine.stages import Stage, State
from tests.factories import (
    SEATS,
    Scene,
    cast,
    draft,
    given_nomination,
    given_result,
    given_round,
    given_sealed_dossier,
    given_vote,
    keeper,
    small_definition,
)


def at_once(database: Database, act: Callable[[Session], Any], times: int = 2) -> list[Any]:
    """Run `act` in `times` transactions that start together; answers, or the refusals."""
    together = threading.Barrier(min(times, 8))

    def run(number: int) -> Any:
        if number < together.parties:
            together.wait()
        try:
            with database.unit_of_work() as session:
                return act(session)
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(together.parties) as pool:
        return list(pool.map(run, range(times)))


def told(database: Database, kind: str) -> int:
    with database.read() as session:
        found = select(func.count()).select_from(Event).where(col(Event.kind) == kind)
        return session.execute(found).scalar_one()


def check_whole(database: Database) -> None:
    """What must hold after every fault: chains whole, states said by history, letters and votes not torn."""
    with database.read() as session:
        for round_ in session.execute(select(Round)).scalars():
            assert history.broken_links(session, nomination_id=None, round_id=round_.id or 0) == []
        for nomination in session.execute(select(Nomination)).scalars():
            id_, round_id = nomination.id, nomination.round_id
            assert history.broken_links(session, nomination_id=id_, round_id=round_id) == []
            moves = session.execute(
                select(Event).where(col(Event.nomination_id) == id_).order_by(col(Event.id))
            ).scalars()
            last = [e.facts["to"] for e in moves if "to" in e.facts]
            assert (last or [State.draft])[-1] == nomination.state
        for ballot in session.execute(select(Ballot)).scalars():
            votes = session.execute(
                select(func.count()).select_from(Vote).where(col(Vote.ballot_id) == ballot.id)
            ).scalar_one()
            assert bool(votes) == (ballot.sent_at is not None)


def test_two_heads_sign_the_same_batch(database: Database) -> None:
    scene = given_round(database, stage=Stage.proposal)
    codes = [given_nomination(scene, who=f"cs{n}", state=State.ready) for n in (1, 2)]
    with database.read() as session:
        chief = scene.actor("chief-cs", session)

    def sign(session: Session) -> int:
        return proposal.sign_off(session, chief, scene.key, department="cs", codes=codes, now=scene.now)

    assert sorted(at_once(database, sign)) == [0, 2]
    assert told(database, "department_proposed") == 1
    check_whole(database)


def test_two_clerks_start_the_same_nomination(database: Database) -> None:
    scene = given_round(database, stage=Stage.proposal)
    with database.read() as session:
        clerks = [scene.actor(who, session) for who in ("clerk-cs", "chief-cs")]
    turn = count()

    def start(session: Session) -> str:
        actor = clerks[next(turn) % 2]
        return proposal.start(session, actor, scene.key, department="cs", draft=draft(), now=scene.now).code

    answers = at_once(database, start)
    assert sorted(isinstance(answer, str) for answer in answers) == [False, True]
    assert told(database, "started") == 1


def test_fifty_clicks_are_one_ballot(database: Database) -> None:
    scene, codes, hash_ = given_vote(database)
    with database.read() as session:
        member = scene.actor("seat1", session)

    def send(session: Session) -> str:
        choices = dict.fromkeys(codes, "yes")
        return council.send_ballot(
            session, member, scene.key, choices=choices, list_hash=hash_, keys=scene.keys, now=scene.now
        ).receipt

    receipts = at_once(database, send, times=50)
    assert len(set(receipts)) == 1
    assert told(database, "ballot_sent") == 1
    check_whole(database)


def test_the_close_and_the_last_ballot(database: Database) -> None:
    scene, codes, hash_ = given_vote(database)
    for seat in range(1, SEATS + 1):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    with database.read() as session:
        secretary, member = scene.actor("seat3", session), scene.actor("seat1", session)
    turn = count()

    def act(session: Session) -> Any:
        if next(turn) % 2:
            return council.close_vote(session, secretary, scene.key, calendar=scene.calendar, now=scene.now)
        choices = dict.fromkeys(codes, "no")
        return council.send_ballot(
            session, member, scene.key, choices=choices, list_hash=hash_, keys=scene.keys, now=scene.now
        ).receipt

    answers = at_once(database, act, times=8)
    assert answers.count(True) == 4
    changed = any(isinstance(answer, str) for answer in answers)
    assert all(isinstance(answer, bool | str | StageClosed) for answer in answers)
    with database.read() as session:
        results = session.execute(select(col(Result.yes))).scalars().all()
        assert set(results) == {SEATS - changed}, "a vote counts, or is refused: never acknowledged and lost"
    assert told(database, "vote_closed") == 1
    check_whole(database)


def test_two_processes_plan_the_same_round_and_load_the_same_roster(database: Database) -> None:
    scene = given_round(database)
    with database.read() as session:
        office = scene.actor("office", session)
    definition = small_definition("thu-hai-2025")

    def plan(session: Session) -> int:
        people.load_roster(session, keeper(), "xyz", [], now=scene.now)
        ground = rounds.plan(session, office, definition, calendar=scene.calendar, now=scene.now)
        return ground.round_id

    assert len(set(at_once(database, plan, times=4))) == 1
    assert told(database, "planned") == 2


def test_of_two_sign_in_links_opened_at_once_one_works(database: Database) -> None:
    scene = given_round(database)
    tokens = []
    with database.unit_of_work() as session:
        for _ in range(2):
            people.ask_to_sign_in(
                session, scene.keys, email="office@bdt.example", door="page", now=scene.clock.push(minutes=2)
            )
        links = session.execute(select(Link).order_by(col(Link.id))).scalars()
        tokens = [people.token_of(scene.keys, link) for link in links]
    turn = count()

    def open_(session: Session) -> str:
        return people.open_link(session, scene.keys, tokens[next(turn) % 2], now=scene.now)[0]

    answers = at_once(database, open_, times=4)
    assert sorted(type(answer).__name__ for answer in answers) == ["LinkExpired"] * 3 + ["str"]


class KilledError(Exception):
    """What a dead process leaves its transaction with."""


@contextmanager
def killed_after(database: Database, statements: int) -> Iterator[None]:
    left = count(statements, -1)

    def strike(*_args: object) -> None:
        if next(left) <= 0:
            raise KilledError

    event.listen(database.engine, "before_cursor_execute", strike)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", strike)


def sign_off(database: Database) -> tuple[Scene, Callable[[Session], Any]]:
    scene = given_round(database, stage=Stage.proposal)
    codes = [given_nomination(scene, who=f"cs{n}", state=State.ready) for n in (1, 2)]
    return scene, lambda session: proposal.sign_off(
        session, scene.actor("chief-cs", session), scene.key, department="cs", codes=codes, now=scene.now
    )


def send_ballot(database: Database) -> tuple[Scene, Callable[[Session], Any]]:
    scene, codes, hash_ = given_vote(database)
    cast(scene, 1, dict.fromkeys(codes, "no"), hash_)
    choices = dict.fromkeys(codes, "yes")
    return scene, lambda session: council.send_ballot(
        session,
        scene.actor("seat1", session),
        scene.key,
        choices=choices,
        list_hash=hash_,
        keys=scene.keys,
        now=scene.now,
    )


def close_vote(database: Database) -> tuple[Scene, Callable[[Session], Any]]:
    scene, codes, hash_ = given_vote(database)
    for seat in range(1, SEATS + 1):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    return scene, lambda session: council.close_vote(
        session, scene.actor("seat3", session), scene.key, calendar=scene.calendar, now=scene.now
    )


def send_dossier(database: Database) -> tuple[Scene, Callable[[Session], Any]]:
    scene, _codes = given_result(database, approved=True)
    given_sealed_dossier(scene)
    return scene, lambda session: submission.send_dossier(
        session, scene.actor("office", session), scene.key, version=1, channel="email", now=scene.now
    )


@pytest.mark.parametrize(
    ("given", "kind", "times"),
    [
        (sign_off, "department_proposed", 1),
        (send_ballot, "ballot_sent", 2),
        (close_vote, "vote_closed", 1),
        (send_dossier, "dossier_sent", 1),
    ],
)
def test_a_kill_after_any_statement_leaves_nothing_and_a_repeat_works(
    database: Database, given: Callable[[Database], Any], kind: str, times: int
) -> None:
    scene, act = given(database)
    before = told(database, kind)
    for statements in count():
        assert statements < 100
        try:
            with killed_after(database, statements), database.unit_of_work() as session:
                act(session)
        except KilledError:
            assert told(database, kind) == before
            continue
        break
    assert statements > 5
    with database.unit_of_work() as session:
        act(session)
    assert told(database, kind) == times
    check_whole(database)
    with database.read() as session:
        marks = set(session.execute(select(col(EventToTell.event_id))).scalars())
        events = set(session.execute(select(col(Event.id)).where(col(Event.kind) == kind)).scalars())
        assert events <= marks
    assert scene.key


def test_two_offices_open_the_same_vote(database: Database) -> None:
    scene, _codes, _hash = given_vote(database)
    with database.read() as session:
        office = scene.actor("office", session)

    def open_(session: Session) -> int | None:
        return voting.open_vote(
            session, office, scene.key, keys=scene.keys, calendar=scene.calendar, now=scene.now
        ).id

    assert len(set(at_once(database, open_))) == 1
    assert told(database, "council_opened") == 1
