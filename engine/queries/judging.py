"""What the rules say of a nomination: facts gathered from the record, handed to the pure rules."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlmodel import Session, SQLModel

from engine import eligibility
from engine.clock import VIETNAM
from engine.definition import Definition
from engine.eligibility import Finding, NominationFacts, Severity
from engine.models import Nomination
from engine.models.nominations import LIVE
from engine.stages import State

_NOMINATION, _ATTACHMENT, _PERSON = (
    SQLModel.metadata.tables[name] for name in ("nomination", "attachment", "person")
)
# What rules read of a nomination; never the whole row, for a check reads every other one of the round.
_COLUMNS = tuple(
    _NOMINATION.c[name]
    for name in (
        "id",
        "code",
        "state",
        "created_at",
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
_LIVE = select(*_COLUMNS).where(_NOMINATION.c.round_id == bindparam("round_id"), LIVE)
# Everything a batch is judged by, in one statement: its own facts, files and persons, and what else the same
# nominees are proposed for.
_SAME_NOMINEES = _LIVE.add_columns(
    select(func.aggregate_strings(_ATTACHMENT.c.item_key, "\n"))
    .where(_ATTACHMENT.c.nomination_id == _NOMINATION.c.id, _ATTACHMENT.c.removed_at.is_(None))
    .scalar_subquery()
    .label("files"),
    select(_PERSON.c.active)
    .where(_PERSON.c.id == _NOMINATION.c.person_id)
    .scalar_subquery()
    .label("person_active"),
).where(_NOMINATION.c.nominee_key.in_(bindparam("nominees", expanding=True)))
READS_STRANGERS = frozenset({"copied_report"})
_FILES = select(_ATTACHMENT.c.nomination_id, _ATTACHMENT.c.item_key).where(
    _ATTACHMENT.c.nomination_id.in_(bindparam("ids", expanding=True)), _ATTACHMENT.c.removed_at.is_(None)
)
_ACTIVE = select(_PERSON.c.id).where(
    _PERSON.c.id.in_(bindparam("ids", expanding=True)), _PERSON.c.active.is_(True)
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
    row: Any, *, files: frozenset[str] = frozenset(), person_known: bool | None = None
) -> NominationFacts:
    """`row` is a nomination, or a row of its columns."""
    return NominationFacts(
        code=row.code,
        drafted=row.created_at.astimezone(VIETNAM).date() if row.state == State.draft else None,
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
    read = {row.id: _facts(row) for row in others}
    own = zip(nominations, facts_of(session, nominations), strict=True)
    return _judge(definition, {n.id or 0: facts for n, facts in own}, read)


BLOCK = frozenset({Severity.block})
STOP = BLOCK | {Severity.hold}


def stopping(
    session: Session,
    definition: Definition,
    nominations: Sequence[Nomination],
    severities: frozenset[Severity] = BLOCK,
) -> dict[int, tuple[Finding, ...]]:
    """The findings of these severities, by id, of live nominations of one round as they stand now.

    Where no such rule compares texts, only other nominations of the same nominees are read: a batch is
    signed off without reading the whole round.
    """
    rules = definition.rules.rules
    if not nominations:
        return {}
    if any(rule.severity in severities and rule.check in READS_STRANGERS for rule in rules):
        found = findings_of_all(session, definition, nominations)
    else:
        asked = {
            "round_id": nominations[0].round_id,
            "nominees": sorted({n.nominee_key for n in nominations}),
        }
        read = {
            row.id: _facts(
                row, files=frozenset((row.files or "").split("\n")), person_known=row.person_active is True
            )
            for row in session.connection().execute(_SAME_NOMINEES, asked)
        }
        found = _judge(definition, {n.id or 0: read[n.id] for n in nominations}, read)
    return {id_: tuple(f for f in said if f.severity in severities) for id_, said in found.items()}


def _judge(
    definition: Definition, judged: Mapping[int, NominationFacts], read: Mapping[int, NominationFacts]
) -> dict[int, tuple[Finding, ...]]:
    return {
        id_: eligibility.findings(definition, facts, [other for of, other in read.items() if of != id_])
        for id_, facts in judged.items()
    }
