"""What Văn phòng does with one nomination: check it, accept, return, hold, release, decline."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, literal, select, union_all
from sqlmodel import Session, SQLModel

from engine.access import Actor, demand_role
from engine.calendar import Calendar
from engine.clock import VIETNAM
from engine.commands import own_time
from engine.commands.ending import close_if_done
from engine.commands.ground import Ground, demand_act, move, nomination_of, note, stand_on
from engine.commands.listing import refuse_frozen
from engine.definition import Definition, Item
from engine.eligibility import Finding, Severity
from engine.errors import Incomplete, NotNow
from engine.field_words import beside_fields
from engine.models import Nomination
from engine.queries import judging
from engine.stages import WITH_OFFICE, Act, Role, Stage, State
from engine.text import clean

_TICK = SQLModel.metadata.tables["checklist_tick"]
_COMMENT = SQLModel.metadata.tables["comment"]
_ATTACHMENT = SQLModel.metadata.tables["attachment"]
_EVENT = SQLModel.metadata.tables["event"]
_TICKS = select(_TICK.c.item_key).where(_TICK.c.nomination_id == bindparam("id"))
_IN_HAND = union_all(
    select(literal("tick"), _TICK.c.item_key).where(_TICK.c.nomination_id == bindparam("id")),
    select(literal("file"), _ATTACHMENT.c.item_key).where(
        _ATTACHMENT.c.nomination_id == bindparam("id"), _ATTACHMENT.c.removed_at.is_(None)
    ),
)
_TICK_OFF = insert(_TICK)
_LAST_WORD = (
    select(_EVENT.c.kind)
    .where(_EVENT.c.nomination_id == bindparam("id"), _EVENT.c.kind.in_(bindparam("kinds", expanding=True)))
    .order_by(_EVENT.c.id.desc())
    .limit(1)
)


def tick(session: Session, actor: Actor, code: str, *, ticks: Mapping[str, bool], now: datetime) -> None:
    """Tick or untick items of the checklist; `ticks` maps an item's key to whether it is in order."""
    demand_role(actor, Role.office)
    ground, nomination = nomination_of(session, code)
    if State(nomination.state) not in WITH_OFFICE:
        raise NotNow(
            "Đề nghị không ở Văn phòng nên không kiểm tra được lúc này.", rule="Trình tự xét khen thưởng"
        )
    unknown = set(ticks) - {i.key for i in _items(ground, nomination)}
    if unknown:
        raise Incomplete(
            dict.fromkeys(sorted(unknown), "Mục này không có trong danh mục kiểm tra của đề nghị.")
        )
    connection = session.connection()
    had = set(connection.execute(_TICKS, {"id": nomination.id}).scalars())
    added = sorted({key for key, on in ticks.items() if on} - had)
    removed = sorted({key for key, on in ticks.items() if not on} & had)
    if added:
        common = {"nomination_id": nomination.id, "checked_by": actor.person_id, "checked_at": now}
        connection.execute(_TICK_OFF, [{**common, "item_key": key} for key in added])
    if removed:
        session.execute(
            delete(_TICK).where(_TICK.c.nomination_id == nomination.id, _TICK.c.item_key.in_(removed))
        )
    if added or removed:
        facts = {"ticked": added, "unticked": removed}
        note(session, actor, nomination, "checked", now=now, facts=facts)


def _items(ground: Ground, nomination: Nomination) -> tuple[Item, ...]:
    return ground.definition.items_for(award=nomination.award_key, nominee_kind=nomination.nominee_kind)


def accept(session: Session, actor: Actor, code: str, *, now: datetime) -> Nomination:
    """The dossier of this nomination is in order and no rule stops it.

    Raises Incomplete naming each item that is not, or each rule that blocks or holds it (NĐ 152/2025 Đ.4).
    """
    demand_role(actor, Role.office)
    ground, nomination = nomination_of(session, code)
    if nomination.state == State.accepted:
        return nomination
    demand_act(actor, ground, nomination, Act.accept)
    in_hand = {tuple(row) for row in session.connection().execute(_IN_HAND, {"id": nomination.id})}
    faults = {}
    for item in _items(ground, nomination):
        if item.required and item.kind == "file" and ("file", item.key) not in in_hand:
            faults[item.key] = f"Thiếu tệp: {item.label}. Trả lại phòng để bổ sung."
        elif item.required and ("tick", item.key) not in in_hand:
            faults[item.key] = f"Chưa xác nhận: {item.label}."
    if faults:
        raise Incomplete(
            faults, sentence=f"Chưa chấp nhận được {nomination.nominee_name}.", rule="Danh mục kiểm tra hồ sơ"
        )
    _refuse_stopped(session, ground, nomination)
    move(session, actor, ground, nomination, Act.accept, now=now, tell=False)
    return nomination


