"""Who did what, when: the history as people may read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from engine.models import Event

# What everybody may know of a round. Who sent a ballot, and when, is the council's own affair.
PUBLIC = frozenset(
    {
        "proposal_opened",
        "proposal_closed",
        "office_opened",
        "council_opened",
        "submission_opened",
        "deadline_moved",
        "list_published",
        "list_frozen",
        "vote_closed",
        "decided",
        "dossier_sent",
        "dossier_received",
        "round_closed",
        "round_reopened",
    }
)
# What a department may know besides, of itself.
OF_DEPARTMENT = frozenset({"department_proposed", "department_proposed_nobody", "leave_given"})
REPEATED = frozenset({"saved"})


@dataclass(frozen=True)
class Happening:
    """One line of a timeline; `kind` is worded by locale/vi.yaml, `remark` is the reason given."""

    who: str
    kind: str
    at: datetime
    remark: str


def of_nomination(session: Session, nomination_id: int) -> tuple[Happening, ...]:
    """All that happened to a nomination, oldest first; a row of saves by one person is told once."""
    rows = session.execute(
        select(Event.actor_name, Event.kind, Event.at, Event.facts)
        .where(Event.nomination_id == nomination_id)
        .order_by(col(Event.id))
    ).all()
    return tuple(_once(Happening(who, kind, at, remark_of(facts)) for who, kind, at, facts in rows))


def of_round(session: Session, round_id: int, departments: frozenset[str]) -> tuple[Happening, ...]:
    """What happened in a round, as far as these departments may know; oldest first."""
    rows = session.execute(
        select(Event.actor_name, Event.kind, Event.at, Event.facts)
        .where(
            Event.round_id == round_id,
            col(Event.nomination_id).is_(None),
            col(Event.kind).in_(sorted(PUBLIC | OF_DEPARTMENT)),
        )
        .order_by(col(Event.id))
    ).all()
    return tuple(
        Happening(who, kind, at, remark_of(facts))
        for who, kind, at, facts in rows
        if kind in PUBLIC or facts.get("department") in departments
    )


def _once(happenings: Iterable[Happening]) -> list[Happening]:
    told: list[Happening] = []
    for one in happenings:
        if told and one.kind in REPEATED and (told[-1].kind, told[-1].who) == (one.kind, one.who):
            told.pop()
        told.append(one)
    return told


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def remark_of(facts: dict[str, Any]) -> str:
    """What was said of an event: a reason, comments, the file, who gave way to whom."""
    said = facts.get("reason") or facts.get("sentence") or ""
    comments = facts.get("comments")
    if isinstance(comments, dict):
        said = " ".join(_sentence(str(text)) for text in comments.values())
    if "name" in facts:
        said = f"{facts['name']}: {said}" if said else str(facts["name"])
    if "before" in facts and "after" in facts:  # a council seat changed hands
        said = f"{facts['before']} → {facts['after']}. {said}"
    if isinstance(facts.get("number"), str) and facts["number"]:
        paper = _paper(facts["number"], facts.get("date"))
        if "before_date" in facts:  # a decision was put right: what it said before stays to be seen
            paper = f"{_paper(str(facts.get('before', '')), facts['before_date'])} → {paper}"
        said = f"{paper}. {said}" if said else paper
    return str(said)


def _paper(number: str, iso: object) -> str:
    return f"{number} ngày {date.fromisoformat(str(iso)):%d/%m/%Y}" if iso else number
