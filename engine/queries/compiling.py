"""The list as Văn phòng compiles it: its lines in order, what stands in the way, what the rules say of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from engine import eligibility
from engine.eligibility.findings import Finding
from engine.models import ListLine, Nomination, NominationList
from engine.queries import judging
from engine.queries.office import RoundAt, in_list_order
from engine.queries.published import Version, shown_versions
from engine.queries.waiting import owing_on_leave
from engine.stages import DEAD, State

_UNRESOLVED = (State.proposed.value, State.returned.value)
_ON_LIST = (State.accepted.value, State.listed.value)


@dataclass(frozen=True)
class Line:
    """A nomination that is, or should be, on the list; `position` is None until it has been compiled in."""

    code: str
    name: str
    kind: str
    title: str
    unit: str
    department_key: str
    award_key: str
    state: str
    position: int | None


@dataclass(frozen=True)
class InTheWay:
    """A nomination that keeps the list from being frozen (or will be left out, when held)."""

    code: str
    name: str
    department_key: str
    state: str
    until: datetime | None


@dataclass(frozen=True)
class ListPage:
    """The newest list and what bears on it. `seen` names what was on the page, to notice changes.

    `shown`: versions everybody may read, newest first. `owing`: names of departments that the head gave more
    time and that have not answered, so that the list cannot be frozen.
    """

    version: int
    state: str
    hash: str
    seen: str
    compiled_at: datetime | None
    published_at: datetime | None
    frozen_at: datetime | None
    lines: tuple[Line, ...]
    unresolved: tuple[InTheWay, ...]
    held: tuple[InTheWay, ...]
    drafts: int
    findings: tuple[Finding, ...]
    shown: tuple[Version, ...]
    owing: tuple[str, ...]

    @property
    def exists(self) -> bool:
        return self.version > 0

    @property
    def left_out(self) -> tuple[Line, ...]:
        """Accepted since the list was compiled, so not on it yet."""
        return tuple(line for line in self.lines if line.position is None)


def seen_of(row: NominationList | None) -> str:
    """A mark of a list's state: it changes whenever the list does."""
    if row is None:
        return "none"
    return f"{row.version}.{row.state}.{row.compiled_at.timestamp():.6f}"


def list_page(session: Session, at: RoundAt, *, now: datetime) -> ListPage:
    """The list of a round for its compiler, in a constant number of queries."""
    row = session.exec(
        select_rows(NominationList)
        .where(NominationList.round_id == at.id)
        .order_by(col(NominationList.version).desc())
    ).first()
    waiting = _in_the_way(session, at)
    return ListPage(
        version=row.version if row else 0,
        state=row.state if row else "",
        hash=row.hash if row else "",
        seen=seen_of(row),
        compiled_at=row.compiled_at if row else None,
        published_at=row.published_at if row else None,
        frozen_at=row.frozen_at if row else None,
        lines=_lines(session, at, row),
        unresolved=tuple(w for w in waiting if w.state in _UNRESOLVED),
        held=tuple(w for w in waiting if w.state == State.held),
        drafts=_drafts(session, at),
        findings=_findings(session, at),
        shown=shown_versions(session, at.id),
        owing=owing_on_leave(session, at.id, at.definition, now=now),
    )


def _lines(session: Session, at: RoundAt, row: NominationList | None) -> tuple[Line, ...]:
    on_list = (
        select(col(ListLine.nomination_id), col(ListLine.position))
        .where(col(ListLine.list_id) == (row.id if row else 0))
        .subquery()
    )
    live = col(Nomination.state).in_(_ON_LIST)
    if row is not None and row.state == "frozen":
        live = on_list.c.nomination_id.is_not(None)  # after the vote its lines go on to other states
    rows = session.execute(
        select(
            col(Nomination.code),
            col(Nomination.nominee_name),
            col(Nomination.nominee_kind),
            col(Nomination.nominee_title),
            col(Nomination.nominee_unit),
            col(Nomination.department_key),
            col(Nomination.award_key),
            col(Nomination.state),
            on_list.c.position,
        )
        .outerjoin(on_list, on_list.c.nomination_id == col(Nomination.id))
        .where(col(Nomination.round_id) == at.id, live)
        .order_by(func.coalesce(on_list.c.position, 1_000_000), *in_list_order(at.definition))
    ).all()
    return tuple(Line(*found) for found in rows)


def _in_the_way(session: Session, at: RoundAt) -> list[InTheWay]:
    rows = session.execute(
        select(
            col(Nomination.code),
            col(Nomination.nominee_name),
            col(Nomination.department_key),
            col(Nomination.state),
            col(Nomination.return_until),
        )
        .where(
            col(Nomination.round_id) == at.id,
            col(Nomination.state).in_([*_UNRESOLVED, State.held.value]),
        )
        .order_by(*in_list_order(at.definition))
    ).all()
    return [InTheWay(*row) for row in rows]


def _drafts(session: Session, at: RoundAt) -> int:
    count: int = session.execute(
        select(func.count())
        .select_from(Nomination)
        .where(
            col(Nomination.round_id) == at.id,
            col(Nomination.state).in_([State.draft.value, State.ready.value]),
        )
    ).scalar_one()
    return count


def _findings(session: Session, at: RoundAt) -> tuple[Finding, ...]:
    """Quotas and shares over everything that is, or may still come, on the list."""
    hidden = [State.draft.value, State.ready.value, State.returned.value, *(state.value for state in DEAD)]
    rows = session.exec(
        select_rows(Nomination).where(Nomination.round_id == at.id, col(Nomination.state).not_in(hidden))
    ).all()
    return eligibility.list_findings(at.definition, judging.facts_of(session, rows))
