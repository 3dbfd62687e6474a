"""History, the letters derived from it, and the demonstration's clock."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from engine.models.columns import json_column, long_text


class Event(SQLModel, table=True):
    """History: who, through which door, what, when. Append-only, chained per nomination and per round."""

    __table_args__ = (Index("event_of", "nomination_id", "id"), Index("event_round", "round_id", "id"))

    id: int | None = Field(default=None, primary_key=True)
    round_id: int | None = Field(default=None, foreign_key="round.id")
    nomination_id: int | None = Field(default=None, foreign_key="nomination.id")
    kind: str
    actor_id: int | None = Field(default=None, foreign_key="person.id")
    actor_name: str
    door: str
    at: datetime
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    previous: str = ""
    hash: str


class EventToTell(SQLModel, table=True):
    """An event the planner of letters has not read yet; the row goes when its letters are written."""

    __tablename__ = "event_to_tell"

    event_id: int = Field(foreign_key="event.id", primary_key=True)


class Message(SQLModel, table=True):
    """One letter to one person, frozen when written: a repeat is the same bytes.

    `link_id` names the personal link put in at sending; the token itself is never stored. States: queued,
    claimed, sending, sent, uncertain, failed, dropped, silent.
    """

    __table_args__ = (
        UniqueConstraint("event_id", "letter", "address"),
        Index("message_next", "state", "next_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    round_id: int | None = Field(default=None, foreign_key="round.id", index=True)
    letter: str
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    address: str
    name: str = ""
    sender: str = ""
    reply_to: str = ""
    subject: str = ""
    text: str = Field(default="", sa_column=long_text())
    html: str = Field(default="", sa_column=long_text())
    extras: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    link_id: int | None = Field(default=None, foreign_key="link.id")
    message_id: str = ""
    written_at: datetime
    state: str = "queued"
    owner: str | None = None
    lease_until: datetime | None = None
    attempts: int = 0
    repeats: int = 0
    next_at: datetime | None = None
    sent_at: datetime | None = None
    outcome: str = ""


class DemoClock(SQLModel, table=True):
    """How far the demonstration's clock runs ahead of (or behind) the real one; read in demo mode only."""

    __tablename__ = "demo_clock"

    id: int | None = Field(default=None, primary_key=True)
    ahead_seconds: int = 0
