"""A round that has opened takes over corrected files: looked at first, done with a reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from engine.access import Actor, demand_role
from engine.commands.dossiers import unseal_draft
from engine.commands.ground import Ground, note_round, stand_on
from engine.commands.planning import keep
from engine.definition import Definition
from engine.definition.comparing import Difference, differences, refusals
from engine.errors import Incomplete, NotFound, NotNow
from engine.models import Nomination
from engine.queries import judging
from engine.stages import FINAL, Role, Stage
from engine.text import clean


@dataclass(frozen=True)
class Touched:
    """A nomination the corrected files judge otherwise, and why."""

    code: str
    name: str
    why: str


@dataclass(frozen=True)
class Moving:
    """What taking over would change, what stands in its way, and whom it touches."""

    differences: tuple[Difference, ...]
    refusals: tuple[str, ...]
    touched: tuple[Touched, ...]


def look(session: Session, key: str, definition: Definition) -> Moving:
    """What `move_round` would do; writes nothing. Raises NotFound, NotNow for a round not open or closed."""
    return _look(session, _running(session, key), definition)


def move_round(
    session: Session, actor: Actor, key: str, definition: Definition, *, reason: str, now: datetime
) -> Moving:
    """Pin a running round to its files as they read now. Safe to repeat: nothing differs the second time.

    Nominations, votes, letters and decisions stay as they are; a dossier not sent yet has to be made again.
    Raises NotNow for what a running round cannot take over (see engine.definition.comparing), Incomplete
    without a reason.
    """
    demand_role(actor, Role.admin)
    ground = _running(session, key)
    found = _look(session, ground, definition)
    if not found.differences:
        return found
    if found.refusals:
        raise NotNow(" ".join(found.refusals), rule="Đợt đang chạy giữ quy trình đã mở")
    said = clean(reason, lines=True)
    if not said:
        raise Incomplete({"reason": "Ghi lý do áp dụng quy trình đã sửa."})
    facts = {
        "definition": keep(session, definition, now=now),
        "before": ground.round.definition_hash,
        "reason": said,
        "changed": [each.sentence for each in found.differences],
        "codes": [each.code for each in found.touched],
    }
    changes = {"definition_hash": facts["definition"], "title": definition.title}
    unseal_draft(session, ground.round_id)
    note_round(session, actor, ground, "definition_moved", now=now, facts=facts, changes=changes, tell=False)
    return found


def _running(session: Session, key: str) -> Ground:
    try:
        ground = stand_on(session, key=key)
    except NotFound:
        raise NotFound(f"Chưa lập đợt “{key}”: tdkt round plan {key}.") from None
    if ground.stage in {Stage.planned, Stage.closed}:
        again = f"lập lại bằng tdkt round plan {key}"
        remedy = again if ground.stage == Stage.planned else "đợt đã xong giữ nguyên"
        raise NotNow(f"Đợt này không đang chạy: {remedy}.", rule="Đợt đang chạy giữ quy trình đã mở")
    return ground


def _look(session: Session, ground: Ground, definition: Definition) -> Moving:
    found = differences(ground.definition, definition)
    stops = refusals(found, ground.stage)
    touched = () if stops or not found else tuple(_touched(session, ground, definition))
    return Moving(found, stops, touched)


def _touched(session: Session, ground: Ground, new: Definition) -> Iterator[Touched]:
    rows = session.exec(
        select(Nomination)
        .where(
            Nomination.round_id == ground.round_id,
            col(Nomination.state).not_in([state.value for state in FINAL]),
        )
        .order_by(col(Nomination.id))
    ).all()
    before = judging.findings_of_all(session, ground.definition, rows)
    after = judging.findings_of_all(session, new, rows)
    for row in rows:
        points = {point.key for point in new.award(row.award_key).points}
        if row.legal_point and row.legal_point not in points:
            yield Touched(row.code, row.nominee_name, f"căn cứ “{row.legal_point}” không còn")
        known = {(one.rule_id, one.sentence) for one in before[row.id or 0]}
        for one in after[row.id or 0]:
            if one.severity in judging.STOP and (one.rule_id, one.sentence) not in known:
                yield Touched(row.code, row.nominee_name, one.sentence)
