"""Agency, round and council as documents name them: from definition, record and the office's facts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import func, select
from sqlmodel import Session, col

from engine.ballot import quorum_needed, share_words
from engine.clock import VIETNAM
from engine.definition import Definition
from engine.dossier.facts import (
    AgencyFacts,
    CouncilFacts,
    Registration,
    ResultFacts,
    RoundFacts,
    SeatFacts,
    ThresholdFacts,
)
from engine.models import Ballot, ListLine, Nomination, Person, Result, Seat, Voting
from engine.queries.dossier_deadlines import deadlines_moved
from engine.queries.dossier_founding import SEAT_WORDS, founded_by, seats_changed
from engine.queries.rounds import RoundSeen

CIRCULATED, MEETING = "circulated", "meeting"
_PERIOD = re.compile(r"\s*((?:giai đoạn|năm) \d{4}(?:\s*[–-]\s*\d{4})?)$")

Facts = Mapping[str, str]
"""What the office typed: names of `api/pages/dossier.py`'s form, dates as 2026-11-24, times as 08:30."""


@dataclass(frozen=True)
class SeatSeen:
    """A seat of the round's council, and whether its ballot came."""

    id: int
    name: str
    position: str
    role: str
    sent: bool


@dataclass(frozen=True)
class VotingSeen:
    """The newest vote of a round."""

    id: int
    list_id: int
    opened_at: datetime
    closed_at: datetime


def agency_facts(definition: Definition, facts: Facts) -> AgencyFacts:
    """The agency on the review's date; a deputy signs for the head where the office says so."""
    agency, deputy = definition.agency, facts.get("signer_name", "")
    provincial = [award.decided_by for award in definition.awards if award.level == "province"]
    return AgencyFacts(
        name=agency.short_name,
        full_name=agency.name,
        parent=agency.parent,
        head_title=agency.head.title,
        head_full_title=_joined(agency.head.title, agency.name),
        head_name=deputy or agency.head.name,
        place=agency.place,
        code=code_of(definition, "to_trinh", "TTr-…"),
        receiver=agency.recipient.name,
        decider=provincial[0] if provincial else agency.head.title,
        office=agency.office.name,
        sign_lines=(f"KT. {agency.head.title.upper()}", facts.get("signer_title", "").upper())
        if deputy
        else (),
    )


def code_of(definition: Definition, kind: str, otherwise: str) -> str:
    """What follows the document type in a symbol: "BDT" of "TTr-BDT"."""
    return definition.agency.codes.get(kind, otherwise).partition("-")[2]


def _joined(title: str, name: str) -> str:
    """Trưởng Ban, of Ban Dân tộc tỉnh Lạng Sơn: Trưởng Ban Dân tộc tỉnh Lạng Sơn."""
    words, rest = title.split(), name.split()
    overlap = next((n for n in range(len(words), 0, -1) if words[-n:] == rest[:n]), 0)
    return " ".join([*words, *rest[overlap:]])


def review_facts(definition: Definition) -> RoundFacts:
    """The movement and its period, which many titles already end with."""
    movement = definition.movement
    period = _PERIOD.search(movement.title)
    return RoundFacts(
        title=definition.short_title,
        movement=movement.title[: period.start()] if period else movement.title,
        period=period[1]
        if period
        else f"từ ngày {movement.period_from:%d/%m/%Y} đến ngày {movement.period_to:%d/%m/%Y}",
        legal_basis=tuple(
            text if text.startswith("Căn cứ") else f"Căn cứ {text}"
            for text in (*definition.rules.legal_basis, *movement.legal_basis)
        ),
    )


def voting_of(session: Session, round_id: int) -> VotingSeen | None:
    """The newest vote that is closed."""
    row = session.execute(
        select(col(Voting.id), col(Voting.list_id), col(Voting.opened_at), col(Voting.closed_at))
        .where(col(Voting.round_id) == round_id, col(Voting.closed_at).is_not(None))
        .order_by(col(Voting.number).desc())
        .limit(1)
    ).one_or_none()
    return VotingSeen(*row) if row else None


def seats_of(session: Session, round_id: int, voting: VotingSeen | None) -> tuple[SeatSeen, ...]:
    """Every seat in its order, and whether its ballot came in this vote."""
    rows = session.execute(
        select(col(Seat.id), col(Person.name), col(Person.title), col(Seat.role), col(Ballot.sent_at))
        .join(Person, col(Person.id) == col(Seat.person_id))
        .outerjoin(
            Ballot,
            (col(Ballot.seat_id) == col(Seat.id)) & (col(Ballot.voting_id) == (voting.id if voting else 0)),
        )
        .where(col(Seat.round_id) == round_id)
        .order_by(col(Seat.position))
    ).all()
    return tuple(SeatSeen(id_, name, title, role, sent is not None) for id_, name, title, role, sent in rows)


def number_of(text: str) -> int | None:
    """The number in "05" or "05/TTr-BDT"; None when there is none."""
    match = re.match(r"\s*(\d{1,6})\b", text)
    return int(match[1]) if match else None


def registration(number: str, dated: str, stamp: date) -> Registration:
    """Number and date as typed; `stamp` dates the file while they are not known."""
    return Registration(number_of(number), date.fromisoformat(dated) if dated else None, stamp)


def present_ids(facts: Facts, seats: tuple[SeatSeen, ...]) -> set[int]:
    """Who took part: in a meeting whom the office ticked, otherwise (and until then) who sent a ballot."""
    if facts.get("meeting_way", CIRCULATED) == MEETING and "present" in facts:
        return {int(part) for part in facts["present"].split(",") if part}
    return {seat.id for seat in seats if seat.sent}


