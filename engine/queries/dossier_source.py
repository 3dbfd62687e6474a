"""The record as a dossier's source: read in one go, equal when nothing has changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from engine.clock import VIETNAM
from engine.commands.listing import fingerprints
from engine.definition import Definition
from engine.dossier.build import DecisionSource, Item, KeptFile, MinutesSource, Source
from engine.dossier.facts import LineFacts, PastAwardFacts, ReportFacts, SentPaper
from engine.errors import Changed, NotNow
from engine.models import Attachment, Dossier, DossierLine, ListLine, Nomination, Person, Result
from engine.queries.dossier_facts import (
    Facts,
    VotingSeen,
    agency_facts,
    council_facts,
    registration,
    review_facts,
    seats_of,
    voting_of,
)
from engine.queries.dossier_lines import place_of, sent_before
from engine.queries.past_awards import past_awards
from engine.queries.rounds import RoundSeen

REPORT_QUESTIONS = {"choice", "number"}
"""Kinds of answers a report tells. What was asked to vet the nominee (yes or no, free text) stays with the
office: a report says no more of a person than it must (NĐ 356/2025)."""


@dataclass(frozen=True)
class _Signer:
    name: str
    title: str


@dataclass(frozen=True)
class _Told:
    """What reports draw on beside the nomination itself."""

    facts: Facts
    signers: dict[int, _Signer]
    past: dict[str, tuple[PastAwardFacts, ...]]  # by nomination's code
    stamp: date


def source_of(session: Session, round_: RoundSeen, version: int) -> Source:
    """What one version of the dossier is made of.

    Raises Changed when a nomination is no longer what the council voted on, NotNow without vote or lines.
    """
    dossier = session.scalars(
        select(Dossier).where(col(Dossier.round_id) == round_.id, col(Dossier.version) == version)
    ).one()
    voting = _closed_vote(session, round_.id)
    nominations = _in_dossier(session, dossier.id or 0, voting)
    if not nominations:
        raise NotNow("Hồ sơ chưa có đề nghị nào.", rule="Thành phần hồ sơ", help_from="Văn phòng")
    _demand_as_voted(session, nominations)
    facts: Facts = {key: str(value) for key, value in dossier.facts.items()}
    agency, stamp = agency_facts(round_.definition, facts), _day(voting.closed_at)
    seats = seats_of(session, round_.id, voting)
    lines = _lines(round_.definition, nominations, sent_before(session, round_.id, version, facts))
    files = _files(session, round_.definition, [n.id or 0 for n, _result, _line in nominations])
    signers = _signers(session, [n.signed_by for n, _result, _line in nominations])
    past = past_awards(session, round_, [n for n, _result, _line in nominations])
    told = _Told(facts, signers, past, stamp)
    by_code = {n.code: n for n, _result, _line in nominations}
    return Source(
        title=round_.title,
        agency=agency,
        review=review_facts(round_.definition),
        registration=registration(
            facts.get("submission_number", ""), facts.get("submission_date", ""), stamp
        ),
        council=council_facts(session, round_, voting, seats, facts),
        minutes=registration(facts.get("minutes_number", ""), facts.get("meeting_date", ""), stamp),
        items=tuple(
            Item(
                line,
                _report(round_.definition, by_code[code], line, told),
                files.get(by_code[code].id or 0, ()),
            )
            for code, line in lines
        ),
    )


def decision_source_of(
    session: Session, round_: RoundSeen, *, codes: Sequence[str], number: str, dated: date | None
) -> DecisionSource:
    """What a decision on these nominations is made of; without number and date it is a draft to be signed."""
    voting = _closed_vote(session, round_.id)
    facts = _newest_facts(session, round_.id)
    seats = seats_of(session, round_.id, voting)
    rows = session.execute(
        _with_result(voting).where(col(Nomination.round_id) == round_.id, col(Nomination.code).in_(codes))
    ).all()
    if not rows:
        raise NotNow("Chưa có đề nghị nào để đưa vào quyết định.", rule="Trình tự xét khen thưởng")
    iso = dated.isoformat() if dated else ""
    return DecisionSource(
        agency=agency_facts(round_.definition, facts),
        review=review_facts(round_.definition),
        registration=registration(number, iso, _day(voting.closed_at)),
        council=council_facts(session, round_, voting, seats, facts),
        lines=tuple(line for _code, line in _lines(round_.definition, rows, {})),
    )


def minutes_source_of(session: Session, round_: RoundSeen) -> MinutesSource:
    """What the council's minutes are made of, whatever passed; "…" where the office has not said yet.

    Raises NotNow before a vote is over.
    """
    voting = _closed_vote(session, round_.id)
    facts = _newest_facts(session, round_.id)
    number, day = facts.get("minutes_number", ""), facts.get("meeting_date", "")
    return MinutesSource(
        agency=agency_facts(round_.definition, facts),
        review=review_facts(round_.definition),
        registration=registration(number, day, _day(voting.closed_at)),
        council=council_facts(session, round_, voting, seats_of(session, round_.id, voting), facts),
    )


def _newest_facts(session: Session, round_id: int) -> Facts:
    """What the office last said of the papers, sent or not."""
    newest = session.execute(
        select(col(Dossier.facts))
        .where(col(Dossier.round_id) == round_id)
        .order_by(col(Dossier.version).desc())
        .limit(1)
    ).scalar()
    return {key: str(value) for key, value in (newest or {}).items()}


def _closed_vote(session: Session, round_id: int) -> VotingSeen:
    voting = voting_of(session, round_id)
    if voting is None:
        raise NotNow(
            "Hội đồng chưa bỏ phiếu xong nên chưa lập được văn bản.", rule="Trình tự xét khen thưởng"
        )
    return voting


def _day(moment: datetime) -> date:
    return moment.astimezone(VIETNAM).date()


def _with_result(voting: VotingSeen) -> Any:
    return (
        select(Nomination, Result, ListLine)
        .join(
            Result,
            (col(Result.nomination_id) == col(Nomination.id)) & (col(Result.voting_id) == voting.id),
        )
        .join(
            ListLine,
            (col(ListLine.nomination_id) == col(Nomination.id)) & (col(ListLine.list_id) == voting.list_id),
        )
        .order_by(col(ListLine.position))
    )


def _in_dossier(session: Session, dossier_id: int, voting: VotingSeen) -> Sequence[Any]:
    return session.execute(
        _with_result(voting)
        .join(DossierLine, col(DossierLine.nomination_id) == col(Nomination.id))
        .where(col(DossierLine.dossier_id) == dossier_id)
    ).all()


def _demand_as_voted(session: Session, rows: Sequence[Any]) -> None:
    """What the council voted on is provably what is submitted (design §4.7)."""
    now = fingerprints(session, [nomination for nomination, _result, _line in rows])
    for nomination, _result, line in rows:
        if now[nomination.id] != line.fingerprint:
            raise Changed(
                f"Nội dung đề nghị của {nomination.nominee_name} không còn đúng như khi Hội đồng bỏ phiếu "
                "nên không lập hồ sơ trình được. Liên hệ quản trị hệ thống để kiểm tra nhật ký.",
                theirs={},
                version=0,
            )


def _lines(
    definition: Definition, rows: Sequence[Any], sent: Mapping[int, SentPaper]
) -> list[tuple[str, LineFacts]]:
    """In the order of a dossier, numbered anew for this document."""
    units = {unit.key: unit.name for unit in definition.departments}
    placed = sorted(
        rows,
        key=lambda row: place_of(
            definition, award=row[0].award_key, kind=row[0].nominee_kind, position=row[2].position
        ),
    )
    return [
        (
            nomination.code,
            LineFacts(
                order=number,
                name=nomination.nominee_name,
                is_collective=nomination.nominee_kind == "collective",
                title=nomination.nominee_title,
                unit=nomination.nominee_unit or units.get(nomination.department_key, ""),
                achievement=nomination.summary,
                award_name=definition.award(nomination.award_key).name,
                yes=result.yes,
                base=result.base,
                sent_with=sent.get(nomination.id or 0),
            ),
        )
        for number, (nomination, result, _line) in enumerate(placed, start=1)
    ]


def _files(session: Session, definition: Definition, ids: list[int]) -> dict[int, tuple[KeptFile, ...]]:
    rows = session.execute(
        select(
            col(Attachment.nomination_id),
            col(Attachment.item_key),
            col(Attachment.name),
            col(Attachment.sha256),
        )
        .where(col(Attachment.nomination_id).in_(ids), col(Attachment.removed_at).is_(None))
        .order_by(col(Attachment.id))
    ).all()
    labels = {item.key: item.label for item in definition.checklist}
    report = next((item.key for item in definition.checklist if item.kind == "file"), "")
    files: dict[int, list[KeptFile]] = {}
    for of, item, name, sha256 in rows:
        title = labels.get(item, item)
        files.setdefault(of, []).append(KeptFile(name, title[:1].upper() + title[1:], sha256, item == report))
    return {of: tuple(kept) for of, kept in files.items()}


def _signers(session: Session, ids: Sequence[int | None]) -> dict[int, _Signer]:
    rows = session.execute(
        select(col(Person.id), col(Person.name), col(Person.title)).where(
            col(Person.id).in_({each for each in ids if each is not None})
        )
    ).all()
    return {id_: _Signer(name, title) for id_, name, title in rows}


def _report(
    definition: Definition,
    nomination: Nomination,
    line: LineFacts,
    told: _Told,
) -> ReportFacts:
    confirmer = _confirmer(definition, nomination, told)
    asked = definition.questions_for(award=nomination.award_key, nominee_kind=nomination.nominee_kind)
    answers = [
        (q.label, str(nomination.facts.get(q.key) or ""), q) for q in asked if q.kind in REPORT_QUESTIONS
    ]
    sections = [("", nomination.summary), ("", nomination.achievements)]
    return ReportFacts(
        name=nomination.nominee_name,
        is_collective=nomination.nominee_kind == "collective",
        title=nomination.nominee_title,
        unit=line.unit,
        award_name=line.award_name,
        particulars=tuple((label, q.options.get(said, said)) for label, said, q in answers if said),
        duties="",
        achievements=tuple(section for section in sections if section[1]),
        past_awards=told.past.get(nomination.code, ()),
        unit_head_title=confirmer.title,
        unit_head_name=confirmer.name,
        date=_day(nomination.signed_at) if nomination.signed_at else None,
        stamp=told.stamp,
    )


def _confirmer(definition: Definition, nomination: Nomination, told: _Told) -> _Signer:
    """Who confirms a report: whom the office names, else the department's head who signed it off.

    Nobody confirms the own report, and a department's is confirmed above it: there the agency's head does.
    """
    if told.facts.get("confirmer_name"):
        return _Signer(told.facts["confirmer_name"], told.facts.get("confirmer_title", ""))
    head = definition.agency.head
    if nomination.signed_by == nomination.person_id or nomination.nominee_kind == "collective":
        return _Signer(head.name, head.title)
    return told.signers.get(nomination.signed_by or 0, _Signer("", "Trưởng phòng"))
