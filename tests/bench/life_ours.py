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
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import Session, col

from engine.access import Actor
from engine.commands import council, listing, office, people, proposal, rounds, submission, voting
from engine.commands.drafting import Draft
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
HOUSE = House("Ban Dân tộc", Contact(name="Văn phòng Ban", email="van-phong@bdt.example"), "http://127.0.0.1")


class Lives:
    """A database with its people; each turn plans a round of its own and lives it to the end."""

    def __init__(self, folder: Path, *, batches: bool) -> None:
        self.database = Database(f"sqlite:///{folder / 'ours.db'}")
        self.database.migrate()
        self.clock = factories.FakeClock(FIRST_DAY)
        self.scene = factories.Scene(self.database, self.clock)
        self.templates, self.batches, self.turn = make_environment(), batches, 0
        with self.database.unit_of_work() as session:
            people.load_roster(session, "bdt", [*factories.small_roster(), *_colleagues()])

    def prepare(self, count: int) -> Play:
        """Plan a round and open it to the departments; what is returned lives `count` nominations."""
        self.turn += 1
        key = self.scene.key = f"dot-{self.turn}"
        self.clock.now = FIRST_DAY
        with self.database.unit_of_work() as session:
            definition = factories.small_definition(key)
            planner = self.scene.actor("office", session)
            rounds.plan(session, planner, definition, calendar=self.scene.calendar, now=self.clock.now)
            self.clock.set(date(2025, 10, 6))
            self.scene.set_stage(session, Stage.proposal)
        self._tell()
        with self.database.read() as session:
            names = ["clerk-cs", "chief-cs", "office", "head", *_SEATS]
            self.actors = {name: self.scene.actor(name, session) for name in names}
        return lambda: self._live(count)

    def _live(self, count: int) -> dict[str, float]:
        self._departments(count)
        self._council()
        self._head()
        return self._counted()

    def _act(self, who: str, act: Callable[[Session, Actor], object]) -> object:
        """One act of one person: one transaction."""
        with self.database.unit_of_work() as session:
            return act(session, self.actors[who])

    def _batches(self) -> list[Sequence[str]]:
        return [self.codes] if self.batches else [[code] for code in self.codes]

    def _departments(self, count: int) -> None:
        now, key = self.clock.now, self.scene.key
        self.codes: list[str] = []
        for number in range(count):
            draft = _draft(number)

            def start(session: Session, actor: Actor, draft: Draft = draft) -> None:
                made = proposal.start(session, actor, key, department=UNIT, draft=draft, now=now)
                self.codes.append(made.code)

            self._act("clerk-cs", start)
        for code in self.codes:
            self._act("clerk-cs", lambda s, a, c=code: proposal.finish(s, a, c, now=now))
        for some in self._batches():
            self._act(
                "chief-cs",
                lambda s, a, c=some: proposal.sign_off(s, a, key, department=UNIT, codes=c, now=now),
            )
        self._tell()

        def accept(session: Session, actor: Actor, code: str) -> None:
            office.tick(session, actor, code, ticks={"bao-cao": True}, now=now)
            office.accept(session, actor, code, now=now)

        for code in self.codes:
            self._act("office", lambda s, a, c=code: accept(s, a, c))
        self._tell()

    def _council(self) -> None:
        scene, key = self.scene, self.scene.key
        scene.close_proposal()
        now = self.clock.now
        self._act("office", lambda s, a: listing.compile_list(s, a, key, now=now))
        self._act("office", lambda s, a: listing.publish_list(s, a, key, now=now))
        frozen = self._act("office", lambda s, a: listing.freeze_list(s, a, key, now=now))
        self._act(
            "office",
            lambda s, a: voting.open_vote(s, a, key, keys=scene.keys, calendar=scene.calendar, now=now),
        )
        self._tell()
        choices, hash_ = dict.fromkeys(self.codes, "yes"), getattr(frozen, "hash", "")
        for seat in _SEATS:
            self._act(
                seat,
                lambda s, a: council.send_ballot(s, a, key, choices=choices, list_hash=hash_, now=now),
            )
        self._act("seat3", lambda s, a: council.close_vote(s, a, key, calendar=scene.calendar, now=now))
        self._tell()

    def _head(self) -> None:
        now, key = self.clock.now, self.scene.key
        for some in self._batches():
            self._act("head", lambda s, a, c=some: submission.approve(s, a, key, codes=c, now=now))
        self._tell()
        number, today = f"{self.turn}/QĐ-BDT", now.date()
        for some in self._batches():
            self._act(
                "head",
                lambda s, a, c=some: submission.decide(
                    s, a, key, codes=c, number=number, dated=today, now=now
                ),
            )
        self._tell()

    def _tell(self) -> None:
        """Write the letters of everything not told yet, as flows.post does."""
        while True:
            with self.database.unit_of_work() as session:
                read = plan_letters(
                    session,
                    self.templates,
                    house=HOUSE,
                    calendar=self.scene.calendar,
                    now=self.clock.now,
                )
            if not read:
                return

    def _counted(self) -> dict[str, float]:
        with self.database.read() as session:
            round_id = session.execute(
                select(col(Round.id)).where(col(Round.key) == self.scene.key)
            ).scalar_one()

            def rows(of: type[Nomination] | type[Event] | type[Message]) -> int:
                asked = select(func.count()).select_from(of).where(col(of.round_id) == round_id)
                return int(session.execute(asked).scalar_one())

            awarded = select(func.count()).where(
                col(Nomination.round_id) == round_id, col(Nomination.state) == State.awarded.value
            )
            ended = int(session.execute(awarded).scalar_one())
            return {"ended": ended, "events": rows(Event), "letters": rows(Message)}


_SEATS = [f"seat{number}" for number in range(1, factories.SEATS + 1)]


def _colleagues() -> list[people.RosterLine]:
    pattern = next(line for line in factories.small_roster() if line.key == "cs1")
    return [
        replace(pattern, key=f"x{number}", name=f"Nông Thị Số {number}", email=f"x{number}@bdt.example")
        for number in range(MOST)
    ]


def _draft(number: int) -> Draft:
    return factories.draft(f"x{number}", award=AWARD)


def main(folder: Path, *, batches: bool) -> None:
    serve(Lives(folder, batches=batches).prepare)


if __name__ == "__main__":
    main(Path(sys.argv[1]), batches="batches" in sys.argv[2:])
