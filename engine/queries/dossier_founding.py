"""How the council came to be, for the minutes: the decision that founded it, and seats that changed hands."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from engine.clock import VIETNAM
from engine.definition import Definition
from engine.dossier.dates import short_date
from engine.dossier.facts import SeatChanged
from engine.dossier.view import PLACEHOLDER
from engine.models import Event

SEAT_WORDS = {
    "chair": "Chủ tịch Hội đồng",
    "vice_chair": "Phó Chủ tịch Hội đồng",
    "standing": "Ủy viên thường trực",
    "secretary": "Thư ký Hội đồng",
    "member": "Ủy viên",
}

_LEFT_OPEN = re.compile(r"\(cơ quan ghi[^)]*\)")
"""How an agency's files say that the office has to write something in."""


def founding_open(definition: Definition) -> bool:
    """Whether the council's basis leaves number and date of its founding decision to the office."""
    return bool(_LEFT_OPEN.search(definition.council.basis))


def founded_by(definition: Definition, facts: Mapping[str, str]) -> str:
    """The council's basis; what it leaves to the office as the office wrote it, "…" until then."""
    number, day = facts.get("founding_number", "") or PLACEHOLDER, facts.get("founding_date", "")
    dated = short_date(date.fromisoformat(day)) if day else PLACEHOLDER
    return _LEFT_OPEN.sub(lambda _: f"(số {number} ngày {dated})", definition.council.basis)


def seats_changed(session: Session, round_id: int) -> tuple[SeatChanged, ...]:
    """Who took whose seat, in order; none can once the vote has a result (`commands/seats.py`).

    A seat given back to who held it is a slip put right: history keeps it, the minutes do not.
    """
    rows = session.execute(
        select(col(Event.at), col(Event.facts))
        .where(col(Event.round_id) == round_id, col(Event.kind) == "member_replaced")
        .order_by(col(Event.id))
    ).all()
    by_holder: dict[int, list[tuple[int, datetime, dict[str, Any]]]] = {}
    for order, (at, facts) in enumerate(rows):
        changes = by_holder.pop(facts.get("left", 0), [])
        held_before = [change["left"] for _order, _at, change in changes]
        if facts["person"] in held_before:
            changes = changes[: held_before.index(facts["person"])]
        else:
            changes = [*changes, (order, at, {"left": 0, **facts})]
        by_holder[facts["person"]] = changes
    return tuple(
        SeatChanged(
            at.astimezone(VIETNAM).date(),
            facts["before"],
            facts["after"],
            SEAT_WORDS[facts["role"]],
            " ".join(facts["reason"].split()).rstrip(" .;"),
        )
        for _order, at, facts in sorted(chain.from_iterable(by_holder.values()), key=itemgetter(0))
    )
