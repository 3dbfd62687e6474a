"""What departments do: draft, check, sign off the batch, withdraw, or say that they propose nobody."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import make_transient_to_detached
from sqlmodel import Session, SQLModel, col

from engine.access import Actor, demand_role
from engine.commands.attachments import StoredFile, attach, detach, editable
from engine.commands.drafting import Draft, columns_of, department_name, refuse_twin
from engine.commands.ground import (
    Ground,
    demand_act,
    move,
    move_all,
    note,
    note_round,
    own_nomination_of,
    stand_on,
)
from engine.commands.insertion import insert_if_new, upsert
from engine.commands.term import demand_open, open_until
from engine.errors import Changed, Incomplete, NotFound, NotNow
from engine.models import Comment, Nomination
from engine.queries import judging
from engine.stages import DEAD, WITH_DEPARTMENT, Act, Role, State
from engine.text import clean

__all__ = [
    "Draft",
    "StoredFile",
    "attach",
    "demand_open",
    "detach",
    "finish",
    "open_until",
    "propose_nobody",
    "reopen",
    "save",
    "sign_off",
    "start",
    "withdraw",
]

CODE_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no letters that are misread over the telephone
NOMINATION = SQLModel.metadata.tables["nomination"]
REPLY = SQLModel.metadata.tables["department_reply"]
_OF_DEPARTMENT = (
    select(Nomination)
    .where(
        col(Nomination.round_id) == bindparam("round_id"),
        col(Nomination.department_key) == bindparam("department"),
        col(Nomination.code).in_(bindparam("codes", expanding=True)),
    )
    .order_by(col(Nomination.id))
)
_BY_NONCE = select(Nomination).where(col(Nomination.form_nonce) == bindparam("nonce"))


def start(
    session: Session,
    actor: Actor,
    key: str,
    *,
    department: str,
    draft: Draft,
    nonce: str | None = None,
    now: datetime,
) -> Nomination:
    """A new draft. The same form sent twice (same `nonce`) gives the nomination of the first time."""
    ground = stand_on(session, key=key)
    demand_role(actor, Role.clerk, Role.department_head, department=department)
    if nonce:
        again: Nomination | None = session.execute(_BY_NONCE, {"nonce": nonce}).scalar_one_or_none()
        if again is not None and again.created_by == actor.person_id:
            return again
    demand_open(session, ground, department, None, now=now)
    values = columns_of(session, ground, department, draft)
    row = {
        "code": "".join(secrets.choice(CODE_ALPHABET) for _ in range(8)),
        "round_id": ground.round_id,
        "department_key": department,
        "form_nonce": nonce,
        "state": State.draft.value,
        "version": 1,
        "created_by": actor.person_id,
        "updated_by": actor.person_id,
        "created_at": now,
        "updated_at": now,
        "reason": "",
        "decision_number": "",
        "history_head": "",
        **values,
    }
    new_id = insert_if_new(session, NOMINATION, row)
    if new_id is None:
        refuse_twin(session, ground, values)
        raise NotNow("Biểu mẫu này đã được gửi. Tải lại trang để xem đề nghị đã lập.", rule="Gửi hai lần")
    nomination = Nomination(id=new_id, **row)
    # It is in the database as it stands here, so the session takes it over without reading it back.
    make_transient_to_detached(nomination)
    session.add(nomination)
    note(session, actor, nomination, "started", now=now, facts={"award": nomination.award_key})
    return nomination


def save(
    session: Session, actor: Actor, code: str, *, version: int, draft: Draft, now: datetime
) -> Nomination:
    """Save a draft. `version` is the one the form was filled from; raises Changed with what stands now."""
    ground, nomination = editable(session, actor, code, now=now)
    values = columns_of(session, ground, nomination.department_key, draft)
    changed = {name: value for name, value in values.items() if getattr(nomination, name) != value}
    if not changed:
        return nomination
    if version != nomination.version:
        raise Changed(
            "Bản nháp này vừa được người khác sửa. Nội dung ông/bà gõ còn nguyên bên dưới; "
            "hãy so với bản mới rồi chọn bản để lưu.",
            theirs={name: getattr(nomination, name) for name in changed},
            version=nomination.version,
        )
    if changed.keys() & {"award_key", "nominee_key"}:
        refuse_twin(session, ground, values, but=nomination.id or 0)
    own = {"version": nomination.version + 1, "updated_at": now, "updated_by": actor.person_id}
    note(
        session,
        actor,
        nomination,
        "saved",
        now=now,
        facts={"fields": sorted(changed)},
        changes={**changed, **own},
    )
    return nomination


def finish(session: Session, actor: Actor, code: str, *, now: datetime) -> Nomination:
    """The clerk has checked the answers: the nomination goes to the department head's desk."""
    ground, nomination = own_nomination_of(session, actor, code)
    if nomination.state == State.ready:
        return nomination
    demand_act(actor, ground, nomination, Act.finish)
    demand_open(session, ground, nomination.department_key, nomination, now=now)
    _refuse_blocked(session, ground, [nomination])
    move(session, actor, ground, nomination, Act.finish, now=now, tell=False)
    return nomination


