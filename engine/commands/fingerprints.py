"""What proves that the list sent is the list voted on: hashes of what the council was shown."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from engine.models import Attachment, Nomination, NominationList

SHOWN = (
    "code",
    "department_key",
    "nominee_kind",
    "nominee_key",
    "nominee_name",
    "nominee_title",
    "nominee_unit",
    "award_key",
    "type_key",
    "legal_point",
    "summary",
    "achievements",
    "facts",
)


def as_shown(row: NominationList, nominations: Sequence[Nomination]) -> dict[str, Any]:
    """Facts of a list shown to the departments: its version, and its lines in order as everybody reads them.

    A fingerprint proves what was shown but cannot be read, and a nomination may be mended afterwards.
    """
    return {
        "version": row.version,
        "lines": [
            {
                "name": n.nominee_name,
                "kind": n.nominee_kind,
                "title": n.nominee_title,
                "unit": n.nominee_unit,
                "department_key": n.department_key,
                "award_key": n.award_key,
            }
            for n in nominations
        ],
    }


def list_hash(fingerprints_in_order: Sequence[str]) -> str:
    """SHA-256 of a whole list: of its lines' fingerprints, in order."""
    return hashlib.sha256("\n".join(fingerprints_in_order).encode()).hexdigest()


def fingerprints(session: Session, nominations: Sequence[Nomination]) -> dict[int, str]:
    """By id, SHA-256 of what the council is shown of each nomination: its fields and its files' hashes.

    Files that Sở Nội vụ asked for after the vote are outside it.
    """
    files: dict[int, list[list[str]]] = {}
    for id_, item, sha256 in session.execute(
        select(col(Attachment.nomination_id), col(Attachment.item_key), col(Attachment.sha256))
        .where(
            col(Attachment.nomination_id).in_([n.id for n in nominations]),
            col(Attachment.removed_at).is_(None),
            col(Attachment.supplement).is_(False),
        )
        .order_by(col(Attachment.item_key), col(Attachment.sha256))
    ):
        files.setdefault(id_, []).append([item, sha256])
    return {(n.id or 0): _fingerprint(n, files.get(n.id or 0, [])) for n in nominations}


def fingerprint(session: Session, nomination: Nomination) -> str:
    return fingerprints(session, [nomination])[nomination.id or 0]


def _fingerprint(nomination: Nomination, files: list[list[str]]) -> str:
    shown: Mapping[str, Any] = {
        **{name: getattr(nomination, name) for name in SHOWN},
        "period": [str(nomination.period_from), str(nomination.period_to)],
        "files": files,
    }
    return hashlib.sha256(json.dumps(shown, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
