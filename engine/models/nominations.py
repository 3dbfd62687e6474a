"""Nominations, where state lives, and what hangs on them."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Column, Index, Text, text
from sqlmodel import Field, SQLModel

from engine.models.columns import json_column, long_text
from engine.stages import DEAD, State

# Written out, not bound: SQLite takes a partial index only for the very words the index was made with.
LIVE = text(f"state NOT IN ({', '.join(repr(s.value) for s in sorted(DEAD))})")


class Nomination(SQLModel, table=True):
    """One nominee for one award in one round. State lives here."""

    __table_args__: ClassVar[Any] = (
        # One live nomination per nominee and award in a round (Luật TĐKT Đ.5: one achievement, one form).
        Index(
            "nomination_once",
            "round_id",
            "award_key",
            "nominee_key",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index("nomination_round_state", "round_id", "state"),
        CheckConstraint("nominee_kind IN ('person', 'collective')", name="nominee_kind_known"),
    )

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    round_id: int = Field(foreign_key="round.id")
    department_key: str
    state: str = State.draft.value
    nominee_kind: str
    nominee_key: str
    person_id: int | None = Field(default=None, foreign_key="person.id")
    nominee_name: str
    nominee_folded: str = Field(index=True)
    nominee_title: str = ""
    nominee_unit: str = ""
    award_key: str
    type_key: str = ""
    legal_point: str = ""
    period_from: date | None = None
    period_to: date | None = None
    summary: str = Field(default="", sa_column=long_text())
    achievements: str = Field(default="", sa_column=long_text())
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    version: int = 1
    form_nonce: str | None = Field(default=None, unique=True)
    created_by: int | None = Field(default=None, foreign_key="person.id")
    created_at: datetime
    updated_at: datetime
    updated_by: int | None = Field(default=None, foreign_key="person.id")
    signed_by: int | None = Field(default=None, foreign_key="person.id")
    signed_at: datetime | None = None
    return_until: datetime | None = None
    reason: str = Field(default="", sa_column=long_text())
    decision_number: str = ""
    decision_date: date | None = None
    history_head: str = ""


class Attachment(SQLModel, table=True):
    """A file of a nomination: its bytes are kept by content hash, its name is data only.

    `supplement`: asked for by Sở Nội vụ after the vote, so no part of what the council was shown.
    """

    id: int | None = Field(default=None, primary_key=True)
    nomination_id: int = Field(foreign_key="nomination.id", index=True)
    item_key: str
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_by: int | None = Field(default=None, foreign_key="person.id")
    uploaded_at: datetime
    removed_at: datetime | None = None
    supplement: bool = False


class Comment(SQLModel, table=True):
    """What the office writes beside a field when it returns a nomination."""

    id: int | None = Field(default=None, primary_key=True)
    nomination_id: int = Field(foreign_key="nomination.id", index=True)
    field: str
    body: str = Field(sa_column=Column(Text, nullable=False))
    author_id: int = Field(foreign_key="person.id")
    made_at: datetime
    resolved_at: datetime | None = None


class Check(SQLModel, table=True):
    """The office's tick on one checklist item of one nomination."""

    __tablename__ = "checklist_tick"

    nomination_id: int = Field(foreign_key="nomination.id", primary_key=True)
    item_key: str = Field(primary_key=True)
    checked_by: int = Field(foreign_key="person.id")
    checked_at: datetime
