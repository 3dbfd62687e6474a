"""The close of a vote: quorum, tally, and what each nomination becomes by it."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlmodel import Session, SQLModel, col

from engine.access import Actor, demand_role
from engine.ballot import Choice, Council, Tally, sentence, tally
from engine.calendar import Calendar
from engine.commands import moments, windows
from engine.commands.ending import close_if_done
from engine.commands.ground import Ground, move_all, note_round, stand_on, window_of
from engine.errors import NotNow
from engine.models import Ballot, Event, ListLine, Nomination, Person, Recusal, Seat, Vote, Voting
from engine.stages import Act, Role, Stage

_RESULT = SQLModel.metadata.tables["result"]


def open_voting(session: Session, ground: Ground) -> Voting:
    """The newest vote of the round, closed or not. Raises NotNow when there has been none."""
    voting: Voting | None = (
        session.execute(
            select(Voting).where(col(Voting.round_id) == ground.round_id).order_by(col(Voting.number).desc())
        )
        .scalars()
        .first()
    )
    if voting is None:
        raise NotNow(
            "Hội đồng chưa bỏ phiếu ở đợt này.", rule="Trình tự xét khen thưởng", help_from="Văn phòng"
        )
    return voting


def lines_of(session: Session, voting: Voting) -> list[Nomination]:
    """The nominations under vote, in the order of the frozen list."""
    return list(
        session.execute(
            select(Nomination)
            .join(ListLine, col(ListLine.nomination_id) == col(Nomination.id))
            .where(col(ListLine.list_id) == voting.list_id)
            .order_by(col(ListLine.position))
        ).scalars()
    )


def count(
    session: Session, ground: Ground, voting: Voting, lines: list[Nomination] | None = None
) -> dict[int, Tally]:
    """The tally of every line as the ballots stand, by nomination id."""
    seats = session.execute(
        select(col(Seat.id), col(Seat.role), col(Ballot.sent_at))
        .outerjoin(
            Ballot,
            (col(Ballot.seat_id) == col(Seat.id)) & (col(Ballot.voting_id) == voting.id),
        )
        .where(col(Seat.round_id) == ground.round_id)
        .order_by(col(Seat.position))
    ).all()
    chair = next((id_ for id_, role, _sent in seats if role == "chair"), None)
    council = Council(tuple(id_ or 0 for id_, *_ in seats), chair)
    sent = {id_ or 0 for id_, _role, sent_at in seats if sent_at is not None}
    votes: dict[int, dict[int, Choice]] = {}
    for nomination_id, seat_id, choice in session.execute(
        select(col(Vote.nomination_id), col(Ballot.seat_id), col(Vote.choice))
        .join(Ballot, col(Ballot.id) == col(Vote.ballot_id))
        .where(col(Ballot.voting_id) == voting.id)
    ):
        votes.setdefault(nomination_id, {})[seat_id] = Choice(choice)
    away: dict[int, set[int]] = {}
    for nomination_id, seat_id in session.execute(
        select(col(Recusal.nomination_id), col(Ballot.seat_id))
        .join(Ballot, col(Ballot.id) == col(Recusal.ballot_id))
        .where(col(Ballot.voting_id) == voting.id)
    ):
        away.setdefault(nomination_id, set()).add(seat_id)
    return {
        (n.id or 0): tally(
            ground.definition.award(n.award_key).ballot.rule(),
            council,
            votes.get(n.id or 0, {}),
            away.get(n.id or 0, set()),
            sent=sent,
        )
        for n in (lines_of(session, voting) if lines is None else lines)
    }


def close_vote(session: Session, actor: Actor, key: str, *, calendar: Calendar, now: datetime) -> bool:
    """Close the vote and tally it; returns whether it is closed. Safe to repeat.

    The secretary may close when all have voted, time closes at the deadline (or as soon as all have voted,
    where the definition says so). Without a quorum nothing is decided: the vote waits for a new deadline, and
    secretary and office are told, once for each deadline.
    """
    ground = stand_on(session, key=key)
    demand_role(actor, Role.secretary, Role.time, round_key=key)
    voting = open_voting(session, ground)
    if voting.closed_at is not None:
        return True
    window = window_of(session, ground, Stage.council)
    overdue = window.due_at is not None and now >= window.due_at
    if not overdue and not _may_close_early(session, actor, ground, voting):
        return False
    lines = lines_of(session, voting)
    tallies = count(session, ground, voting, lines)
    short = next((t for t in tallies.values() if not t.quorum_met), None)
    if short is not None:
        if not overdue and actor.has(Role.time):
            return False  # who is still silent has left: the deadline will say so, or another takes the seat
        _miss_quorum(session, actor, ground, short, window.generation, now=now)
        return False
    voting.closed_at, voting.closed_by = now, actor.person_id
    voting.why_closed = "hết hạn" if overdue else "mọi thành viên đã gửi phiếu"
    window.closed_at = now
    session.add_all((voting, window))
    _settle(session, actor, ground, voting, lines=lines, tallies=tallies, now=now)
    passed = sum(t.passed for t in tallies.values())
    facts = {"why": voting.why_closed, "recommended": passed, "lines": len(tallies)}
    note_round(session, actor, ground, "vote_closed", now=now, facts=facts)
    moments.pass_over(session, ground, Stage.proposal, Stage.office, Stage.council, now=now)
    windows.open_stage(session, actor, ground, Stage.submission, calendar=calendar, now=now)
    close_if_done(session, actor, ground, now=now)
    return True


def _may_close_early(session: Session, actor: Actor, ground: Ground, voting: Voting) -> bool:
    """Whether the vote may end before its deadline. Raises NotNow to a secretary who is too early."""
    silent = session.execute(
        select(col(Ballot.id))
        .join(Seat, col(Seat.id) == col(Ballot.seat_id))
        .join(Person, col(Person.id) == col(Seat.person_id))
        # Who has left the agency meanwhile sends nothing any more, and keeps nobody waiting.
        .where(
            col(Ballot.voting_id) == voting.id, col(Ballot.sent_at).is_(None), col(Person.active).is_(True)
        )
    ).first()
    if actor.has(Role.time):
        return silent is None and ground.definition.close_when_all_voted == "at_once"
    if silent is not None:
        raise NotNow(
            "Còn thành viên chưa gửi phiếu và chưa hết hạn nên chưa kết thúc được.",
            rule="Kết thúc khi mọi thành viên đã gửi phiếu hoặc hết hạn",
            help_from="Thư ký Hội đồng",
        )
    return True


def _miss_quorum(
    session: Session, actor: Actor, ground: Ground, short: Tally, generation: int, *, now: datetime
) -> None:
    if not actor.has(Role.time):
        raise NotNow(
            f"Mới có {short.sent}/{short.seats} thành viên gửi phiếu, cần {short.quorum_needed} để kết quả "
            "có giá trị. Văn phòng có thể gia hạn bỏ phiếu, và thay thành viên đã nghỉ "
            "ở trang Thành viên Hội đồng.",
            rule="Số thành viên tối thiểu",
            help_from="Văn phòng",
        )
    said = (
        session.execute(
            select(col(Event.facts)).where(
                col(Event.round_id) == ground.round_id, col(Event.kind) == "quorum_missed"
            )
        )
        .scalars()
        .all()
    )
    if any(facts.get("generation") == generation for facts in said):
        return
    facts = {
        "sent": short.sent,
        "seats": short.seats,
        "needed": short.quorum_needed,
        "generation": generation,
    }
    note_round(session, actor, ground, "quorum_missed", now=now, facts=facts, wake=False)


def _settle(
    session: Session,
    actor: Actor,
    ground: Ground,
    voting: Voting,
    *,
    lines: list[Nomination],
    tallies: dict[int, Tally],
    now: datetime,
) -> None:
    words = {id_: sentence(result) for id_, result in tallies.items()}
    rows = [
        {
            "voting_id": voting.id,
            "nomination_id": id_,
            "yes": t.yes,
            "no": t.no,
            "abstain": t.abstain,
            "silent": t.silent,
            "recused": t.recused,
            "base": t.base,
            "needed": t.needed,
            "quorum_met": t.quorum_met,
            "passed": t.passed,
            "sentence": words[id_],
            "reason": t.reason,
        }
        for id_, t in tallies.items()
    ]
    session.execute(insert(_RESULT), rows)
    for act, passed in ((Act.recommend, True), (Act.not_recommend, False)):
        move_all(
            session,
            actor,
            ground,
            [n for n in lines if tallies[n.id or 0].passed == passed],
            act,
            now=now,
            facts=lambda n: {"result": words[n.id or 0]},
            changes=lambda n: {"reason": tallies[n.id or 0].reason},
        )
