"""The parts a definition is made of, each checked by itself; faults carry what to write instead.

A sentence of the form "…; hãy …" is split by the reader of files into what is wrong and the remedy.
"""

from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    model_validator,
)

from engine.ballot import BallotRule, Comparator, Denominator, TieRule, parse_fraction
from engine.mail_address import is_public_address

Confidence = Literal["A", "B", "C"]
NomineeKind = Literal["person", "collective"]
Citation = Literal["one_award", "proposer", "own_decision", "revocation", "hold", "dossier", "papers"]
Level = Literal["agency", "province"]  # ends in a decision of the agency, or in a dossier for the province


def _address(text: str) -> str:
    if not is_public_address(text):
        raise ValueError(
            f"“{text}” không phải là địa chỉ thư dùng được; hãy viết không dấu, không khoảng trắng, "
            "ví dụ van-thu@langson.example"
        )
    return text


Email = Annotated[str, AfterValidator(_address)]


def _share(text: str) -> str:
    if not 0 < parse_fraction(text) <= Fraction(1):
        raise ValueError(
            f"“{text}” không phải là tỷ lệ dùng được; hãy viết tỷ lệ lớn hơn 0 và không quá 100 %"
        )
    return text


Share = Annotated[str, AfterValidator(_share)]


class Part(BaseModel):
    """Base of every part: unknown keys are faults, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Head(Part):
    """Who signs: title and name as printed under a document, person as known to the system."""

    title: str
    name: str
    person: str


class Contact(Part):
    """Somewhere letters and people turn to."""

    name: str
    email: Email
    phone: str = ""


class Agency(Part):
    """The agency as it is called on the review's date."""

    key: str
    name: str
    short_name: str
    parent: str = Field(default="", description="empty: none is named, as by an UBND (NĐ 30/2020, PL I)")
    place: str
    head: Head
    office: Contact
    recipient: Contact
    codes: dict[str, str] = Field(description="document kind → number suffix, e.g. to_trinh: TTr-BDT")


class Department(Part):
    """A unit that proposes."""

    key: str
    name: str


class FormerDepartment(Department):
    """A unit that no longer exists on the review's date; dissolved bodies are not commended (TT 15/2025)."""

    until: date
    successor: str = ""


class SeatOf(Part):
    """A council seat and the person on it."""

    person: str
    role: Literal["chair", "vice_chair", "standing", "secretary", "member"]


class Council(Part):
    """The agency's council; composition and rules are the head's to set (NĐ 98/2023 Đ.49)."""

    name: str
    basis: str
    seats: tuple[SeatOf, ...]


class Movement(Part):
    """The emulation movement (or yearly work) a round reviews."""

    key: str
    title: str
    launched_by: Literal["central", "province", "agency"]
    period_from: date
    period_to: date
    legal_basis: tuple[str, ...]
    subjects: str
    criteria: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.period_to < self.period_from:
            raise ValueError(
                "thời gian của phong trào kết thúc trước khi bắt đầu; hãy sửa period_from, period_to"
            )
        return self


class Ballot(Part):
    """How the council votes on one award. Fractions are written "2/3" or "80%"; never decimals."""

    kind: Literal["open", "secret"] = "open"
    quorum: Share = "2/3"
    threshold: Share
    comparator: Comparator = Comparator.at_least
    denominator: Denominator = Denominator.all_seats
    recused_count: bool = True
    chair_must_agree: bool = False
    tie: TieRule = TieRule.fails
    source: str = ""
    confidence: Confidence = "C"

    def rule(self) -> BallotRule:
        """The rule in exact fractions."""
        return BallotRule(
            quorum=parse_fraction(self.quorum),
            threshold=parse_fraction(self.threshold),
            comparator=self.comparator,
            denominator=self.denominator,
            recused_count_in_denominator=self.recused_count,
            chair_must_agree=self.chair_must_agree,
            tie_rule=self.tie,
        )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        self.rule()
        return self


class LegalPoint(Part):
    """A point of law a nomination relies on, in words, with its source and how sure we are of it."""

    key: str
    words: str
    source: str
    confidence: Confidence
    type: str = Field(description="loại hình khen thưởng: cong_trang, chuyen_de, dot_xuat, …")
    level: Level | None = Field(default=None, description="whose awards rest on it; empty: anybody's")


class Award(Part):
    """One award a round may give, and how."""

    key: str
    name: str
    level: Level
    decided_by: str
    nominees: tuple[NomineeKind, ...]
    points: tuple[LegalPoint, ...]
    ballot: Ballot
    quota_percent: int | None = Field(default=None, ge=1, le=100)
    quota_of: str = Field(default="", description="award the quota is a share of; empty: the whole list")
    source: str = ""


class Item(Part):
    """One thing the office checks: a file, or a fact it confirms."""

    key: str
    label: str
    kind: Literal["file", "confirm"]
    required: bool = True
    awards: tuple[str, ...] = ()
    nominees: tuple[NomineeKind, ...] = ("person", "collective")
    source: str = ""
    confidence: Confidence = "C"

    def wanted_for(self, *, award: str, nominee_kind: str) -> bool:
        return (not self.awards or award in self.awards) and nominee_kind in self.nominees


class Question(Part):
    """One more fact the form asks; rules read the answer by its key."""

    key: str
    label: str
    hint: str = ""
    kind: Literal["choice", "yesno", "number", "text"]
    options: dict[str, str] = Field(default={}, description="answer → words; for kind choice only")
    required: bool = True
    awards: tuple[str, ...] = ()
    nominees: tuple[NomineeKind, ...] = ("person", "collective")

    def wanted_for(self, *, award: str, nominee_kind: str) -> bool:
        return (not self.awards or award in self.awards) and nominee_kind in self.nominees

    @model_validator(mode="after")
    def _options_for_choice(self) -> Self:
        if (self.kind == "choice") != bool(self.options):
            raise ValueError(
                "câu hỏi và options không hợp nhau; hãy ghi options cho, và chỉ cho, kind: choice"
            )
        return self


class Rule(Part):
    """One eligibility rule: a named check with figures as data, its sentence, and its source.

    `sentence` and `remedy` may use the placeholders its check offers (`engine/eligibility_checks.py`).
    """

    id: str
    severity: Literal["block", "hold", "warn"]
    check: str
    params: dict[str, Any] = {}
    sentence: str
    remedy: str = ""
    source: str
    confidence: Confidence
    awards: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    nominees: tuple[NomineeKind, ...] = ("person", "collective")


class RulePack(Part):
    """Dated legal rules, with the words for the awards and types of commendation they speak of.

    `legal_basis`: the texts a submission or decision cites before the movement's own; only what was verified.
    `citations`: where the law says what the procedure itself enforces, for the sentences of its refusals.
    """

    key: str
    title: str
    valid_from: date
    valid_to: date | None = None
    legal_basis: tuple[str, ...] = ()
    citations: dict[Citation, str] = {}
    awards: dict[str, str] = {}
    types: dict[str, str] = {}
    rules: tuple[Rule, ...]
