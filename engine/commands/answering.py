"""A department's answer: the batch its head signs off, or that it proposes nobody."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlmodel import Session, SQLModel, col

from engine.access import Actor, demand_role
from engine.commands.drafting import department_name
from engine.commands.ground import Ground, move_all, note_round, stand_on
from engine.commands.insertion import upsert
from engine.commands.term import demand_open
from engine.eligibility import told_once
from engine.errors import Changed, Incomplete, NotFound, NotNow
from engine.models import Comment, Nomination
from engine.queries import judging
from engine.stages import DEAD, WITH_DEPARTMENT, Act, Role, State
from engine.text import clean

_REPLY = SQLModel.metadata.tables["department_reply"]
_OF_DEPARTMENT = (
    select(Nomination)
    .where(
        col(Nomination.round_id) == bindparam("round_id"),
        col(Nomination.department_key) == bindparam("department"),
        col(Nomination.code).in_(bindparam("codes", expanding=True)),
    )
    .order_by(col(Nomination.id))
)


def refuse_blocked(session: Session, ground: Ground, nominations: Sequence[Nomination]) -> None:
    """Raises Incomplete, field by field, for the first nomination that a rule does not let pass."""
    found = judging.stopping(session, ground.definition, nominations)
    for nomination in nominations:
        blocking = told_once(found[nomination.id or 0])
        if blocking:
            raise Incomplete(
                {f.field or f.rule_id: f"{f.sentence} {f.remedy}".strip() for f in reversed(blocking)},
                sentence=f"{nomination.nominee_name}: còn {len(blocking)} chỗ phải sửa trước khi nộp.",
                rule="Điều kiện, hồ sơ của hình thức khen thưởng",
            )


def sign_off(
    session: Session,
    actor: Actor,
    key: str,
    *,
    department: str,
    codes: Sequence[str],
    versions: Mapping[str, int] | None = None,
    now: datetime,
) -> int:
    """The department head signs the batch off; all of it or none. Returns how many were proposed.

    `versions` (code → version) is what the head has read: raises Changed when one of them stands otherwise
    by now, files included. Safe to repeat: what is proposed already is left alone.
    """
    ground = stand_on(session, key=key)
    demand_role(actor, Role.department_head, department=department)
    batch = _batch(session, ground, department, codes)
    fresh = [n for n in batch if State(n.state) in WITH_DEPARTMENT]
    if not fresh:
        return 0
    unready = [n.nominee_name for n in fresh if n.state != State.ready]
    if unready:
        names = ", ".join(unready)
        raise Incomplete(
            {
                "codes": f"Chưa kiểm tra xong: {names}. "
                "Mở từng đề nghị, bấm “Kiểm tra xong, chuyển Trưởng phòng ký”."
            }
        )
    if versions is not None:
        _refuse_unread(fresh, versions)
    for one in {n.return_until: n for n in fresh}.values():
        demand_open(session, ground, department, one, now=now)
    refuse_blocked(session, ground, fresh)
    signed = {"signed_by": actor.person_id, "signed_at": now, "return_until": None}
    move_all(session, actor, ground, fresh, Act.sign_off, now=now, changes=lambda _: signed)
    mended = {n.id: n.code for n in fresh if n.reason}
    if mended:
        session.execute(
            update(Comment)
            .where(col(Comment.nomination_id).in_(mended), col(Comment.resolved_at).is_(None))
            .values(resolved_at=now)
        )
    _reply(session, ground, department, actor, now=now)
    note_round(
        session,
        actor,
        ground,
        "department_proposed",
        now=now,
        facts={
            "department": department,
            "codes": [n.code for n in fresh],
            "count": len(fresh),
            "mended": list(mended.values()),
        },
    )
    return len(fresh)


def _refuse_unread(nominations: Sequence[Nomination], versions: Mapping[str, int]) -> None:
    unread = [n for n in nominations if versions.get(n.code) != n.version]
    if unread:
        names = ", ".join(n.nominee_name for n in unread)
        raise Changed(
            f"{names} đã được sửa sau khi ông/bà mở trang: xem lại rồi ký.",
            theirs={},
            version=max(n.version for n in unread),
        )


def _batch(session: Session, ground: Ground, department: str, codes: Sequence[str]) -> list[Nomination]:
    if not codes:
        raise Incomplete({"codes": "Chọn ít nhất một đề nghị để ký duyệt."})
    asked = {"round_id": ground.round_id, "department": department, "codes": list(codes)}
    batch = list(session.execute(_OF_DEPARTMENT, asked).scalars())
    if len(batch) != len(set(codes)):
        raise NotFound(
            "Có đề nghị không phải của phòng này. Tải lại trang rồi chọn lại.", help_from="Văn phòng"
        )
    return batch


def propose_nobody(
    session: Session, actor: Actor, key: str, *, department: str, reason: str, now: datetime
) -> None:
    """The department answers that it has nobody to propose, so that silence is not mistaken for it."""
    ground = stand_on(session, key=key)
    demand_role(actor, Role.department_head, department=department)
    department_name(ground.definition, department)
    demand_open(session, ground, department, None, now=now)
    live = session.execute(
        select(func.count())
        .select_from(Nomination)
        .where(
            col(Nomination.round_id) == ground.round_id,
            col(Nomination.department_key) == department,
            col(Nomination.state).not_in(sorted(DEAD)),
        )
    ).scalar_one()
    if live:
        raise NotNow(
            "Phòng đang có đề nghị trong đợt này. Rút các đề nghị đó trước khi báo không đề nghị.",
            rule="Trả lời của phòng",
        )
    said = clean(reason)
    if _reply(session, ground, department, actor, now=now, nobody=True, reason=said):
        facts = {"department": department, "reason": said}
        note_round(session, actor, ground, "department_proposed_nobody", now=now, facts=facts, tell=False)


def _reply(
    session: Session,
    ground: Ground,
    department: str,
    actor: Actor,
    *,
    now: datetime,
    nobody: bool = False,
    reason: str = "",
) -> bool:
    """Keep the department's answer; returns whether it says something new."""
    row = {
        "round_id": ground.round_id,
        "department_key": department,
        "replied_at": now,
        "replied_by": actor.person_id,
        "nobody": nobody,
        "reason": reason,
    }
    # A batch signed later is an answer of its own day; "nobody" said again is the same answer.
    return upsert(session, _REPLY, row, says=("nobody", "reason") if nobody else ("replied_at",))
