"""Stages in time: opened with a deadline and its ladder, moved, closed; leave for the late."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from engine.access import Actor, demand_role
from engine.calendar import Calendar, Deadline, in_words
from engine.clock import VIETNAM
from engine.commands import moments, own_time
from engine.commands.drafting import department_name
from engine.commands.ground import Ground, note_round, stand_on, window_of
from engine.commands.listing import refuse_frozen
from engine.definition import Definition
from engine.errors import Incomplete, NotNow
from engine.models import Leave, StageWindow
from engine.queries import waiting
from engine.queries.leave import IN_FORCE
from engine.queries.voting import is_settled
from engine.stages import Role, Stage
from engine.text import clean

_NEWEST_LEAVE = select(col(Leave.until), col(Leave.reason)).where(
    col(Leave.round_id) == bindparam("round_id"),
    col(Leave.department_key) == bindparam("department"),
    IN_FORCE,
)


def deadline_of(definition: Definition, stage: Stage, calendar: Calendar, start: date) -> Deadline:
    """The deadline a definition gives a stage that starts on `start`."""
    steps = definition.stages[stage]
    if steps.due is not None:
        return calendar.deadline_on(steps.due, definition.close_of_office)
    assert steps.working_days is not None  # noqa: S101 — the definition's own check
    return calendar.deadline_after(start, steps.working_days, definition.close_of_office)


def open_stage(
    session: Session, actor: Actor, ground: Ground, stage: Stage, *, calendar: Calendar, now: datetime
) -> StageWindow:
    """Enter a stage: its deadline is computed once, explained, and its ladder of moments laid out."""
    window = window_of(session, ground, stage)
    if window.opened_at is not None:
        return window
    today = now.astimezone(VIETNAM).date()
    deadline = deadline_of(ground.definition, stage, calendar, today)
    if deadline.at <= now:
        # The planned day is past already: the stage still gets the shortest honest time, one working day.
        past, deadline = deadline, calendar.deadline_after(today, 1, ground.definition.close_of_office)
        said = f"{deadline.explanation}; hạn đã định {past.date:%d/%m/%Y} qua trước khi giai đoạn này bắt đầu"
        deadline = replace(deadline, explanation=said)
    window.opened_at, window.opens_at = now, window.opens_at or now
    window.due_at, window.explanation = deadline.at, deadline.explanation
    session.add(window)
    session.flush()  # `term` reads the row itself
    _lay_out(session, ground, window, deadline, calendar=calendar, now=now)
    note_round(
        session,
        actor,
        ground,
        f"{stage.value}_opened",
        now=now,
        facts={"due": deadline.at.isoformat(), "explanation": deadline.explanation},
        changes={"stage": stage.value},
    )
    return window


def _lay_out(
    session: Session,
    ground: Ground,
    window: StageWindow,
    deadline: Deadline,
    *,
    calendar: Calendar,
    now: datetime,
) -> None:
    """Write the moments of one deadline; the key (round, stage, generation, kind, step) makes each once."""
    stage = Stage(window.stage)
    steps = ground.definition.stages[stage]
    rungs = calendar.ladder(
        deadline,
        steps.remind,
        ground.definition.morning,
        # The close ends the ballot for its members too: who has not sent one can do nothing about it, and
        # those who can, by another deadline, have been told of the missed quorum.
        late=() if stage == Stage.council else steps.late,
        escalate=steps.escalate,
        opened_at=now,
    )
    planned = [(rung.kind.value, rung.offset, rung.at) for rung in rungs]
    if stage in {Stage.proposal, Stage.council}:
        planned.append(("close", 0, deadline.at))
    moments.lay_out(session, ground, stage, window.generation, planned)


def move_deadline(
    session: Session,
    actor: Actor,
    key: str,
    stage: Stage,
    *,
    due: date,
    reason: str,
    calendar: Calendar,
    now: datetime,
) -> StageWindow:
    """Give a stage another deadline; what was planned from the old one goes, and people are told."""
    demand_role(actor, Role.office, Role.head)
    ground = stand_on(session, key=key)
    if ground.stage != stage:
        raise NotNow("Chỉ đổi được hạn của giai đoạn đang diễn ra.", rule="Trình tự xét khen thưởng")
    window = window_of(session, ground, stage)
    if stage == Stage.council:
        refuse_settled(session, ground, "gia hạn", now=now)
    deadline = calendar.deadline_on(due, ground.definition.close_of_office)
    said, faults = clean(reason, lines=True), {}
    if not said:
        faults["reason"] = "Ghi lý do đổi hạn để lưu hồ sơ và báo cho những người liên quan."
    if deadline.at <= now:
        faults["due"] = "Hạn mới phải sau thời điểm hiện tại. Chọn một ngày làm việc sắp tới."
    if faults:
        raise Incomplete(faults)
    if deadline.at == window.due_at:
        return window
    moments.put_off(session, ground, stage, now=now)
    before = window.due_at
    window.generation += 1
    window.due_at, window.explanation = deadline.at, deadline.explanation
    session.add(window)
    session.flush()
    _lay_out(session, ground, window, deadline, calendar=calendar, now=now)
    note_round(
        session,
        actor,
        ground,
        "deadline_moved",
        now=now,
        facts={
            "stage": stage.value,
            "before": before.isoformat() if before else "",
            "due": deadline.at.isoformat(),
            "reason": said,
        },
    )
    return window


def refuse_settled(session: Session, ground: Ground, what: str, *, now: datetime) -> None:
    """Raises NotNow for `what` once the vote is over: another member, or day, would change what it said."""
    due = window_of(session, ground, Stage.council).due_at
    if is_settled(session, ground.definition, ground.round_id, due, now=now):
        raise NotNow(
            f"Đã hết hạn bỏ phiếu và đủ số phiếu nên không {what} được; hệ thống đang kiểm phiếu. "
            "Tải lại trang sau ít phút để xem kết quả.",
            rule="Hạn bỏ phiếu của Hội đồng",
            help_from="Thư ký Hội đồng",
        )


def give_leave(
    session: Session,
    actor: Actor,
    key: str,
    *,
    department: str,
    until: date,
    reason: str,
    calendar: Calendar,
    now: datetime,
) -> bool:
    """Late entry by leave of the head: one department may still act until close of office of `until`.

    Returns whether the list will have to wait for it beyond the office's own deadline.

    A newer leave takes the place of the one before, with an earlier date too: so a slip is put right.
    Safe to repeat: the date that the department's newest leave names already is no second leave.
    """
    demand_role(actor, Role.head)
    ground = stand_on(session, key=key)
    if ground.stage not in {Stage.proposal, Stage.office}:
        raise NotNow(
            "Chỉ cho nộp muộn được khi đợt đã mở và danh sách chưa chuyển Hội đồng.",
            rule="Trình tự xét khen thưởng",
        )
    refuse_frozen(session, ground, "cho nộp muộn")
    department_name(ground.definition, department)
    deadline = calendar.deadline_on(until, ground.definition.close_of_office)
    said, faults = clean(reason, lines=True), {}
    general = window_of(session, ground, Stage.proposal).due_at
    if deadline.at <= now:
        faults["until"] = "Ngày cho nộp muộn phải sau thời điểm hiện tại."
    elif ground.stage == Stage.proposal and general is not None and deadline.at <= general:
        faults["until"] = f"Ngày cho nộp muộn phải sau hạn chung của các phòng: {in_words(general)}."
    if not said:
        faults["reason"] = "Ghi lý do cho nộp muộn."
    if faults:
        raise Incomplete(faults)
    outlasts = _outlasts(session, ground, deadline, calendar=calendar)
    asked = {"round_id": ground.round_id, "department": department}
    newest = session.execute(_NEWEST_LEAVE, asked).one_or_none()
    if newest is not None and newest.until == deadline.at:
        if newest.reason != said:
            raise NotNow(
                f"Phòng này đã được nộp muộn đến ngày ấy, với lý do: “{newest.reason}”.",
                rule="Mỗi lần cho nộp muộn ghi một lý do",
            )
        return outlasts
    session.add(
        Leave(
            round_id=ground.round_id,
            department_key=department,
            until=deadline.at,
            reason=said,
            granted_by=actor.person_id or 0,
            granted_at=now,
        )
    )
    session.flush()
    moments.forget_own(session, ground, Stage.proposal, department)
    own_time.expect(session, ground, Stage.proposal, department, deadline, calendar=calendar, now=now)
    facts = {"department": department, "until": deadline.at.isoformat(), "reason": said}
    told = {**facts, "outlasts": outlasts}
    note_round(session, actor, ground, "leave_given", now=now, facts=told)
    return outlasts


def _outlasts(session: Session, ground: Ground, leave: Deadline, *, calendar: Calendar) -> bool:
    """Whether a leave ends after the office's deadline; one not opened yet has it by date, or not at all."""
    end, fixed = window_of(session, ground, Stage.office).due_at, ground.definition.stages[Stage.office].due
    if end is None and fixed is not None:
        end = calendar.deadline_on(fixed, ground.definition.close_of_office).at
    return end is not None and end < leave.at


def close_proposal(
    session: Session, actor: Actor, ground: Ground, *, calendar: Calendar, now: datetime
) -> bool:
    """The departments' deadline has passed: their forms close, the office's time begins.

    Returns whether the departments' stage is over.
    """
    demand_role(actor, Role.time, Role.office)
    if ground.stage != Stage.proposal:
        return ground.stage != Stage.planned
    window = window_of(session, ground, Stage.proposal)
    if window.due_at is None or now < window.due_at:
        return False
    window.closed_at = now
    session.add(window)
    moments.pass_over_reminders(session, ground, Stage.proposal, now=now)
    silent = waiting.whom(
        session, ground.round_id, ground.definition, Stage.proposal, now=now, late_only=True
    ).departments
    facts = {"silent": list(silent)}
    note_round(session, actor, ground, "proposal_closed", now=now, facts=facts, wake=False)
    open_stage(session, actor, ground, Stage.office, calendar=calendar, now=now)
    return True
