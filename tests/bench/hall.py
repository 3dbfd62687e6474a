"""What the web measurements look at: a data folder with one round under vote and one with a long list.

Played through the real commands in the days before now, so that the vote is open on the system's own clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from engine.clock import VIETNAM, system_clock
from engine.commands import listing, office, people, proposal, rounds, voting
from engine.database import Database
from engine.definition import Definition
from engine.models import Voting
from engine.stages import Stage
from tests import factories

SECRET = factories.SECRET
SEATS, LINES, LISTED = 16, 8, 120
VOTE, LONG = "bo-phieu", "danh-sach"


@dataclass(frozen=True)
class Hall:
    """Session keys (the cookie's value) by purpose, and what a ballot of the open vote must name."""

    seats: tuple[str, ...]
    office: str
    codes: tuple[str, ...]
    list_hash: str


def furnish(folder: Path) -> Hall:
    """Make `tdkt.db` in the folder and everything in it; returns who may come in."""
    database = Database(f"sqlite:///{folder / 'tdkt.db'}")
    database.migrate()
    scene = factories.Scene(database, factories.FakeClock(system_clock() - timedelta(days=14)))
    with database.unit_of_work() as session:
        people.load_roster(session, factories.keeper(), "bdt", _roster(), now=scene.now)
    _open_round(scene, VOTE, SEATS)
    codes = _nominate(scene, LINES, accept=True)
    hash_ = _put_to_the_vote(scene)
    _open_round(scene, LONG, factories.SEATS)
    _nominate(scene, LISTED, accept=False)
    hall = _sign_everybody_in(scene, codes, hash_)
    database.dispose()
    return hall


def environment(folder: Path, port: int, **more: str) -> dict[str, str]:
    """Settings of a server on this folder."""
    return {
        "TDKT_SECRET": SECRET,
        "TDKT_SMTP_URL": "smtp://127.0.0.1:9",
        "TDKT_DATA": str(folder),
        "TDKT_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TDKT_PORT": str(port),
        **more,
    }


def _roster() -> list[people.RosterLine]:
    small = [line for line in factories.small_roster() if not line.key.startswith("seat")]
    pattern = next(line for line in small if line.key == "cs1")
    named = [(f"x{n}", f"Nông Thị Số {n}", "cs") for n in range(LISTED)]
    named += [(f"seat{n}", f"Uỷ viên {n}", "") for n in range(1, SEATS + 1)]
    return small + [
        replace(pattern, key=key, name=name, email=f"{key}@bdt.example", department_key=unit or None)
        for key, name, unit in named
    ]


def _definition(key: str, seats: int, begins: Any) -> Definition:
    roles = ["chair", "vice_chair", "secretary", *["member"] * (seats - 3)]
    council = [{"person": f"seat{n}", "role": role} for n, role in enumerate(roles, start=1)]
    stages: Mapping[str, Any] = {
        "proposal": {"opens": str(begins), "due": str(begins + timedelta(days=7))},
        "office": {"working_days": 20},
        "council": {"working_days": 20, "remind": [1, 0]},
        "submission": {"working_days": 20},
    }
    body = factories.small_definition(key).council.model_dump(mode="json")
    return factories.small_definition(key, stages=stages, council={**body, "seats": council})


def _open_round(scene: factories.Scene, key: str, seats: int) -> None:
    scene.key = key
    definition = _definition(key, seats, scene.now.astimezone(VIETNAM).date())
    with scene.database.unit_of_work() as session:
        planner = scene.actor("office", session)
        rounds.plan(session, planner, definition, calendar=scene.calendar, now=scene.now)
        scene.set_stage(session, Stage.proposal)


def _nominate(scene: factories.Scene, count: int, *, accept: bool) -> tuple[str, ...]:
    key, now = scene.key, scene.now
    with scene.database.unit_of_work() as session:
        clerk, chief, desk = (scene.actor(k, session) for k in ("clerk-cs", "chief-cs", "office"))
        codes = []
        for number in range(count):
            draft = factories.draft(f"x{number}", award=("bang-khen", "giay-khen")[number % 2])
            made = proposal.start(session, clerk, key, department="cs", draft=draft, now=now)
            codes.append(made.code)
            proposal.finish(session, clerk, made.code, now=now)
        proposal.sign_off(session, chief, key, department="cs", codes=codes, now=now)
        for code in codes if accept else ():
            office.tick(session, desk, code, ticks={"bao-cao": True}, now=now)
            office.accept(session, desk, code, now=now)
    return tuple(codes)


def _put_to_the_vote(scene: factories.Scene) -> str:
    """Compile, publish, freeze and open the vote; returns the list's hash. The clock goes on by a week."""
    scene.close_proposal()
    with scene.database.unit_of_work() as session:
        desk, key, now = scene.actor("office", session), scene.key, scene.now
        listing.compile_list(session, desk, key, now=now)
        listing.publish_list(session, desk, key, now=now)
        hash_ = listing.freeze_list(session, desk, key, now=now).hash
        voting.open_vote(session, desk, key, keys=scene.keys, calendar=scene.calendar, now=now)
    return str(hash_)


def _sign_everybody_in(scene: factories.Scene, codes: tuple[str, ...], hash_: str) -> Hall:
    """Open the ballot link of every seat and a sign-in link of the office, as their clicks would."""
    now, keys = system_clock(), scene.keys
    with scene.database.unit_of_work() as session:
        vote = session.execute(select(Voting)).scalar_one()
        seats = []
        for number in range(1, SEATS + 1):
            member = factories.person(session, f"seat{number}")
            token = keys.token(purpose="ballot", person_id=member.id or 0, scope=str(vote.id), generation=1)
            seats.append(people.open_link(session, keys, token, now=now)[0])
        desk = factories.person(session, "office")
        link = people.issue_link(session, keys, purpose="signin", person_id=desk.id or 0, now=now)
        key, _link = people.open_link(session, keys, people.token_of(keys, link), now=now)
    return Hall(tuple(seats), key, codes, hash_)
