"""Nominations chosen together: what may be done to each, and why not where it may not."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from engine.commands.office import stopped_by
from engine.models import Attachment, Check, Nomination
from engine.queries.office import UNSEEN, RoundAt, in_list_order
from engine.stages import State


@dataclass(frozen=True)
class Chosen:
    """One chosen nomination; `lacking` says in sentences what still keeps it from being accepted."""

    code: str
    name: str
    department_key: str
    award_key: str
    state: str
    lacking: tuple[str, ...]


def chosen(session: Session, at: RoundAt, codes: Sequence[str]) -> tuple[Chosen, ...]:
    """The nominations of this round among `codes`, in list order; a few queries whatever their number."""
    rows = session.scalars(
        select(Nomination)
        .where(
            col(Nomination.round_id) == at.id,
            col(Nomination.code).in_(codes),
            col(Nomination.state).not_in(UNSEEN),
        )
        .order_by(*in_list_order(at.definition))
    ).all()
    ids = [row.id for row in rows]
    stopped = stopped_by(session, at.definition, [row for row in rows if row.state == State.proposed])
    ticks = set(
        session.execute(
            select(col(Check.nomination_id), col(Check.item_key)).where(col(Check.nomination_id).in_(ids))
        ).all()
    )
    files = set(
        session.execute(
            select(col(Attachment.nomination_id), col(Attachment.item_key)).where(
                col(Attachment.nomination_id).in_(ids), col(Attachment.removed_at).is_(None)
            )
        ).all()
    )
    lines = []
    for n in rows:
        files_wanted, unticked = [], []
        for item in at.definition.items_for(award=n.award_key, nominee_kind=n.nominee_kind):
            if item.required and item.kind == "file" and (n.id, item.key) not in files:
                files_wanted.append(item.label)
            elif item.required and (n.id, item.key) not in ticks:
                unticked.append(item.label)
        lacking = [
            f"{what}: {'; '.join(labels)}."
            for what, labels in (("Thiếu tệp", files_wanted), ("Chưa xác nhận", unticked))
            if labels
        ]
        lacking += [finding.sentence for finding in stopped.get(n.id or 0, ())]
        line = Chosen(n.code, n.nominee_name, n.department_key, n.award_key, n.state, tuple(lacking))
        lines.append(line)
    return tuple(lines)
