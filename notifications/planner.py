"""Which event tells whom what: one table. Letters are derived from history, so none is forgotten or invented.

An event that concerns nobody still gets a row (state `silent`), so that it is never asked about twice.
"""

import logging
import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from jinja2 import Environment
from sqlalchemy import delete, insert
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from engine.calendar import Calendar
from engine.commands.letters import NO_ADDRESS, UNWRITTEN
from engine.models import Event, EventToTell, Message
from engine.stages import Stage
from notifications.calendar_entry import Deadline, deadline_entry
from notifications.compose import render
from notifications.desk import Addressee, Desk, House, Wish
from notifications.wishes import clock, council, office, proposal, submission

log = logging.getLogger("tdkt.planner")

Writer = Callable[[Desk], Iterable[Wish]]

LETTERS: dict[str, Writer] = {
    # time
    "proposal_opened": proposal.round_opened,
    "office_opened": office.office_opened,
    "council_opened": council.ballots,
    "submission_opened": submission.recommendations,
    "reminded": clock.reminded,
    "late": clock.late,
    "escalated": clock.escalated,
    "deadline_moved": clock.deadline_moved,
    "leave_given": proposal.leave_given,
    "quorum_missed": council.quorum_missed,
    # people
    "sign_in_asked": proposal.sign_in,
    "department_proposed": proposal.department_proposed,
    "return_to_department": proposal.returned,
    "hold": proposal.held,
    "release": proposal.released,
    "decline": proposal.declined,
    "list_published": proposal.list_published,
    "lapsed": proposal.lapsed,
    "round_closed": proposal.round_ended,
    "ballot_sent": council.ballot_received,
    "link_replaced": council.link_of_seat,
    "member_replaced": council.seat_given,
    "link_asked": council.link_of_seat,
    "vote_closed": council.vote_closed,
    "head_approved": submission.head_approved,
    "refuse": submission.refused,
    "decided": submission.decided,
    "dossier_sent": submission.dossier,
    "answered": submission.answered,
    "attached": submission.supplied,
    "awards_corrected": submission.corrected,
    "withdraw_answer": submission.answer_withdrawn,
    "revoke": submission.revoked,
}


def plan_letters(
    session: Session,
    templates: Environment,
    *,
    house: House,
    calendar: Calendar,
    now: datetime,
    most: int = 100,
) -> int:
    """Write the letters of events not told yet; returns how many events were read.

    Event mark and letters go in one transaction, and `(event, letter, address)` is unique: run it twice, on
    two machines, or after a crash, and every letter is written once.
    """
    events = session.exec(
        select(Event)
        .join(EventToTell, col(EventToTell.event_id) == Event.id)
        .order_by(col(Event.id))
        .limit(most)
        .with_for_update(skip_locked=True, of=EventToTell)
    ).all()
    rows: list[dict[str, Any]] = []
    memory: dict[tuple[object, ...], Any] = {}
    for event in events:
        rows += _letters_of(Desk(session, event, house, calendar, now, memory), templates)
    if events:
        session.execute(insert(Message), rows)
        told = [event.id for event in events]
        session.execute(delete(EventToTell).where(col(EventToTell.event_id).in_(told)))
    return len(events)


def _letters_of(desk: Desk, templates: Environment) -> list[dict[str, Any]]:
    """The letters of one event. One that cannot be written is said in the outbox and holds up no other."""
    writer = LETTERS.get(desk.event.kind)
    if writer is None:
        return [_silent(desk)]
    try:
        return [_row(desk, wish, templates) for wish in _once(desk, writer(desk))] or [_silent(desk)]
    except DBAPIError:
        raise  # the transaction is lost, not this letter; a row that is not there is this letter's trouble
    except Exception as broken:  # noqa: BLE001 — whatever is wrong with one letter is no reason for silence
        why = type(broken).__qualname__
        log.warning("letters of event %s (%s) cannot be written: %s", desk.event.id, desk.event.kind, why)
        outcome = f"Không viết được thư ({why}). Báo quản trị."
        return [_silent(desk) | {"letter": UNWRITTEN, "state": "failed", "outcome": outcome}]


