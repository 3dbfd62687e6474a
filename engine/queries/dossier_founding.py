"""The council's founding decision in the minutes: what the agency's files leave open, the office fills in."""

import re
from collections.abc import Mapping
from datetime import date

from engine.definition import Definition
from engine.dossier.dates import short_date
from engine.dossier.view import PLACEHOLDER

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
