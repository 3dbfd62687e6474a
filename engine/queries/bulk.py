"""Nominations chosen together: what may be done to each, and why not where it may not."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from engine.models import Attachment, Check, Nomination
from engine.queries.office import UNSEEN, RoundAt, in_list_order


@dataclass(frozen=True)
class Chosen:
    """One chosen nomination; `lacking` names what still keeps it from being accepted."""

    code: str
    name: str
    department_key: str
    award_key: str
    state: str
    lacking: tuple[str, ...]


def chosen(session: Session, at: RoundAt, codes: Sequence[str]) -> tuple[Chosen, ...]:
    """The nominations of this round among `codes`, in list order; three queries whatever their number."""
    rows = session.execute(
        select(
            col(Nomination.id),
            col(Nomination.code),
            col(Nomination.nominee_name),
            col(Nomination.nominee_kind),
            col(Nomination.department_key),
            col(Nomination.award_key),
            col(Nomination.state),
        )
        .where(
            col(Nomination.round_id) == at.id,
            col(Nomination.code).in_(codes),
            col(Nomination.state).not_in(UNSEEN),
        )
        .order_by(*in_list_order(at.definition))
    ).all()
    ids = [row.id for row in rows]
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
    for id_, code, name, kind, department, award, state in rows:
        lacking = []
        for item in at.definition.items_for(award=award, nominee_kind=kind):
            if item.required and item.kind == "file" and (id_, item.key) not in files:
                lacking.append(f"thiếu tệp: {item.label}")
            elif item.required and (id_, item.key) not in ticks:
                lacking.append(f"chưa xác nhận: {item.label}")
        lines.append(Chosen(code, name, department, award, state, tuple(lacking)))
    return tuple(lines)
