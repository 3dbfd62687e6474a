"""What time says: reminders to those who have not acted, late notices, escalations, moved deadlines."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from sqlmodel import select

from engine.models import DepartmentReply
from engine.stages import Role, Stage
from notifications.desk import Desk, Wish
from notifications.wishes import council, office, proposal, submission
from notifications.wishes.reasons import FOR_HEAD, FOR_OFFICE


def reminded(desk: Desk) -> Iterator[Wish]:
    """Exactly those the event names as not having acted."""
    match Stage(desk.facts["stage"]):
        case Stage.proposal:
            wished = proposal.to_departments(desk, "proposal_reminder", desk.facts["departments"])
            own = _own_time(desk)
            yield from (replace(wish, deadline=own) for wish in wished) if own else wished
        case Stage.office:
            if desk.facts["persons"]:
                yield from office.to_office(desk, "office_reminder")
            yield from office.returned_again(desk)
        case Stage.council:
            yield from council.to_silent_seats(desk)
        case Stage.submission:
            yield from submission.to_head(desk)
            yield from submission.dossier_left(desk)
        case _:
            return


def _own_time(desk: Desk) -> Mapping[str, str] | None:
    """The deadline of one department alone: what was returned to it, or its leave to be late."""
    until = desk.facts.get("until")
    return desk.until(datetime.fromisoformat(until)) if until else None


def late(desk: Desk) -> Iterator[Wish]:
    match Stage(desk.facts["stage"]):
        case Stage.proposal:
            yield from proposal.to_departments(desk, "proposal_late", desk.facts["departments"])
        case Stage.office:
            yield from office.to_office(desk, "office_late")
        case Stage.submission:
            yield from submission.to_head(desk)
            yield from submission.dossier_left(desk)
        case _:
            return


def escalated(desk: Desk) -> Iterator[Wish]:
    """To the office about departments, to the head about the office and the submission."""
    own = _own_time(desk)
    if own:
        yield from _own_time_passed(desk, own)
        return
    stage = Stage(desk.facts["stage"])
    names = [desk.definition.department(key).name for key in desk.facts["departments"]]
    names += [to.name for to in desk.persons(desk.facts["persons"])]
    role, reason = (Role.office, FOR_OFFICE) if stage == Stage.proposal else (Role.head, FOR_HEAD)
    for to in desk.role(role):
        yield Wish(
            "escalation",
            to,
            reason,
            button=("Xem tình hình đợt xét", desk.page(f"/vp/dot/{desk.round.key}")),
            deadline=desk.deadline(stage),
            items=[f"Chưa xong: {name}" for name in names],
        )


def _own_time_passed(desk: Desk, own: Mapping[str, str]) -> Iterator[Wish]:
    """To the office, of each department's return or leave by its own name: several may pass on one day."""
    [key] = desk.facts["departments"]
    department = desk.definition.department(key).name
    codes = desk.facts.get("codes", ())
    matter = "Bổ sung đề nghị được trả lại" if codes else "Nộp muộn theo cho phép của Thủ trưởng"
    left = [f"Chưa gửi lại: {desk.line(n)}" for n in desk.named(codes)]
    replied = select(DepartmentReply.department_key).where(
        DepartmentReply.round_id == desk.event.round_id, DepartmentReply.department_key == key
    )
    silence = "Còn đề nghị chưa ký gửi" if desk.session.exec(replied).first() else "Chưa trả lời"
    left = left or [f"{silence}: {department}"]
    for to in desk.role(Role.office):
        yield Wish(
            "escalation",
            to,
            FOR_OFFICE,
            button=("Xem tình hình đợt xét", desk.page(f"/vp/dot/{desk.round.key}")),
            deadline=own,
            facts=[("Đơn vị", department), ("Việc quá hạn", matter)],
            items=left,
        )


def deadline_moved(desk: Desk) -> Iterator[Wish]:
    stage = Stage(desk.facts["stage"])
    note = f"Lý do: {desk.facts['reason']}"
    match stage:
        case Stage.proposal:
            yield from proposal.to_departments(
                desk, "deadline_moved", [d.key for d in desk.definition.departments], note
            )
        case Stage.council:
            yield from council.extended(desk, note)
        case _:
            for role, reason in ((Role.office, FOR_OFFICE), (Role.head, FOR_HEAD)):
                for to in desk.role(role):
                    yield Wish(
                        "deadline_moved",
                        to,
                        reason,
                        button=("Xem tình hình đợt xét", desk.page(f"/vp/dot/{desk.round.key}/han")),
                        deadline=desk.deadline(stage),
                        note=note,
                    )
