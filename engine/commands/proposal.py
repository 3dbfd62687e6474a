"""What departments do with a draft: start, save, check, take back; their answer is in `answering.py`."""

import secrets
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import make_transient_to_detached
from sqlmodel import Session, SQLModel, col

from engine.access import Actor, demand_role
from engine.commands.answering import propose_nobody, refuse_blocked, sign_off
from engine.commands.attachments import StoredFile, attach, detach, editable
from engine.commands.drafting import Draft, columns_of, refuse_twin
from engine.commands.ground import (
    Ground,
    demand_act,
    move,
    note,
    own_nomination_of,
    stand_on,
)
from engine.commands.insertion import insert_if_new
from engine.commands.term import demand_open, open_until
from engine.errors import Changed, Incomplete, NotNow, StageClosed
from engine.models import Event, Nomination
from engine.stages import Act, Role, Stage, State
from engine.text import clean

__all__ = [
    "Draft",
    "StoredFile",
    "attach",
    "demand_open",
    "detach",
    "finish",
    "may_withdraw",
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
_LAST_SAVED = (
    select(col(Event.actor_id), col(Event.facts))
    .where(col(Event.nomination_id) == bindparam("id"), col(Event.kind) == "saved")
    .order_by(col(Event.id).desc())
    .limit(1)
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
    refuse_twin(session, ground, department, values)
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
        raise NotNow("Biểu mẫu này đã được gửi. Tải lại trang để xem đề nghị đã lập.", rule="Gửi hai lần")
    nomination = Nomination(id=new_id, **row)
    # It is in the database as it stands here, so the session takes it over without reading it back.
    make_transient_to_detached(nomination)
    session.add(nomination)
    note(session, actor, nomination, "started", now=now, facts={"award": nomination.award_key})
    return nomination


def save(
    session: Session,
    actor: Actor,
    code: str,
    *,
    version: int,
    draft: Draft,
    page: str = "",
    now: datetime,
) -> Nomination:
    """Save a draft. `version` is the one the form was filled from; raises Changed with what stands now.

    `page` is the nonce of the page it was typed on: a page that overtakes its own last save, whose answer it
    has not seen yet, is no second editor. Nor are files put on or taken off since, which no form holds.
    """
    ground, nomination = editable(session, actor, code, now=now)
    values = columns_of(session, ground, nomination.department_key, draft)
    changed = {name: value for name, value in values.items() if getattr(nomination, name) != value}
    if not changed:
        return nomination
    if version != nomination.version and not _nobody_else(session, actor, nomination, version, page):
        raise Changed(
            "Bản nháp này vừa được người khác sửa. Nội dung ông/bà gõ còn nguyên bên dưới; "
            "hãy so với bản mới rồi chọn bản để lưu.",
            theirs={name: getattr(nomination, name) for name in changed},
            version=nomination.version,
        )
    if changed.keys() & {"award_key", "nominee_key"}:
        refuse_twin(session, ground, nomination.department_key, values, but=nomination.id or 0)
    own = {"version": nomination.version + 1, "updated_at": now, "updated_by": actor.person_id}
    note(
        session,
        actor,
        nomination,
        "saved",
        now=now,
        facts={"fields": sorted(changed), "page": page, "version": own["version"]},
        changes={**changed, **own},
    )
    return nomination


def _nobody_else(session: Session, actor: Actor, nomination: Nomination, version: int, page: str) -> bool:
    """Whether no other page has saved since `version`."""
    if not 0 < version < nomination.version:
        return False
    last = session.execute(_LAST_SAVED, {"id": nomination.id}).first()
    if last is None or version >= last.facts["version"]:
        return True
    return bool(page) and (last.actor_id, last.facts["page"]) == (actor.person_id, page)


def finish(session: Session, actor: Actor, code: str, *, now: datetime) -> Nomination:
    """The clerk has checked the answers: the nomination goes to the department head's desk."""
    ground, nomination = own_nomination_of(session, actor, code)
    if nomination.state == State.ready:
        return nomination
    demand_act(actor, ground, nomination, Act.finish)
    demand_open(session, ground, nomination.department_key, nomination, now=now)
    refuse_blocked(session, ground, [nomination])
    move(session, actor, ground, nomination, Act.finish, now=now, tell=False)
    return nomination


def reopen(session: Session, actor: Actor, code: str, *, now: datetime) -> Nomination:
    """Take a checked nomination back into editing, before the head has signed it off. Safe to repeat."""
    ground, nomination = own_nomination_of(session, actor, code)
    if nomination.state == State.draft:
        return nomination
    demand_act(actor, ground, nomination, Act.reopen)
    demand_open(session, ground, nomination.department_key, nomination, now=now)
    move(session, actor, ground, nomination, Act.reopen, now=now, tell=False)
    return nomination


def withdraw(session: Session, actor: Actor, code: str, *, reason: str, now: datetime) -> Nomination:
    """Take a nomination back while the departments' stage is open; with the head's leave, what is unsigned.

    What is signed off only the department's head withdraws, with a reason; past the departments' deadline it
    is the office's, leave or not.
    """
    ground, nomination = own_nomination_of(session, actor, code)
    if nomination.state == State.withdrawn:
        return nomination
    demand_act(actor, ground, nomination, Act.withdraw)
    said = clean(reason)
    if ground.stage == Stage.office and nomination.signed_at is not None:
        raise StageClosed(
            "Đề nghị đã ký gửi Văn phòng nên không rút được nữa: hạn nộp của các phòng đã hết. "
            "Cần dừng, trình Văn phòng không đưa vào danh sách.",
            rule="Thời hạn nộp đề nghị của đợt xét",
            help_from="Văn phòng",
        )
    if nomination.signed_at is not None:
        demand_role(actor, Role.department_head, department=nomination.department_key)
        if not said:
            raise Incomplete({"reason": "Ghi lý do rút đề nghị."})
    demand_open(session, ground, nomination.department_key, None, now=now)
    facts = {"reason": said}
    move(session, actor, ground, nomination, Act.withdraw, now=now, facts=facts, changes=facts, tell=False)
    return nomination


def may_withdraw(session: Session, ground: Ground, nomination: Nomination, *, now: datetime) -> bool:
    """Whether the time to take it back has not run out; the days a return gives are for mending only."""
    if ground.stage == Stage.office and nomination.signed_at is not None:
        return False
    until = open_until(session, ground, nomination.department_key, None)
    return until is not None and now < until
