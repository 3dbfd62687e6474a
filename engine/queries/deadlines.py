"""Deadlines of a round and what will happen by itself: the moments past, with their outcome, and to come."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from engine.calendar import WEEKDAYS, short
from engine.definition import Definition
from engine.models import Leave, Moment, Person
from engine.queries.leave import IN_FORCE
from engine.stages import Stage


@dataclass(frozen=True)
class Planned:
    """A moment in words; `department_key` when it is that department's own."""

    at: datetime
    stage: Stage
    words: str
    done_at: datetime | None
    outcome: str
    department_key: str = ""


@dataclass(frozen=True)
class GivenLeave:
    """A department that may still act after the deadline; `replaced` by a newer leave, it counts no more."""

    department_key: str
    until: datetime
    reason: str
    by: str
    given_at: datetime
    replaced: bool


_WHOM = {
    Stage.proposal: "các phòng chưa trả lời",
    Stage.office: "Văn phòng",
    Stage.council: "thành viên chưa gửi phiếu",
    Stage.submission: "Thủ trưởng, Văn phòng về việc còn lại",
}
_WHOM_OWN = {Stage.proposal: "phòng được nộp muộn", Stage.office: "phòng đang bổ sung hồ sơ"}
_WHOSE = {Stage.proposal: "phòng hết hạn nộp muộn", Stage.office: "phòng hết hạn bổ sung hồ sơ"}
_CLOSED = {
    Stage.proposal: "Hết hạn: đóng nhận đề nghị, Văn phòng bắt đầu tổng hợp",
    Stage.council: "Hết hạn: kết thúc bỏ phiếu, kiểm phiếu",
}


def in_words(stage: Stage, kind: str, step: int, department: str = "") -> str:
    """What a moment does, as one line of the reminder plan; `department` when it is one department's own."""
    if department and kind == "escalate":
        return f"Báo Văn phòng: {_WHOSE[stage]} mà chưa xong"
    whom = _WHOM_OWN[stage] if department else _WHOM.get(stage, "người có việc")
    match kind:
        case "open":
            return "Mở đợt, báo các phòng"
        case "remind":
            return f"Nhắc {whom} (còn {step} ngày làm việc)" if step else f"Nhắc {whom} (ngày cuối)"
        case "late":
            return f"Báo quá hạn cho {whom}"
        case "escalate":
            return f"Báo cấp trên: quá hạn {step} ngày làm việc"
        case _:
            return _CLOSED.get(stage, "Hết hạn")


def moments(session: Session, round_id: int) -> tuple[Planned, ...]:
    """Every moment of a round in order of time."""
    rows = session.execute(
        select(
            col(Moment.at),
            col(Moment.stage),
            col(Moment.kind),
            col(Moment.step),
            col(Moment.department_key),
            col(Moment.done_at),
            col(Moment.outcome),
        )
        .where(col(Moment.round_id) == round_id)
        .order_by(col(Moment.at), col(Moment.id))
    ).all()
    return tuple(
        Planned(at, Stage(stage), in_words(Stage(stage), kind, step, own), done, outcome, own)
        for at, stage, kind, step, own, done, outcome in rows
    )


def leaves(session: Session, round_id: int) -> tuple[GivenLeave, ...]:
    """Leaves given in a round, newest first."""
    rows = session.execute(
        select(
            col(Leave.department_key),
            col(Leave.until),
            col(Leave.reason),
            col(Person.name),
            col(Leave.granted_at),
            ~IN_FORCE,
        )
        .join(Person, col(Person.id) == col(Leave.granted_by))
        .where(col(Leave.round_id) == round_id)
        .order_by(col(Leave.id).desc())
    ).all()
    return tuple(GivenLeave(*row) for row in rows)


def not_open_yet(definition: Definition, stage: Stage) -> str:
    """How the deadline of a stage that has not opened will be set, in words."""
    steps = definition.stages[stage]
    if steps.due is not None:
        return f"Ấn định {WEEKDAYS[steps.due.weekday()]} {short(steps.due)}"
    return f"{steps.working_days} ngày làm việc kể từ ngày mở giai đoạn"
