"""The list under vote, the seats, the ballots and what came of them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from engine.models.columns import json_column


class NominationList(SQLModel, table=True):
    """What the office compiles and the council votes on: draft, published, frozen with a hash."""

    __tablename__ = "nomination_list"
    __table_args__ = (UniqueConstraint("round_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    version: int = 1
    state: str = "draft"
    hash: str = ""
    compiled_at: datetime
    published_at: datetime | None = None
    frozen_at: datetime | None = None


class ListLine(SQLModel, table=True):
    """A nomination's place on a list; `fingerprint` is the hash of what the council was shown."""

    __tablename__ = "list_line"

    list_id: int = Field(foreign_key="nomination_list.id", primary_key=True)
    nomination_id: int = Field(foreign_key="nomination.id", primary_key=True)
    position: int
    fingerprint: str = ""


class Seat(SQLModel, table=True):
    """A place on the council of a round, held by a person; role is chair, vice_chair, standing, …"""

    __table_args__ = (UniqueConstraint("round_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    role: str
    position: int


class Voting(SQLModel, table=True):
    """One vote of the council on one frozen list. A re-vote is another row with the next number."""

    __table_args__ = (UniqueConstraint("round_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    list_id: int = Field(foreign_key="nomination_list.id")
    list_hash: str
    number: int = 1
    opened_at: datetime
    closed_at: datetime | None = None
    closed_by: int | None = Field(default=None, foreign_key="person.id")
    why_closed: str = ""


class Ballot(SQLModel, table=True):
    """Who has voted, and that only: what was chosen is in `vote`, so that it can be sealed later.

    `draft` holds choices not yet sent; they count for nothing.
    """

    __table_args__ = (UniqueConstraint("voting_id", "seat_id"),)

    id: int | None = Field(default=None, primary_key=True)
    voting_id: int = Field(foreign_key="voting.id", index=True)
    seat_id: int = Field(foreign_key="seat.id")
    draft: dict[str, str] = Field(default_factory=dict, sa_column=json_column())
    sent_at: datetime | None = None
    times_sent: int = 0
    receipt: str = ""


class Recusal(SQLModel, table=True):
    """A line its seat may not vote on: its own. Settled when the vote opens, whatever names are put right."""

    ballot_id: int = Field(foreign_key="ballot.id", primary_key=True)
    nomination_id: int = Field(foreign_key="nomination.id", primary_key=True, index=True)


class Vote(SQLModel, table=True):
    """One choice of one ballot on one nomination."""

    __table_args__ = (CheckConstraint("choice IN ('yes', 'no', 'abstain')", name="choice_known"),)

    ballot_id: int = Field(foreign_key="ballot.id", primary_key=True)
    nomination_id: int = Field(foreign_key="nomination.id", primary_key=True, index=True)
    choice: str


class Result(SQLModel, table=True):
    """The tally of one nomination in one vote, in exact integers."""

    voting_id: int = Field(foreign_key="voting.id", primary_key=True)
    nomination_id: int = Field(foreign_key="nomination.id", primary_key=True, index=True)
    yes: int
    no: int
    abstain: int
    silent: int
    recused: int
    base: int
    needed: int
    quorum_met: bool
    passed: bool
    sentence: str
    reason: str = ""
