"""Decisions of the agency, and the dossiers that leave it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from engine.models.columns import json_column


class Decision(SQLModel, table=True):
    """A decision of the agency's head that gives awards of the agency (Giấy khen)."""

    __table_args__ = (UniqueConstraint("round_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    number: str
    dated: date
    made_by: int | None = Field(default=None, foreign_key="person.id")
    made_at: datetime


class Dossier(SQLModel, table=True):
    """What leaves for Sở Nội vụ, and what became of the delivery; award states are on its lines."""

    __table_args__ = (UniqueConstraint("round_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    version: int = 1
    state: str = "draft"
    document_number: str = ""
    document_date: date | None = None
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    sha256: str = ""
    size: int = 0
    channel: str = ""
    channel_number: str = ""
    recipient: str = ""
    built_at: datetime | None = None
    sent_at: datetime | None = None
    received_at: datetime | None = None


class DossierLine(SQLModel, table=True):
    """A nomination inside a dossier."""

    __tablename__ = "dossier_line"

    dossier_id: int = Field(foreign_key="dossier.id", primary_key=True)
    nomination_id: int = Field(foreign_key="nomination.id", primary_key=True, index=True)
