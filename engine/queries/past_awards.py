"""What the record says a nominee held already, for the report on their merits."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from engine.clock import VIETNAM
from engine.dossier.facts import PastAwardFacts
from engine.models import Nomination
from engine.queries.rounds import RoundSeen
from engine.stages import State


def past_awards(
    session: Session, round_: RoundSeen, nominations: Sequence[Nomination]
) -> dict[str, tuple[PastAwardFacts, ...]]:
    """Awards this system knows the nominees held when their reports were signed, from other rounds."""
    rows = session.execute(
        select(Nomination)
        .where(
            col(Nomination.nominee_key).in_({n.nominee_key for n in nominations}),
            col(Nomination.round_id) != round_.id,
            col(Nomination.state) == State.awarded.value,
        )
        .order_by(col(Nomination.decision_date), col(Nomination.id))
    ).scalars()
    names = {**round_.definition.rules.awards, **{a.key: a.name for a in round_.definition.awards}}
    past: dict[str, list[tuple[date, PastAwardFacts]]] = {}
    for held in rows:
        if held.decision_date is not None:
            award = PastAwardFacts(
                held.decision_date.year,
                names.get(held.award_key, held.award_key),
                f"Số {held.decision_number} ngày {held.decision_date:%d/%m/%Y}",
            )
            past.setdefault(held.nominee_key, []).append((held.decision_date, award))
    return {
        n.code: tuple(
            award
            for day, award in past.get(n.nominee_key, ())
            if n.signed_at is None or day <= n.signed_at.astimezone(VIETNAM).date()
        )
        for n in nominations
    }
