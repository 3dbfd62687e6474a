"""What the departments have not handed over: waited for while they have time, lapsed when they have none."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from engine.access import Actor
from engine.commands.ground import Ground, move_all, note_round
from engine.errors import Incomplete
from engine.models import Nomination
from engine.queries import waiting
from engine.stages import Act, State

UNSIGNED = frozenset({State.draft, State.ready})
MOST_NAMES = 8


def refuse_unfinished(nominations: Sequence[Nomination], *, now: datetime) -> None:
    """Raises Incomplete, naming them, while nominations wait for the office or for a department in its days.

    What the office returned stays with the department until its own date, also when the clerk has passed it
    on and only the department head's signature is missing.
    """
    waits = {State.proposed, State.returned}
    open_ = [n.nominee_name for n in nominations if n.state in waits or being_mended(n, now=now)]
    if open_:
        raise Incomplete(
            {
                "list": f"Còn {len(open_)} đề nghị chưa xử lý xong: {', '.join(open_[:MOST_NAMES])}. "
                "Chấp nhận, tạm dừng hoặc loại từng đề nghị, chờ phòng bổ sung xong đề nghị đã trả lại, "
                "rồi mới chốt danh sách, mở bỏ phiếu."
            },
            rule="Chốt khi mọi đề nghị đã được xử lý",
        )


def being_mended(nomination: Nomination, *, now: datetime) -> bool:
    """Whether it came back from the office and the department still has days for it."""
    until = nomination.return_until
    return nomination.state in UNSIGNED and until is not None and now < until


def owing_on_leave(session: Session, ground: Ground, *, now: datetime) -> tuple[str, ...]:
    """Names of departments that the head gave more time and that still owe their answer."""
    return waiting.owing_on_leave(session, ground.round_id, ground.definition, now=now)


def refuse_on_leave(session: Session, ground: Ground, *, now: datetime) -> None:
    """Raises Incomplete while a department that the head gave more time still owes its answer."""
    silent = owing_on_leave(session, ground, now=now)
    if silent:
        names = ", ".join(silent)
        raise Incomplete(
            {
                "list": f"{names} còn được nộp muộn theo cho phép của Thủ trưởng mà chưa trả lời. "
                "Chờ phòng trả lời hoặc hết hạn ấy."
            },
            rule="Cho phép nộp muộn của Thủ trưởng",
        )


def lapse_unsigned(
    session: Session, actor: Actor, ground: Ground, nominations: Sequence[Nomination], *, now: datetime
) -> None:
    """Drafts nobody signed lapse, and each department is told which of its own, in one round event."""
    left = [n for n in nominations if n.state in UNSIGNED]
    move_all(session, actor, ground, left, Act.lapse, now=now)
    for department in sorted({n.department_key for n in left}):
        codes = [n.code for n in left if n.department_key == department]
        facts = {"department": department, "codes": codes}
        note_round(session, actor, ground, "lapsed", now=now, facts=facts, wake=False)


def revive_lapsed(
    session: Session, actor: Actor, ground: Ground, *, since: datetime | None, now: datetime
) -> None:
    """What lapsed when the list was frozen (at `since`) is a draft again: a freeze loses nothing typed."""
    lapsed = session.execute(
        select(Nomination)
        .where(
            col(Nomination.round_id) == ground.round_id,
            col(Nomination.state) == State.lapsed.value,
            col(Nomination.updated_at) == since,
        )
        .order_by(col(Nomination.id))
    ).scalars()
    move_all(session, actor, ground, list(lapsed), Act.revive, now=now)
