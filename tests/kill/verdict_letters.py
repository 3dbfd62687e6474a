"""The letters that arrived held against those planned: each reader got each once, copies are identical."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence

from sqlmodel import Session, col, select

from engine.models import Dossier, Event, EventToTell, Message
from notifications.messages import MOST_COPIES, REMINDERS
from notifications.planner import LETTERS
from tests.kill.postbox import Copy
from tests.kill.told import Told


def faults_of_letters(session: Session, copies: Sequence[Copy], told: Told) -> Iterator[str]:
    """Every way in which the mailbox contradicts the record; nothing when all is well."""
    planned = session.exec(select(Message).where(Message.state != "silent")).all()
    arrived: dict[str, list[Copy]] = {}
    for copy in copies:
        arrived.setdefault(copy.message_id, []).append(copy)
    yield from _all_told(session)
    yield from _each_delivered(planned, arrived)
    yield from _each_once(planned)
    yield from _receipts(planned, told)
    yield from _dossier(session, planned, arrived)


def _all_told(session: Session) -> Iterator[str]:
    """Every event that tells somebody something has been read, and left its letters or a silent row."""
    waiting = session.exec(select(EventToTell.event_id)).all()
    if waiting:
        yield f"events never told: {waiting}"
    written = set(session.exec(select(Message.event_id)).all())
    for event in session.exec(select(Event).where(col(Event.kind).in_(list(LETTERS)))).all():
        alone = event.nomination_id is not None and event.kind in {"refuse", "decline"}
        own_file = event.kind == "attached" and not event.facts.get("supplement")
        if event.id not in written and not alone and not own_file:
            yield f"{event.kind} {event.id} left no letter"


def _each_delivered(planned: Sequence[Message], arrived: dict[str, list[Copy]]) -> Iterator[str]:
    unknown = arrived.keys() - {message.message_id for message in planned}
    if unknown:
        yield f"letters nobody planned: {unknown}"
    for message in planned:
        mine = arrived.get(message.message_id, [])
        for fault in _delivered(message, mine):
            yield (
                f"{message.letter} to {message.address}: {fault} "
                f"({message.state}, {len(mine)} copies, {message.repeats} repeats admitted)"
            )


def _delivered(message: Message, mine: Sequence[Copy]) -> Iterator[str]:
    """What is wrong with one letter's arrival. Three outcomes are honest: sent, dropped, uncertain."""
    match message.state:
        case "sent":
            if not mine:
                yield "lost"
            most = 1 + message.repeats
        case "dropped":
            if message.letter not in REMINDERS:
                yield "somebody still wanted it"
            most = message.repeats
        case "uncertain":
            # Struck twice between DATA and the record: a person is asked to decide, and nothing goes again.
            if message.repeats < MOST_COPIES:
                yield "given up too early"
            most = message.repeats
        case _:
            yield "not at rest"
            most = 1
    if len(mine) > most:
        yield "more copies than the record admits"
    if len({copy.content for copy in mine}) > 1:
        yield "copies differ"
    if {copy.recipient for copy in mine} - {message.address}:
        yield "delivered to somebody else"


def _each_once(planned: Sequence[Message]) -> Iterator[str]:
    for what, keys in (
        ("(event, letter, address)", Counter((m.event_id, m.letter, m.address) for m in planned)),
        ("Message-ID", Counter(m.message_id for m in planned)),
    ):
        yield from (f"{what} {key} written {count} times" for key, count in keys.items() if count > 1)


def _receipts(planned: Sequence[Message], told: Told) -> Iterator[str]:
    """Each receipt that was shown goes to its member by letter too, once."""
    for person, sendings in told.ballots.items():
        mine = [m for m in planned if m.letter == "ballot_receipt" and m.person_id == person]
        for sending in sendings:
            letters = sum(sending.receipt in letter.text for letter in mine)
            if letters != 1:
                yield f"receipt {sending.receipt} stands in {letters} letters"


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
