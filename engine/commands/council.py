"""What the council does: save choices, send the ballot, change it until the close."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, SQLModel, col

from engine.access import Actor
from engine.ballot import Choice
from engine.calendar import in_words
from engine.commands.ground import Ground, note_round, stand_on
from engine.commands.tallying import close_vote, count, lines_of, open_voting
from engine.errors import Changed, Incomplete, NotYours, StageClosed
from engine.links import Keys
from engine.models import Ballot, Person, Seat, StageWindow, Voting
from engine.stages import Role, Stage

__all__ = ["close_vote", "count", "lines_of", "open_voting", "save_choices", "send_ballot"]

OWN = "Đây là đề nghị của chính ông/bà nên không bỏ phiếu ở dòng này."
NOT_A_MEMBER = "Ông/bà không phải thành viên Hội đồng của đợt xét này."
CHOICES = frozenset(choice.value for choice in Choice)

_TABLES = SQLModel.metadata.tables
_BALLOT, _VOTE, _RECUSAL = _TABLES["ballot"], _TABLES["vote"], _TABLES["recusal"]
_LINE, _NOMINATION = _TABLES["list_line"], _TABLES["nomination"]
_Other, _OtherSeat = aliased(Ballot), aliased(Seat)
_MINE = (
    select(
        Ballot,
        Voting,
        col(StageWindow.due_at),
        # Asked before this ballot is written, so it speaks of the others alone.
        select(col(_Other.id))
        .join(_OtherSeat, col(_OtherSeat.id) == col(_Other.seat_id))
        .join(Person, col(Person.id) == col(_OtherSeat.person_id))
        .where(
            col(_Other.voting_id) == col(Ballot.voting_id),
            col(_Other.id) != col(Ballot.id),
            col(_Other.sent_at).is_(None),
            col(Person.active).is_(True),
        )
        .exists(),
    )
    .join(Voting, col(Voting.id) == col(Ballot.voting_id))
    .join(Seat, col(Seat.id) == col(Ballot.seat_id))
    .join(StageWindow, col(StageWindow.round_id) == col(Voting.round_id))
    .where(
        col(Voting.round_id) == bindparam("round_id"),
        col(Seat.person_id) == bindparam("person_id"),
        col(StageWindow.stage) == Stage.council.value,
    )
    .order_by(col(Voting.number).desc())
    .limit(1)
    .execution_options(populate_existing=True)
)
_LINES = (
    select(
        _NOMINATION.c.id,
        _NOMINATION.c.code,
        _NOMINATION.c.nominee_name,
        _RECUSAL.c.ballot_id.label("recused"),
    )
    .join(_LINE, _LINE.c.nomination_id == _NOMINATION.c.id)
    .outerjoin(
        _RECUSAL,
        (_RECUSAL.c.nomination_id == _NOMINATION.c.id) & (_RECUSAL.c.ballot_id == bindparam("ballot_id")),
    )
    .where(_LINE.c.list_id == bindparam("list_id"))
    .order_by(_LINE.c.position)
)
_VOTES = select(_VOTE.c.nomination_id, _VOTE.c.choice).where(_VOTE.c.ballot_id == bindparam("ballot_id"))
_UNVOTE = delete(_VOTE).where(_VOTE.c.ballot_id == bindparam("ballot_id"))
_CAST = insert(_VOTE)
_KEEP = update(_BALLOT).where(_BALLOT.c.id == bindparam("row_id"))


@dataclass(frozen=True)
class _Desk:
    """A member before the open ballot: what is on it by code, own lines apart."""

    ballot: Ballot
    voting: Voting
    lines: Mapping[str, tuple[int, str]]
    own: frozenset[str]
    others_silent: bool


def _sit_down(session: Session, ground: Ground, actor: Actor, *, now: datetime) -> _Desk:
    """Raises NotNow before the vote, NotYours to people without a seat, StageClosed after the vote."""
    if not actor.has(Role.member, ground.round.key):
        raise NotYours(NOT_A_MEMBER, rule="Thành phần Hội đồng", help_from="Văn phòng")
    asked = {"round_id": ground.round_id, "person_id": actor.person_id}
    found = session.execute(_MINE, asked).one_or_none()
    if found is None:
        open_voting(session, ground)
        raise NotYours(NOT_A_MEMBER, rule="Thành phần Hội đồng", help_from="Văn phòng")
    ballot, voting, due, others_silent = found
    ended = voting.closed_at or (due if due is not None and now >= due else None)
    if ended is not None:
        raise StageClosed(
            f"Đã hết thời gian bỏ phiếu ({in_words(ended)}).",
            rule="Hạn bỏ phiếu của Hội đồng",
            help_from="Thư ký Hội đồng",
        )
    lines, own = {}, set()
    for line in session.connection().execute(_LINES, {"list_id": voting.list_id, "ballot_id": ballot.id}):
        if line.recused:
            own.add(line.code)
        else:
            lines[line.code] = (line.id, line.nominee_name)
    return _Desk(ballot, voting, lines, frozenset(own), others_silent)


def save_choices(
    session: Session, actor: Actor, key: str, *, choices: Mapping[str, str], now: datetime
) -> Ballot:
    """Keep choices not yet sent (code → choice), so that a lost connection costs nothing."""
    ground = stand_on(session, key=key)
    desk = _sit_down(session, ground, actor, now=now)
    known = {code: said for code, said in choices.items() if code in desk.lines and said in CHOICES}
    kept = {**desk.ballot.draft, **known}
    if kept != desk.ballot.draft:
        _keep(session, desk.ballot, {"draft": kept})
    return desk.ballot


def send_ballot(
    session: Session,
    actor: Actor,
    key: str,
    *,
    choices: Mapping[str, str],
    list_hash: str,
    keys: Keys,
    now: datetime,
) -> Ballot:
    """Send (or send again) one seat's ballot: a choice for every line but one's own; the last one counts.

    `list_hash` is the hash of the list the form was filled from. The same choices twice change nothing and
    give the same receipt. History keeps that a ballot was sent, never what it says.
    """
    ground = stand_on(session, key=key)
    desk = _sit_down(session, ground, actor, now=now)
    ballot, voting = desk.ballot, desk.voting
    if list_hash != voting.list_hash:
        raise Changed(
            "Danh sách lấy phiếu đã thay đổi từ khi ông/bà mở trang. Mời xem lại danh sách rồi gửi phiếu.",
            theirs={},
            version=0,
        )
    _refuse_faulty(desk, choices)
    chosen = {id_: choices[code] for code, (id_, _name) in desk.lines.items()}
    connection = session.connection()
    if ballot.sent_at is not None:
        before = dict(connection.execute(_VOTES, {"ballot_id": ballot.id}).all())
        if before == chosen:
            return ballot
        connection.execute(_UNVOTE, {"ballot_id": ballot.id})
    if chosen:
        votes = [{"ballot_id": ballot.id, "nomination_id": i, "choice": c} for i, c in chosen.items()]
        connection.execute(_CAST, votes)
    times = ballot.times_sent + 1
    receipt = keys.receipt(f"{voting.id}|{voting.list_hash}|{ballot.seat_id}|{times}|{now.isoformat()}")
    draft = {code: choices[code] for code in desk.lines}
    _keep(session, ballot, {"sent_at": now, "times_sent": times, "draft": draft, "receipt": receipt})
    note_round(
        session,
        actor,
        ground,
        "ballot_sent",
        now=now,
        facts={"seat": ballot.seat_id, "times": times, "receipt": receipt},
        # Only the last ballot changes what the flow has to do; the others need their receipt letter alone.
        wake=not desk.others_silent,
    )
    return ballot


def _refuse_faulty(desk: _Desk, choices: Mapping[str, str]) -> None:
    own = desk.own & set(choices)
    if own:
        raise Incomplete(dict.fromkeys(own, OWN), rule="Không tự bỏ phiếu cho mình")
    if set(choices) - set(desk.lines):
        raise Incomplete(
            {"choices": "Có đề nghị không nằm trong danh sách lấy phiếu. Tải lại trang rồi chọn lại."}
        )
    faults = {
        code: f"Chọn ý kiến về {name}."
        for code, (_id, name) in desk.lines.items()
        if choices.get(code) not in CHOICES
    }
    if faults:
        raise Incomplete(faults, sentence=f"Còn {len(faults)} đề nghị chưa chọn ý kiến.")


def _keep(session: Session, ballot: Ballot, values: Mapping[str, Any]) -> None:
    session.connection().execute(_KEEP, {"row_id": ballot.id, **values})
    for name, value in values.items():
        set_committed_value(ballot, name, value)
