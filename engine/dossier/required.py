"""The gate before a dossier leaves: what is missing, for whom, and where it is put right."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class RequiredItem:
    """One thing the dossier must hold. `key` names it among the present ones ("report:17");
    `what` as in a sentence ("báo cáo thành tích"), `subject` whose it is, `where` it is put right,
    `rule` why it is required (an article of law, from the rule pack; "" for none).
    """

    key: str
    what: str
    where: str
    subject: str = ""
    rule: str = ""


@dataclass(frozen=True)
class MissingItem:
    """A required item that is not there, with the sentence to show."""

    item: RequiredItem
    sentence: str


def missing_items(required: Sequence[RequiredItem], present: Collection[str]) -> list[MissingItem]:
    """Required items whose key is not among `present`, in the order required; each key once."""
    seen = set(present)
    missing = []
    for item in required:
        if item.key not in seen:
            seen.add(item.key)
            missing.append(MissingItem(item, _sentence(item)))
    return missing


def _sentence(item: RequiredItem) -> str:
    whose = f" của {item.subject}" if item.subject else ""
    rule = f" (theo {item.rule})" if item.rule else ""
    return f"Thiếu {item.what}{whose}{rule}. Bổ sung tại: {item.where}."
