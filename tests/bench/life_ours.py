"""Ours: whole lives of nominations through the real commands, letters included, on the database as shipped.

One turn is one round of `count` nominations. For each nomination, each in a transaction of its own:

    start       proposal.start          the clerk's draft
    1           proposal.finish         the clerk hands it on, checked
    2           proposal.sign_off       the department head signs
    3           office.tick + accept    Văn phòng checks and accepts
    4           submission.approve      the head agrees with the council
    end         submission.decide       the decision: awarded

Between 3 and 4 the round acts for all its nominations at once, counted too: the departments' stage closes;
compile, publish, freeze; open the vote; a ballot of every seat with a choice on every line; close and tally.
After each of these phases the letters are written, as the flow does it: plan_letters until nothing is left.
With `batches` the heads sign, approve and decide for the whole list in one act, as people do.
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlmodel import Session, col

from engine.access import Actor
from engine.commands import council, listing, office, people, proposal, rounds, submission, voting
from engine.database import Database
from engine.definition import Contact
from engine.models import Event, Message, Nomination, Round
from engine.stages import Stage, State
from notifications.compose import make_environment
from notifications.desk import House
from notifications.planner import plan_letters
from tests import factories
from tests.bench.turns import Play, serve

MOST = 200  # colleagues on the roster, so the most nominations of one round
FIRST_DAY = datetime(2025, 10, 1, 2, tzinfo=UTC)
UNIT, AWARD = "cs", "giay-khen"
SEATS = [f"seat{number}" for number in range(1, factories.SEATS + 1)]
PEOPLE = ("clerk-cs", "chief-cs", "office", "head", *SEATS)
HOUSE = House("Ban Dân tộc", Contact(name="Văn phòng Ban", email="van-phong@bdt.example"), "http://127.0.0.1")
T = TypeVar("T")


class Lives:
    """A database with its people; each turn plans a round of its own and lives it to the end."""

    def __init__(self, folder: Path, *, batches: bool) -> None:
        self.database = Database(f"sqlite:///{folder / 'ours.db'}")
        self.database.migrate()
        self.clock = factories.FakeClock(FIRST_DAY)
        self.scene = factories.Scene(self.database, self.clock)
        self.templates, self.batches, self.turn = make_environment(), batches, 0
        with self.database.unit_of_work() as session:
            everybody = [*factories.small_roster(), *_colleagues()]
            people.load_roster(session, factories.keeper(), "bdt", everybody, now=self.clock.now)

    def prepare(self, count: int) -> Play:
        """Plan a round and open it to the departments; what is returned lives `count` nominations."""
        self.turn += 1
        key = self.scene.key = f"dot-{self.turn}"
        self.clock.now = FIRST_DAY
        with self.database.unit_of_work() as session:
            planner = self.scene.actor("office", session)
            definition = factories.small_definition(key)
            rounds.plan(session, planner, definition, calendar=self.scene.calendar, now=self.clock.now)
            self.clock.set(date(2025, 10, 6))
            self.scene.set_stage(session, Stage.proposal)
        self.codes: list[str] = []
        self.spent = dict.fromkeys(("own", "round", "letters"), 0.0)
        self._tell()
        with self.database.read() as session:
            self.actors = {name: self.scene.actor(name, session) for name in PEOPLE}
        self.spent["letters"] = 0.0
        return lambda: self._live(count)

    def _live(self, count: int) -> dict[str, float]:
        with self._clocked("own"):
            self._propose(count)
        self._tell()
        with self._clocked("own"):
            for code in self.codes:
                self._act("office", _check_and_accept, code)
        self._tell()
        with self._clocked("round"):
            self._put_to_the_vote()
        self._tell()
        with self._clocked("round"):
            self._vote()
        self._tell()
        with self._clocked("own"):
            for some in self._batches():
                self._act("head", submission.approve, self.scene.key, codes=some)
        self._tell()
        with self._clocked("own"):
            self._decide()
        self._tell()
        return {**self._counted(), **self.spent}

    @contextmanager
    def _clocked(self, part: str) -> Iterator[None]:
        began = time.process_time()
        yield
        self.spent[part] += time.process_time() - began

    def _act(self, who: str, act: Callable[..., T], *what: Any, **facts: Any) -> T:
        """One act of one person: one transaction."""
        with self.database.unit_of_work() as session:
            return act(session, self.actors[who], *what, now=self.clock.now, **facts)

    def _batches(self) -> list[Sequence[str]]:
        return [self.codes] if self.batches else [[code] for code in self.codes]

    def _propose(self, count: int) -> None:
        key = self.scene.key
        for number in range(count):
            draft = factories.draft(f"x{number}", award=AWARD)
            made = self._act("clerk-cs", proposal.start, key, department=UNIT, draft=draft)
            self.codes.append(made.code)
        for code in self.codes:
            self._act("clerk-cs", proposal.finish, code)
        for some in self._batches():
            self._act("chief-cs", proposal.sign_off, key, department=UNIT, codes=some)

    def _put_to_the_vote(self) -> None:
        key, scene = self.scene.key, self.scene
        scene.close_proposal()
        self._act("office", listing.compile_list, key)
        self._act("office", listing.publish_list, key)
        self.list_hash = self._act("office", listing.freeze_list, key).hash
        self._act("office", voting.open_vote, key, keys=scene.keys, calendar=scene.calendar)

    def _vote(self) -> None:
        key, choices = self.scene.key, dict.fromkeys(self.codes, "yes")
        for seat in SEATS:
            self._act(
                seat,
                council.send_ballot,
                key,
                choices=choices,
                list_hash=self.list_hash,
                keys=self.scene.keys,
            )
        self._act("seat3", council.close_vote, key, calendar=self.scene.calendar)

    def _decide(self) -> None:
        number, dated = f"{self.turn}/QĐ-BDT", self.clock.now.date()
        for some in self._batches():
            self._act("head", submission.decide, self.scene.key, codes=some, number=number, dated=dated)

    def _tell(self) -> None:
        """Write the letters of everything not told yet, as flows.post does."""
        read = 1
        with self._clocked("letters"):
            while read:
                with self.database.unit_of_work() as session:
                    read = plan_letters(
                        session,
                        self.templates,
                        house=HOUSE,
                        calendar=self.scene.calendar,
                        now=self.clock.now,
                    )

    def _counted(self) -> dict[str, float]:
        with self.database.read() as session:
            found = session.execute(select(col(Round.id)).where(col(Round.key) == self.scene.key))
            here = found.scalar_one()
            awarded = select(func.count()).where(
                col(Nomination.round_id) == here, col(Nomination.state) == State.awarded.value
            )
            events, messages = (
                select(func.count()).where(col(table.round_id) == here) for table in (Event, Message)
            )
            names = ("ended", "events", "messages")
            asked = (awarded, events, messages)
            return {
                name: int(session.execute(one).scalar_one()) for name, one in zip(names, asked, strict=True)
            }


def _check_and_accept(session: Session, actor: Actor, code: str, *, now: datetime) -> None:
    office.tick(session, actor, code, ticks={"bao-cao": True}, now=now)
    office.accept(session, actor, code, now=now)


def _colleagues() -> list[people.RosterLine]:
    pattern = next(line for line in factories.small_roster() if line.key == "cs1")
    return [
        replace(pattern, key=f"x{number}", name=f"Nông Thị Số {number}", email=f"x{number}@bdt.example")
        for number in range(MOST)
    ]


def main(folder: Path, *, batches: bool) -> None:
    serve(Lives(folder, batches=batches).prepare)


if __name__ == "__main__":
    main(Path(sys.argv[1]), batches="batches" in sys.argv[2:])