def _once(desk: Desk, wished: Iterable[Wish]) -> list[Wish]:
    """A person gets one letter of a kind for an event, with what concerns all their roles put together.

    Where these lie on different pages, its button opens the page of all that person's work.
    """
    together: dict[tuple[str, str], Wish] = {}
    for wish in wished:
        key = (wish.letter, _address(wish.to))
        first = together.setdefault(key, wish)
        more = [item for item in wish.items if item not in first.items]
        if more:
            together[key] = replace(together[key], items=[*first.items, *more])
        if wish.button != first.button:
            together[key] = replace(together[key], button=("Mở việc của tôi", desk.page("/viec")))
    return list(together.values())


def _address(to: Addressee) -> str:
    """Two namesakes without an address are two people to be telephoned."""
    return to.address or f"{NO_ADDRESS} {to.person_id or to.name}"


def _row(desk: Desk, wish: Wish, templates: Environment) -> dict[str, Any]:
    """One frozen letter: everything but the personal link is fixed here."""
    about_round = desk.event.round_id is not None
    agency_name = desk.definition.agency.name if about_round else desk.house.agency_name
    office = desk.definition.agency.office if about_round else desk.house.office
    letter = render(
        templates,
        wish.letter,
        {
            "to": {"salutation": wish.to.salutation, "name": wish.to.name, "role": wish.to.role},
            "agency": {"name": agency_name},
            "office": {"name": office.name, "phone": office.phone or None, "email": office.email},
            "round_title": desk.definition.short_title if about_round else None,
            "button": {"text": wish.button[0], "href": wish.button[1]} if wish.button else None,
            "deadline": dict(wish.deadline) if wish.deadline else None,
            "facts": [list(fact) for fact in wish.facts],
            "items": list(wish.items),
            "reason": wish.reason,
            "note": wish.note,
        },
    )
    extras: dict[str, Any] = {"files": [dict(f) for f in wish.files]} if wish.files else {}
    if wish.calendar:
        extras["calendar"] = _calendar(desk, wish)
    known = bool(wish.to.address)
    return {
        "event_id": desk.event.id,
        "round_id": desk.event.round_id,
        "letter": wish.letter,
        "person_id": wish.to.person_id,
        "address": _address(wish.to),
        "name": wish.to.name,
        "sender": office.email,
        "reply_to": f"{agency_name}\n{office.name}",
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "extras": extras,
        "link_id": wish.link,
        "message_id": f"<{secrets.token_hex(16)}@{office.email.partition('@')[2]}>",
        "written_at": desk.now,
        "state": "queued" if known else "failed",
        "next_at": desk.now if known else None,
        "outcome": "" if known else "Chưa có địa chỉ thư: xin gọi điện.",
        "attempts": 0,
        "repeats": 0,
    }


def _silent(desk: Desk) -> dict[str, Any]:
    """The row of an event that concerns nobody: it has every column of a letter, and none is sent."""
    texts = ("address", "name", "sender", "reply_to", "subject", "text", "html", "message_id", "outcome")
    return {
        "event_id": desk.event.id,
        "round_id": desk.event.round_id,
        "letter": "silent",
        "person_id": None,
        "extras": {},
        "link_id": None,
        "written_at": desk.now,
        "state": "silent",
        "next_at": None,
        "attempts": 0,
        "repeats": 0,
        **dict.fromkeys(texts, ""),
    }


def _calendar(desk: Desk, wish: Wish) -> dict[str, str]:
    """The vote's deadline for the reader's calendar: one entry per person and vote, newer ones replace it."""
    voting = desk.open_voting()
    window = desk.window(Stage.council)
    assert voting is not None  # noqa: S101 — asked for by letters of an open vote only
    assert window.due_at is not None  # noqa: S101 — an open stage is due some time
    entry = deadline_entry(
        Deadline(
            uid=f"phieu-{voting.id}-{wish.to.person_id}@{desk.definition.agency.office.email.partition('@')[2]}",
            sequence=window.generation - 1,
            at=window.due_at,
            stamp=desk.now,
            summary=f"Hạn bỏ phiếu: {desk.definition.short_title}",
            description="Mở thư mời bỏ phiếu để vào phiếu của ông/bà.",
            organizer_name=desk.definition.agency.office.name,
            organizer_address=desk.definition.agency.office.email,
        )
    )
    return {"method": entry.method, "content": entry.content.decode()}
