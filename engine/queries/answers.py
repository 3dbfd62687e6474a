"""What has left for Sở Nội vụ and what came back: which versions were received, what was answered."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from engine.models import Dossier, DossierLine, Event, Nomination
from engine.queries.rounds import RoundSeen
from engine.queries.submission import Line, Rest, lines_of, rest_of
from engine.stages import State

WAITING = frozenset({State.submitted, State.received})


@dataclass(frozen=True)
class Receipt:
    """That Sở Nội vụ received a version; `number` is empty where it gave none."""

    at: datetime
    number: str


@dataclass(frozen=True)
class Sent:
    """A version that has left. `waiting`: its nominations (in no later one) not said to be received yet."""

    version: int
    sent_at: datetime
    receipt: Receipt | None
    waiting: tuple[Line, ...]


@dataclass(frozen=True)
class Answers:
    """Provincial awards that have left: `sent` newest first, what waits for an answer, what was answered.

    `not_sent`: agreed to by the head and in no version that left.
    """

    sent: tuple[Sent, ...]
    waiting: tuple[Line, ...]
    completion: tuple[Line, ...]
    answered: tuple[Line, ...]
    not_sent: int
    rest: Rest


def answers_of(session: Session, round_: RoundSeen) -> Answers:
    """Five queries, whatever the number of nominations."""
    every = lines_of(session, round_)
    lines = [line for line in every if line.level == "province"]
    newest = dict(
        session.execute(
            select(col(Nomination.code), col(Dossier.version))
            .join(DossierLine, col(DossierLine.nomination_id) == col(Nomination.id))
            .join(Dossier, col(Dossier.id) == col(DossierLine.dossier_id))
            .where(col(Dossier.round_id) == round_.id, col(Dossier.sent_at).is_not(None))
            .order_by(col(Dossier.version))
        ).all()
    )
    out = [line for line in lines if line.code in newest]
    receipts = receipts_of(session, round_.id)
    versions = session.execute(
        select(col(Dossier.version), col(Dossier.sent_at))
        .where(col(Dossier.round_id) == round_.id, col(Dossier.sent_at).is_not(None))
        .order_by(col(Dossier.version).desc())
    ).all()
    return Answers(
        sent=tuple(
            Sent(
                version,
                at,
                receipts.get(version),
                tuple(n for n in out if newest[n.code] == version and n.state == State.submitted),
            )
            for version, at in versions
        ),
        waiting=tuple(line for line in out if line.state in WAITING),
        completion=tuple(line for line in out if line.state == State.completion),
        answered=tuple(line for line in out if line.state not in WAITING | {State.completion}),
        not_sent=sum(line.state == State.approved for line in lines),
        rest=rest_of(every),
    )


def receipts_of(session: Session, round_id: int) -> dict[int, Receipt]:
    """By version, what was last recorded of its receipt by Sở Nội vụ."""
    rows = session.execute(
        select(col(Event.at), col(Event.facts))
        .where(col(Event.round_id) == round_id, col(Event.kind) == "dossier_received")
        .order_by(col(Event.id))
    ).all()
    return {facts["version"]: Receipt(at, facts.get("number", "")) for at, facts in rows}
