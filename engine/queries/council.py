"""The council's ballot as one seat sees it: the frozen list, and what was chosen.

`scope` is what a browser's session may touch: empty for staff, the id of one vote for a ballot's session.
Whoever holds no seat, or comes with the ballot of another vote, is told the same as for no such ballot.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from engine.access import Actor
from engine.calendar import Deadline
from engine.commands.ground import pinned
from engine.definition import Definition
from engine.errors import NotFound
from engine.models import (
    Attachment,
    Ballot,
    ListLine,
    Nomination,
    Recusal,
    Round,
    Seat,
    StageWindow,
    Vote,
    Voting,
)
from engine.stages import Stage


@dataclass(frozen=True)
class Paper:
    """One ballot in one vote, without its lines. `due` is None only if the deadline was never set."""

    round_key: str
    round_title: str
    council: str
    definition: Definition
    voting_id: int
    list_id: int
    list_hash: str
    seat_role: str
    ballot_id: int
    draft: dict[str, str]
    sent_at: datetime | None
    times_sent: int
    receipt: str
    due: Deadline | None
    closed_at: datetime | None

    def open_at(self, now: datetime) -> bool:
        """Whether choices may still be saved and sent at `now`."""
        return self.closed_at is None and self.due is not None and not self.due.passed(now)


@dataclass(frozen=True)
class File:
    """A file of a nomination; `item` is the checklist's word for it."""

    id: int
    item: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True)
class Line:
    """One nomination on the ballot. `choice` is what the draft holds, `sent` what the last ballot said."""

    position: int
    code: str
    name: str
    place: str
    award: str
    summary: str
    own: bool
    choice: str
    sent: str
    report: File | None


# Built once: building a statement costs more than running it.
_PAPER = (
    select(
        col(Round.key),
        col(Round.title),
        col(Round.definition_hash),
        col(Voting.id),
        col(Voting.list_id),
        col(Voting.list_hash),
        col(Voting.closed_at),
        col(Seat.role),
        col(Ballot.id),
        col(Ballot.draft),
        col(Ballot.sent_at),
        col(Ballot.times_sent),
        col(Ballot.receipt),
        col(StageWindow.due_at),
        col(StageWindow.explanation),
    )
    .join(Voting, col(Voting.round_id) == col(Round.id))
    .join(Seat, (col(Seat.round_id) == col(Round.id)) & (col(Seat.person_id) == bindparam("person")))
    .join(Ballot, (col(Ballot.voting_id) == col(Voting.id)) & (col(Ballot.seat_id) == col(Seat.id)))
    .join(
        StageWindow,
        (col(StageWindow.round_id) == col(Round.id)) & (col(StageWindow.stage) == Stage.council.value),
    )
    .where(col(Round.key) == bindparam("key"))
    .order_by(col(Voting.number).desc())
    .limit(1)
)


def paper_of(session: Session, actor: Actor, key: str, scope: str) -> Paper:
    """The actor's ballot in the newest vote of a round. Raises NotFound."""
    row = session.execute(_PAPER, {"person": actor.person_id, "key": key}).first()
    if row is None or (scope and scope != str(row[3])):
        raise NotFound(
            "Không tìm thấy phiếu này, hoặc ông/bà không phải thành viên Hội đồng của đợt xét.",
            help_from="Thư ký Hội đồng",
        )
    definition = pinned(session, row[2])
    return Paper(
        round_key=row[0],
        round_title=row[1],
        council=definition.council.name,
        definition=definition,
        voting_id=row[3],
        list_id=row[4],
        list_hash=row[5],
        closed_at=row[6],
        seat_role=row[7],
        ballot_id=row[8],
        draft=row[9],
        sent_at=row[10],
        times_sent=row[11],
        receipt=row[12],
        due=Deadline.stored(row[13], row[14]) if row[13] else None,
    )


def lines_of(session: Session, paper: Paper) -> tuple[Line, ...]:
    """The lines of a ballot in the order of the frozen list; three queries whatever their number."""
    rows = session.execute(
        select(
            col(Nomination.id),
            col(ListLine.position),
            col(Nomination.code),
            col(Nomination.nominee_name),
            col(Nomination.nominee_title),
            col(Nomination.nominee_unit),
            col(Nomination.department_key),
            col(Nomination.award_key),
            col(Nomination.summary),
            col(Recusal.ballot_id).label("recused"),
        )
        .join(ListLine, col(ListLine.nomination_id) == col(Nomination.id))
        .outerjoin(
            Recusal,
            (col(Recusal.nomination_id) == col(Nomination.id)) & (col(Recusal.ballot_id) == paper.ballot_id),
        )
        .where(col(ListLine.list_id) == paper.list_id)
        .order_by(col(ListLine.position))
    ).all()
    sent = _sent(session, paper)
    reports = _reports(session, paper)
    awards = {award.key: award.name for award in paper.definition.awards}
    units = {unit.key: unit.name for unit in paper.definition.departments}
    return tuple(
        Line(
            position=row.position,
            code=row.code,
            name=row.nominee_name,
            place=place_of(row.nominee_title, row.nominee_unit, units.get(row.department_key, "")),
            award=awards[row.award_key],
            summary=row.summary,
            own=row.recused is not None,
            choice=paper.draft.get(row.code, ""),
            sent=sent.get(row.id, ""),
            report=reports.get(row.id),
        )
        for row in rows
    )


def place_of(title: str, unit: str, department: str) -> str:
    """Where somebody works, in one line: "Chuyên viên, Phòng Chính sách Dân tộc"."""
    return ", ".join(part for part in (title, unit or department) if part)


def _sent(session: Session, paper: Paper) -> dict[int, str]:
    if paper.sent_at is None:
        return {}
    rows = session.execute(
        select(col(Vote.nomination_id), col(Vote.choice)).where(col(Vote.ballot_id) == paper.ballot_id)
    ).all()
    return {nomination: choice for nomination, choice in rows}  # noqa: C416 — rows are no tuples to mypy


def _reports(session: Session, paper: Paper) -> dict[int, File]:
    """The first file of each nomination: its report, when the checklist asks for one first."""
    wanted = next((item.key for item in paper.definition.checklist if item.kind == "file"), "")
    rows = session.execute(
        select(
            col(Attachment.nomination_id),
            col(Attachment.id),
            col(Attachment.name),
            col(Attachment.media_type),
            col(Attachment.size),
        )
        .join(ListLine, col(ListLine.nomination_id) == col(Attachment.nomination_id))
        .where(
            col(ListLine.list_id) == paper.list_id,
            col(Attachment.item_key) == wanted,
            col(Attachment.removed_at).is_(None),
        )
        .order_by(col(Attachment.id).desc())
    ).all()
    return {of: File(id_, "", name, media_type, size) for of, id_, name, media_type, size in rows}
