"""Plain facts the documents are written from; queries fill them, builders turn them into text."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class AgencyFacts:
    """The agency as it is named on the day of the document.

    `name` stands in the head ("Ban Dân tộc"), `full_name` in sentences ("Ban Dân tộc tỉnh Lạng Sơn");
    `head_full_title` opens a decision ("Trưởng Ban Dân tộc tỉnh Lạng Sơn"); `receiver` is the body the tờ
    trình goes to, `decider` who decides provincial awards, `office` who runs the work ("Văn phòng Ban").
    When a deputy signs, `sign_lines` is ("KT. TRƯỞNG BAN", "PHÓ TRƯỞNG BAN") and `head_name` the deputy.
    """

    name: str
    full_name: str
    parent: str
    head_title: str
    head_full_title: str
    head_name: str
    place: str
    code: str
    receiver: str
    decider: str
    office: str
    sign_lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class RoundFacts:
    """One review. `legal_basis`: sentences "Căn cứ …", end marks are set by the builder."""

    title: str
    movement: str
    period: str
    legal_basis: tuple[str, ...]


@dataclass(frozen=True)
class Registration:
    """Number and date a document got when it was registered; None until then.

    `stamp` is the date used for file metadata while `date` is None.
    """

    number: int | None
    date: dt.date | None
    stamp: dt.date


@dataclass(frozen=True)
class SentPaper:
    """The tờ trình that took a line along before: "12/TTr-BDT", its date, and whether what the line came back
    for has been completed since.
    """

    symbol: str
    date: dt.date
    completed: bool


@dataclass(frozen=True)
class LineFacts:
    """One line of the list. `yes` of `base` is the ballot, None where no ballot was held.

    `sent_with`: the earlier tờ trình that took it along, for one sent back to be completed.
    """

    order: int
    name: str
    is_collective: bool
    title: str
    unit: str
    achievement: str
    award_name: str
    yes: int | None = None
    base: int | None = None
    sent_with: SentPaper | None = None


@dataclass(frozen=True)
class ListFacts:
    """The frozen list; `parent` says what it is attached to ("Tờ trình" or "Quyết định")."""

    lines: tuple[LineFacts, ...]
    parent: str
    parent_symbol: str
    parent_date: dt.date | None
    stamp: dt.date


@dataclass(frozen=True)
class SeatFacts:
    """A council member; `position` is the post held, `role` the role in the council."""

    name: str
    position: str
    role: str
    absence: str = ""


@dataclass(frozen=True)
class ThresholdFacts:
    """The rule an award was counted by: `words` is the rule, `needed` of `base` what it came to."""

    award_name: str
    words: str
    needed: int
    base: int


@dataclass(frozen=True)
class ResultFacts:
    """What the council voted on one nominee for one award; `base` is the denominator."""

    order: int
    name: str
    title: str
    unit: str
    award_name: str
    yes: int
    no: int
    blank: int
    base: int
    passed: bool
    recused: int = 0


@dataclass(frozen=True)
class QuorumMissed:
    """At a deadline only `sent` of `seats` members had sent their ballot, where `needed` make it valid."""

    sent: int
    seats: int
    needed: int


@dataclass(frozen=True)
class DeadlineMoved:
    """Who gave the vote another deadline, and why; `missed` where the one before passed without a quorum.

    `by` as in a sentence ("Trưởng Ban"); times are aware.
    """

    by: str
    before: dt.datetime
    due: dt.datetime
    reason: str
    missed: QuorumMissed | None = None


@dataclass(frozen=True)
class SeatChanged:
    """A seat that another took over before the vote ended; `reason`: the decision the office named."""

    on: dt.date
    before: str
    after: str
    role: str
    reason: str


@dataclass(frozen=True)
class CouncilFacts:
    """The council's meeting or written consultation and its ballot. Times are aware."""

    name: str
    code: str
    founded_by: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str
    circulated: bool
    seats_total: int
    present: tuple[SeatFacts, ...]
    absent: tuple[SeatFacts, ...]
    chair: SeatFacts
    secretary: SeatFacts
    quorum: str
    ballot_kind: str
    issued: int
    collected: int
    valid: int
    written_opinions: int
    thresholds: tuple[ThresholdFacts, ...]
    results: tuple[ResultFacts, ...]
    deadlines: tuple[DeadlineMoved, ...] = ()
    changed: tuple[SeatChanged, ...] = ()
    dissents: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True)
class PastAwardFacts:
    year: int
    award_name: str
    decision: str


@dataclass(frozen=True)
class ReportFacts:
    """One achievement report. `particulars`: label and value pairs the template asks for, nothing more
    (NĐ 356/2025: ethnicity and the like are sensitive). `achievements`: text as typed, one per section.
    """

    name: str
    is_collective: bool
    title: str
    unit: str
    award_name: str
    particulars: tuple[tuple[str, str], ...]
    duties: str
    achievements: tuple[tuple[str, str], ...]
    past_awards: tuple[PastAwardFacts, ...]
    unit_head_title: str
    unit_head_name: str
    date: dt.date | None
    stamp: dt.date
