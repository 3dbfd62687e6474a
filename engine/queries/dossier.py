"""The office's dossier workshop: what goes in, what is missing and where it is put right, what has left."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col

from engine.definition import Definition, Item
from engine.dossier.required import RequiredItem, missing_items
from engine.errors import NotFound
from engine.models import Attachment, Check, Dossier, Nomination, Round
from engine.queries.dossier_facts import (
    CIRCULATED,
    MEETING,
    Facts,
    SeatSeen,
    VotingSeen,
    present_ids,
    seats_of,
    voting_of,
)
from engine.queries.rounds import RoundSeen
from engine.stages import Stage, State

LAW = "Luật Thi đua, khen thưởng, Điều 84 khoản 2"


@dataclass(frozen=True)
class Version:
    """One version of the dossier as the record has it."""

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
    received_at: datetime | None


@dataclass(frozen=True)
class Going:
    """A nomination that goes into the next dossier."""

    id: int
    code: str
    name: str
    kind: str
    award_key: str
    award: str
    state: State


@dataclass(frozen=True)
class Gap:
    """Something missing, in a sentence, with the address where it is put right."""

    sentence: str
    href: str


@dataclass(frozen=True)
class Workshop:
    """Everything the page shows. `draft` is the version being filled, None before the first save."""

    voting: VotingSeen | None
    going: tuple[Going, ...]
    draft: Version | None
    sent: tuple[Version, ...]
    facts: Facts
    seats: tuple[SeatSeen, ...]
    present: frozenset[int]
    gaps: tuple[Gap, ...]

    @property
    def next_version(self) -> int:
        return self.draft.version if self.draft else len(self.sent) + 1


@dataclass(frozen=True)
class Archive:
    """A sealed archive: the SHA-256 it is kept under, its size in bytes, the name it is sent under."""

    sha256: str
    size: int
    name: str


def workshop_of(session: Session, round_: RoundSeen) -> Workshop:
    """The workshop of a round; seven queries whatever the number of nominations."""
    versions = versions_of(session, round_.id)
    draft = next((each for each in versions if each.state == "draft"), None)
    sent = tuple(each for each in versions if each.state != "draft")
    voting = voting_of(session, round_.id)
    seats = seats_of(session, round_.id, voting)
    going = _going(session, round_)
    facts: Facts = draft.facts if draft else (sent[0].facts if sent else {})
    return Workshop(
        voting=voting,
        going=going,
        draft=draft,
        sent=sent,
        facts=facts,
        seats=seats,
        present=frozenset(present_ids(facts, seats)),
        gaps=_gaps(session, round_.definition, going, facts) if going else (),
    )


def versions_of(session: Session, round_id: int) -> tuple[Version, ...]:
    """Every version of a round's dossier, newest first."""
    rows = session.scalars(
        select(Dossier).where(col(Dossier.round_id) == round_id).order_by(col(Dossier.version).desc())
    ).all()
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
            received_at=row.received_at,
        )
        for row in rows
    )


def version_of(session: Session, round_id: int, version: int) -> Version:
    """One version that has an archive. Raises NotFound."""
    for each in versions_of(session, round_id):
        if each.version == version and each.sha256:
            return each
    raise NotFound("Chưa có bộ hồ sơ này, hoặc bộ hồ sơ đang được lập lại.", help_from="Văn phòng")


def archive_name(round_key: str, version: int) -> str:
    """The name an archive is downloaded and mailed under: "ho-so-ntm-2025-tong-ket-v1.zip"."""
    return f"ho-so-{round_key}-v{version}.zip"


def archive_for(session: Session, dossier: Dossier) -> Archive:
    """What the letter to Sở Nội vụ attaches: the sealed archive of `dossier`. Raises NotFound unsealed."""
    if not dossier.sha256:
        raise NotFound("Bộ hồ sơ chưa được tạo.", help_from="Văn phòng")
    key = session.execute(select(col(Round.key)).where(col(Round.id) == dossier.round_id)).scalar_one()
    return Archive(dossier.sha256, dossier.size, archive_name(key, dossier.version))


