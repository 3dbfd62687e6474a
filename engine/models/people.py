"""People, what they may do, their personal links and sessions."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class Person(SQLModel, table=True):
    """Somebody on the agency's payroll; may sign in when a grant or a seat says so."""

    __table_args__ = (UniqueConstraint("agency_key", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    agency_key: str = Field(index=True)
    key: str
    name: str
    folded: str = Field(index=True)
    email: str | None = Field(default=None, unique=True)
    salutation: str = "ông/bà"
    title: str = ""
    department_key: str | None = None
    phone: str = ""
    active: bool = True


class Grant(SQLModel, table=True):
    """A role of a person; `scope` is a department's key, or empty where the role has none."""

    __tablename__ = "role_grant"

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    role: str = Field(primary_key=True)
    scope: str = Field(default="", primary_key=True)


class Link(SQLModel, table=True):
    """A personal link: one per person, purpose and round; a newer generation replaces the older."""

    __table_args__ = (UniqueConstraint("purpose", "person_id", "scope", "generation"),)

    id: int | None = Field(default=None, primary_key=True)
    purpose: str
    person_id: int = Field(foreign_key="person.id", index=True)
    scope: str = ""
    generation: int = 1
    token_hash: str = Field(unique=True)
    made_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None


class SignIn(SQLModel, table=True):
    """A browser's session; `scope` is empty for staff, or the id of the vote that alone it may touch."""

    __tablename__ = "sign_in"

    key_hash: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    scope: str = ""
    door: str = "page"
    made_at: datetime
    seen_at: datetime
    expires_at: datetime