def _refuse_blocked(session: Session, ground: Ground, nominations: Sequence[Nomination]) -> None:
    found = judging.blocking(session, ground.definition, nominations)
    for nomination in nominations:
        blocking = found[nomination.id or 0]
        if blocking:
            raise Incomplete(
                {f.field or f.rule_id: f"{f.sentence} {f.remedy}".strip() for f in reversed(blocking)},
                sentence=f"{nomination.nominee_name}: còn {len(blocking)} chỗ phải sửa trước khi nộp.",
                rule="Điều kiện, hồ sơ của hình thức khen thưởng",
            )


def reopen(session: Session, actor: Actor, code: str, *, now: datetime) -> Nomination:
    """Take a checked nomination back into editing, before the head has signed it off. Safe to repeat."""
    ground, nomination = own_nomination_of(session, actor, code)
    if nomination.state == State.draft:
        return nomination
    demand_act(actor, ground, nomination, Act.reopen)
    demand_open(session, ground, nomination.department_key, nomination, now=now)
    move(session, actor, ground, nomination, Act.reopen, now=now, tell=False)
    return nomination


def sign_off(
    session: Session, actor: Actor, key: str, *, department: str, codes: Sequence[str], now: datetime
) -> int:
    """The department head signs the batch off; all of it or none. Returns how many were proposed.

    Safe to repeat: what is proposed already is left alone.
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
            {"codes": f"Chưa kiểm tra xong: {names}. Mở từng đề nghị, bấm “Kiểm tra và chuyển ký”."}
        )
    for until in {n.return_until: n for n in fresh}.values():
        demand_open(session, ground, department, until, now=now)
    _refuse_blocked(session, ground, fresh)
    signed = {"signed_by": actor.person_id, "signed_at": now, "return_until": None}
    move_all(session, actor, ground, fresh, Act.sign_off, now=now, changes=lambda _: signed)
    returned = [n.id for n in fresh if n.reason]
    if returned:
        session.execute(
            update(Comment)
            .where(col(Comment.nomination_id).in_(returned), col(Comment.resolved_at).is_(None))
            .values(resolved_at=now)
        )
    _reply(session, ground, department, actor, now=now)
    note_round(
        session,
        actor,
        ground,
        "department_proposed",
        now=now,
        facts={"department": department, "codes": [n.code for n in fresh], "count": len(fresh)},
    )
    return len(fresh)


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
    return upsert(session, REPLY, row, says=("nobody", "reason"))


def withdraw(session: Session, actor: Actor, code: str, *, reason: str, now: datetime) -> Nomination:
    """Take a nomination back until the deadline (or by leave). What is signed off only the head withdraws."""
    ground, nomination = own_nomination_of(session, actor, code)
    if nomination.state == State.withdrawn:
        return nomination
    demand_act(actor, ground, nomination, Act.withdraw)
    said = clean(reason)
    if State(nomination.state) not in WITH_DEPARTMENT:
        demand_role(actor, Role.department_head, department=nomination.department_key)
        if not said:
            raise Incomplete({"reason": "Ghi lý do rút đề nghị."})
    demand_open(session, ground, nomination.department_key, None, now=now)
    facts = {"reason": said}
    move(session, actor, ground, nomination, Act.withdraw, now=now, facts=facts, changes=facts, tell=False)
    return nomination
