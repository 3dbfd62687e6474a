"""The letters that arrived held against the letters planned: each reader got each once, copies are identical."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence

from sqlmodel import Session, col, select

from engine.models import Dossier, Event, EventToTell, Message
from notifications.messages import REMINDERS
from notifications.planner import LETTERS
from tests.kill.postbox import Copy
from tests.kill.story import Told


def faults_of_letters(session: Session, copies: Sequence[Copy], told: Told) -> Iterator[str]:
    """Every way in which the mailbox contradicts the record; nothing when all is well."""
    planned = session.exec(select(Message).where(Message.state != "silent")).all()
    arrived: dict[str, list[Copy]] = {}
    for copy in copies:
        arrived.setdefault(copy.message_id, []).append(copy)
    yield from _all_told(session)
    yield from _each_delivered(planned, arrived)
    yield from _each_once(planned)
    yield from _receipts(planned, arrived, told)
    yield from _dossier(session, planned, arrived)


def _all_told(session: Session) -> Iterator[str]:
    """Every event that tells somebody something has been read, and left its letters or a silent row."""
    waiting = session.exec(select(EventToTell.event_id)).all()
    if waiting:
        yield f"events never told: {waiting}"
    written = set(session.exec(select(Message.event_id)).all())
    for event in session.exec(select(Event).where(col(Event.kind).in_(list(LETTERS)))).all():
        alone = event.nomination_id is not None and event.kind in {"refuse", "decline"}
        if event.id not in written and not alone:
            yield f"{event.kind} {event.id} left no letter"


def _each_delivered(planned: Sequence[Message], arrived: dict[str, list[Copy]]) -> Iterator[str]:
    unknown = arrived.keys() - {message.message_id for message in planned}
    if unknown:
        yield f"letters nobody planned: {unknown}"
    for message in planned:
        mine = arrived.get(message.message_id, [])
        name = f"{message.letter} to {message.address} ({message.state}, repeats {message.repeats})"
        if message.state == "dropped":
            if message.letter not in REMINDERS or (mine and not message.repeats):
                yield f"{name}: dropped, {len(mine)} copies"
            continue
        if message.state != "sent" or not mine:
            yield f"{name}: {len(mine)} copies"
        if len(mine) > 1 + message.repeats:
            yield f"{name}: {len(mine)} copies, more than the record admits"
        if len({copy.content for copy in mine}) > 1:
            yield f"{name}: copies differ"
        if {copy.recipient for copy in mine} - {message.address}:
            yield f"{name}: delivered to somebody else"


def _each_once(planned: Sequence[Message]) -> Iterator[str]:
    for what, keys in (
        ("(event, letter, address)", Counter((m.event_id, m.letter, m.address) for m in planned)),
        ("Message-ID", Counter(m.message_id for m in planned)),
    ):
        yield from (f"{what} {key} written {count} times" for key, count in keys.items() if count > 1)


def _receipts(planned: Sequence[Message], arrived: dict[str, list[Copy]], told: Told) -> Iterator[str]:
    """Each receipt that was shown came by letter too, to its member, once."""
    for person, sendings in told.ballots.items():
        letters = [m for m in planned if m.letter == "ballot_receipt" and m.person_id == person]
        for sending in sendings:
            with_it = [
                m for m in letters if any(sending.receipt in c.text for c in arrived.get(m.message_id, []))
            ]
            if len(with_it) != 1:
                yield f"receipt {sending.receipt} came in {len(with_it)} letters"


def _dossier(session: Session, planned: Sequence[Message], arrived: dict[str, list[Copy]]) -> Iterator[str]:
    """What left for Sở Nội vụ is the archive that was sealed."""
    (sealed,) = session.exec(select(Dossier.sha256)).all()
    for message in planned:
        if message.letter != "dossier":
            continue
        for copy in arrived.get(message.message_id, []):
            parts = [part.get_payload(decode=True) for part in copy.letter.iter_attachments()]
            if sealed not in {hashlib.sha256(part).hexdigest() for part in parts if isinstance(part, bytes)}:
                yield "the dossier's letter does not carry the sealed archive"
