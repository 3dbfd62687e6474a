"""To the council: ballots, reminders, receipts, results."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import col, select

from engine.calendar import in_words
from engine.models import Ballot, Event, Link, ListLine, Message, Nomination, Result, Voting
from engine.queries import waiting
from engine.stages import Role, Stage, State
from notifications.compose import LINK
from notifications.desk import Addressee, Desk, Wish
from notifications.wishes.proposal import to_each_its_own
from notifications.wishes.reasons import FOR_LEFT, FOR_SEAT, FOR_SECRETARY


def to_seats(desk: Desk, letter: str, to: Sequence[Addressee]) -> Iterator[Wish]:
    voting = desk.open_voting()
    if voting is None:
        return
    newest: dict[int, int] = {}
    for id_, person in desk.session.exec(
        select(Link.id, Link.person_id)
        .where(Link.purpose == "ballot", Link.scope == str(voting.id))
        .order_by(col(Link.generation))
    ).all():
        newest[person] = id_ or 0
    for one in to:
        if one.person_id in newest:
            yield Wish(
                letter,
                one,
                FOR_SEAT,
                button=("Mở phiếu của tôi", LINK),
                deadline=desk.deadline(Stage.council),
                link=newest[one.person_id],
            )


def ballots(desk: Desk) -> Iterator[Wish]:
    voting = desk.open_voting()
    if voting is None:
        return
    count = len(
        desk.session.exec(select(ListLine.nomination_id).where(ListLine.list_id == voting.list_id)).all()
    )
    secretary = next(iter(desk.seats("secretary")), None)
    facts = [("Số đề nghị", str(count))] + ([("Thư ký Hội đồng", secretary.name)] if secretary else [])
    later = _seated_since(desk)
    for wish in to_seats(desk, "ballot", [seat for seat in desk.seats() if seat.person_id not in later]):
        yield replace(wish, facts=facts, calendar=True)


def _seated_since(desk: Desk) -> set[int]:
    """Who took a seat after this event: the invitation comes with that event, not with this one as well."""
    given = select(Event.facts).where(
        Event.round_id == desk.event.round_id,
        Event.kind == "member_replaced",
        col(Event.id) > desk.event.id,
    )
    return {facts["person"] for facts in desk.session.exec(given).all()}


def extended(desk: Desk, note: str) -> Iterator[Wish]:
    """The new deadline to every seat; to who took one past the old deadline, the invitation still owed."""
    before = datetime.fromisoformat(desk.facts["before"])
    given = select(Event.facts).where(
        Event.round_id == desk.event.round_id,
        Event.kind == "member_replaced",
        Event.at >= before,
        col(Event.id) < desk.event.id,
    )
    uninvited = {facts["person"] for facts in desk.session.exec(given).all()}
    yield from (wish for wish in ballots(desk) if wish.to.person_id in uninvited)
    invited = [seat for seat in desk.seats() if seat.person_id not in uninvited]
    for wish in to_seats(desk, "deadline_moved", invited):
        yield replace(wish, note=note, calendar=True)


def seat_given(desk: Desk) -> Iterator[Wish]:
    """While the council votes: the invitation to who takes a seat, and a word to who leaves it."""
    if _still_time(desk):  # past it, the invitation comes with the new deadline
        yield from (wish for wish in ballots(desk) if wish.to.person_id == desk.facts["person"])
    left = desk.facts.get("left")
    if left is None or not _invited(desk, left) or any(seat.person_id == left for seat in desk.seats()):
        return
    for to in desk.persons([left]):
        facts = [("Thành viên mới", desk.facts["after"]), ("Căn cứ", desk.facts["reason"])]
        yield Wish("seat_taken", to, FOR_LEFT, facts=facts)


def _still_time(desk: Desk) -> bool:
    """By the deadline as it stood then: who took a seat past it is invited with the new one (`extended`)."""
    moved = (
        select(Event.facts)
        .where(
            Event.round_id == desk.event.round_id,
            Event.kind == "deadline_moved",
            col(Event.id) > desk.event.id,
        )
        .order_by(col(Event.id))
    )
    later = (facts for facts in desk.session.exec(moved).all() if facts["stage"] == Stage.council)
    first = next(later, None)
    due = datetime.fromisoformat(first["before"]) if first else desk.window(Stage.council).due_at
    return due is not None and desk.event.at < due


def _invited(desk: Desk, person_id: int) -> bool:
    """Whether a letter with a link to a ballot has reached, or may have reached, this person."""
    carried = (
        select(Message.id)
        .join(Link, col(Link.id) == Message.link_id)
        .where(
            Message.round_id == desk.event.round_id,
            Link.purpose == "ballot",
            Link.person_id == person_id,
            or_(
                col(Message.state).in_(["claimed", "sending", "sent", "uncertain"]),
                col(Message.repeats) > 0,
            ),
        )
    )
    return desk.session.exec(carried).first() is not None


def to_silent_seats(desk: Desk) -> Iterator[Wish]:
    silent = set(desk.facts["persons"]) & set(waiting.silent_seats(desk.session, desk.event.round_id or 0))
    to = [seat for seat in desk.seats() if seat.person_id in silent]
    yield from to_seats(desk, "ballot_reminder", to)


def ballot_received(desk: Desk) -> Iterator[Wish]:
    due = desk.window(Stage.council).due_at
    voting_on = desk.open_voting() is not None and due is not None and desk.now < due
    for to in desk.seats():
        if to.person_id == desk.event.actor_id:
            yield Wish(
                "ballot_receipt",
                to,
                FOR_SEAT,
                deadline=desk.deadline(Stage.council) if voting_on else None,
                facts=[("Nhận lúc", in_words(desk.event.at)), ("Mã biên nhận", desk.facts["receipt"])],
            )


def link_of_seat(desk: Desk) -> Iterator[Wish]:
    to = [seat for seat in desk.seats() if seat.person_id == desk.facts["person"]]
    for wish in to_seats(desk, "link_replaced", to):
        # The letter it follows may never have gone, and the deadline's calendar entry with it.
        yield replace(wish, calendar=_still_time(desk))


def quorum_missed(desk: Desk) -> Iterator[Wish]:
    facts = desk.facts
    for to in [*desk.seats("secretary", "chair"), *desk.role(Role.office)]:
        yield Wish(
            "escalation",
            to,
            FOR_SECRETARY,
            button=("Xem tiến độ bỏ phiếu", desk.page(f"/vp/dot/{desk.round.key}/tien-do-phieu")),
            deadline=desk.deadline(Stage.council),
            items=[
                (
                    f"Mới có {facts['sent']}/{facts['seats']} thành viên gửi phiếu, cần {facts['needed']}. "
                    "Chưa có kết quả; Văn phòng có thể gia hạn bỏ phiếu."
                )
            ],
        )


def vote_closed(desk: Desk) -> Iterator[Wish]:
    facts = desk.facts
    sent, seats = _turnout(desk)
    root = f"/vp/dot/{desk.round.key}"
    office = [one.person_id for one in desk.role(Role.office)]  # whose page the minutes are
    for to in [*desk.seats("secretary", "chair"), *desk.role(Role.office)]:
        mine = to.person_id in office
        yield Wish(
            "ballot_closed_secretary",
            to,
            FOR_SECRETARY,
            button=("Lập biên bản", desk.page(f"{root}/ho-so"))
            if mine
            else ("Xem kết quả", desk.page(f"{root}/ket-qua")),
            note=None
            if mine
            else f"Thông tin của biên bản do {desk.definition.agency.office.name} ghi và in từ hệ thống.",
            facts=[("Lý do kết thúc", facts["why"]), ("Số phiếu", f"{sent}/{seats}")],
            items=[f"{facts['recommended']}/{facts['lines']} đề nghị đủ phiếu."],
        )
    yield from _to_those_that_failed(desk)


def _to_those_that_failed(desk: Desk) -> Iterator[Wish]:
    """The council's no is the last word on a nomination, so its department is told now, rule in words."""
    failed = desk.session.exec(
        select(Nomination, Result.sentence)
        .join(Result, col(Result.nomination_id) == Nomination.id)
        .where(
            Result.voting_id == _newest_vote(desk),
            col(Result.passed).is_(False),
            Nomination.state == State.not_recommended.value,
        )
        .order_by(col(Nomination.id))
    ).all()
    yield from to_each_its_own(desk, "not_recommended", failed)


def _turnout(desk: Desk) -> tuple[int, int]:
    """Ballots sent and seats of the round's newest vote: the one that has just been closed."""
    sent, seats = desk.session.execute(
        select(func.count(col(Ballot.sent_at)), func.count()).where(Ballot.voting_id == _newest_vote(desk))
    ).one()
    return sent, seats


def _newest_vote(desk: Desk) -> Any:
    """A re-vote is another row: what an older one said is told already."""
    return select(func.max(Voting.id)).where(Voting.round_id == desk.event.round_id).scalar_subquery()
