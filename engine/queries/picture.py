"""A round at a glance, for an operator: stage, counts, who is waited for, what happens next and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from engine.access import STAGE_WORDS, STATE_WORDS
from engine.calendar import in_words
from engine.commands.ground import pinned
from engine.models import Moment, Nomination, Round, StageWindow
from engine.queries import waiting
from engine.stages import Stage, State

NEXT = 8  # lines of what comes
KIND_WORDS = {
    "open": "mở giai đoạn",
    "remind": "nhắc",
    "late": "báo quá hạn",
    "escalate": "báo cấp trên",
    "close": "đóng",
}


@dataclass(frozen=True)
class Picture:
    """`markdown` for Prefect's artifact (no names of voters, no addresses); `waits_for` in one line."""

    markdown: str
    waits_for: str


def of_round(session: Session, key: str, *, now: datetime) -> Picture:
    """The picture of one round at `now`."""
    round_ = session.exec(select(Round).where(Round.key == key)).one()
    stage = Stage(round_.stage)
    definition = pinned(session, round_.definition_hash)
    counts = session.exec(
        select(Nomination.state, func.count())
        .where(Nomination.round_id == round_.id)
        .group_by(Nomination.state)
    ).all()
    moments = session.exec(
        select(Moment)
        .where(Moment.round_id == round_.id, col(Moment.done_at).is_(None))
        .order_by(col(Moment.at))
    ).all()
    coming = [moment for moment in moments if _still_to_come(moment, stage)][:NEXT]
    due = session.exec(
        select(StageWindow.due_at).where(StageWindow.round_id == round_.id, StageWindow.stage == stage.value)
    ).first()
    who = waiting.whom(session, round_.id or 0, definition, stage, now=now)
    waits_for = _waits_for(stage, due, len(who.departments), len(who.persons))
    lines = [
        f"# {round_.title}",
        f"Giai đoạn: **{STAGE_WORDS[stage]}**" + (f" — {waits_for}" if stage != Stage.closed else ""),
        "",
        "| Tình trạng | Số đề nghị |",
        "|---|---|",
        *(f"| {STATE_WORDS[State(state)]} | {count} |" for state, count in sorted(counts)),
        "",
        *_next(coming),
        f"Quy trình: `{round_.definition_hash[:12]}`",
    ]
    return Picture("\n".join(lines), waits_for)


def _still_to_come(moment: Moment, stage: Stage) -> bool:
    """Of the running stage or a later one; departments' lateness and their own dates outlive their stage."""
    order = list(Stage)
    if order.index(Stage(moment.stage)) >= order.index(stage):
        return True
    outlives = bool(moment.department_key) or moment.kind in {"late", "escalate"}
    return outlives and (moment.stage, stage) == (Stage.proposal, Stage.office)


def _next(moments: Sequence[Moment]) -> list[str]:
    if not moments:
        return []
    return [
        "| Sắp tới | Việc |",
        "|---|---|",
        *(f"| {in_words(m.at)} | {KIND_WORDS[m.kind]}: {STAGE_WORDS[Stage(m.stage)]} |" for m in moments),
        "",
    ]


def _waits_for(stage: Stage, due: datetime | None, departments: int, persons: int) -> str:
    if stage == Stage.closed:
        return "đã kết thúc"
    whom = [f"{departments} phòng"] if departments else []
    whom += [f"{persons} người"] if persons else []
    until = f" đến {in_words(due)}" if due else ""
    return f"chờ {' và '.join(whom) or 'thời hạn'}{until}"
