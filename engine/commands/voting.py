"""The office puts the frozen list to the vote: one ballot and one personal link for every seat."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlmodel import Session, SQLModel, col

from engine.access import Actor, demand_role
from engine.ballot import BallotRule, Council, TieRule, quorum_possible
from engine.calendar import Calendar
from engine.commands import linking, moments, windows
from engine.commands.ground import Ground, stand_on, window_of
from engine.commands.listing import list_in, unlisted
from engine.commands.unsigned import lapse_unsigned, refuse_on_leave, refuse_unfinished
from engine.errors import Incomplete, NotNow
from engine.links import Keys
from engine.models import Ballot, ListLine, Nomination, NominationList, Person, Seat, Voting
from engine.recusal import is_own
from engine.stages import Role, Stage, State

_BALLOT, _RECUSAL = (SQLModel.metadata.tables[name] for name in ("ballot", "recusal"))


def open_vote(
    session: Session, actor: Actor, key: str, *, keys: Keys, calendar: Calendar, now: datetime
) -> Voting:
    """Open the council's vote on the frozen list; every seat gets a link by letter. Safe to repeat.

    Asks once more what the freeze asked: whatever is alive outside the list by now would hang for ever.
    """
    demand_role(actor, Role.office)
    ground = stand_on(session, key=key)
    running: Voting | None = session.execute(
        select(Voting).where(col(Voting.round_id) == ground.round_id, col(Voting.closed_at).is_(None))
    ).scalar_one_or_none()
    if running is not None:
        return running
    if ground.stage != Stage.office:
        raise NotNow(
            "Đợt xét không ở giai đoạn tổng hợp nên không mở bỏ phiếu được.", rule="Trình tự xét khen thưởng"
        )
    frozen = list_in(session, ground, "frozen")
    seats = _seats_that_can_vote(session, ground, frozen)
    outside = unlisted(session, ground)
    _refuse_outside(outside)
    refuse_unfinished(outside, now=now)
    refuse_on_leave(session, ground, now=now)
    lapse_unsigned(session, actor, ground, outside, now=now)
    voting = Voting(round_id=ground.round_id, list_id=frozen.id or 0, list_hash=frozen.hash, opened_at=now)
    session.add(voting)
    window = window_of(session, ground, Stage.office)
    window.closed_at = now
    session.add(window)
    session.flush()
    session.execute(
        insert(_BALLOT),
        [
            {
                "voting_id": voting.id,
                "seat_id": seat,
                "draft": {},
                "times_sent": 0,
                "receipt": "",
            }
            for seat in seats
        ],
    )
    recuse(session, voting)
    moments.pass_over(session, ground, Stage.proposal, Stage.office, now=now)
    linking.issue_ballot_links(session, keys, voting_id=voting.id or 0, persons=list(seats.values()), now=now)
    windows.open_stage(session, actor, ground, Stage.council, calendar=calendar, now=now)
    return voting


def recuse(session: Session, voting: Voting, ballot_id: int | None = None) -> None:
    """Settle who may not vote on which line: a name put right later must not turn a ballot that came.

    For all ballots of the vote, or for the one whose seat changes hands.
    """
    nominees = session.execute(
        select(
            col(Nomination.id),
            col(Nomination.person_id),
            col(Nomination.nominee_kind),
            col(Nomination.nominee_name),
        )
        .join(ListLine, col(ListLine.nomination_id) == col(Nomination.id))
        .where(col(ListLine.list_id) == voting.list_id)
    ).all()
    seats = session.execute(
        select(col(Ballot.id), col(Person.id), col(Person.name))
        .join(Seat, col(Seat.id) == col(Ballot.seat_id))
        .join(Person, col(Person.id) == col(Seat.person_id))
        .where(col(Ballot.voting_id) == voting.id, *([col(Ballot.id) == ballot_id] if ballot_id else []))
    ).all()
    own = [
        {"ballot_id": ballot, "nomination_id": nominee.id}
        for ballot, person, name in seats
        for nominee in nominees
        if is_own(nominee, person_id=person, name=name)
    ]
    if own:
        session.execute(insert(_RECUSAL), own)


def _refuse_outside(nominations: Sequence[Nomination]) -> None:
    """What is accepted but not on the list needs a new list."""
    accepted = [n.nominee_name for n in nominations if n.state == State.accepted]
    if accepted:
        raise Incomplete(
            {
                "list": f"Đã chấp nhận nhưng không có trong danh sách đã chốt: {', '.join(accepted)}. "
                "Mở chốt, lập lại, công khai rồi chốt danh sách."
            },
            rule="Danh sách đã chốt là danh sách lấy phiếu",
        )


def _seats_that_can_vote(session: Session, ground: Ground, frozen: NominationList) -> dict[int, int]:
    """Seat → person, in order. Raises Incomplete when the rules of an award on the list cannot be met."""
    seats = session.execute(
        select(col(Seat.id), col(Seat.role), col(Person.id), col(Person.email), col(Person.active))
        .join(Person, col(Person.id) == col(Seat.person_id))
        .where(col(Seat.round_id) == ground.round_id)
        .order_by(col(Seat.position))
    ).all()
    if not seats:
        raise Incomplete({"council": "Đợt xét chưa có Hội đồng."}, rule="Thành phần Hội đồng")
    chair = next((seat for seat, role, *_ in seats if role == "chair"), None)
    council = Council(tuple(seat or 0 for seat, *_ in seats), chair)
    reachable = {seat or 0 for seat, _role, _person, email, active in seats if email and active}
    listed = set(
        session.execute(
            select(col(Nomination.award_key))
            .join(ListLine, col(ListLine.nomination_id) == col(Nomination.id))
            .where(col(ListLine.list_id) == frozen.id)
            .distinct()
        ).scalars()
    )
    for award in ground.definition.awards:
        if award.key not in listed:
            continue
        rule = award.ballot.rule()
        if chair is None and _needs_chair(rule):
            raise Incomplete(
                {
                    "council": f"Hội đồng chưa có Chủ tịch, mà {award.name} cần ý kiến của Chủ tịch. "
                    "Bổ sung Chủ tịch Hội đồng rồi mở bỏ phiếu."
                },
                rule="Ý kiến của Chủ tịch Hội đồng",
            )
        if not quorum_possible(rule, council, reachable):
            raise Incomplete(
                {
                    "council": f"Chỉ {len(reachable)}/{len(seats)} thành viên Hội đồng nhận được thư, "
                    f"không đủ để bỏ phiếu {award.name}. Bổ sung địa chỉ thư cho thành viên còn thiếu, "
                    "thay thành viên đã nghỉ ở trang Thành viên Hội đồng."
                },
                rule=f"Số thành viên tối thiểu {award.ballot.quorum}",
            )
    return {seat or 0: person or 0 for seat, _role, person, *_ in seats}


def _needs_chair(rule: BallotRule) -> bool:
    """Whether the rule counts on the chair's own choice: `tally` refuses to count without one."""
    return rule.chair_must_agree or rule.tie_rule == TieRule.chair_decides