def _refuse_stopped(session: Session, ground: Ground, nomination: Nomination) -> None:
    """Raises Incomplete while a rule blocks or holds; what the office writes was verified ends a hold."""
    found = stopped_by(session, ground.definition, [nomination])[nomination.id or 0]
    if found:
        todo = {
            Severity.block: "Trả lại phòng để sửa.",
            Severity.hold: "Bấm “Tạm dừng xét”; khi có kết quả xác minh, bấm “Xét tiếp” và ghi kết quả.",
        }
        raise Incomplete(
            {f.rule_id: f"{f.sentence} {todo[f.severity]}" for f in found},
            sentence=f"Chưa chấp nhận được {nomination.nominee_name}.",
            rule="Điều kiện xét khen thưởng của đợt",
        )


def stopped_by(
    session: Session, definition: Definition, nominations: Sequence[Nomination]
) -> dict[int, tuple[Finding, ...]]:
    """By id, the rules that keep each from being accepted; a hold ends when what it asked was verified."""
    found = judging.stopping(session, definition, nominations, judging.STOP)
    for one in nominations:
        said = found[one.id or 0]
        if any(f.severity == Severity.hold for f in said) and _verified(session, one):
            found[one.id or 0] = tuple(f for f in said if f.severity == Severity.block)
    return found


def _verified(session: Session, nomination: Nomination) -> bool:
    """Whether the office has released it since the department last signed it off."""
    asked = {"id": nomination.id, "kinds": [Act.sign_off.value, Act.release.value]}
    return session.connection().execute(_LAST_WORD, asked).scalar() == Act.release.value


def return_to_department(
    session: Session,
    actor: Actor,
    code: str,
    *,
    comments: Mapping[str, str],
    calendar: Calendar,
    now: datetime,
) -> Nomination:
    """Send a nomination back with comments beside its fields, and days to mend it.

    `comments` maps a field's name to what is to be mended there. What was ticked off must be looked at again.
    """
    demand_role(actor, Role.office)
    ground, nomination = nomination_of(session, code)
    demand_act(actor, ground, nomination, Act.return_to_department)
    said = {field: clean(text, lines=True) for field, text in comments.items() if clean(text)}
    if not said:
        raise Incomplete({"comments": "Ghi ít nhất một ý kiến để phòng biết phải sửa gì."})
    until = calendar.deadline_after(
        now.astimezone(VIETNAM).date(), ground.definition.return_days, ground.definition.close_of_office
    )
    move(
        session,
        actor,
        ground,
        nomination,
        Act.return_to_department,
        now=now,
        facts={"comments": said, "until": until.at.isoformat()},
        changes={"return_until": until.at, "reason": beside_fields(ground.definition, said)},
    )
    own_time.expect(
        session, ground, Stage.office, nomination.department_key, until, calendar=calendar, now=now
    )
    common = {"nomination_id": nomination.id, "author_id": actor.person_id, "made_at": now}
    session.execute(insert(_COMMENT), [{**common, "field": f, "body": b} for f, b in said.items()])
    session.execute(delete(_TICK).where(_TICK.c.nomination_id == nomination.id))
    return nomination


def _with_reason(
    session: Session, actor: Actor, code: str, act: Act, *, reason: str, asked: str, now: datetime
) -> Nomination:
    demand_role(actor, Role.office)
    ground, nomination = nomination_of(session, code)
    demand_act(actor, ground, nomination, act)
    said = clean(reason, lines=True)
    if not said:
        raise Incomplete({"reason": asked})
    facts = {"reason": said, "stage": ground.stage.value}
    move(session, actor, ground, nomination, act, now=now, facts=facts, changes={"reason": said})
    return nomination


def hold(session: Session, actor: Actor, code: str, *, reason: str, now: datetime) -> Nomination:
    """Park it while a fact is verified (NĐ 152/2025 Đ.4): not a refusal."""
    asked = "Ghi việc đang chờ xác minh, ai trả lời, khi nào."
    return _with_reason(session, actor, code, Act.hold, reason=reason, asked=asked, now=now)


def release(session: Session, actor: Actor, code: str, *, reason: str, now: datetime) -> Nomination:
    """The fact is verified: the nomination is checked like any other again.

    Raises NotNow while a list is frozen: it would be left out of the vote without anybody's word.
    """
    demand_role(actor, Role.office)
    ground, _nomination = nomination_of(session, code)
    refuse_frozen(session, ground, "xét tiếp đề nghị này")
    asked = "Ghi kết quả xác minh."
    return _with_reason(session, actor, code, Act.release, reason=reason, asked=asked, now=now)


def decline(session: Session, actor: Actor, code: str, *, reason: str, now: datetime) -> Nomination:
    """Leave it off the list, with a reason the department is told.

    After the vote too, for what no list took up: its last word may be the one that ends the round.
    """
    asked = "Ghi lý do không đưa vào danh sách để báo cho phòng."
    nomination = _with_reason(session, actor, code, Act.decline, reason=reason, asked=asked, now=now)
    close_if_done(session, actor, stand_on(session, round_id=nomination.round_id), now=now)
    return nomination
