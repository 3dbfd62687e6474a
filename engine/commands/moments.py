"""Moments of a round: laid out once, finished once, and passed over when their stage is left."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session, SQLModel, col

from engine.commands.ground import Ground
from engine.commands.insertion import insert_if_new
from engine.models import Moment
from engine.stages import Stage

STAGE_OVER = "giai đoạn đã qua"
MOVED = "đổi hạn"
_MOMENT = SQLModel.metadata.tables["moment"]


def lay_out(
    session: Session,
    ground: Ground,
    stage: Stage,
    generation: int,
    moments: Iterable[tuple[str, int, datetime]],
    *,
    department: str = "",
) -> None:
    """Write moments (kind, step, when) of one deadline; a department's own may be there already."""
    rows = [
        {
            "round_id": ground.round_id,
            "stage": stage.value,
            "generation": generation,
            "kind": kind,
            "step": step,
            "department_key": department,
            "at": at,
            "outcome": "",
        }
        for kind, step, at in moments
    ]
    if department:
        for row in rows:
            insert_if_new(session, _MOMENT, row)
    elif rows:
        session.execute(insert(_MOMENT), rows)


def finish(session: Session, moment_id: int, *, now: datetime, outcome: str) -> None:
    """Mark a moment done. What it did may have passed it over already: its own words stand."""
    session.execute(update(_MOMENT).where(_MOMENT.c.id == moment_id).values(done_at=now, outcome=outcome))


def superseded(session: Session, moment: Moment, now: datetime) -> bool:
    """Whether a later rung of the same ladder is due as well: that one speaks."""
    later = select(col(Moment.id)).where(
        col(Moment.round_id) == moment.round_id,
        col(Moment.stage) == moment.stage,
        col(Moment.generation) == moment.generation,
        col(Moment.kind) == moment.kind,
        col(Moment.department_key) == moment.department_key,
        col(Moment.at) > moment.at,
        col(Moment.at) <= now,
        col(Moment.done_at).is_(None),
    )
    return session.execute(later).first() is not None


def put_off(session: Session, ground: Ground, stage: Stage, *, now: datetime) -> None:
    """A stage has another deadline: what was planned from the old one goes; departments' own dates stay."""
    _end(session, ground, [stage], MOVED, now=now, general=True)


def forget_own(session: Session, ground: Ground, stage: Stage, department: str) -> None:
    """A department's own date is replaced: what was planned for it is laid out anew should it come back."""
    session.execute(
        delete(_MOMENT).where(
            _MOMENT.c.round_id == ground.round_id,
            _MOMENT.c.stage == stage.value,
            _MOMENT.c.department_key == department,
            _MOMENT.c.done_at.is_(None),
        )
    )


def pass_over(session: Session, ground: Ground, *stages: Stage, now: datetime) -> None:
    """Stages are over: nothing planned in them will happen any more, and no page may promise it."""
    _end(session, ground, stages, STAGE_OVER, now=now)


def pass_over_reminders(session: Session, ground: Ground, stage: Stage, *, now: datetime) -> None:
    """A stage's deadline is over, its lateness not: reminders of it go, but for departments' own dates."""
    _end(session, ground, [stage], STAGE_OVER, now=now, general=True, kind="remind")


def _end(
    session: Session,
    ground: Ground,
    stages: Sequence[Stage],
    outcome: str,
    *,
    now: datetime,
    general: bool = False,
    kind: str = "",
) -> None:
    open_ = [
        _MOMENT.c.round_id == ground.round_id,
        _MOMENT.c.stage.in_([stage.value for stage in stages]),
        _MOMENT.c.done_at.is_(None),
    ]
    if general:
        open_.append(_MOMENT.c.department_key == "")
    if kind:
        open_.append(_MOMENT.c.kind == kind)
    session.execute(update(_MOMENT).where(*open_).values(done_at=now, outcome=outcome))
