"""Rounds there are, and rounds that the files describe but nobody has planned yet."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col

from engine.calendar import Calendar
from engine.clock import VIETNAM
from engine.commands.planning import overdue_words
from engine.commands.windows import deadline_of
from engine.definition import files as definition_files
from engine.definition.files import DefinitionFaults, Fault
from engine.models import Round
from engine.stages import Stage


@dataclass(frozen=True)
class PlannedRound:
    """A round that exists already."""

    key: str
    title: str
    stage: Stage
    made_at: datetime


@dataclass(frozen=True)
class Proposed:
    """A review the files describe: readable, with what it would be; or not, with its faults.

    `overdue`: why its time is over, empty while it can be planned. `opens_now`: planned, it opens at once.
    """

    key: str
    title: str
    opens: date | None
    awards: tuple[str, ...]
    seats: int
    faults: tuple[Fault, ...]
    overdue: str = ""
    opens_now: bool = False


def rounds_of_office(session: Session) -> tuple[PlannedRound, ...]:
    """Every round, newest first."""
    rows = session.execute(
        select(col(Round.key), col(Round.title), col(Round.stage), col(Round.made_at)).order_by(
            col(Round.id).desc()
        )
    ).all()
    return tuple(PlannedRound(key, title, Stage(stage), made_at) for key, title, stage, made_at in rows)


def proposed(
    files: Mapping[str, str], known: Collection[str], *, calendar: Calendar, now: datetime
) -> tuple[Proposed, ...]:
    """Reviews under config/reviews that are not among `known`, each with the result of its check."""
    keys = [key for key in definition_files.review_keys(files) if key not in known]
    return tuple(_checked(files, key, calendar, now) for key in keys)


def _checked(files: Mapping[str, str], key: str, calendar: Calendar, now: datetime) -> Proposed:
    try:
        definition = definition_files.load(files, key)
    except DefinitionFaults as wrong:
        return Proposed(key, key, None, (), 0, wrong.faults)
    opens = definition.stages[Stage.proposal].opens
    assert opens is not None  # noqa: S101 — the definition's own check
    due_at = deadline_of(definition, Stage.proposal, calendar, opens).at
    return Proposed(
        key,
        definition.title,
        opens,
        tuple(award.name for award in definition.awards),
        len(definition.council.seats),
        (),
        overdue_words(key, due_at) if due_at <= now else "",
        datetime.combine(opens, definition.morning, VIETNAM) <= now,
    )
