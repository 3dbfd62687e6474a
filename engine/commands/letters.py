"""What a person does about a letter that did not go."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from engine.access import Actor, demand_role
from engine.commands.ground import note_round, stand_on
from engine.errors import NotFound, NotNow
from engine.models import EventToTell, Link, Message, Person, Voting
from engine.stages import Role

UNWRITTEN = "unwritten"
"""Kind of the row that stands for letters of an event which could not be written: no address, no text."""
NO_ADDRESS = "(không có địa chỉ)"
"""What the address of a letter begins with whose reader has none; the person's id follows."""


def try_again(session: Session, actor: Actor, message_id: int, *, now: datetime) -> Message:
    """Put a failed or doubtful letter back into the queue: same words, same Message-ID. Safe to repeat.

    Where letters could not be written, their event is marked to be told again: they are written anew.
    A person's letter goes to the address the roster has today; one to another agency keeps its own.
    Raises NotFound, NotYours, or NotNow for a letter that went, is on its way, has no address yet, or whose
    reader has left, or whose link another has replaced.
    """
    demand_role(actor, Role.office)
    round_id = session.exec(select(Message.round_id).where(Message.id == message_id)).one_or_none()
    if round_id is None:
        raise NotFound("Không tìm thấy thư này.", help_from="Văn phòng")
    # The round before the letter, as everywhere: locks are taken in one order.
    ground = stand_on(session, round_id=round_id)
    message = session.exec(select(Message).where(Message.id == message_id).with_for_update()).one()
    if message.state == "queued" or _is_retold(message):
        return message
    if message.state not in {"failed", "uncertain"}:
        raise NotNow(
            "Thư này không ở tình trạng “không gửi được” nên không cần gửi lại.",
            rule="Mỗi thư chỉ gửi một lần",
            help_from="Văn phòng",
        )
    if dead := dead_link(session, message):
        raise NotNow(f"{dead} nên không gửi lại thư này.", rule="Thư mời bỏ phiếu có đường dẫn còn dùng được")
    facts: dict[str, Any] = {"message": message_id, "letter": message.letter}
    if message.letter == UNWRITTEN:
        _tell_again(session, message)
    else:
        address = _address_by_now(session, message)
        facts["readdressed"] = address != message.address
        message.outcome = _moved(message.address) if facts["readdressed"] else ""
        message.address, message.state, message.next_at, message.attempts = address, "queued", now, 0
        message.owner, message.lease_until = None, None
    session.add(message)
    note_round(
        session,
        actor,
        ground,
        "letter_retried",
        now=now,
        facts=facts,
        tell=False,
    )
    return message


def dead_link(session: Session, message: Message) -> str:
    """Why the letter's link opens no ballot any more; empty for one that does, and for letters without."""
    link = session.get(Link, message.link_id) if message.link_id else None
    if link is None or link.purpose != "ballot":
        return ""
    if link.revoked_at is not None:
        return "Đường dẫn trong thư đã được thay"
    closed = session.get_one(Voting, int(link.scope)).closed_at is not None
    return "Hội đồng đã kết thúc bỏ phiếu" if closed else ""


def _address_by_now(session: Session, message: Message) -> str:
    """Where a letter goes today. Raises NotNow where that is nowhere, or where the same letter has gone."""
    if message.person_id is None and not message.address.startswith(NO_ADDRESS):
        return message.address
    reader = session.get(Person, message.person_id) if message.person_id else None
    if reader is not None and not reader.active:
        raise NotNow(
            f"{reader.name} không còn làm việc theo danh sách nhân sự nên không gửi lại thư này.",
            rule="Thư chỉ gửi tới người đang làm việc",
            help_from="quản trị hệ thống",
        )
    if reader is None or not reader.email:
        raise NotNow(
            f"{message.name} chưa có địa chỉ thư nên chưa gửi lại được. Gọi điện báo, "
            "hoặc ghi địa chỉ vào danh sách nhân sự rồi gửi lại.",
            rule="Thư chỉ gửi tới địa chỉ đã đăng ký",
            help_from="quản trị hệ thống",
        )
    _refuse_twin(session, message, reader.email)
    return reader.email


def _refuse_twin(session: Session, message: Message, address: str) -> None:
    """A mailbox may have passed from one colleague to another: it gets one letter of a kind for an event."""
    twin = session.exec(
        select(Message.name).where(
            Message.event_id == message.event_id,
            Message.letter == message.letter,
            Message.address == address,
            Message.id != message.id,
        )
    ).first()
    if twin is not None:
        raise NotNow(
            f"Hộp thư {address} đã có thư này, gửi cho {twin}. Gọi điện báo {message.name}.",
            rule="Mỗi hộp thư chỉ nhận một lần một thư",
            help_from="Văn phòng",
        )


def _moved(before: str) -> str:
    if before.startswith(NO_ADDRESS):
        return "Gửi tới địa chỉ nay đã có trong danh sách nhân sự."
    return f"Gửi tới địa chỉ hiện nay trong danh sách nhân sự, thay {before}."


def _tell_again(session: Session, message: Message) -> None:
    """The row stays, for the record; its own number as address leaves room for another failure's row."""
    session.add(EventToTell(event_id=message.event_id))
    message.state, message.address, message.outcome = "silent", str(message.id), ""


def _is_retold(message: Message) -> bool:
    return message.letter == UNWRITTEN and message.state == "silent"
