"""What Văn phòng looks at in a round: where it stands, and the list of nominations with its filter."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, and_, bindparam, case, func, or_, select
from sqlmodel import Session, col

from engine.commands.ground import pinned
from engine.definition import Definition
from engine.errors import NotFound
from engine.models import Check, ListLine, Nomination, NominationList, Round, StageWindow
from engine.stages import FINAL, Stage, State
from engine.text import fold

PAGE, ALL = 50, 1_000_000
# What the office may see: a draft is the department's own until it is signed off, also once it is withdrawn.
UNSEEN = (State.draft.value, State.ready.value)
SEEN = tuple(state for state in State if state.value not in UNSEEN)
_LAST = 1_000_000  # after every place a list can have


@dataclass(frozen=True)
class Window:
    """When a stage opens, is due and closed, and why it is due then."""

    stage: Stage
    generation: int
    opens_at: datetime | None
    due_at: datetime | None
    explanation: str
    opened_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class RoundAt:
    """A round as every page of it needs it."""

    id: int
    key: str
    title: str
    stage: Stage
    definition: Definition
    windows: tuple[Window, ...]

    def window(self, stage: Stage) -> Window:
        return next(window for window in self.windows if window.stage == stage)

    def department_names(self) -> dict[str, str]:
        return {d.key: d.name for d in self.definition.departments}

    def award_names(self) -> dict[str, str]:
        return {a.key: a.name for a in self.definition.awards}

    @property
    def running(self) -> Window | None:
        """The window of the stage the round is in; None before it opens and after it is archived."""
        return next((window for window in self.windows if window.stage == self.stage), None)


_ROUND = (
    select(
        col(Round.id),
        col(Round.key),
        col(Round.title),
        col(Round.stage),
        col(Round.definition_hash),
        col(StageWindow.stage),
        col(StageWindow.generation),
        col(StageWindow.opens_at),
        col(StageWindow.due_at),
        col(StageWindow.explanation),
        col(StageWindow.opened_at),
        col(StageWindow.closed_at),
    )
    .join(StageWindow, col(StageWindow.round_id) == col(Round.id))
    .where(col(Round.key) == bindparam("key"))
    .order_by(col(StageWindow.id))
)


def round_at(session: Session, key: str) -> RoundAt:
    """The round with this key and its four windows, in one query. Raises NotFound."""
    rows = session.connection().execute(_ROUND, {"key": key}).all()
    if not rows:
        raise NotFound("Không tìm thấy đợt xét này.", help_from="Văn phòng")
    id_, found, title, stage, definition_hash, *_ = rows[0]
    return RoundAt(
        id=id_ or 0,
        key=found,
        title=title,
        stage=Stage(stage),
        definition=pinned(session, definition_hash),
        windows=tuple(Window(Stage(row[5]), *tuple(row)[6:]) for row in rows),
    )


_OPEN = (
    select(func.count())
    .select_from(Nomination)
    .where(col(Nomination.round_id) == bindparam("round_id"), col(Nomination.state).not_in(sorted(FINAL)))
)


def last_word_ends(session: Session, at: RoundAt) -> bool:
    """Whether one more last word ends the round by itself (`commands.ending.close_if_done`)."""
    if at.stage != Stage.submission:
        return False
    return session.connection().execute(_OPEN, {"round_id": at.id}).scalar_one() == 1


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to; empty means everything. `page` counts from 1."""

    text: str = ""
    state: str = ""
    department: str = ""
    award: str = ""
    page: int = 1

    @property
    def anything(self) -> bool:
        return bool(self.text or self.state or self.department or self.award)


class Row(NamedTuple):
    """One nomination in the list; a tuple, because a page unpacks fifty of them."""

    code: str
    name: str
    kind: str
    title: str
    unit: str
    department_key: str
    award_key: str
    legal_point: str
    state: str
    position: int | None
    ticked: int


