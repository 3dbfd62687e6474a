"""The office's dossier workshop: what goes in, what is missing and where it is put right, what has left."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from engine.commands.preparing import carried, facts_mark
from engine.errors import NotFound
from engine.models import Dossier, Event, ListLine, Message, Nomination
from engine.queries.answers import Receipt, receipts_of
from engine.queries.dossier_facts import (
    Facts,
    SeatSeen,
    VotingSeen,
    present_ids,
    seats_of,
    voting_of,
)
from engine.queries.dossier_founding import founding_open
from engine.queries.dossier_gate import Asked, Gap, Going, gaps_of, minutes_gaps
from engine.queries.dossier_lines import place_of
from engine.queries.dossier_returns import Returned, returned_lines
from engine.queries.rounds import RoundSeen
from engine.queries.submission import Rest, lines_of, rest_of
from engine.stages import Stage, State


@dataclass(frozen=True)
class Letter:
    """What became of the letter that carries a version: `state` of the message, its `outcome` in words."""

    state: str
    outcome: str


@dataclass(frozen=True)
class Version:
    """One version of the dossier as the record has it; `letter` once it is written, if it goes by mail;
    `receipt` once Sở Nội vụ is said to have received it.
    """

    version: int
    state: str
    number: str
    dated: date | None
    facts: Facts
    sha256: str
    size: int
    channel: str
    channel_number: str
    recipient: str
    built_at: datetime | None
    sent_at: datetime | None
    letter: Letter | None
    receipt: Receipt | None


@dataclass(frozen=True)
class Workshop:
    """Everything the page shows. `draft` is the version being filled, None before the first save;
    `founding_open`: the definition leaves number and date of the council's founding to the office;
    `returned`: those of `going` that came back, and what was added since; `seen`: the mark of `facts`;
    `rest`: where the other awards stand, looked up only where nothing goes or went to the province.
    """

    voting: VotingSeen | None
    going: tuple[Going, ...]
    draft: Version | None
    sent: tuple[Version, ...]
    facts: Facts
    seats: tuple[SeatSeen, ...]
    present: frozenset[int]
    gaps: tuple[Gap, ...]
    founding_open: bool
    returned: tuple[Returned, ...]
    seen: str
    rest: Rest | None

    @property
    def minutes_alone(self) -> bool:
        """After a vote, where no dossier takes the council's minutes along: they are made by themselves."""
        return bool(self.voting) and not self.going and not self.sent

    @property
    def next_version(self) -> int:
        return self.draft.version if self.draft else len(self.sent) + 1


def workshop_of(session: Session, round_: RoundSeen) -> Workshop:
    """The workshop of a round; sixteen queries at most, whatever the number of nominations."""
    versions = versions_of(session, round_.id)
    draft = next((each for each in versions if each.state == "draft"), None)
    sent = tuple(each for each in versions if each.state != "draft")
    voting = voting_of(session, round_.id)
    seats = seats_of(session, round_.id, voting)
    going = _going(session, round_, voting)
    facts: Facts = draft.facts if draft else (carried(sent[0].facts) if sent else {})
    returned = returned_lines(session, round_.id, facts)
    asked = Asked(round_.id, going, facts, seats, voting, returned)
    nothing_goes = voting is not None and not going and not sent
    return Workshop(
        voting=voting,
        going=going,
        draft=draft,
        sent=sent,
        facts=facts,
        seats=seats,
        present=frozenset(present_ids(facts, seats)),
        gaps=_gaps(session, round_, asked) if going or nothing_goes else (),
        founding_open=founding_open(round_.definition),
        returned=returned,
        seen=facts_mark(session, round_.id, draft.version if draft else len(sent) + 1),
        rest=rest_of(lines_of(session, round_)) if nothing_goes else None,
    )


def _gaps(session: Session, round_: RoundSeen, asked: Asked) -> tuple[Gap, ...]:
    if asked.going:
        return gaps_of(session, round_.definition, asked)
    return minutes_gaps(session, round_.definition, replace(asked, facts=carried(asked.facts)))


def versions_of(session: Session, round_id: int) -> tuple[Version, ...]:
    """Every version of a round's dossier, newest first."""
    rows = session.scalars(
        select(Dossier).where(col(Dossier.round_id) == round_id).order_by(col(Dossier.version).desc())
    ).all()
    letters, receipts = _letters_of(session, round_id), receipts_of(session, round_id)
    return tuple(
        Version(
            version=row.version,
            state=row.state,
            number=row.document_number,
            dated=row.document_date,
            facts={key: str(value) for key, value in row.facts.items()},
            sha256=row.sha256,
            size=row.size,
            channel=row.channel,
            channel_number=row.channel_number,
            recipient=row.recipient,
            built_at=row.built_at,
            sent_at=row.sent_at,
            letter=letters.get(row.version),
            receipt=receipts.get(row.version),
        )
        for row in rows
    )


def _letters_of(session: Session, round_id: int) -> dict[int, Letter]:
    """Letters to Sở Nội vụ by the version they carry."""
    rows = session.execute(
        select(col(Event.facts), col(Message.state), col(Message.outcome))
        .join(Event, col(Event.id) == col(Message.event_id))
        .where(
            col(Event.round_id) == round_id, col(Event.kind) == "dossier_sent", col(Message.state) != "silent"
        )
    ).all()
    return {facts["version"]: Letter(state, outcome) for facts, state, outcome in rows}


def version_of(session: Session, round_id: int, version: int) -> Version:
    """One version that has an archive. Raises NotFound."""
    for each in versions_of(session, round_id):
        if each.version == version and each.sha256:
            return each
    raise NotFound("Chưa có bộ hồ sơ này, hoặc bộ hồ sơ đang được lập lại.", help_from="Văn phòng")


def archive_name(round_key: str, version: int) -> str:
    """The name an archive is downloaded and mailed under: "ho-so-ntm-2025-tong-ket-v1.zip"."""
    return f"ho-so-{round_key}-v{version}.zip"


def _going(session: Session, round_: RoundSeen, voting: VotingSeen | None) -> tuple[Going, ...]:
    """Provincial awards the head agreed to, and those returned for completion, in the dossier's order."""
    if round_.stage != Stage.submission:
        return ()
    rows = session.execute(
        select(
            col(Nomination.id),
            col(Nomination.code),
            col(Nomination.nominee_name),
            col(Nomination.nominee_kind),
            col(Nomination.award_key),
            col(Nomination.state),
            func.coalesce(col(ListLine.position), 0),
        )
        .outerjoin(
            ListLine,
            (col(ListLine.nomination_id) == col(Nomination.id))
            & (col(ListLine.list_id) == (voting.list_id if voting else 0)),
        )
        .where(
            col(Nomination.round_id) == round_.id,
            col(Nomination.state).in_([State.approved.value, State.completion.value]),
        )
        .order_by(col(Nomination.id))
    ).all()
    placed = sorted(
        rows,
        key=lambda row: place_of(round_.definition, award=row[4], kind=row[3], position=row[6]),
    )
    awards = {award.key: award for award in round_.definition.awards}
    return tuple(
        Going(id_, code, name, kind, award, awards[award].name, State(state))
        for id_, code, name, kind, award, state, _position in placed
        if awards[award].level == "province"
    )
