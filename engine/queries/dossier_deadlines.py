"""Deadlines of the council's vote that were moved while it ran: what the minutes tell of them."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlmodel import Session, col

from engine.definition import Definition
from engine.dossier.facts import DeadlineMoved, QuorumMissed
from engine.models import Event, Grant, Person
from engine.queries.rounds import RoundSeen
from engine.stages import Role, Stage


def deadlines_moved(
    session: Session, round_: RoundSeen, opened_at: datetime, closed_at: datetime
) -> tuple[DeadlineMoved, ...]:
    """In the order of the history. A missed quorum belongs to the move that followed, without which no vote
    ends; one noted before the deadline was over (all who could had voted) is not told as of that deadline.
    """
    is_head = exists().where(col(Grant.person_id) == col(Event.actor_id), col(Grant.role) == Role.head.value)
    rows = session.execute(
        select(col(Event.kind), col(Event.at), col(Event.facts), col(Person.key), col(Person.title), is_head)
        .outerjoin(Person, col(Person.id) == col(Event.actor_id))
        .where(
            col(Event.round_id) == round_.id,
            col(Event.kind).in_(("quorum_missed", "deadline_moved")),
            col(Event.at) >= opened_at,
            col(Event.at) <= closed_at,
        )
        .order_by(col(Event.id))
    ).all()
    missed, moved = None, []
    noted_at = opened_at
    for kind, at, facts, key, title, by_head in rows:
        if kind == "quorum_missed":
            missed, noted_at = QuorumMissed(facts["sent"], facts["seats"], facts["needed"]), at
        elif facts["stage"] == Stage.council.value and facts["before"]:
            by = _who(round_.definition, key, title if by_head else "")
            before, due = (datetime.fromisoformat(facts[name]) for name in ("before", "due"))
            moved.append(
                DeadlineMoved(by, before, due, facts["reason"], missed if noted_at >= before else None)
            )
            missed = None
    return tuple(moved)


def _who(definition: Definition, key: str, title: str) -> str:
    """The head, or who stands in (`title`); everybody else acts for the office."""
    agency = definition.agency
    return agency.head.title if key == agency.head.person else title or agency.office.name
