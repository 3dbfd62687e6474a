"""What a letter's writer has on the desk (the event, its round, the people), and what is put down: wishes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from engine.calendar import Calendar, Level, in_words
from engine.calendar import Deadline as Due
from engine.commands.ground import pinned
from engine.definition import Contact, Definition
from engine.models import Event, Grant, Nomination, Person, Round, Seat, StageWindow, Voting
from engine.stages import Role, Stage

T = TypeVar("T")

LEVELS = {
    Level.far: "normal",
    Level.normal: "normal",
    Level.near: "soon",
    Level.last_day: "soon",
    Level.over: "late",
}
ROLE_WORDS = {
    "chair": "Chủ tịch Hội đồng",
    "vice_chair": "Phó Chủ tịch Hội đồng",
    "standing": "Ủy viên thường trực Hội đồng",
    "secretary": "Thư ký Hội đồng",
    "member": "Ủy viên Hội đồng",
}


@dataclass(frozen=True)
class Addressee:
    """One reader. `person_id` is None for another agency; `address` is empty when nobody knows it."""

    name: str
    address: str
    person_id: int | None = None
    salutation: str = ""
    role: str = ""
    department: str = ""


@dataclass(frozen=True)
class Wish:
    """One letter to be written: its template, its reader, and what it says beyond the common parts.

    `link` is the id of the personal link it carries, `files` the kept files that go with it
    ({"sha256", "name", "media_type"}), `calendar` whether the deadline comes as a calendar entry.
    """

    letter: str
    to: Addressee
    reason: str
    button: tuple[str, str] | None = None
    deadline: Mapping[str, str] | None = None
    facts: Sequence[tuple[str, str]] = ()
    items: Sequence[str] = ()
    note: str | None = None
    link: int | None = None
    files: Sequence[Mapping[str, str]] = ()
    calendar: bool = False


@dataclass(frozen=True)
class House:
    """What is the same for every letter: the office when no round names one, the address of the pages."""

    agency_name: str
    office: Contact
    public_url: str


@dataclass
class Desk:
    """One event to be told, with everything a writer may look up. Reads only."""

    session: Session
    event: Event
    house: House
    calendar: Calendar
    now: datetime
    memory: dict[tuple[object, ...], Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.facts = self.event.facts

    @cached_property
    def round(self) -> Round:
        return self.session.get_one(Round, self.event.round_id)

    @cached_property
    def definition(self) -> Definition:
        return pinned(self.session, self.round.definition_hash)

    @cached_property
    def nomination(self) -> Nomination:
        return self.session.get_one(Nomination, self.event.nomination_id)

    def page(self, path: str) -> str:
        return f"{self.house.public_url}{path}"

    def window(self, stage: Stage) -> StageWindow:
        found = self._remembered(
            ("windows", self.event.round_id),
            lambda: self.session.exec(
                select(StageWindow).where(StageWindow.round_id == self.event.round_id)
            ).all(),
        )
        return next(window for window in found if window.stage == stage)

    def deadline(self, stage: Stage) -> Mapping[str, str] | None:
        due = self.window(stage).due_at
        return self.until(due) if due else None

    def until(self, moment: datetime) -> Mapping[str, str]:
        """A moment as the three values a letter shows: words, what is left, how pressing."""
        left = self.calendar.remaining_words(self.now, Due.stored(moment, ""))
        return {"words": in_words(moment), "remaining": left.words, "level": LEVELS[left.level]}

    def named(self, codes: Iterable[str]) -> list[Nomination]:
        return list(
            self.session.exec(
                select(Nomination)
                .where(Nomination.round_id == self.event.round_id, col(Nomination.code).in_(list(codes)))
                .order_by(col(Nomination.id))
            ).all()
        )

    def award(self, nomination: Nomination) -> str:
        return self.definition.award(nomination.award_key).name

    def line(self, nomination: Nomination) -> str:
        return f"{nomination.nominee_name} – {self.award(nomination)}"

    def said_of(self, nomination: Nomination, words: str) -> str:
        """A nomination and what is said of it; several lines stand below its name."""
        return self.line(nomination) + (":\n" if "\n" in words else ": ") + words

    def persons(self, ids: Iterable[int]) -> Iterator[Addressee]:
        for person in self.session.exec(
            select(Person)
            .where(col(Person.id).in_(list(ids)), col(Person.active).is_(True))
            .order_by(col(Person.id))
        ).all():
            yield addressee(person, person.title)

    def role(self, role: Role) -> Sequence[Addressee]:
        """Everybody of the agency who holds a role at large (office, head, admin)."""
        return self._remembered(
            ("role", self.round.agency_key, role.value),
            lambda: [addressee(person, person.title) for person in self._holders([role.value], scope="")],
        )

    def department(self, key: str) -> Sequence[Addressee]:
        """The head and the clerks of a department, each once."""
        return self._remembered(
            ("department", self.round.id, key),
            lambda: [
                addressee(person, self.definition.department(key).name, key)
                for person in self._holders([Role.clerk.value, Role.department_head.value], scope=key)
            ],
        )

    def _holders(self, roles: Sequence[str], *, scope: str) -> Sequence[Person]:
        return self.session.exec(
            select(Person)
            .join(Grant, col(Grant.person_id) == Person.id)
            .where(
                Person.agency_key == self.round.agency_key,
                Grant.scope == scope,
                col(Grant.role).in_(roles),
                col(Person.active).is_(True),
            )
            .distinct()
            .order_by(col(Person.id))
        ).all()

    def seats(self, *roles: str) -> Sequence[Addressee]:
        """The council of the round, or only those with one of `roles`."""
        council = self._remembered(("seats", self.round.id), self._council)
        return [seat for role, seat in council if not roles or role in roles]

    def _council(self) -> Sequence[tuple[str, Addressee]]:
        return [
            (role, addressee(person, ROLE_WORDS[role]))
            for person, role in self.session.exec(
                select(Person, Seat.role)
                .join(Seat, col(Seat.person_id) == Person.id)
                .where(Seat.round_id == self.event.round_id, col(Person.active).is_(True))
                .order_by(col(Seat.position))
            ).all()
        ]

    def _remembered(self, key: tuple[object, ...], look: Callable[[], Sequence[T]]) -> Sequence[T]:
        """Who reads letters does not change while one batch of them is written."""
        if key not in self.memory:
            self.memory[key] = look()
        found: Sequence[T] = self.memory[key]
        return found

    def open_voting(self) -> Voting | None:
        return self.session.exec(
            select(Voting).where(Voting.round_id == self.event.round_id, col(Voting.closed_at).is_(None))
        ).one_or_none()


def addressee(person: Person, role: str, department: str = "") -> Addressee:
    return Addressee(person.name, person.email or "", person.id, person.salutation, role, department)
