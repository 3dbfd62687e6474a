"""The vote before it is opened: the ballot as members will see it, the seats, the quorum award by award."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from engine.ballot import (
    BallotRule,
    Comparator,
    Council,
    quorum_needed,
    quorum_possible,
    share_words,
    votes_needed,
)
from engine.models import ListLine, Nomination, NominationList, Person, Seat, Voting
from engine.queries.office import RoundAt
from engine.recusal import is_own


@dataclass(frozen=True)
class SeatAt:
    """A council seat and whether a letter can reach it; `own` are awards it is nominated for itself."""

    person_id: int
    name: str
    title: str
    role: str
    email: str
    phone: str
    active: bool
    reachable: bool
    own: tuple[str, ...]


@dataclass(frozen=True)
class QuorumCheck:
    """Whether enough seats can be reached to vote on one award, in words."""

    award_key: str
    award: str
    possible: bool
    quorum: str
    threshold: str


@dataclass(frozen=True)
class PreviewLine:
    """A line as the ballot will show it."""

    position: int
    name: str
    kind: str
    title: str
    unit: str
    award_key: str


@dataclass(frozen=True)
class Preview:
    """What the council will get when the vote opens."""

    list_state: str
    version: int
    hash: str
    lines: tuple[PreviewLine, ...]
    seats: tuple[SeatAt, ...]
    checks: tuple[QuorumCheck, ...]
    open: bool

    @property
    def possible(self) -> bool:
        return all(check.possible for check in self.checks)


def preview(session: Session, at: RoundAt) -> Preview:
    """The ballot, the seats and the quorum per award before the vote is opened."""
    newest = session.execute(
        select(
            col(NominationList.id),
            col(NominationList.state),
            col(NominationList.version),
            col(NominationList.hash),
        )
        .where(col(NominationList.round_id) == at.id)
        .order_by(col(NominationList.version).desc())
        .limit(1)
    ).one_or_none()
    list_id, state, version, hash_ = newest or (0, "", 0, "")
    rows = session.execute(
        select(
            col(ListLine.position),
            col(Nomination.nominee_name),
            col(Nomination.nominee_kind),
            col(Nomination.nominee_title),
            col(Nomination.nominee_unit),
            col(Nomination.award_key),
            col(Nomination.person_id),
        )
        .join(Nomination, col(Nomination.id) == col(ListLine.nomination_id))
        .where(col(ListLine.list_id) == list_id)
        .order_by(col(ListLine.position))
    ).all()
    seats = seats_of(session, at, rows)
    opened = session.execute(select(col(Voting.id)).where(col(Voting.round_id) == at.id).limit(1)).first()
    return Preview(
        list_state=state,
        version=version,
        hash=hash_,
        lines=tuple(PreviewLine(*row[:-1]) for row in rows),
        seats=seats,
        checks=quorum_checks(at, seats),
        open=opened is not None,
    )


def seats_of(session: Session, at: RoundAt, nominees: Sequence[Any]) -> tuple[SeatAt, ...]:
    """The council of a round in its order; `nominees` are rows of what is on the list."""
    rows = session.execute(
        select(
            col(Person.id),
            col(Person.name),
            col(Person.title),
            col(Seat.role),
            func.coalesce(col(Person.email), ""),
            col(Person.phone),
            col(Person.active),
        )
        .join(Seat, col(Seat.person_id) == col(Person.id))
        .where(col(Seat.round_id) == at.id)
        .order_by(col(Seat.position))
    ).all()
    return tuple(
        SeatAt(
            id_ or 0,
            name,
            title,
            role,
            email,
            phone,
            active,
            bool(email and active),
            tuple(
                at.definition.award(row.award_key).name
                for row in nominees
                if is_own(row, person_id=id_, name=name)
            ),
        )
        for id_, name, title, role, email, phone, active in rows
    )


def quorum_checks(at: RoundAt, seats: tuple[SeatAt, ...]) -> tuple[QuorumCheck, ...]:
    """For each award: how many ballots make the vote valid, how many yes-votes pass it."""
    if not seats:
        return ()
    council = Council(tuple(seat.person_id for seat in seats))
    reached = {seat.person_id for seat in seats if seat.reachable}
    checks = []
    for award in at.definition.awards:
        rule = award.ballot.rule()
        needed = quorum_needed(rule, len(seats))
        checks.append(
            QuorumCheck(
                award_key=award.key,
                award=award.name,
                possible=quorum_possible(rule, council, reached),
                quorum=f"cần ít nhất {needed}/{len(seats)} thành viên gửi phiếu "
                f"({share_words(rule.quorum)} số thành viên); {len(reached)} người nhận được thư",
                threshold=_threshold(rule, len(seats)),
            )
        )
    return tuple(checks)


_OF_WHAT = {
    "all_seats": "tổng số thành viên",
    "cast": "số thành viên đã gửi phiếu",
    "valid": "tổng số phiếu đồng ý và không đồng ý",
}


def _threshold(rule: BallotRule, seats: int) -> str:
    more = "hơn " if rule.comparator == Comparator.more_than else ""
    words = f"{more}{share_words(rule.threshold)} trên {_OF_WHAT[rule.denominator]}"
    if rule.denominator == "all_seats":
        words = f"cần {votes_needed(rule, seats)}/{seats} đồng ý — {words}"
    return f"{words}; Chủ tịch Hội đồng phải đồng ý" if rule.chair_must_agree else words
