"""What the head agreed to, by where it goes now: the agency's own decision, or the dossier to Sở Nội vụ."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from engine.definition import Definition
from engine.models import Nomination
from engine.stages import State


@dataclass(frozen=True)
class Approved:
    """How many wait for the agency's decision, and how many for the dossier."""

    to_decide: int = 0
    to_send: int = 0


def approved_in(session: Session, round_id: int, definition: Definition) -> Approved:
    """The approved nominations of a round by the level of their award."""
    rows: Sequence[tuple[str, int]] = [
        (award, count)
        for award, count in session.execute(
            select(col(Nomination.award_key), func.count())
            .where(col(Nomination.round_id) == round_id, col(Nomination.state) == State.approved.value)
            .group_by(col(Nomination.award_key))
        ).all()
    ]
    to_decide = sum(count for award, count in rows if definition.award(award).level == "agency")
    return Approved(to_decide, sum(count for _award, count in rows) - to_decide)
