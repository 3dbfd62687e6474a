"""The next version of the dossier is filled: what it takes along, and the facts its documents tell."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select
from sqlmodel import Session, SQLModel, col

from engine.access import Actor, demand_role
from engine.commands.dossiers import latest_dossier, lines_of, lines_to_send, unseal
from engine.commands.ground import Ground, note_round, stand_on
from engine.dossier.dates import moment
from engine.errors import Changed, Incomplete, NotNow
from engine.models import Dossier, Event, Nomination
from engine.queries.dossier_facts import voting_of
from engine.stages import Role, Stage
from engine.text import clean

_LINE = SQLModel.metadata.tables["dossier_line"]
OF_ONE_VERSION = frozenset({"submission_number", "submission_date", "nothing_added"})
MOST_DIGITS = 12
_PREPARED = (
    select(col(Event.id), col(Event.actor_name), col(Event.at), col(Event.facts))
    .where(
        col(Event.round_id) == bindparam("round_id"),
        col(Event.kind) == "dossier_prepared",
        col(Event.id) > bindparam("after"),
    )
    .order_by(col(Event.id))
)


def carried(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What the next version starts with: its tờ trình is another paper, with a number and date of its own,
    and what comes back with it is completed anew.
    """
    return {name: value for name, value in facts.items() if name not in OF_ONE_VERSION}


def facts_mark(session: Session, round_id: int, version: int) -> str:
    """A mark of the facts of the version being filled; it changes whenever somebody saves other ones."""
    last = session.execute(
        select(func.max(col(Event.id))).where(
            col(Event.round_id) == round_id, col(Event.kind) == "dossier_prepared"
        )
    ).scalar()
    return f"{version}.{last or 0}"


def prepare_dossier(
    session: Session,
    actor: Actor,
    key: str,
    *,
    facts: Mapping[str, str],
    seen: str | None = None,
    now: datetime,
) -> Dossier:
    """Open (or go on filling) the next version of the dossier: exactly the provincial nominations to be sent.

    `facts`: number and date of the tờ trình, number, time and place of the council's minutes, and so on.
    Nothing new changes nothing; anything new asks for the archive to be built again.
    `seen` is the `facts_mark` of the form they were typed into, None where nothing was shown: raises Changed
    with what stands now where it would undo what another has saved since.
    """
    demand_role(actor, Role.office)
    ground = stand_on(session, key=key)
    if ground.stage != Stage.submission:
        raise NotNow(
            "Hội đồng chưa bỏ phiếu xong nên chưa lập được hồ sơ trình.", rule="Trình tự xét khen thưởng"
        )
    lines = lines_to_send(session, ground)
    if not lines:
        raise Incomplete(
            {
                "dossier": "Chưa có đề nghị nào được Thủ trưởng đồng ý trình cấp trên, "
                "nên chưa có gì để lập hồ sơ."
            }
        )
    return _fill(session, actor, ground, facts, seen=seen, lines=lines, now=now)


def keep_minutes(
    session: Session,
    actor: Actor,
    key: str,
    *,
    facts: Mapping[str, str],
    seen: str | None = None,
    now: datetime,
) -> Dossier:
    """Keep the facts of the council's minutes alone: whatever passed, also once the round is over.

    They stand in the version a dossier would have next, whose lines stay as they are: a dossier, if there is
    ever one, goes on from them. `seen` as of `prepare_dossier`. Raises NotNow before the vote is over, and
    once the minutes have left in a dossier.
    """
    demand_role(actor, Role.office)
    ground = stand_on(session, key=key)
    over = ground.stage in {Stage.submission, Stage.closed}  # a round may close without any vote
    if not over or voting_of(session, ground.round_id) is None:
        raise NotNow(
            "Hội đồng chưa bỏ phiếu xong nên chưa lập được biên bản.", rule="Trình tự xét khen thưởng"
        )
    latest = latest_dossier(session, ground.round_id)
    if latest is not None and latest.state != "draft":
        raise NotNow(
            f"Biên bản đã gửi kèm hồ sơ bản {latest.version} nên không sửa được nữa.", rule="Hồ sơ đã gửi"
        )
    return _fill(session, actor, ground, facts, seen=seen, lines=None, now=now)


