"""The outbox: claim, send, record. Retry belongs here and nowhere else.

claim (owner, lease) → compose → connect, MAIL, RCPT → mark `sending` → DATA → mark `sent`. Killed before
`sending`: anyone may repeat it. Killed after: the same frozen bytes with the same Message-ID go once more,
and the row says so (`repeats`): the one moment SMTP leaves open (RFC 1047). A letter doubtful twice stays
`uncertain` for a person to decide. One that cannot be composed fails alone and holds up no other.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from engine.commands.ground import pinned
from engine.commands.letters import dead_link
from engine.commands.people import token_of
from engine.files import FileStore
from engine.links import Keys
from engine.models import Event, Grant, Link, Message, Round
from engine.queries import waiting
from engine.stages import Role, Stage
from notifications.calendar_entry import CalendarEntry
from notifications.compose import Attachment, Envelope, Letter, compose
from notifications.smtp import Accepted, Deferred, Rejected, Uncertain

LEASE = timedelta(minutes=15)
WAITS = (1, 5, 15, 30, 60)  # minutes after the first failures; then hourly
MOST_ATTEMPTS = len(WAITS) + 5 * 24  # five days, as RFC 5321 asks of a sender
MOST_COPIES = 2  # of one letter that may have arrived
LATER = "Tạm chưa gửi được"
OURS = (
    "Tạm chưa gửi được vì máy chủ thư từ chối hệ thống này, không phải từ chối người nhận; "
    "báo quản trị xem lại cài đặt gửi thư"
)
REMINDERS = {"ballot_reminder": Stage.council, "proposal_reminder": Stage.proposal}


@dataclass(frozen=True)
class Ready:
    """One claimed letter, composed: both addresses and the bytes."""

    sender: str
    recipient: str
    content: bytes


def claim_next(session: Session, *, owner: str, now: datetime, round_id: int | None = None) -> int | None:
    """Take the next letter that is due; returns its id, or None. What nobody needs any more is dropped."""
    due = or_(
        (col(Message.state) == "queued") & (col(Message.next_at) <= now),
        col(Message.state).in_(["claimed", "sending"]) & (col(Message.lease_until) <= now),
    )
    query = select(Message).where(due).order_by(col(Message.id)).limit(1).with_for_update(skip_locked=True)
    if round_id is not None:
        query = query.where(Message.round_id == round_id)
    while (message := session.exec(query).first()) is not None:
        if message.state == "sending":
            _doubt(message, now)
        elif dead := dead_link(session, message):
            message.state, message.outcome = "dropped", f"{dead}, không gửi nữa."
        elif not _still_wanted(session, message, now):
            message.state, message.outcome = "dropped", "Người nhận đã làm xong việc, không gửi nữa."
        if message.state in {"queued", "claimed"}:
            message.state, message.owner, message.lease_until = "claimed", owner, now + LEASE
            message.attempts += 1
            session.add(message)
            return message.id
        session.add(message)
        session.flush()
    return None


def _doubt(message: Message, now: datetime) -> None:
    """It may have gone: once more, as a copy; twice doubtful, it waits for a person."""
    message.repeats += 1
    if message.repeats >= MOST_COPIES:
        message.state, message.next_at = "uncertain", None
        message.outcome = "Hai lần mất kết nối đúng lúc gửi: thư có thể đã đến. Xin hỏi người nhận."
    else:
        _wait(message, "Mất kết nối đúng lúc gửi: thư có thể đã đến; bản gửi lại giống hệt.", now)


def cannot_compose(session: Session, message_id: int, *, owner: str, why: str) -> None:
    """A letter that cannot be put together (a file is gone, an address is malformed) fails by itself."""
    session.execute(
        update(Message)
        .where(col(Message.id) == message_id, col(Message.owner) == owner)
        .values(
            state="failed",
            owner=None,
            lease_until=None,
            next_at=None,
            outcome=f"Không soạn được thư ({why}). Xin gọi điện và báo quản trị.",
        )
    )


def _still_wanted(session: Session, message: Message, now: datetime) -> bool:
    """A reminder is pointless once its reader has acted."""
    stage = REMINDERS.get(message.letter)
    if stage is None or message.round_id is None or message.person_id is None:
        return True
    round_ = session.get_one(Round, message.round_id)
    facts = session.get_one(Event, message.event_id).facts
    # A leave of the head outlives the departments' stage; it ends with the office's.
    late_entry = bool(facts.get("until")) and (stage, round_.stage) == (Stage.proposal, Stage.office)
    if round_.stage != stage.value and not late_entry:
        return False
    who = waiting.whom(session, message.round_id, pinned(session, round_.definition_hash), stage, now=now)
    owing = set(who.departments) & set(facts.get("departments", ()))
    return message.person_id in who.persons or bool(owing & _departments_of(session, message.person_id))


def _departments_of(session: Session, person_id: int) -> set[str]:
    """The departments somebody proposes for, by grant as letters are written; their desk may be elsewhere."""
    roles = [Role.clerk.value, Role.department_head.value]
    query = select(Grant.scope).where(Grant.person_id == person_id, col(Grant.role).in_(roles))
    return set(session.exec(query).all())


def ready(session: Session, message_id: int, *, keys: Keys, files: FileStore, public_url: str) -> Ready:
    """The claimed letter's bytes.

    Raises ValueError, OSError, NotFound or NotNow (a file is damaged) for one that cannot be composed.
    """
    message = session.get_one(Message, message_id)
    link = None
    if message.link_id is not None:
        link = f"{public_url}/l/{token_of(keys, session.get_one(Link, message.link_id))}"
    calendar = message.extras.get("calendar")
    agency_name, _, office_name = message.reply_to.partition("\n")
    content = compose(
        Letter(
            message.subject,
            message.text,
            message.html,
            CalendarEntry(calendar["method"], calendar["content"].encode()) if calendar else None,
            tuple(
                Attachment(f["name"], f["media_type"], files.whole(f["sha256"]).read_bytes())
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
    return Ready(message.sender, message.address, content)


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
            _wait(message, f"{OURS if outcome.ours else LATER} ({outcome.code}): {outcome.reply[:400]}", now)
            if outcome.everyone:
                _everyone_waits(session, message)
        case Uncertain():
            _doubt(message, now)
    session.add(message)


def _wait(message: Message, why: str, now: datetime) -> None:
    if message.attempts >= MOST_ATTEMPTS:
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
