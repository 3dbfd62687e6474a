"""Rounds in time: the definition they are pinned to, stages, moments, leave, replies."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from engine.models.columns import json_column
from engine.stages import Stage


class Definition(SQLModel, table=True):
    """The whole of a review's rules, kept under the hash of its content; never changed."""

    hash: str = Field(primary_key=True)
    key: str = Field(index=True)
    body: dict[str, Any] = Field(sa_column=json_column())
    kept_at: datetime


class Round(SQLModel, table=True):
    """One review. Pinned to the definition it opened under; its row is the lock of all that is in it."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    agency_key: str = Field(index=True)
    definition_hash: str = Field(foreign_key="definition.hash")
    title: str
    stage: str = Field(default=Stage.planned.value, index=True)
    made_at: datetime
    closed_at: datetime | None = None
    wake_at: datetime | None = Field(default=None, index=True)
    lease_owner: str | None = None
    lease_until: datetime | None = None
    history_head: str = ""


class StageWindow(SQLModel, table=True):
    """When a stage of a round opens and is due; `generation` grows when the deadline is moved."""

    __table_args__ = (UniqueConstraint("round_id", "stage"),)

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    stage: str
    generation: int = 1
    opens_at: datetime | None = None
    due_at: datetime | None = None
    explanation: str = ""
    opened_at: datetime | None = None
    closed_at: datetime | None = None


class Moment(SQLModel, table=True):
    """Something time has to do: open, remind, late, escalate, close. Done once, whoever comes first."""

    __table_args__ = (
        UniqueConstraint("round_id", "stage", "generation", "kind", "step", "department_key"),
        Index("moment_due", "done_at", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    stage: str
    generation: int
    kind: str
    step: int = 0
    department_key: str = ""
    at: datetime
    done_at: datetime | None = None
    outcome: str = ""


class Leave(SQLModel, table=True):
    """A department may still act after the deadline, by leave of the head, until `until`."""

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    department_key: str
    until: datetime
    reason: str
    granted_by: int = Field(foreign_key="person.id")
    granted_at: datetime


class DepartmentReply(SQLModel, table=True):
    """A department has answered the round: it signed a batch off, or said it proposes nobody."""

    __tablename__ = "department_reply"

    round_id: int = Field(foreign_key="round.id", primary_key=True)
    department_key: str = Field(primary_key=True)
    replied_at: datetime
    replied_by: int = Field(foreign_key="person.id")
    nobody: bool = False
    reason: str = ""