def council_facts(
    session: Session, round_: RoundSeen, voting: VotingSeen, seats: tuple[SeatSeen, ...], facts: Facts
) -> CouncilFacts:
    """The council's session as the minutes tell it; what the office has not typed falls back on the vote."""
    definition = round_.definition
    here = present_ids(facts, seats)
    named = {seat.id: _seat(seat, facts) for seat in seats}
    absent = [seat for seat in seats if seat.id not in here]
    circulated = facts.get("meeting_way", CIRCULATED) == CIRCULATED
    sent = sum(seat.sent for seat in seats)
    results = results_of(session, round_, voting)
    return CouncilFacts(
        name=definition.council.name,
        code=code_of(definition, "bien_ban", "BB-HĐTĐKT"),
        founded_by=founded_by(definition, facts),
        starts_at=_moment(facts, "meeting_start", voting.opened_at),
        ends_at=_moment(facts, "meeting_end", voting.closed_at),
        place="" if circulated else facts.get("meeting_place", ""),
        circulated=circulated,
        seats_total=len(seats),
        present=tuple(named[seat.id] for seat in seats if seat.id in here),
        absent=tuple(named[seat.id] for seat in absent),
        chair=named[chosen_seat(facts, "chair", seats)],
        secretary=named[chosen_seat(facts, "secretary", seats)],
        quorum=_quorum(definition, results, len(here), len(seats)),
        ballot_kind=_ballot_kind(definition),
        issued=len(seats),
        collected=sent,
        valid=sent,
        written_opinions=0 if circulated else sum(seat.sent for seat in absent),
        thresholds=_thresholds(session, round_, voting),
        results=results,
        deadlines=deadlines_moved(session, round_, voting.opened_at, voting.closed_at),
        changed=seats_changed(session, round_.id),
        dissents=tuple(filter(None, (facts.get("dissent", ""),))),
    )


def _seat(seat: SeatSeen, facts: Facts) -> SeatFacts:
    return SeatFacts(seat.name, seat.position, SEAT_WORDS[seat.role], facts.get(f"away_{seat.id}", ""))


def chosen_seat(facts: Facts, role: str, seats: tuple[SeatSeen, ...]) -> int:
    """Who presided or kept the minutes: as the office says, else the seat of that role, else the first."""
    said = facts.get(role, "")
    if said.isdecimal() and int(said) in {seat.id for seat in seats}:
        return int(said)
    return next((seat.id for seat in seats if seat.role == role), seats[0].id)


def _moment(facts: Facts, name: str, otherwise: datetime) -> datetime:
    day, hour = facts.get("meeting_date", ""), facts.get(name, "")
    if facts.get("meeting_way", CIRCULATED) == CIRCULATED or not day or not hour:
        return otherwise
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(hour), VIETNAM)


def _quorum(definition: Definition, results: Sequence[ResultFacts], here: int, seats: int) -> str:
    """The strictest rule among the awards put to this vote: an award nobody was put up for asks nothing."""
    voted = {result.award_name for result in results}
    rules = [award.ballot.rule() for award in definition.awards if award.name in voted]
    if not rules:
        return ""
    strictest = max(rules, key=lambda rule: rule.quorum)
    return (
        f"{here}/{seats} thành viên tham gia, cần ít nhất {quorum_needed(strictest, seats)} "
        f"({share_words(strictest.quorum)} tổng số thành viên)"
    )


def _ballot_kind(definition: Definition) -> str:
    secret = any(award.ballot.kind == "secret" for award in definition.awards)
    return "bỏ phiếu kín" if secret else "phiếu lấy ý kiến công khai"


def _thresholds(session: Session, round_: RoundSeen, voting: VotingSeen) -> tuple[ThresholdFacts, ...]:
    """The rule each award was counted by, in the very words of the results."""
    rows = session.execute(
        select(
            col(Nomination.award_key),
            col(Result.sentence),
            func.max(col(Result.needed)),
            func.max(col(Result.base)),
        )
        .join(Nomination, col(Nomination.id) == col(Result.nomination_id))
        .where(col(Result.voting_id) == voting.id)
        .group_by(col(Nomination.award_key), col(Result.sentence))
    ).all()
    found: dict[str, tuple[int, int, str]] = {}
    for award, sentence, needed, base in rows:
        words = sentence.partition(" — ")[2].partition(";")[0]
        found[award] = max(found.get(award, (0, 0, "")), (needed, base, words))
    return tuple(
        ThresholdFacts(award.name, f"đạt {found[award.key][2]}", found[award.key][0], found[award.key][1])
        for award in round_.definition.awards
        if award.key in found
    )


def results_of(session: Session, round_: RoundSeen, voting: VotingSeen) -> tuple[ResultFacts, ...]:
    """What the council voted, line by line in the order of its list."""
    rows = session.execute(
        select(
            col(ListLine.position),
            col(Nomination.nominee_name),
            col(Nomination.nominee_title),
            col(Nomination.nominee_unit),
            col(Nomination.award_key),
            col(Result.yes),
            col(Result.no),
            col(Result.abstain),
            col(Result.base),
            col(Result.passed),
            col(Result.recused),
        )
        .join(Nomination, col(Nomination.id) == col(Result.nomination_id))
        .join(
            ListLine,
            (col(ListLine.nomination_id) == col(Nomination.id)) & (col(ListLine.list_id) == voting.list_id),
        )
        .where(col(Result.voting_id) == voting.id)
        .order_by(col(ListLine.position))
    ).all()
    return tuple(
        ResultFacts(
            order,
            name,
            title,
            unit,
            round_.definition.award(award).name,
            yes,
            no,
            blank,
            base,
            passed,
            recused,
        )
        for order, name, title, unit, award, yes, no, blank, base, passed, recused in rows
    )
