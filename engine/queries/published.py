"""The list as everybody in the agency may see it from the day it is shown (Luật Thi đua, khen thưởng Đ.5)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from engine.models import Event, ListLine, Nomination, NominationList


@dataclass(frozen=True)
class ShownLine:
    """Who stands on the list and for what; nothing of the report, nothing of a vote."""

    position: int
    name: str
    kind: str
    title: str
    unit: str
    department_key: str
    award_key: str


@dataclass(frozen=True)
class Version:
    """A version of the list that has been shown, and when."""

    number: int
    published_at: datetime


@dataclass(frozen=True)
class ShownList:
    """A version of the list that the office has shown, with its lines as they were then.

    `state`: published may still change, frozen is what the council votes on; `replaced` for a version that
    another has followed. `preparing`: the office compiles another version that nobody has been shown yet.
    """

    version: int
    state: str
    published_at: datetime
    lines: tuple[ShownLine, ...]
    versions: tuple[Version, ...]
    preparing: bool

    @property
    def newest(self) -> bool:
        """Whether no later version has been shown."""
        return self.version == self.versions[0].number


_VERSIONS = (
    select(
        col(NominationList.id),
        col(NominationList.version),
        col(NominationList.state),
        col(NominationList.published_at),
    )
    .where(col(NominationList.round_id) == bindparam("round_id"))
    .order_by(col(NominationList.version).desc())
)


def is_shown(session: Session, round_id: int) -> bool:
    """Whether there is a list to be seen by everybody."""
    return bool(shown_versions(session, round_id))


def shown_versions(session: Session, round_id: int) -> tuple[Version, ...]:
    """Every version that has been shown, newest first."""
    rows = session.execute(_VERSIONS, {"round_id": round_id}).all()
    return tuple(Version(row.version, row.published_at) for row in rows if row.published_at is not None)


def shown_list(session: Session, round_id: int, *, version: int | None = None) -> ShownList | None:
    """The newest version shown, or the one asked for; None when it has not been shown.

    It stays to be read while the office compiles another one: only what is shown anew takes its place.
    """
    rows = session.execute(_VERSIONS, {"round_id": round_id}).all()
    shown = [row for row in rows if row.published_at is not None]
    row = next((row for row in shown if version in {None, row.version}), None)
    if row is None:
        return None
    return ShownList(
        version=row.version,
        state=row.state if row.id == rows[0].id else "replaced",
        published_at=row.published_at,
        lines=_as_shown(session, round_id, row.version) or _as_it_stands(session, row.id),
        versions=tuple(Version(row.version, row.published_at) for row in shown),
        preparing=rows[0].published_at is None,
    )


def _as_shown(session: Session, round_id: int, version: int) -> tuple[ShownLine, ...]:
    """The lines as the record keeps them: a nomination sent back may have been mended since."""
    told: list[dict[str, Any]] = list(
        session.execute(
            select(col(Event.facts))
            .where(col(Event.round_id) == round_id, col(Event.kind) == "list_published")
            .order_by(col(Event.id).desc())
        ).scalars()
    )
    lines = next((facts.get("lines", ()) for facts in told if facts["version"] == version), ())
    return tuple(ShownLine(position, **line) for position, line in enumerate(lines, start=1))


def _as_it_stands(session: Session, list_id: int) -> tuple[ShownLine, ...]:
    """The lines of a list shown before the record kept them."""
    rows = session.execute(
        select(
            col(ListLine.position),
            col(Nomination.nominee_name),
            col(Nomination.nominee_kind),
            col(Nomination.nominee_title),
            col(Nomination.nominee_unit),
            col(Nomination.department_key),
            col(Nomination.award_key),
        )
        .join(Nomination, col(Nomination.id) == col(ListLine.nomination_id))
        .where(col(ListLine.list_id) == list_id)
        .order_by(col(ListLine.position))
    ).all()
    return tuple(ShownLine(*row) for row in rows)
