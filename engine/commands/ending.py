"""The end of a round: by itself with the last nomination's last word, or by hand when nothing is left."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session, SQLModel, col

from engine.access import Actor, demand_role, time_itself
from engine.commands import moments
from engine.commands.ground import Ground, move_all, note_round, stand_on, window_of
from engine.commands.unsigned import UNSIGNED, owing_on_leave
from engine.errors import Incomplete, NotNow
from engine.models import Nomination
from engine.stages import FINAL, STAGES, Act, Role, Stage, State
from engine.text import clean

_NOMINATION = SQLModel.metadata.tables["nomination"]
_UNDECIDED = (
    select(_NOMINATION.c.id)
    .where(
        _NOMINATION.c.round_id == bindparam("round_id"),
        _NOMINATION.c.state.not_in(bindparam("decided", expanding=True)),
    )
    .limit(1)
)
_BEING_MENDED = (
    select(_NOMINATION.c.id)
    .where(
        _NOMINATION.c.round_id == bindparam("round_id"),
        _NOMINATION.c.state.in_(sorted(UNSIGNED)),
        _NOMINATION.c.return_until > bindparam("now"),
    )
    .limit(1)
)
_UNSIGNED = (
    select(Nomination)
    .where(col(Nomination.round_id) == bindparam("round_id"), col(Nomination.state).in_(sorted(UNSIGNED)))
    .order_by(col(Nomination.id))
)


def close_if_done(session: Session, actor: Actor, ground: Ground, *, now: datetime) -> bool:
    """Archive the round once every nomination has its last word; returns whether it is closed.

    `actor` is whose act was the last one. What is held keeps the round open (NĐ 152/2025 Đ.4: hold, not
    reject): its last word is the office's, with a reason that the department is told.
    """
    if ground.stage != Stage.submission:
        return ground.stage == Stage.closed
    if _undecided(session, ground):
        return False
    _close(session, actor, ground, {}, now=now)
    return True


def end_round(session: Session, actor: Actor, key: str, *, reason: str, now: datetime) -> bool:
    """Office or head ends a round in which nothing is left to decide, e.g. nothing was accepted.

    Drafts nobody signed lapse. Safe to repeat: False when the round is closed already. Raises Incomplete
    without a reason; NotNow before the departments' deadline, while a department is on leave to propose late
    or has days left to mend what was returned, and while any nomination still waits for somebody's word.
    """
    demand_role(actor, Role.office, Role.head)
    ground = stand_on(session, key=key)
    if ground.stage == Stage.closed:
        return False
    said = clean(reason, lines=True)
    if not said:
        raise Incomplete({"reason": "Ghi lý do kết thúc đợt xét để lưu hồ sơ và báo cho các phòng."})
    _refuse_early(session, ground, now=now)
    if _undecided(session, ground, but=UNSIGNED):
        raise NotNow(
            "Còn đề nghị đang chờ xử lý nên chưa kết thúc đợt được. Xử lý xong từng đề nghị trước.",
            rule="Kết thúc khi không còn đề nghị nào chờ quyết định",
            help_from="Văn phòng",
        )
    lapsed = _lapse_unsigned(session, ground, now=now)
    _close(session, actor, ground, {"reason": said, "codes": lapsed}, now=now)
    return True


def _refuse_early(session: Session, ground: Ground, *, now: datetime) -> None:
    if ground.stage not in {Stage.office, Stage.submission}:
        raise NotNow(
            "Chỉ kết thúc đợt được sau hạn của các phòng và khi Hội đồng không bỏ phiếu.",
            rule="Trình tự xét khen thưởng",
        )
    if ground.stage != Stage.office:  # departments have no time left
        return
    asked = {"round_id": ground.round_id, "now": now}
    if session.connection().execute(_BEING_MENDED, asked).first() is not None:
        raise NotNow(
            "Còn đề nghị trả lại mà phòng đang bổ sung trong hạn. Chờ phòng ký lại hoặc hết hạn bổ sung.",
            rule="Hạn bổ sung của đề nghị trả lại",
            help_from="Phòng đề nghị",
        )
    silent = owing_on_leave(session, ground, now=now)
    if silent:
        raise NotNow(
            f"{', '.join(silent)} còn được nộp muộn theo cho phép của Thủ trưởng mà chưa trả lời. "
            "Chờ phòng trả lời hoặc hết hạn ấy rồi kết thúc đợt.",
            rule="Cho phép nộp muộn của Thủ trưởng",
        )


def _undecided(session: Session, ground: Ground, *, but: AbstractSet[State] = frozenset()) -> bool:
    """Whether any nomination (states of `but` aside) still waits for its last word."""
    asked = {"round_id": ground.round_id, "decided": sorted(FINAL | but)}
    return session.connection().execute(_UNDECIDED, asked).first() is not None


def _lapse_unsigned(session: Session, ground: Ground, *, now: datetime) -> list[str]:
    """Which drafts lapsed, by code: their departments are told with the end of the round."""
    left = session.execute(_UNSIGNED, {"round_id": ground.round_id}).scalars().all()
    facts = {"reason": "Đợt xét kết thúc khi phòng chưa ký duyệt."}
    move_all(
        session,
        time_itself(),
        ground,
        left,
        Act.lapse,
        now=now,
        facts=lambda _: facts,
        changes=lambda _: facts,
    )
    return [one.code for one in left]


def _close(
    session: Session, actor: Actor, ground: Ground, facts: Mapping[str, Any], *, now: datetime
) -> None:
    """The round's last event. Nothing that was still planned will happen."""
    window = window_of(session, ground, ground.stage)
    window.closed_at = now
    session.add(window)
    moments.pass_over(session, ground, *STAGES, now=now)
    closed = {"stage": Stage.closed.value, "closed_at": now}
    note_round(session, actor, ground, "round_closed", now=now, facts=facts, changes=closed)


def reopen_round(
    session: Session, actor: Actor, ground: Ground, facts: Mapping[str, Any], *, now: datetime
) -> None:
    """A closed round in which something waits for its last word again; what was passed over stays so."""
    if ground.stage != Stage.closed:
        return
    window = window_of(session, ground, Stage.submission)
    window.closed_at = None
    session.add(window)
    opened = {"stage": Stage.submission.value, "closed_at": None}
    note_round(session, actor, ground, "round_reopened", now=now, facts=facts, changes=opened, tell=False)
