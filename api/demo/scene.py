"""Acting out a round: people of the roster use the real commands at past moments, and time acts between.

Nothing is written past a command, so the sample is what the system itself would have made of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from sqlmodel import Session, col, select

from api.demo import texts
from api.demo.papers import Papers, Reporter
from engine.access import Actor, time_itself
from engine.clock import VIETNAM
from engine.commands import listing, office, people, proposal, rounds, voting
from engine.commands.ground import stand_on
from engine.commands.proposal import Draft
from engine.definition import Definition
from engine.installation import Installation
from engine.models import Grant, Nomination, Person
from engine.stages import Role, State

A_WORD_FILE = 8  # every eighth report comes as DOCX; making one takes as long as three PDFs
REPORT, MEETING = "bao-cao-thanh-tich", "bien-ban-hop-phong"
HARMLESS = {
    "xep_loai": "tot",
    "dang_xem_xet": "no",
    "don_thu": "no",
    "da_khen": "no",
    "can_cu_chuyen_de": "no",
    "da_so_ket": "4",
    "sang_kien": "yes",
    "de_tai": "no",
    "so_lan_cstdcs": "2",
    "so_nam_xuat_sac": "2",
    "so_sang_kien": "2",
    "ty_le_ldtt": "85",
}


@dataclass(frozen=True)
class Wish:
    """One nomination of the sample: whom a department names for what, and how far it is to come.

    `who` is a person's key, or a collective's name ("" for the department itself), or with `outside` the
    name of somebody who is not on the roster. `lacks` names what the clerk leaves out: report, meeting,
    point, summary. `copied` takes the words of the wish before.
    """

    who: str
    award: str
    ends: State = State.proposed
    collective: bool = False
    outside: bool = False
    lacks: frozenset[str] = frozenset()
    answers: Mapping[str, str] = field(default_factory=dict)
    copied: bool = False
    period_to: date | None = None


@dataclass(frozen=True)
class Entered:
    """A wish that has become a nomination."""

    wish: Wish
    code: str
    name: str


def at(day: int, month: int, year: int, hour: int = 9, minute: int = 0) -> datetime:
    """A moment in Vietnam."""
    return datetime.combine(date(year, month, day), time(hour, minute), VIETNAM)


class Scene:
    """One round and the people who act in it."""

    def __init__(
        self, session: Session, here: Installation, definition: Definition, papers: Papers, *, first: int = 0
    ) -> None:
        """`first` numbers the sample's texts, so that no two rounds tell the same story."""
        self.session, self.here, self.papers = session, here, papers
        self.definition, self.key = definition, definition.key
        self._actors: dict[tuple[int, str], Actor] = {}
        self._number = first

    # — people —

    def person(self, key: str, *, door: str = "page") -> Actor:
        """Somebody by the roster's key, with the grants held now."""
        return self._actor(self.session.exec(select(Person).where(Person.key == key)).one(), door)

    def holding(self, role: Role, department: str = "") -> Actor:
        """The first person of the roster who holds a role. Raises LookupError."""
        found = self.session.exec(
            select(Person)
            .join(Grant, col(Grant.person_id) == Person.id)
            .where(Grant.role == role.value, Grant.scope == department)
            .order_by(col(Person.id))
        ).first()
        if found is None:
            raise LookupError(f"the sample needs somebody with the role {role} {department}")
        return self._actor(found, "page")

    def _actor(self, person: Person, door: str) -> Actor:
        place = (person.id or 0, door)
        if place not in self._actors:
            self._actors[place] = people.actor_of(self.session, person, door=door)
        return self._actors[place]

    # — time —

    def plan(self, now: datetime) -> None:
        """Put the round on the calendar; seats give new roles, so who acts is looked up anew."""
        rounds.plan(
            self.session, self.holding(Role.office), self.definition, calendar=self.here.calendar, now=now
        )
        self._actors.clear()

    def pass_time(self, until: datetime) -> None:
        """Let time do everything due until then, each thing at its own moment."""
        while True:
            ground = stand_on(self.session, key=self.key)
            due = rounds.due_moments(self.session, ground.round_id, now=until)
            if not due:
                return
            rounds.act_on(
                self.session, time_itself(), ground, due[0], calendar=self.here.calendar, now=due[0].at
            )

    # — department —

    def enter(self, department: str, wishes: Sequence[Wish], now: datetime) -> list[Entered]:
        """The department's clerk drafts every wish with its files, and finishes those that are to go on."""
        self.pass_time(now)
        clerk = self.holding(Role.clerk, department)
        head = self.session.get_one(Person, self.holding(Role.department_head, department).person_id)
        unit = self.definition.department(department).name
        meeting = self.papers.meeting(unit, head.name, day=now.date())
        entered = []
        for wish in wishes:
            self._number += not wish.copied
            draft = self._draft(wish, unit)
            nomination = proposal.start(
                self.session, clerk, self.key, department=department, draft=draft, now=now
            )
            code = nomination.code
            if "report" not in wish.lacks:
                award = self.definition.award(wish.award).name
                reporter = Reporter(
                    nomination.nominee_name, wish.collective, nomination.nominee_title, unit, award,
                    head.title, head.name,
                )  # fmt: skip
                paper = self.papers.report(
                    reporter, draft.achievements, day=now.date(), word=self._number % A_WORD_FILE == 0
                )
                proposal.attach(self.session, clerk, code, item_key=REPORT, file=paper, now=now)
            if "meeting" not in wish.lacks:
                proposal.attach(self.session, clerk, code, item_key=MEETING, file=meeting, now=now)
            if wish.ends != State.draft:
                proposal.finish(self.session, clerk, code, now=now)
            entered.append(Entered(wish, code, nomination.nominee_name))
        return entered

    def _draft(self, wish: Wish, unit: str) -> Draft:
        movement, award = self.definition.movement, self.definition.award(wish.award)
        kind = "collective" if wish.collective else "person"
        asked = {q.key for q in self.definition.questions_for(award=wish.award, nominee_kind=kind)}
        who = (wish.who or unit) if wish.collective else "đồng chí"
        summary = texts.summary(self._number, who)
        return Draft(
            nominee_kind=kind,
            person_key="" if wish.collective or wish.outside else wish.who,
            nominee_name=wish.who if wish.collective or wish.outside else "",
            nominee_title="Trưởng thôn" if wish.outside else "",
            award_key=wish.award,
            legal_point="" if "point" in wish.lacks else award.points[0].key,
            period_from=movement.period_from,
            period_to=wish.period_to or min(movement.period_to, self.definition.on),
            summary=summary[:40] if "summary" in wish.lacks else summary,
            achievements=texts.achievements(self._number),
            answers={key: value for key, value in {**HARMLESS, **wish.answers}.items() if key in asked},
        )

    def sign(self, department: str, entered: Sequence[Entered], now: datetime) -> None:
        """The department head signs off everything that is to leave the department."""
        self.pass_time(now)
        staying = {State.draft, State.ready}
        codes = [one.code for one in entered if one.wish.ends not in staying]
        head = self.holding(Role.department_head, department)
        proposal.sign_off(self.session, head, self.key, department=department, codes=codes, now=now)

    def withdraw(self, department: str, code: str, reason: str, now: datetime) -> None:
        head = self.holding(Role.department_head, department)
        proposal.withdraw(self.session, head, code, reason=reason, now=now)

    # — office —

    def accept(self, codes: Sequence[str], now: datetime) -> None:
        """Văn phòng ticks every item of the checklist and accepts."""
        self.pass_time(now)
        actor = self.holding(Role.office)
        for code in codes:
            nomination = self.session.exec(select(Nomination).where(Nomination.code == code)).one()
            items = self.definition.items_for(
                award=nomination.award_key, nominee_kind=nomination.nominee_kind
            )
            ticks = {item.key: True for item in items if item.required}
            office.tick(self.session, actor, code, ticks=ticks, now=now)
            office.accept(self.session, actor, code, now=now)

    def put_to_the_vote(self, now: datetime) -> None:
        """Compile, publish, freeze, and open the vote."""
        self.pass_time(now)
        actor = self.holding(Role.office)
        listing.compile_list(self.session, actor, self.key, now=now)
        listing.publish_list(self.session, actor, self.key, now=now)
        listing.freeze_list(self.session, actor, self.key, now=now)
        voting.open_vote(
            self.session, actor, self.key, keys=self.here.keys, calendar=self.here.calendar, now=now
        )
