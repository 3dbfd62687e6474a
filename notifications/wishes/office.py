"""To Văn phòng about its own work, and to departments about what it returned."""

from collections.abc import Iterator

from sqlalchemy import func
from sqlmodel import col, select

from engine.models import Nomination
from engine.stages import WITH_DEPARTMENT, Role, Stage, State
from notifications.desk import Desk, Wish
from notifications.wishes.reasons import FOR_DEPARTMENT, FOR_OFFICE


def office_opened(desk: Desk) -> Iterator[Wish]:
    yield from to_office(desk, "office_reminder", "Đã hết hạn nhận đề nghị của các phòng.")


def to_office(desk: Desk, letter: str, note: str | None = None) -> Iterator[Wish]:
    count = desk.session.exec(
        select(func.count()).where(
            Nomination.round_id == desk.event.round_id, Nomination.state == State.proposed.value
        )
    ).one()
    items = [f"{count} đề nghị chờ kiểm tra."] if count else []
    for to in desk.role(Role.office):
        yield Wish(
            letter,
            to,
            FOR_OFFICE,
            button=("Mở bàn làm việc của Văn phòng", desk.page(f"/vp/dot/{desk.round.key}")),
            deadline=desk.deadline(Stage.office),
            items=items,
            note=note,
        )


def mended(desk: Desk) -> Iterator[Wish]:
    """To the office, once for a signature: what it had sent back and the department signed again."""
    again = desk.named(desk.facts.get("mended", ()))
    if not again:
        return
    key = desk.facts["department"]
    place = f"/vp/de-nghi/{again[0].code}"
    if len(again) > 1:
        place = f"/vp/dot/{desk.round.key}/de-nghi?tt=proposed&phong={key}"
    for to in desk.role(Role.office):
        yield Wish(
            "mended",
            to,
            FOR_OFFICE,
            button=("Mở để kiểm tra", desk.page(place)),
            deadline=desk.deadline(Stage.office),
            facts=[("Đơn vị", desk.definition.department(key).name)],
            items=[desk.line(nomination) for nomination in again],
        )


def returned_again(desk: Desk) -> Iterator[Wish]:
    """Of what the event names: all that still lies with the department, whoever there has to act on it."""
    for nomination in desk.session.exec(
        select(Nomination)
        .where(
            Nomination.round_id == desk.event.round_id,
            col(Nomination.department_key).in_(desk.facts["departments"]),
            col(Nomination.code).in_(desk.facts.get("codes", ())),
            col(Nomination.state).in_(sorted(WITH_DEPARTMENT)),
        )
        .order_by(col(Nomination.return_until))
    ).all():
        for to in desk.department(nomination.department_key):
            yield Wish(
                "returned",
                to,
                FOR_DEPARTMENT,
                button=("Mở việc của tôi", desk.page("/viec")),
                deadline=desk.until(nomination.return_until) if nomination.return_until else None,
                items=[desk.said_of(nomination, _missing(nomination))],
                note="Thư nhắc: các đề nghị dưới đây chưa được gửi lại.",
            )


def _missing(nomination: Nomination) -> str:
    if nomination.state == State.ready:
        return "đã bổ sung, chờ Trưởng phòng ký"
    return nomination.reason
