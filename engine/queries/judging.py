"""What the rules say of a nomination: facts gathered from the record, handed to the pure rules."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from engine import eligibility
from engine.definition import Definition
from engine.eligibility import Finding, NominationFacts
from engine.models import Attachment, Nomination, Person
from engine.stages import DEAD

# What rules read of a nomination; never the whole row, for a check reads every other one of the round.
_COLUMNS = tuple(
    getattr(Nomination, name)
    for name in (
        "id",
        "code",
        "nominee_kind",
        "nominee_key",
        "nominee_name",
        "person_id",
        "department_key",
        "award_key",
        "type_key",
        "legal_point",
        "period_from",
        "period_to",
        "summary",
        "achievements",
        "facts",
    )
)
_LIVE = select(*_COLUMNS).where(
    col(Nomination.round_id) == bindparam("round_id"), col(Nomination.state).not_in(sorted(DEAD))
)
_SAME_NOMINEES = _LIVE.where(col(Nomination.nominee_key).in_(bindparam("nominees", expanding=True)))
READS_STRANGERS = frozenset({"copied_report"})
_FILES = select(col(Attachment.nomination_id), col(Attachment.item_key)).where(
    col(Attachment.nomination_id).in_(bindparam("ids", expanding=True)), col(Attachment.removed_at).is_(None)
)
_ACTIVE = select(col(Person.id)).where(
    col(Person.id).in_(bindparam("ids", expanding=True)), col(Person.active).is_(True)
)


def facts_of(session: Session, nominations: Sequence[Nomination]) -> list[NominationFacts]:
    """The facts the rules look at, for several nominations at once (two queries whatever the number)."""
    ids = [n.id or 0 for n in nominations]
    files: dict[int, set[str]] = {}
    for nomination_id, item in session.execute(_FILES, {"ids": ids}):
        files.setdefault(nomination_id, set()).add(item)
    people = sorted({n.person_id for n in nominations if n.person_id is not None})
    active = set(session.execute(_ACTIVE, {"ids": people}).scalars()) if people else set()
    return [
        _facts(n, files=frozenset(files.get(n.id or 0, ())), person_known=n.person_id in active)
        for n in nominations
    ]


def _facts(
    row: Nomination, *, files: frozenset[str] = frozenset(), person_known: bool | None = None
) -> NominationFacts:
    return NominationFacts(
        code=row.code,
        nominee_kind=row.nominee_kind,
        nominee_key=row.nominee_key,
        nominee_name=row.nominee_name,
        person_known=person_known if row.nominee_kind == "person" else None,
        department_key=row.department_key,
        award_key=row.award_key,
        type_key=row.type_key,
        legal_point=row.legal_point,
        period_from=row.period_from,
        period_to=row.period_to,
        summary=row.summary,
        achievements=row.achievements,
        answers=row.facts,
        files=files,
    )


def findings_of(session: Session, definition: Definition, nomination: Nomination) -> tuple[Finding, ...]:
    """BLOCK, HOLD and WARN findings of one nomination beside the others of its round."""
    return findings_of_all(session, definition, [nomination])[nomination.id or 0]


def findings_of_all(
    session: Session, definition: Definition, nominations: Sequence[Nomination]
) -> dict[int, tuple[Finding, ...]]:
    """The findings of several nominations of one round, by id; the round is read once."""
    if not nominations:
        return {}
    others = session.execute(_LIVE, {"round_id": nominations[0].round_id})
    return _judge(session, definition, nominations, others)


def blocking(
    session: Session, definition: Definition, nominations: Sequence[Nomination]
) -> dict[int, tuple[Finding, ...]]:
    """The BLOCK findings alone, by id.

    Where no blocking rule compares texts, only other nominations of the same nominees are read: a batch is
    signed off without reading the whole round.
    """
    rules = definition.rules.rules
    if not nominations:
        return {}
    if any(rule.severity == "block" and rule.check in READS_STRANGERS for rule in rules):
        found = findings_of_all(session, definition, nominations)
    else:
        nominees = sorted({n.nominee_key for n in nominations})
        asked = {"round_id": nominations[0].round_id, "nominees": nominees}
        found = _judge(session, definition, nominations, session.execute(_SAME_NOMINEES, asked))
    return {id_: tuple(f for f in said if f.severity == "block") for id_, said in found.items()}


def _judge(
    session: Session,
    definition: Definition,
    nominations: Sequence[Nomination],
    others: Iterable[Any],
) -> dict[int, tuple[Finding, ...]]:
    read = {row.id: _facts(row) for row in others}
    return {
        (n.id or 0): eligibility.findings(
            definition, facts, [other for id_, other in read.items() if id_ != n.id]
        )
        for n, facts in zip(nominations, facts_of(session, nominations), strict=True)
    }
