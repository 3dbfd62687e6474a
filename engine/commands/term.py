"""Until when a department may act: the stage's deadline, the head's leave, the days a return gives."""

from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlmodel import Session, SQLModel

from engine.calendar import in_words
from engine.commands.ground import Ground
from engine.errors import StageClosed
from engine.models import Nomination
from engine.stages import Stage

_WINDOW, _LEAVE = SQLModel.metadata.tables["stagewindow"], SQLModel.metadata.tables["leave"]
_TERM = select(
    _WINDOW.c.due_at,
    select(func.max(_LEAVE.c.until))
    .where(_LEAVE.c.round_id == bindparam("round_id"), _LEAVE.c.department_key == bindparam("department"))
    .scalar_subquery(),
).where(_WINDOW.c.round_id == bindparam("round_id"), _WINDOW.c.stage == Stage.proposal.value)


def open_until(
    session: Session, ground: Ground, department: str, nomination: Nomination | None
) -> datetime | None:
    """Until when this department may act on this nomination; None when the stage is not open to it at all."""
    return _term(session, ground, department, nomination)[0]


def _term(
    session: Session, ground: Ground, department: str, nomination: Nomination | None
) -> tuple[datetime | None, datetime | None]:
    """That moment, and the deadline of the departments' stage."""
    asked = {"round_id": ground.round_id, "department": department}
    due, leave = session.connection().execute(_TERM, asked).one()
    moments = [due] if ground.stage == Stage.proposal else []
    if ground.stage in {Stage.proposal, Stage.office}:
        moments += [leave, nomination.return_until if nomination else None]
    return max((m for m in moments if m is not None), default=None), due


def demand_open(
    session: Session, ground: Ground, department: str, nomination: Nomination | None, *, now: datetime
) -> None:
    """Raises StageClosed, saying when it closed and who may open it again. The closing moment is too late."""
    until, due = _term(session, ground, department, nomination)
    if until is not None and now < until:
        return
    head = ground.definition.agency.head
    if ground.stage == Stage.planned:
        sentence = "Đợt xét chưa mở nên phòng chưa lập được đề nghị."
    elif ground.stage in {Stage.proposal, Stage.office}:
        closed = until or due
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