def _fill(
    session: Session,
    actor: Actor,
    ground: Ground,
    facts: Mapping[str, str],
    *,
    seen: str | None,
    lines: Sequence[Nomination] | None,
    now: datetime,
) -> Dossier:
    """The version being filled, with these facts and exactly these lines; those it has where None."""
    dossier = latest_dossier(session, ground.round_id)
    given = {name: clean(value) for name, value in facts.items()}
    if dossier is None or dossier.state != "draft":
        version = 1 if dossier is None else dossier.version + 1
        stands = carried(dossier.facts) if dossier else {}
        _demand_seen(session, ground.round_id, seen, version=version, stands=stands, given=given)
        dossier = Dossier(round_id=ground.round_id, version=version, facts=stands)
        session.add(dossier)
        session.flush()
        have: set[int] = set()
    else:
        stands = dossier.facts
        _demand_seen(session, ground.round_id, seen, version=dossier.version, stands=stands, given=given)
        have = {n.id or 0 for n in lines_of(session, dossier)}
    wanted = have if lines is None else {n.id or 0 for n in lines}
    added, gone = sorted(wanted - have), sorted(have - wanted)
    if not added and not gone and stands == {**stands, **given}:
        return dossier
    dossier.facts = {**stands, **given}
    unseal(session, dossier)
    if gone:  # answered, refused or revoked since this version was prepared
        session.execute(
            delete(_LINE).where(_LINE.c.dossier_id == dossier.id, _LINE.c.nomination_id.in_(gone))
        )
    if added:
        session.execute(insert(_LINE), [{"dossier_id": dossier.id, "nomination_id": id_} for id_ in added])
    told = {"version": dossier.version, "lines": len(wanted), "fields": sorted(_unlike(stands, given, given))}
    note_round(session, actor, ground, "dossier_prepared", now=now, facts=told, tell=False, wake=False)
    return dossier


def _unlike(stands: Mapping[str, Any], given: Mapping[str, str], names: Iterable[str]) -> set[str]:
    """Those of `names` which were given otherwise than they stand; not given and empty are the same."""
    return {name for name in names if name in given and stands.get(name, "") != given[name]}


def _demand_seen(
    session: Session,
    round_id: int,
    seen: str | None,
    *,
    version: int,
    stands: Mapping[str, Any],
    given: Mapping[str, str],
) -> None:
    """What another has saved since `seen` is never undone unawares (invariant 8). Raises Changed.

    A form that brings no mark at all may only fill what nobody has filled yet.
    """
    if seen is None:
        return
    of, _, last = seen.partition(".")
    known = last.isdecimal() and len(last) <= MOST_DIGITS
    since: Sequence[Row[Any]] = []
    if known and of == str(version):
        since = session.execute(_PREPARED, {"round_id": round_id, "after": int(last)}).all()
        touched = {name for each in since for name in each.facts.get("fields", ())}
    else:
        touched = set(given) if known else set(stands)
    theirs = {name: stands.get(name, "") for name in sorted(_unlike(stands, given, touched))}
    if not theirs:
        return
    if since:
        names = ", ".join(dict.fromkeys(each.actor_name for each in since))
        told = f"{names} đã lưu thông tin hồ sơ lúc {moment(since[-1].at)}"
    else:
        told = f"thông tin của bản {version} đã được lưu khác"
    raise Changed(
        f"Sau khi ông/bà mở trang, {told}, nên nội dung ông/bà gõ chưa được lưu mà còn nguyên dưới đây. "
        "So với bản đang lưu ở từng ô rồi bấm lưu lại.",
        theirs=theirs,
        version=version,
    )
