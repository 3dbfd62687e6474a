"""What each file under config/ may say, before dated entries are resolved on a review's date."""

import re
from datetime import date, time
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from engine.definition.parts import (
    Ballot,
    Citation,
    Contact,
    Email,
    Head,
    Item,
    LegalPoint,
    Level,
    Movement,
    NomineeKind,
    Part,
    Question,
    Rule,
    SeatOf,
)
from engine.definition.steps import Steps
from engine.stages import DISPENSABLE, Act, Role, Stage


class Dated(Part):
    """Something that holds from one day to another, both included."""

    valid_from: date
    valid_to: date | None = None

    def valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def overlaps(self, other: "Dated") -> bool:
        return self.valid_on(other.valid_from) or other.valid_on(self.valid_from)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("hết hiệu lực trước khi có hiệu lực; hãy sửa valid_from hoặc valid_to")
        return self


class AgencyVersion(Dated):
    """The agency as it is called for a time."""

    name: str
    short_name: str
    parent: str = ""
    place: str
    head: Head
    office: Contact
    recipient: Contact
    codes: dict[str, str]


class AgencyFile(Part):
    """agency/<key>/agency.yaml"""

    key: str
    versions: tuple[AgencyVersion, ...] = Field(min_length=1)


class DepartmentEntry(Dated):
    """A unit, and the one that took over its work, if it is dissolved."""

    key: str
    name: str
    successor: str = ""


class DepartmentsFile(Part):
    """agency/<key>/departments.yaml"""

    departments: tuple[DepartmentEntry, ...] = Field(min_length=1)


class GrantEntry(Part):
    """A role given by the agency; council seats are given by a round."""

    role: Literal[Role.clerk, Role.department_head, Role.office, Role.head, Role.admin]
    department: str = ""

    @model_validator(mode="after")
    def _scoped(self) -> Self:
        if (self.role in {Role.clerk, Role.department_head}) != bool(self.department):
            raise ValueError(
                "chỉ clerk và department_head có phòng kèm theo; hãy ghi department cho đúng hai vai này"
            )
        return self


class PersonEntry(Part):
    """Somebody on the payroll."""

    key: str
    name: str
    salutation: Literal["ông", "bà", "ông/bà"] = "ông/bà"
    email: Email | None = None
    title: str = ""
    department: str = ""
    phone: str = ""
    active: bool = True
    grants: tuple[GrantEntry, ...] = ()


class PeopleFile(Part):
    """agency/<key>/people.yaml"""

    people: tuple[PersonEntry, ...] = Field(min_length=1)


class CouncilEntry(Dated):
    """The council as composed for a time."""

    name: str
    basis: str
    seats: tuple[SeatOf, ...] = Field(min_length=1)


class CouncilFile(Part):
    """agency/<key>/council.yaml"""

    councils: tuple[CouncilEntry, ...] = Field(min_length=1)


class MovementFile(Movement):
    """reviews/movements/<key>.yaml"""


class AwardEntry(Part):
    """An award of a round; its legal points are named by key and taken from the rule pack of the date."""

    key: str
    name: str
    level: Level
    decided_by: str
    nominees: tuple[NomineeKind, ...] = Field(min_length=1)
    points: tuple[str, ...] = Field(min_length=1)
    ballot: Ballot
    quota_percent: int | None = Field(default=None, ge=1, le=100)
    quota_of: str = ""
    source: str = ""


def _hour_here(said: time) -> time:
    if said.tzinfo is not None:
        raise ValueError("giờ theo giờ Việt Nam, không ghi múi giờ; hãy viết như “17:00”")
    return said


def _dispensable(act: Act) -> Act:
    if act not in DISPENSABLE:
        raise ValueError(
            f"đợt xét không đi hết được nếu bỏ bước “{act}”; hãy chỉ bỏ: {', '.join(DISPENSABLE)}"
        )
    return act


def _review_key(text: str) -> str:
    """A round's key is a word of addresses and the name of its picture in Prefect."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text):
        raise ValueError(
            f"“{text}” không đặt tên cho đợt xét được; hãy dùng chữ thường không dấu và chữ số, nối bằng một "
            "dấu gạch ngang, ví dụ ntm-2025-tong-ket, và đổi tên tệp cho khớp"
        )
    return text


class ReviewFile(Part):
    """reviews/<key>.yaml"""

    key: Annotated[str, AfterValidator(_review_key)]
    title: str
    short_title: str = Field(max_length=120)  # stands at the head of every page of the round
    on: date
    agency_on: date | None = Field(default=None, description="the agency as of that day, if not as of `on`")
    agency: str
    movement: str
    awards: tuple[AwardEntry, ...] = Field(min_length=1)
    stages: dict[Stage, Steps]
    return_days: int = Field(default=3, ge=1, le=60)
    summary_min: int = Field(default=100, ge=0)
    summary_max: int = Field(default=2000, ge=1, le=20_000)
    checklist: tuple[Item, ...] = ()
    questions: tuple[Question, ...] = ()
    close_of_office: Annotated[time, AfterValidator(_hour_here)] = time(17)
    morning: Annotated[time, AfterValidator(_hour_here)] = time(8)
    close_when_all_voted: Literal["secretary", "at_once"] = "secretary"
    acts_off: tuple[Annotated[Act, AfterValidator(_dispensable)], ...] = ()


class RuleEntry(Rule):
    """A rule that may start or end inside its pack's time (grading by NĐ 335/2025 begins on 01/01/2026)."""

    valid_from: date | None = None
    valid_to: date | None = None

    def valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


class RulesFile(Part):
    """rules/<key>.yaml; a draft (`in_force: false`) is checked but never chosen."""

    key: str
    title: str
    in_force: bool = True
    valid_from: date | None = None
    valid_to: date | None = None
    legal_basis: tuple[str, ...] = ()
    citations: dict[Citation, str] = Field(default={})
    awards: dict[str, str]
    types: dict[str, str]
    points: tuple[LegalPoint, ...]
    rules: tuple[RuleEntry, ...]

    def valid_on(self, day: date) -> bool:
        return (
            self.in_force
            and self.valid_from is not None
            and self.valid_from <= day
            and (self.valid_to is None or day <= self.valid_to)
        )

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if self.in_force and self.valid_from is None:
            raise ValueError("bộ quy tắc có hiệu lực phải có ngày; hãy ghi valid_from, hoặc in_force: false")
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("hết hiệu lực trước khi có hiệu lực; hãy sửa valid_from hoặc valid_to")
        return self
