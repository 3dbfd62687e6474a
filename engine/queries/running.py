"""The rounds that run now, each with the deadline of the stage it is in."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from engine.commands.ground import pinned
from engine.models import Round, StageWindow
from engine.stages import Stage


@dataclass(frozen=True)
class Due:
    """A deadline with its explanation."""

    at: datetime
    explanation: str


@dataclass(frozen=True)
class Running:
    """A running round with the deadline of its stage."""

    id: int
    key: str
    title: str
    stage: Stage
    definition_hash: str
    due: Due | None


def running_rounds(session: Session) -> dict[int, Running]:
    """Running rounds by id, in the order they were planned; one query and what their definitions take."""
    rows = session.execute(
        select(  # type: ignore[call-overload]
            Round.id,
            Round.key,
            Round.stage,
            Round.definition_hash,
            StageWindow.due_at,
            StageWindow.explanation,
        )
        .join(
            StageWindow,
            (col(StageWindow.round_id) == Round.id) & (col(StageWindow.stage) == Round.stage),
        )
        .order_by(col(Round.id))
    ).all()
    return {
        id_: Running(
            id_,
            key,
            pinned(session, hash_).short_title,
            Stage(stage),
            hash_,
            Due(due, why) if due else None,
        )
        for id_, key, stage, hash_, due, why in rows
    }