@dataclass(frozen=True)
class Rows:
    """One page of the list, and how many there are in all."""

    rows: tuple[Row, ...]
    total: int

    @property
    def pages(self) -> int:
        return -(-self.total // PAGE)


def in_list_order(definition: Definition) -> tuple[Any, ...]:
    """ORDER BY of a compiled list before anyone has ordered it by hand (as `compile_list` does it)."""
    return _order(
        tuple(award.key for award in definition.awards),
        tuple(department.key for department in definition.departments),
    )


def _order(awards: tuple[str, ...], departments: tuple[str, ...]) -> tuple[Any, ...]:
    return (
        case({key: n for n, key in enumerate(awards)}, value=col(Nomination.award_key), else_=_LAST),
        case((col(Nomination.nominee_kind) == "person", 1), else_=0),
        case(
            {key: n for n, key in enumerate(departments)}, value=col(Nomination.department_key), else_=_LAST
        ),
        col(Nomination.nominee_folded),
        col(Nomination.id),
    )


def nominations(session: Session, at: RoundAt, wanted: Filter, *, limit: int = PAGE) -> Rows:
    """Nominations the office may see, narrowed by `wanted`, in list order; past the end is page 1."""
    page = max(wanted.page, 1)
    given = {
        "round": at.id,
        "state": wanted.state,
        "department": wanted.department,
        "award": wanted.award,
        "text": f"%{_escaped(fold(wanted.text))}%",
        "code": wanted.text.lower(),
    }
    statement = _statement(
        tuple(award.key for award in at.definition.awards),
        tuple(department.key for department in at.definition.departments),
        tuple(item.key for item in at.definition.checklist if not item.required),
        frozenset(name for name in ("state", "department", "award", "text") if getattr(wanted, name)),
    )
    asked = {**given, "limit": limit, "offset": (page - 1) * limit}
    # Straight to the connection, here and where every request passes: plain columns need nothing of the ORM.
    found = session.connection().execute(statement, asked).all()
    if not found and page > 1:
        return nominations(session, at, replace(wanted, page=1), limit=limit)
    return Rows(tuple(Row._make(row[1:]) for row in found), found[0][0] if found else 0)


def _escaped(text: str) -> str:
    """What a person typed, for LIKE: `%` and `_` mean themselves."""
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")


_NEWEST = (
    select(func.max(col(NominationList.id)))
    .where(col(NominationList.round_id) == bindparam("round"))
    .scalar_subquery()
)
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "state": col(Nomination.state) == bindparam("state"),
    "department": col(Nomination.department_key) == bindparam("department"),
    "award": col(Nomination.award_key) == bindparam("award"),
    "text": or_(
        col(Nomination.nominee_folded).like(bindparam("text"), escape="/"),
        col(Nomination.code) == bindparam("code"),
    ),
}


@lru_cache(maxsize=128)
def _statement(
    awards: tuple[str, ...], departments: tuple[str, ...], optional: tuple[str, ...], narrowed: frozenset[str]
) -> Any:
    """How many there are and one page of them, for one kind of filter. `optional` items are not counted.

    One statement, made once: making it costs more than running it, and so does asking three times.
    """
    where = (
        col(Nomination.round_id) == bindparam("round"),
        *(col(Nomination.state) != unseen for unseen in UNSEEN),
        or_(col(Nomination.state) != State.withdrawn.value, col(Nomination.signed_at).is_not(None)),
        *(_CONDITIONS[name] for name in sorted(narrowed)),
    )
    ticked = (
        select(func.count())
        .select_from(Check)
        .where(
            col(Check.nomination_id) == col(Nomination.id), *(col(Check.item_key) != key for key in optional)
        )
        .correlate(Nomination)
        .scalar_subquery()
    )
    total = select(func.count()).select_from(Nomination).where(*where).correlate(None).scalar_subquery()
    return (
        select(
            total,
            col(Nomination.code),
            col(Nomination.nominee_name),
            col(Nomination.nominee_kind),
            col(Nomination.nominee_title),
            col(Nomination.nominee_unit),
            col(Nomination.department_key),
            col(Nomination.award_key),
            col(Nomination.legal_point),
            col(Nomination.state),
            col(ListLine.position),
            ticked,
        )
        .outerjoin(
            ListLine,
            and_(col(ListLine.nomination_id) == col(Nomination.id), col(ListLine.list_id) == _NEWEST),
        )
        .where(*where)
        .order_by(func.coalesce(col(ListLine.position), _LAST), *_order(awards, departments))
        .limit(bindparam("limit", type_=Integer))
        .offset(bindparam("offset", type_=Integer))
    )
