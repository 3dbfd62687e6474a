"""What waits for a person, whatever the person's roles: the answer behind "Việc của tôi"."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from engine.access import Actor
from engine.commands.ground import pinned
from engine.models import Ballot, DepartmentReply, Event, Nomination, Seat, Voting
from engine.queries.approved import approved_in
from engine.queries.department_work import DraftWaiting, Times, drafts_of, times_of
from engine.queries.running import Due, Running, running_rounds
from engine.stages import Role, Stage, State


@dataclass(frozen=True)
class Desk:
    """Something of a round that waits at somebody's desk; `kind` says what, `count` how many."""

    kind: str
    round_key: str
    round_title: str
    count: int
    department: str
    department_name: str
    due: Due | None


@dataclass(frozen=True)
class Work:
    """Everything that waits for one person, and the last thing that person did."""

    desks: tuple[Desk, ...]
    drafts: tuple[DraftWaiting, ...]
    last_kind: str
    last_at: datetime | None

    @property
    def nothing(self) -> bool:
        return not (self.desks or self.drafts)


def work_of(session: Session, actor: Actor, *, now: datetime) -> Work:
    """What waits for `actor`; at most ten queries whatever there is."""
    running = running_rounds(session)
    counts, times = _counts(session, running), times_of(session, actor, running)
    desks = [
        *_of_department(session, actor, running, counts, times, now=now),
        *_of_office(session, actor, running, counts),
        *_of_head(actor, running, counts),
        *_ballots(session, actor, running),
    ]
    last = session.execute(
        select(Event.kind, Event.at)
        .where(Event.actor_id == actor.person_id, col(Event.kind).not_in(["signed_in", "sign_in_asked"]))
        .order_by(col(Event.id).desc())
        .limit(1)
    ).one_or_none()
    return Work(
        desks=tuple(desks),
        drafts=drafts_of(session, actor, running, times, now=now),
        last_kind=last[0] if last else "",
        last_at=last[1] if last else None,
    )


Counts = dict[tuple[int, str, State], int]


def _counts(session: Session, running: dict[int, Running]) -> Counts:
    rows = session.execute(
        select(Nomination.round_id, Nomination.department_key, Nomination.state, func.count())
        .where(col(Nomination.round_id).in_(running))
        .group_by(col(Nomination.round_id), col(Nomination.department_key), col(Nomination.state))
    ).all()
    return {(round_id, department, State(state)): n for round_id, department, state, n in rows}


def _of_department(
    session: Session,
    actor: Actor,
    running: dict[int, Running],
    counts: Counts,
    times: Times,
    *,
    now: datetime,
) -> list[Desk]:
    """Batches waiting for a signature; rounds a department has not answered yet."""
    departments = actor.departments()
    if not departments:
        return []
    replied = {
        (r, d)
        for r, d in session.exec(
            select(DepartmentReply.round_id, DepartmentReply.department_key).where(
                col(DepartmentReply.round_id).in_(running)
            )
        ).all()
    }
    desks = []
    for round_ in running.values():
        for department in pinned(session, round_.definition_hash).departments:
            key = department.key
            if key not in departments or round_.stage not in {Stage.proposal, Stage.office}:
                continue
            due = times.of(round_, key)
            has = {state: counts.get((round_.id, key, state), 0) for state in State}
            waiting = has[State.ready]
            if waiting and actor.has(Role.department_head, key):
                until = times.to_sign(round_, key)
                desks.append(Desk("sign", round_.key, round_.title, waiting, key, department.name, until))
            if due and now < due.at and (round_.id, key) not in replied and not any(has.values()):
                desks.append(Desk("propose", round_.key, round_.title, 0, key, department.name, due))
    return desks


def _of_office(session: Session, actor: Actor, running: dict[int, Running], counts: Counts) -> list[Desk]:
    if not actor.has(Role.office):
        return []
    wanted = {
        State.proposed: ("check", {Stage.proposal, Stage.office}),
        State.held: ("held", {Stage.proposal, Stage.office}),
        State.accepted: ("compile", {Stage.office}),
        State.listed: ("voting", {Stage.office, Stage.council}),
        State.completion: ("complete", {Stage.submission}),
        State.submitted: ("answers", {Stage.submission}),
        State.received: ("answers", {Stage.submission}),
    }
    tally: dict[tuple[int, str], int] = {}
    for (round_id, _department, state), n in counts.items():
        kind, stages = wanted.get(state, ("", set()))
        if state == State.held and running[round_id].stage == Stage.submission:
            kind, stages = "left_out", {Stage.submission}  # no list took it up; the round waits for a word
        if kind and running[round_id].stage in stages:
            tally[round_id, kind] = tally.get((round_id, kind), 0) + n
    for round_id in {of for of, _department, state in counts if state == State.approved}:
        found = approved_in(session, round_id, pinned(session, running[round_id].definition_hash))
        tally |= {(round_id, "decide"): found.to_decide, (round_id, "send"): found.to_send}
    return [_desk(kind, running[round_id], n) for (round_id, kind), n in sorted(tally.items()) if n]


def _of_head(actor: Actor, running: dict[int, Running], counts: Counts) -> list[Desk]:
    if not actor.has(Role.head):
        return []
    tally: dict[int, int] = {}
    for (round_id, _department, state), n in counts.items():
        if state == State.recommended and running[round_id].stage == Stage.submission:
            tally[round_id] = tally.get(round_id, 0) + n
    return [_desk("consider", running[round_id], n) for round_id, n in sorted(tally.items())]


def _ballots(session: Session, actor: Actor, running: dict[int, Running]) -> list[Desk]:
    """Open votes in which my ballot is not sent yet."""
    rows = session.exec(
        select(Voting.round_id)
        .join(Ballot, col(Ballot.voting_id) == Voting.id)
        .join(Seat, col(Seat.id) == Ballot.seat_id)
        .where(
            Seat.person_id == actor.person_id,
            col(Voting.closed_at).is_(None),
            col(Ballot.sent_at).is_(None),
        )
    ).all()
    return [_desk("vote", running[round_id], 1) for round_id in rows if round_id in running]


def _desk(kind: str, round_: Running, count: int) -> Desk:
    return Desk(kind, round_.key, round_.title, count, "", "", round_.due)
