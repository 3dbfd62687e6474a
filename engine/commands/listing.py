"""The list: compiled by the office, published, frozen with a hash, opened again with a reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlmodel import Session, SQLModel, col

from engine.access import Actor, demand_role
from engine.commands.fingerprints import as_shown, fingerprint, fingerprints, list_hash
from engine.commands.ground import Ground, move_all, note_round, stand_on
from engine.commands.unsigned import lapse_unsigned, refuse_on_leave, refuse_unfinished, revive_lapsed
from engine.commands.weight import refuse_overweight
from engine.definition import Definition
from engine.errors import Incomplete, NotNow
from engine.models import ListLine, Nomination, NominationList
from engine.stages import Act, Role, Stage, State
from engine.text import clean

__all__ = [
    "compile_list",
    "current_list",
    "fingerprint",
    "fingerprints",
    "freeze_list",
    "list_hash",
    "list_in",
    "publish_list",
    "refuse_frozen",
    "unfreeze_list",
    "unlisted",
]

UNLISTED = (State.draft, State.ready, State.proposed, State.returned, State.accepted)
_LINE = SQLModel.metadata.tables["list_line"]
_PRINT = update(_LINE).where(
    _LINE.c.list_id == bindparam("of_list"), _LINE.c.nomination_id == bindparam("of_nomination")
)


def current_list(session: Session, round_id: int) -> NominationList | None:
    """The newest list of a round."""
    return (
        session.execute(
            select(NominationList)
            .where(col(NominationList.round_id) == round_id)
            .order_by(col(NominationList.version).desc())
        )
        .scalars()
        .first()
    )


def list_in(session: Session, ground: Ground, *states: str) -> NominationList:
    """The newest list, if it is in one of `states`. Raises NotNow, naming the step that comes first."""
    row = current_list(session, ground.round_id)
    words = {"draft": "lập", "published": "công khai", "frozen": "chốt"}
    if row is None or row.state not in states:
        raise NotNow(
            f"Cần {words[states[0]]} danh sách trước. Trang này có thể đã cũ: tải lại để xem tình trạng mới.",
            rule="Lập, công khai rồi mới chốt danh sách",
            help_from="Văn phòng",
        )
    return row


def refuse_frozen(session: Session, ground: Ground, what: str) -> None:
    """Raises NotNow while the list is frozen: what came now would be on no list. `what`: "xét tiếp", …"""
    row = current_list(session, ground.round_id)
    if ground.stage == Stage.office and row is not None and row.state == "frozen":
        raise NotNow(
            f"Danh sách đã chốt nên không {what} được. Mở chốt danh sách (có lý do) rồi làm lại.",
            rule="Danh sách đã chốt không sửa",
            help_from="Văn phòng",
        )


def unlisted(session: Session, ground: Ground) -> list[Nomination]:
    """Everything alive that no frozen list holds, but for what is held."""
    return _in_state(session, ground, *UNLISTED)


def compile_list(
    session: Session, actor: Actor, key: str, *, order: Sequence[str] = (), now: datetime
) -> NominationList:
    """Put every accepted nomination on the list: those of `order` (codes) first, the others in natural order.

    Natural is award by award, collectives before persons, department by department, by name. What departments
    were shown stays as it was: after it comes a new version.
    """
    demand_role(actor, Role.office)
    ground = stand_on(session, key=key)
    if ground.stage not in {Stage.proposal, Stage.office}:
        raise NotNow("Danh sách đã chuyển Hội đồng, không lập lại được.", rule="Trình tự xét khen thưởng")
    latest = current_list(session, ground.round_id)
    if latest is not None and latest.state == "frozen":
        raise NotNow(
            "Danh sách đã chốt. Mở chốt (có lý do) rồi mới lập lại được.", rule="Danh sách đã chốt không sửa"
        )
    accepted = _in_state(session, ground, State.accepted)
    if not accepted:
        raise Incomplete({"list": "Chưa có đề nghị nào được chấp nhận nên chưa lập được danh sách."})
    place = {code: position for position, code in enumerate(dict.fromkeys(order))}
    natural = _natural_order(ground.definition)
    lines = sorted(accepted, key=lambda n: (place.get(n.code, len(place)), natural(n)))
    row = latest
    if row is None or row.state != "draft":
        version = 1 + (row.version if row else 0)
        row = NominationList(round_id=ground.round_id, version=version, compiled_at=now)
    row.compiled_at = now
    session.add(row)
    session.flush()
    session.execute(delete(_LINE).where(_LINE.c.list_id == row.id))
    _write_lines(session, row, [n.id or 0 for n in lines])
    facts = {"codes": [n.code for n in lines]}
    note_round(session, actor, ground, "list_compiled", now=now, facts=facts, tell=False, wake=False)
    return row


def _in_state(session: Session, ground: Ground, *states: State) -> list[Nomination]:
    return list(
        session.execute(
            select(Nomination)
            .where(
                col(Nomination.round_id) == ground.round_id,
                col(Nomination.state).in_([s.value for s in states]),
            )
            .order_by(col(Nomination.id))
        ).scalars()
    )


def _natural_order(definition: Definition) -> Any:
    awards = {award.key: place for place, award in enumerate(definition.awards)}
    departments = {unit.key: place for place, unit in enumerate(definition.departments)}
    return lambda n: (
        awards[n.award_key],
        n.nominee_kind == "person",
        departments[n.department_key],
        n.nominee_folded,
    )


def _write_lines(session: Session, row: NominationList, ids: Sequence[int]) -> None:
    session.execute(
        insert(_LINE),
        [
            {"list_id": row.id, "nomination_id": id_, "position": place, "fingerprint": ""}
            for place, id_ in enumerate(ids, start=1)
        ],
    )


def publish_list(session: Session, actor: Actor, key: str, *, now: datetime) -> NominationList:
    """Show the list to the departments before it is frozen: openness (Luật TĐKT Đ.5). Safe to repeat.

    What is shown is kept as fingerprints: nothing else can be frozen.
    """
    demand_role(actor, Role.office)
    ground = stand_on(session, key=key)
    row = list_in(session, ground, "draft", "published")
    if row.state == "published":
        return row
    lines = _lines_of(session, row)
    _refuse_stale(lines, _in_state(session, ground, State.accepted))
    refuse_overweight(session, ground.definition, lines)
    session.execute(
        _PRINT,
        [
            {"of_list": row.id, "of_nomination": id_, "fingerprint": said}
            for id_, said in fingerprints(session, lines).items()
        ],
    )
    row.state, row.published_at = "published", now
    session.add(row)
    note_round(session, actor, ground, "list_published", now=now, facts=as_shown(row, lines))
    return row


def freeze_list(session: Session, actor: Actor, key: str, *, now: datetime) -> NominationList:
    """Freeze the published list: from here on what the council votes on cannot change. Safe to repeat.

    Blocks while a nomination still waits for the office or for its department, or a department on leave has
    not answered. Drafts nobody signed lapse, and their departments are told.
    """
    demand_role(actor, Role.office)
    ground = stand_on(session, key=key)
    row = list_in(session, ground, "published", "frozen")
    if row.state == "frozen":
        return row
    if ground.stage != Stage.office:
        raise NotNow(
            "Chưa hết hạn của các phòng nên chưa chốt được danh sách.", rule="Trình tự xét khen thưởng"
        )
    nominations = unlisted(session, ground)
    refuse_unfinished(nominations, now=now)
    refuse_on_leave(session, ground, now=now)
    listed = _lines_of(session, row)
    prints = _as_published(session, row, listed, nominations)
    move_all(
        session,
        actor,
        ground,
        listed,
        Act.freeze,
        now=now,
        facts=lambda n: {"fingerprint": prints[n.id or 0]},
    )
    lapse_unsigned(session, actor, ground, nominations, now=now)
    row.state, row.frozen_at, row.hash = "frozen", now, list_hash(list(prints.values()))
    session.add(row)
    facts = {"hash": row.hash, "count": len(listed)}
    note_round(session, actor, ground, "list_frozen", now=now, facts=facts, tell=False)
    return row


def _lines_of(session: Session, row: NominationList) -> list[Nomination]:
    """The nominations on a list, in its order."""
    return list(
        session.execute(
            select(Nomination)
            .join(ListLine, col(ListLine.nomination_id) == col(Nomination.id))
            .where(col(ListLine.list_id) == row.id)
            .order_by(col(ListLine.position))
        ).scalars()
    )


def _refuse_stale(lines: Sequence[Nomination], accepted: Sequence[Nomination]) -> None:
    """Raises Incomplete, naming what was returned, held or accepted since the list was compiled."""
    listed, by_now = {n.id: n.nominee_name for n in lines}, {n.id: n.nominee_name for n in accepted}
    names = sorted((listed | by_now)[id_] for id_ in listed.keys() ^ by_now.keys())
    if names:
        raise Incomplete(
            {
                "list": f"Từ khi lập danh sách, tình trạng đã đổi: {', '.join(names)}. "
                "Lập lại danh sách rồi công khai."
            }
        )


def _as_published(
    session: Session, row: NominationList, listed: Sequence[Nomination], alive: Sequence[Nomination]
) -> dict[int, str]:
    """Fingerprints by id, the same as departments were shown. Raises Incomplete, naming what has changed."""
    shown = dict(
        session.execute(
            select(col(ListLine.nomination_id), col(ListLine.fingerprint)).where(
                col(ListLine.list_id) == row.id
            )
        ).all()
    )
    prints = fingerprints(session, listed)
    accepted = {n.id: n.nominee_name for n in alive if n.state == State.accepted}
    names = accepted | {n.id: n.nominee_name for n in listed}
    changed = accepted.keys() ^ shown.keys()
    changed |= {id_ for id_, said in prints.items() if shown[id_] != said}
    if changed:
        raise Incomplete(
            {
                "list": "Danh sách đã công khai chưa khớp với các đề nghị đã chấp nhận: "
                f"{', '.join(sorted(names[id_] for id_ in changed))}. "
                "Lập lại danh sách, công khai rồi chốt."
            },
            rule="Danh sách chốt là danh sách đã công khai",
        )
    return prints


def unfreeze_list(session: Session, actor: Actor, key: str, *, reason: str, now: datetime) -> NominationList:
    """Open a frozen list again before the vote; the next list is a new version, and the reason is kept.

    Drafts that lapsed with the freeze are drafts again: with the head's leave their departments may go on.
    """
    demand_role(actor, Role.office)
    ground = stand_on(session, key=key)
    row = list_in(session, ground, "frozen")
    if ground.stage != Stage.office:
        raise NotNow(
            "Hội đồng đang bỏ phiếu, không mở lại danh sách được.", rule="Danh sách đã chốt không sửa"
        )
    said = clean(reason, lines=True)
    if not said:
        raise Incomplete({"reason": "Ghi lý do mở chốt danh sách."})
    move_all(session, actor, ground, _in_state(session, ground, State.listed), Act.unfreeze, now=now)
    revive_lapsed(session, actor, ground, since=row.frozen_at, now=now)
    new = NominationList(round_id=ground.round_id, version=row.version + 1, compiled_at=now)
    session.add(new)
    session.flush()
    ids = session.execute(
        select(col(ListLine.nomination_id))
        .where(col(ListLine.list_id) == row.id)
        .order_by(col(ListLine.position))
    ).scalars()
    _write_lines(session, new, list(ids))
    facts = {"reason": said}
    note_round(session, actor, ground, "list_unfrozen", now=now, facts=facts, tell=False, wake=False)
    return new
