"""A member who has left gives the council seat to another, as the head's decision on its members says."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlmodel import Session, SQLModel, col

from engine.access import Actor, demand_role
from engine.commands.ground import Ground, note_round, stand_on
from engine.commands.linking import issue_link
from engine.commands.voting import recuse
from engine.commands.windows import refuse_settled
from engine.errors import Changed, Incomplete, NotFound, NotNow
from engine.links import Keys
from engine.models import Ballot, Person, Seat, SignIn, Voting
from engine.stages import Role, Stage
from engine.text import clean

_LINK = SQLModel.metadata.tables["link"]
_RECUSAL = SQLModel.metadata.tables["recusal"]
BEFORE_RESULT = frozenset({Stage.planned, Stage.proposal, Stage.office, Stage.council})


def replace_member(
    session: Session,
    actor: Actor,
    keys: Keys,
    key: str,
    *,
    seat_id: int,
    held_by: int,
    person_id: int,
    reason: str,
    now: datetime,
) -> Seat:
    """Seat another person, with the seat's role, until the vote has a result. Safe to repeat.

    In an open vote the new member gets a link of their own, and the old one's stops working; what the old one
    had saved is gone, as it was never sent. A ballot that was sent counts: its seat cannot change hands.
    `held_by` is who held the seat when it was looked at; Changed if that is somebody else by now.
    Raises NotFound for a seat of another round, NotNow after the vote, and Incomplete for somebody who is not
    on the roster, has no address, or sits on the council already, or without a reason.
    """
    demand_role(actor, Role.office)
    ground = stand_on(session, key=key)
    seat = session.get(Seat, seat_id)
    if seat is None or seat.round_id != ground.round_id:
        raise NotFound("Không tìm thấy thành viên Hội đồng này trong đợt.", help_from="Văn phòng")
    if seat.person_id == person_id:
        return seat
    if ground.stage not in BEFORE_RESULT:
        raise NotNow("Hội đồng đã bỏ phiếu xong nên không thay thành viên được.", rule="Thành phần Hội đồng")
    if ground.stage == Stage.council:
        refuse_settled(session, ground, "thay thành viên", now=now)
    old = session.get_one(Person, seat.person_id)
    if seat.person_id != held_by:
        raise Changed(
            f"Vị trí này vừa được người khác trao cho {old.name}. Xem lại danh sách thành viên rồi thay.",
            theirs={},
            version=0,
        )
    new, said = _who(session, ground, person_id), clean(reason, lines=True)
    if not said:
        raise Incomplete(
            {"reason": "Ghi căn cứ thay thành viên, ví dụ số và ngày quyết định kiện toàn Hội đồng."},
            rule="Thành phần Hội đồng",
        )
    ballot = _open_ballot(session, seat)
    seat.person_id = person_id
    session.add(seat)
    session.flush()
    facts = {
        "role": seat.role,
        "before": old.name,
        "after": new.name,
        "left": old.id,
        "person": person_id,
        "reason": said,
    }
    if ballot is not None:
        facts["link"] = _hand_over(session, keys, ballot, old=old.id or 0, new=person_id, now=now)
    note_round(session, actor, ground, "member_replaced", now=now, facts=facts, tell=ballot is not None)
    return seat


def _who(session: Session, ground: Ground, person_id: int) -> Person:
    person = session.get(Person, person_id)
    if person is None or person.agency_key != ground.round.agency_key or not person.active:
        fault = "Chọn một người đang làm việc, có trong danh sách nhân sự."
    elif not person.email:
        fault = f"{person.name} chưa có địa chỉ thư. Bổ sung địa chỉ trong danh sách nhân sự trước."
    elif session.execute(
        select(col(Seat.id)).where(col(Seat.round_id) == ground.round_id, col(Seat.person_id) == person_id)
    ).first():
        fault = f"{person.name} đã là thành viên Hội đồng của đợt này."
    else:
        return person
    raise Incomplete({"person": fault}, rule="Thành phần Hội đồng")


def _open_ballot(session: Session, seat: Seat) -> Ballot | None:
    """The seat's ballot in a vote under way. Raises NotNow when it has been sent."""
    ballot: Ballot | None = session.execute(
        select(Ballot)
        .join(Voting, col(Voting.id) == col(Ballot.voting_id))
        .where(col(Ballot.seat_id) == seat.id, col(Voting.closed_at).is_(None))
    ).scalar_one_or_none()
    if ballot is not None and ballot.sent_at is not None:
        raise NotNow(
            "Thành viên này đã gửi phiếu và phiếu được tính, nên không thay được trong lần bỏ phiếu này.",
            rule="Phiếu đã gửi được tính",
        )
    return ballot


def _hand_over(session: Session, keys: Keys, ballot: Ballot, *, old: int, new: int, now: datetime) -> int:
    """An empty ballot, its own recusals, one link for the new member and none for the old; the link's id."""
    scope = str(ballot.voting_id)
    ballot.draft = {}
    session.add(ballot)
    session.execute(delete(_RECUSAL).where(_RECUSAL.c.ballot_id == ballot.id))
    session.flush()
    recuse(session, session.get_one(Voting, ballot.voting_id), ballot.id)
    theirs = (_LINK.c.purpose == "ballot", _LINK.c.person_id == old, _LINK.c.scope == scope)
    session.execute(update(_LINK).where(*theirs, _LINK.c.revoked_at.is_(None)).values(revoked_at=now))
    session.execute(delete(SignIn).where(col(SignIn.person_id) == old, col(SignIn.scope) == scope))
    return issue_link(session, keys, purpose="ballot", person_id=new, scope=scope, now=now).id or 0
