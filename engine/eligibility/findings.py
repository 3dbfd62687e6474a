"""Words of eligibility: the facts of a nomination, what was found, and the registry of named checks."""

import dataclasses
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, create_model

from engine.definition import Definition, Question, Rule

NOT_LAW = "Quy định nội bộ / thông lệ, cần kiểm tra"


class Severity(StrEnum):
    """block: cannot advance; hold: parked until a fact changes; warn: shown and recorded."""

    block = "block"
    hold = "hold"
    warn = "warn"


@dataclass(frozen=True)
class Finding:
    """What a rule says of a nomination: `field` is the form's field to go to, empty for the whole; `other` is
    the code of another nomination of the same department that it speaks of.

    `source_words` cites the law for confidence A and B only; what nobody has verified never looks like law.
    """

    severity: Severity
    rule_id: str
    sentence: str
    remedy: str
    source_words: str
    field: str = ""
    other: str = ""


@dataclass(frozen=True, kw_only=True)
class NominationFacts:
    """A nomination as rules see it; a draft may leave anything empty.

    `drafted`: since when it is an unsent draft; None once it is passed on for signature.
    `person_known`: a person on the agency's roster, active (None for a collective). `answers`: question key →
    answer. `files`: keys of checklist items that have a file. `achievement_key`: names one achievement across
    rounds, empty where nobody has named it. `leader`, `woman`: None where not known.
    """

    code: str = ""
    drafted: date | None = None
    nominee_kind: str = "person"
    nominee_key: str = ""
    nominee_name: str = ""
    person_known: bool | None = None
    department_key: str = ""
    award_key: str = ""
    type_key: str = ""
    legal_point: str = ""
    period_from: date | None = None
    period_to: date | None = None
    summary: str = ""
    achievements: str = ""
    answers: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    files: frozenset[str] = frozenset()
    achievement_key: str = ""
    leader: bool | None = None
    woman: bool | None = None


@dataclass(frozen=True, kw_only=True)
class PastAward:
    """An award somebody already holds; `year` is the year it was given for."""

    nominee_key: str
    award_key: str
    type_key: str
    year: int
    achievement_key: str = ""
    revoked: bool = False


@dataclass(frozen=True)
class Hit:
    """A check that did not hold: the field, and values for the placeholders of the rule's sentence.

    `source` and `confidence` stand in for the rule's own where the thing checked carries its citation; so do
    `severity`, `sentence` and `remedy` where it is less than what the rule speaks of. `other`: see Finding.
    """

    field: str = ""
    words: Mapping[str, object] = dataclasses.field(default_factory=dict)
    source: str | None = None
    confidence: str = "C"
    severity: Severity | None = None
    sentence: str = ""
    remedy: str = ""
    other: str = ""


@dataclass(frozen=True)
class Case:
    """Everything a check may look at for one nomination."""

    definition: Definition
    facts: NominationFacts
    others: Sequence[NominationFacts]
    history: Sequence[PastAward]

    def questions(self) -> tuple[Question, ...]:
        """Questions the form asks for this award and kind of nominee."""
        return self.definition.questions_for(award=self.facts.award_key, nominee_kind=self.facts.nominee_kind)

    def answer(self, key: str) -> str:
        return answer_of(self.facts, key)


def answer_of(facts: NominationFacts, key: str) -> str:
    """An answer as text: "yes"/"no" for a yes-or-no question whatever way it was stored, empty for none."""
    value = facts.answers.get(key)
    given = "" if value is None else str(value).strip()
    return {"True": "yes", "False": "no"}.get(given, given)


Run = Callable[..., Iterable[Hit]]


@dataclass(frozen=True)
class Check:
    """A named check: its function, whether it looks at a whole list, its parameters and placeholders."""

    name: str
    run: Run
    of_list: bool
    says: frozenset[str]
    params: type[BaseModel]


CHECKS: dict[str, Check] = {}


def check(*says: str, of_list: bool = False) -> Callable[[Run], Run]:
    """Registers a check under its function's name; keyword-only arguments are the parameters it takes from
    data, `says` the placeholders its rule's sentence may use.
    """

    def register(run: Run) -> Run:
        taken: dict[str, Any] = {
            name: (parameter.annotation, ... if parameter.default is parameter.empty else parameter.default)
            for name, parameter in inspect.signature(run).parameters.items()
            if parameter.kind is parameter.KEYWORD_ONLY
        }
        params = create_model(run.__name__, __config__=ConfigDict(extra="forbid", strict=True), **taken)
        CHECKS[run.__name__] = Check(run.__name__, run, of_list, frozenset(says), params)
        return run

    return register


def told_once(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings with one rule's sentence once, at the first field it speaks of: a period wrong at both ends is
    one fault to whoever reads them in a row.
    """
    first: dict[tuple[str, str, str], Finding] = {}
    for finding in found:
        first.setdefault((finding.rule_id, finding.sentence, finding.other), finding)
    return tuple(first.values())


def to_finding(rule: Rule, hit: Hit) -> Finding:
    """The rule's sentence with the hit's words in it."""
    confidence = rule.confidence if hit.source is None else hit.confidence
    source = rule.source if hit.source is None else hit.source
    return Finding(
        severity=hit.severity or Severity(rule.severity),
        rule_id=rule.id,
        sentence=hit.sentence or rule.sentence.format_map(hit.words),
        remedy=hit.remedy or rule.remedy.format_map(hit.words),
        source_words=source if confidence != "C" and source else NOT_LAW,
        field=hit.field,
        other=hit.other,
    )