def _going(session: Session, round_: RoundSeen) -> tuple[Going, ...]:
    """Provincial awards the head agreed to, and those returned for completion."""
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
        )
        .where(
            col(Nomination.round_id) == round_.id,
            col(Nomination.state).in_([State.approved.value, State.completion.value]),
        )
        .order_by(col(Nomination.award_key), col(Nomination.nominee_kind), col(Nomination.id))
    ).all()
    awards = {award.key: award for award in round_.definition.awards}
    return tuple(
        Going(id_, code, name, kind, award, awards[award].name, State(state))
        for id_, code, name, kind, award, state in rows
        if awards[award].level == "province"
    )


def _gaps(
    session: Session, definition: Definition, going: tuple[Going, ...], facts: Facts
) -> tuple[Gap, ...]:
    ids = [each.id for each in going]
    present = {
        *(f"file:{of}:{item}" for of, item in session.execute(
            select(col(Attachment.nomination_id), col(Attachment.item_key)).where(
                col(Attachment.nomination_id).in_(ids), col(Attachment.removed_at).is_(None)
            )
        ).all()),
        *(f"confirm:{of}:{item}" for of, item in session.execute(
            select(col(Check.nomination_id), col(Check.item_key)).where(col(Check.nomination_id).in_(ids))
        ).all()),
        *(f"fact:{name}" for name, value in facts.items() if value),
    }  # fmt: skip
    required = [*_papers_of(definition, going), *_facts_of(facts)]
    return tuple(Gap(each.sentence, _href(each.item, going)) for each in missing_items(required, present))


def _papers_of(definition: Definition, going: Iterable[Going]) -> Iterator[RequiredItem]:
    for each in going:
        for item in definition.items_for(award=each.award_key, nominee_kind=each.kind):
            if item.required:
                yield RequiredItem(
                    key=f"{item.kind}:{each.id}:{item.key}",
                    what=item.label if item.kind == "file" else f"xác nhận “{item.label}”",
                    subject=each.name,
                    where="trang của đề nghị",
                    rule=_rule(item),
                )


def _rule(item: Item) -> str:
    return item.source if item.confidence != "C" else ""


def _facts_of(facts: Facts) -> Iterator[RequiredItem]:
    yield RequiredItem("fact:submission_number", "số tờ trình", "mục Tờ trình", rule=LAW)
    yield RequiredItem("fact:submission_date", "ngày tờ trình", "mục Tờ trình", rule=LAW)
    yield RequiredItem("fact:minutes_number", "số biên bản của Hội đồng", "mục Biên bản", rule=LAW)
    way = facts.get("meeting_way", "")
    if way not in {MEETING, CIRCULATED}:
        yield RequiredItem("fact:meeting_way", "cách Hội đồng làm việc (họp hay lấy ý kiến)", "mục Biên bản")
    if way == MEETING:
        yield RequiredItem("fact:meeting_date", "ngày họp Hội đồng", "mục Biên bản")
        yield RequiredItem("fact:meeting_start", "giờ bắt đầu họp", "mục Biên bản")
        yield RequiredItem("fact:meeting_end", "giờ kết thúc họp", "mục Biên bản")
        yield RequiredItem("fact:meeting_place", "địa điểm họp", "mục Biên bản")
        yield RequiredItem("fact:present", "thành viên có mặt", "mục Biên bản")


def _href(item: RequiredItem, going: Iterable[Going]) -> str:
    kind, _, rest = item.key.partition(":")
    if kind == "fact":
        return "#" + {"submission_date": "submission_date_day", "meeting_date": "meeting_date_day"}.get(
            rest, rest
        )
    codes = {str(each.id): each.code for each in going}
    return f"/de-nghi/{codes[rest.partition(':')[0]]}"
