"""The definition of a review: everything a round needs to know, checked, and pinned by content hash.

Files under config/ say it in YAML; `engine/definition/files.py` reads them, names each fault by file, line
and remedy, and resolves dated entries (agency names, departments, rule packs) on the review's own date.
A running round never reads the files again: it keeps this object's JSON under its hash.
"""

import hashlib
import json
from datetime import date, time
from typing import Any, Literal, Self, TypeVar

from pydantic import Field, model_validator

from engine.definition.parts import (
    Agency,
    Award,
    Ballot,
    Citation,
    Contact,
    Council,
    Department,
    FormerDepartment,
    Head,
    Item,
    LegalPoint,
    Movement,
    Part,
    Question,
    Rule,
    RulePack,
    SeatOf,
)
from engine.definition.steps import Steps
from engine.stages import STAGES, Act, Stage

__all__ = [
    "Agency",
    "Award",
    "Ballot",
    "Contact",
    "Council",
    "Definition",
    "Department",
    "FormerDepartment",
    "Head",
    "Item",
    "LegalPoint",
    "Movement",
    "Part",
    "Question",
    "Rule",
    "RulePack",
    "SeatOf",
    "Steps",
    "content_hash",
    "from_body",
    "to_body",
]


class Definition(Part):
    """A whole review."""

    key: str
    title: str
    short_title: str
    on: date
    agency: Agency
    departments: tuple[Department, ...]
    former_departments: tuple[FormerDepartment, ...] = ()
    council: Council
    movement: Movement
    awards: tuple[Award, ...]
    stages: dict[Stage, Steps]
    return_days: int = Field(default=3, ge=1, le=60)
    summary_min: int = Field(default=100, ge=0)
    summary_max: int = Field(default=2000, ge=1)
    checklist: tuple[Item, ...]
    questions: tuple[Question, ...] = ()
    rules: RulePack
    close_of_office: time = time(17)
    morning: time = time(8)
    close_when_all_voted: Literal["secretary", "at_once"] = "secretary"
    acts_off: tuple[Act, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        missing = [stage.value for stage in STAGES if stage not in self.stages]
        if missing:
            raise ValueError(f"thiếu giai đoạn {', '.join(missing)}; hãy thêm vào stages")
        if self.stages[Stage.proposal].opens is None:
            raise ValueError("chưa có ngày mở đợt; hãy ghi opens ở stages.proposal")
        if self.summary_max < self.summary_min:
            raise ValueError("summary_max nhỏ hơn summary_min; hãy sửa một trong hai")
        if self.close_of_office <= self.morning:
            raise ValueError("giờ đóng cửa không sau giờ mở cửa; hãy sửa morning hoặc close_of_office")
        return self

    def cited(self, words: str, citation: Citation) -> str:
        """A rule in words, with where the law of the review's date says so, if its pack names the place."""
        place = self.rules.citations.get(citation)
        return f"{words} ({place})" if place else words

    def award(self, key: str) -> Award:
        """Raises KeyError for an award the round does not give."""
        return _with_key(self.awards, key)

    @property
    def award_keys(self) -> frozenset[str]:
        return frozenset(award.key for award in self.awards)

    def department(self, key: str) -> Department:
        """Raises KeyError for a unit that does not exist on the review's date."""
        return _with_key(self.departments, key)

    def items_for(self, *, award: str, nominee_kind: str) -> tuple[Item, ...]:
        return tuple(i for i in self.checklist if i.wanted_for(award=award, nominee_kind=nominee_kind))

    def questions_for(self, *, award: str, nominee_kind: str) -> tuple[Question, ...]:
        return tuple(q for q in self.questions if q.wanted_for(award=award, nominee_kind=nominee_kind))


Keyed = TypeVar("Keyed", Award, Department)


def _with_key(parts: tuple[Keyed, ...], key: str) -> Keyed:
    for part in parts:
        if part.key == key:
            return part
    raise KeyError(key)


def to_body(definition: Definition) -> dict[str, Any]:
    """The definition as plain JSON."""
    return definition.model_dump(mode="json")


def from_body(body: dict[str, Any]) -> Definition:
    return Definition.model_validate(body)


def content_hash(definition: Definition) -> str:
    """SHA-256 of the canonical JSON: two files that say the same have the same hash."""
    canonical = json.dumps(to_body(definition), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
