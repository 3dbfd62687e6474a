"""The outbox: claim, send, record. Retry belongs here and nowhere else.

claim (owner, lease) → connect, MAIL, RCPT → mark `sending` → DATA → mark `sent`. Killed before `sending`:
anyone may repeat it. Killed after: the same frozen bytes with the same Message-ID go once more, and the row
says so (`repeats`): the one moment SMTP leaves open (RFC 1047).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.files import FileStore
from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from engine.commands.ground import pinned
from engine.commands.people import token_of
from engine.links import Keys
from engine.models import Link, Message, Person, Round
from engine.queries import waiting
from engine.stages import Stage
from notifications.calendar_entry import CalendarEntry
from notifications.compose import Attachment, Envelope, Letter, compose
from notifications.smtp import Accepted, Deferred, Rejected, Uncertain

LEASE = timedelta(minutes=15)
WAITS = (1, 5, 15, 30, 60)  # minutes after the first failures; then hourly
GIVE_UP_AFTER = timedelta(days=5)
REMINDERS = {"ballot_reminder": Stage.council, "proposal_reminder": Stage.proposal}


@dataclass(frozen=True)
class Claimed:
    """One letter taken for sending: its id, both addresses, and its bytes."""

    message_id: int
    sender: str
    recipient: str
    content: bytes


def claim_next(
    session: Session,
    *,
    owner: str,
    keys: Keys,
    files: FileStore,
    public_url: str,
    now: datetime,
    round_id: int | None = None,
) -> Claimed | None:
    """Take the next letter that is due, or None. Letters nobody needs any more are dropped on the way."""
    while True:
        due = or_(
            (col(Message.state) == "queued") & (col(Message.next_at) <= now),
            col(Message.state).in_(["claimed", "sending"]) & (col(Message.lease_until) <= now),
        )
        query = select(Message).where(due).order_by(col(Message.id)).limit(1)
        if round_id is not None:
            query = query.where(Message.round_id == round_id)
        message = session.exec(query.with_for_update(skip_locked=True)).first()
        if message is None:
            return None
        if message.state != "sending" and not _still_wanted(session, message, now):
            message.state, message.outcome = "dropped", "Người nhận đã làm xong việc trước khi thư được gửi."
            session.add(message)
            session.flush()
            continue
        if message.state == "sending":
            message.repeats += 1
        message.state, message.owner, message.lease_until = "claimed", owner, now + LEASE
        message.attempts += 1
        session.add(message)
        return Claimed(
            message.id or 0,
            message.sender,
            message.address,
            _content(session, message, keys=keys, files=files, public_url=public_url),
        )


def _still_wanted(session: Session, message: Message, now: datetime) -> bool:
    """A reminder is pointless once its reader has acted."""
    stage = REMINDERS.get(message.letter)
    if stage is None or message.round_id is None or message.person_id is None:
        return True
    round_ = session.get_one(Round, message.round_id)
    if round_.stage != stage.value:
        return False
    who = waiting.whom(session, message.round_id, pinned(session, round_.definition_hash), stage, now=now)
    person = session.get_one(Person, message.person_id)
    return message.person_id in who.persons or (person.department_key or "") in who.departments


def _content(session: Session, message: Message, *, keys: Keys, files: FileStore, public_url: str) -> bytes:
    link = None
    if message.link_id is not None:
        link = f"{public_url}/l/{token_of(keys, session.get_one(Link, message.link_id))}"
    calendar = message.extras.get("calendar")
    agency_name, _, office_name = message.reply_to.partition("\n")
    return compose(
        Letter(
            message.subject,
            message.text,
            message.html,
            CalendarEntry(calendar["method"], calendar["content"].encode()) if calendar else None,
            tuple(
                Attachment(f["name"], f["media_type"], files.path(f["sha256"]).read_bytes())
                for f in message.extras.get("files", ())
            ),
        ),
        Envelope(
            message_id=message.message_id,
            date=message.written_at,
            from_name=agency_name,
            from_address=message.sender,
            to_name=message.name,
            to_address=message.address,
            reply_to_name=office_name,
            reply_to_address=message.sender,
        ),
        link,
    )


def mark_sending(session: Session, message_id: int, *, owner: str, now: datetime) -> bool:
    """From here on the letter may have gone. False when another owner has taken it over (fencing)."""
    result = session.execute(
        update(Message)
        .where(col(Message.id) == message_id, col(Message.owner) == owner, col(Message.state) == "claimed")
        .values(state="sending", lease_until=now + LEASE)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def record_outcome(
    session: Session,
    message_id: int,
    outcome: Accepted | Deferred | Rejected | Uncertain,
    *,
    owner: str,
    now: datetime,
) -> None:
    """Write what the mail server said. Only the owner of the claim may."""
    message = session.exec(
        select(Message).where(Message.id == message_id, Message.owner == owner).with_for_update()
    ).one_or_none()
    if message is None or message.state not in {"claimed", "sending"}:
        return
    message.owner, message.lease_until = None, None
    match outcome:
        case Accepted():
            message.state, message.sent_at, message.next_at = "sent", now, None
            message.outcome = outcome.reply[:500]
        case Rejected():
            message.state, message.next_at = "failed", None
            message.outcome = f"Bị từ chối ({outcome.code}): {outcome.reply[:400]}. Xin gọi điện."
        case Deferred():
            _wait(message, f"Tạm chưa gửi được ({outcome.code}): {outcome.reply[:400]}", now)
            if outcome.everyone:
                _everyone_waits(session, message)
        case Uncertain():
            message.repeats += 1
            _wait(message, "Mất kết nối đúng lúc gửi: thư có thể đã đến; bản gửi lại giống hệt.", now)
    session.add(message)


def _wait(message: Message, why: str, now: datetime) -> None:
    if now - message.written_at >= GIVE_UP_AFTER:
        message.state, message.next_at, message.outcome = "failed", None, f"{why} Xin gọi điện."
        return
    minutes = WAITS[min(message.attempts, len(WAITS)) - 1]
    message.state, message.next_at, message.outcome = "queued", now + timedelta(minutes=minutes), why


def _everyone_waits(session: Session, message: Message) -> None:
    """The server is away for all: nobody knocks again before this letter does."""
    if message.next_at is not None:
        session.execute(
            update(Message)
            .where(col(Message.state) == "queued", col(Message.next_at) < message.next_at)
            .values(next_at=message.next_at)
        )
