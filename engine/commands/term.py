"""Until when a department may act: the stage's deadline, the head's leave, the days a return gives.

A frozen list ends all three: what came after it would be on no list.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import Session, SQLModel

from engine.calendar import in_words
from engine.commands.ground import Ground
from engine.errors import StageClosed
from engine.models import Nomination
from engine.queries.leave import IN_FORCE
from engine.stages import Stage

_WINDOW, _LEAVE, _LIST = (
    SQLModel.metadata.tables[name] for name in ("stagewindow", "leave", "nomination_list")
)
_TERM = select(
    _WINDOW.c.due_at,
    select(_LEAVE.c.until)
    .where(
        _LEAVE.c.round_id == bindparam("round_id"),
        _LEAVE.c.department_key == bindparam("department"),
        IN_FORCE,
    )
    .scalar_subquery(),
    select(_LIST.c.state)
    .where(_LIST.c.round_id == bindparam("round_id"))
    .order_by(_LIST.c.version.desc())
    .limit(1)
    .scalar_subquery(),
).where(_WINDOW.c.round_id == bindparam("round_id"), _WINDOW.c.stage == Stage.proposal.value)


@dataclass(frozen=True)
class _Term:
    """Until when a department may act, its stage's deadline, and whether a frozen list has ended both."""

    until: datetime | None
    due: datetime | None
    frozen: bool


def open_until(
    session: Session, ground: Ground, department: str, nomination: Nomination | None
) -> datetime | None:
    """Until when this department may act on this nomination; None when the stage is not open to it at all."""
    return _term(session, ground, department, nomination).until


def _term(session: Session, ground: Ground, department: str, nomination: Nomination | None) -> _Term:
    asked = {"round_id": ground.round_id, "department": department}
    due, leave, list_state = session.connection().execute(_TERM, asked).one()
    if ground.stage == Stage.office and list_state == "frozen":
        return _Term(None, due, frozen=True)
    moments = [due] if ground.stage == Stage.proposal else []
    if ground.stage in {Stage.proposal, Stage.office}:
        moments += [leave, nomination.return_until if nomination else None]
    return _Term(max((m for m in moments if m is not None), default=None), due, frozen=False)


def demand_open(
    session: Session, ground: Ground, department: str, nomination: Nomination | None, *, now: datetime
) -> None:
    """Raises StageClosed, saying when it closed and who may open it again. The closing moment is too late."""
    term = _term(session, ground, department, nomination)
    if term.until is not None and now < term.until:
        return
    head = ground.definition.agency.head
    if ground.stage == Stage.planned:
        sentence = "Đợt xét chưa mở nên phòng chưa lập được đề nghị."
    elif term.frozen:
        sentence = (
            "Danh sách đã chốt để lấy phiếu nên phòng không thay đổi đề nghị được nữa. "
            "Nếu cần, đề nghị Văn phòng mở chốt danh sách."
        )
    elif ground.stage in {Stage.proposal, Stage.office}:
        closed = term.until or term.due
        sentence = (
            f"Đã hết hạn từ {in_words(closed)}. " if closed else "Đã hết hạn. "
        ) + f"{head.title} ({head.name}) có thể cho nộp muộn; liên hệ Văn phòng để trình."
    else:
        sentence = "Danh sách đã chuyển Hội đồng nên phòng không thay đổi đề nghị được nữa."
    raise StageClosed(
        sentence,
        rule="Thời hạn nộp đề nghị của đợt xét",
        help_from=f"{head.title} {head.name}, qua Văn phòng",
    )
