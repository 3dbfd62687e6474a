"""The record held against what users were told: every act once, every chain whole, nothing half-written."""

import hashlib
from collections import Counter
from collections.abc import Iterator

from sqlalchemy import text
from sqlmodel import Session, col, select

from engine import history
from engine.dossier.package import verify_package
from engine.files import FileStore
from engine.models import (
    Attachment,
    Ballot,
    Decision,
    DepartmentReply,
    Dossier,
    DossierLine,
    Event,
    ListLine,
    Moment,
    Nomination,
    NominationList,
    Result,
    Round,
    Seat,
    Vote,
    Voting,
)
from engine.stages import MOVE_OF, STAGES, Act, Stage, State
from tests.kill.story import FINAL, PROVINCE
from tests.kill.told import Told

ACTS = {act.value for act in Act}
# Done with somebody else's act and counted by `_time_once`; or asked for anew by each pressing, as it says.
UNCOUNTED = {"submission_opened", "round_closed", "link_replaced", "link_asked"}
# What nobody pressed: time and the tally do these, each once for whom they concern.
BY_ITSELF = {"recommend", "not_recommend", "lapse"}


def faults_of_record(session: Session, files: FileStore, told: Told) -> Iterator[str]:
    """Every way in which the record contradicts the users or itself, in words; nothing when all is well."""
    yield from _database_whole(session)
    yield from _acts_once(session, told)
    yield from _time_once(session)
    yield from _drafts(session, told)
    yield from _files(session, files, told)
    yield from _ballots(session, told)
    yield from _replayed(session)
    yield from _chains(session)
    yield from _list_and_results(session)
    yield from _last_words(session, files, told)


def _database_whole(session: Session) -> Iterator[str]:
    if session.get_bind().dialect.name == "sqlite":
        for pragma in ("integrity_check", "foreign_key_check"):
            found = session.execute(text(f"PRAGMA {pragma}")).scalars().all()
            if found not in (["ok"], []):
                yield f"{pragma}: {found}"


def _acts_once(session: Session, told: Told) -> Iterator[str]:
    """What was acknowledged is in history as often as it was acknowledged, and nothing else is."""
    codes = {n.id: n.code for n in session.exec(select(Nomination)).all()}
    happened = Counter(
        (event.kind, codes.get(event.nomination_id, ""))
        for event in session.exec(select(Event).where(col(Event.round_id).is_not(None))).all()
        if event.actor_id is not None and event.kind not in BY_ITSELF
    )
    for kind, code in sorted(happened.keys() | told.once.keys()):
        if kind in UNCOUNTED:
            continue
        if happened[kind, code] != told.once[kind, code]:
            yield f"{kind} {code}: told {told.once[kind, code]} times, happened {happened[kind, code]} times"


def _time_once(session: Session) -> Iterator[str]:
    events = session.exec(select(Event).where(col(Event.round_id).is_not(None))).all()
    kinds = Counter(event.kind for event in events)
    for kind in (
        *(f"{stage.value}_opened" for stage in STAGES),
        "proposal_closed",
        "vote_closed",
        "round_closed",
    ):
        if kinds[kind] != 1:
            yield f"{kind} happened {kinds[kind]} times"
    spoken = Counter(
        (
            event.kind,
            event.facts["stage"],
            event.facts["step"],
            event.facts["due"],
            tuple(event.facts["departments"]),
        )
        for event in events
        if event.kind in {"reminded", "late", "escalated"}
    )
    yield from (f"{rung} spoken of {count} times" for rung, count in spoken.items() if count > 1)
    done = session.exec(select(Moment).where(Moment.outcome == "đã nhắc")).all()
    if len(done) != sum(spoken.values()):
        yield f"{len(done)} moments say that they spoke, history has {sum(spoken.values())}"


def _drafts(session: Session, told: Told) -> Iterator[str]:
    nominations = {n.code: n for n in session.exec(select(Nomination)).all()}
    if nominations.keys() != told.texts.keys():
        yield f"nominations {sorted(nominations)}, told of {sorted(told.texts)}"
    for code, (department, summary) in told.texts.items():
        stands = nominations.get(code)
        if stands is None or (stands.department_key, stands.summary) != (department, summary):
            yield f"{code}: what was typed last does not stand"
        elif stands.signed_by is None or stands.signed_at is None:
            yield f"{code}: proposed, but nobody signed"
    replies = sorted(session.exec(select(DepartmentReply.department_key)).all())
    if replies != sorted({department for department, _ in told.texts.values()}):
        yield f"replies of {replies}"


def _files(session: Session, files: FileStore, told: Told) -> Iterator[str]:
    codes = {n.id: n.code for n in session.exec(select(Nomination)).all()}
    rows = session.exec(select(Attachment)).all()
    kept = Counter((codes[row.nomination_id], row.item_key, row.sha256) for row in rows)
    sent = Counter((code, item, hashlib.sha256(content).hexdigest()) for code, item, content in told.files)
    if kept != sent:
        yield f"files: lost {sent - kept}, invented {kept - sent}"
    for row in rows:
        content = files.path(row.sha256).read_bytes()
        if hashlib.sha256(content).hexdigest() != row.sha256 or len(content) != row.size:
            yield f"file {row.id} is not what was sent"


def _ballots(session: Session, told: Told) -> Iterator[str]:
    codes = {n.id: n.code for n in session.exec(select(Nomination)).all()}
    persons = {seat.id: seat.person_id for seat in session.exec(select(Seat)).all()}
    sendings: dict[int, list[str]] = {}
    for facts in session.exec(select(Event.facts).where(Event.kind == "ballot_sent").order_by(col(Event.id))):
        sendings.setdefault(persons[facts["seat"]], []).append(facts["receipt"])
    ballots = session.exec(select(Ballot)).all()
    if sorted(b.seat_id for b in ballots) != sorted(seat or 0 for seat in persons):
        yield "not one ballot for each seat"
    for ballot in ballots:
        person = persons[ballot.seat_id]
        mine = told.ballots.get(person, [])
        votes = session.exec(select(Vote).where(Vote.ballot_id == ballot.id)).all()
        if not mine or {codes[v.nomination_id]: v.choice for v in votes} != mine[-1].choices:
            yield f"seat {ballot.seat_id}: the votes are not those acknowledged last"
        if (ballot.times_sent, ballot.receipt) != (len(mine), mine[-1].receipt if mine else ""):
            yield f"seat {ballot.seat_id}: receipt or count of sendings differ from what was shown"
        if sendings.get(person, []) != [sending.receipt for sending in mine]:
            yield f"seat {ballot.seat_id}: receipts in history {sendings.get(person)}"


def _replayed(session: Session) -> Iterator[str]:
    """State follows from the events, move by move along the table."""
    for nomination in session.exec(select(Nomination)).all():
        state = State.draft
        mine = select(Event).where(Event.nomination_id == nomination.id).order_by(col(Event.id))
        for event in session.exec(mine).all():
            if event.kind not in ACTS:
                continue
            move = MOVE_OF[Act(event.kind)]
            if event.facts["from"] != state or state not in move.sources or event.facts["to"] != move.target:
                yield f"{nomination.code}: {event.kind} does not follow from {state}"
            state = move.target
        if state != nomination.state:
            yield f"{nomination.code}: stands {nomination.state}, history ends {state}"
    stage = Stage.planned.value
    for kind in session.exec(
        select(Event.kind).where(col(Event.nomination_id).is_(None)).order_by(col(Event.id))
    ):
        if kind.endswith("_opened"):
            stage = kind.removesuffix("_opened")
        elif kind == "round_closed":
            stage = Stage.closed.value
    stands = session.exec(select(Round.stage).where(Round.key == FINAL)).one()
    if (stage, stands) != ("closed", "closed"):
        yield f"the round stands {stands}, history ends {stage}"


def _chains(session: Session) -> Iterator[str]:
    round_id = session.exec(select(Round.id).where(Round.key == FINAL)).one() or 0
    for nomination_id in (None, *session.exec(select(Nomination.id)).all()):
        broken = history.broken_links(session, nomination_id=nomination_id, round_id=round_id)
        if broken:
            yield f"chain of {nomination_id or 'the round'} broken at {broken}"


def _list_and_results(session: Session) -> Iterator[str]:
    (frozen,) = session.exec(select(NominationList)).all()
    lines = session.exec(select(ListLine).where(ListLine.list_id == frozen.id)).all()
    (voting,) = session.exec(select(Voting)).all()
    if frozen.state != "frozen" or not frozen.hash or not all(line.fingerprint for line in lines):
        yield "the frozen list is half-written"
    if voting.list_hash != frozen.hash or voting.closed_at is None:
        yield "the vote is not on the frozen list, or not closed"
    results = {row.nomination_id: row for row in session.exec(select(Result)).all()}
    if results.keys() != {line.nomination_id for line in lines}:
        yield "not one result for each line"
    for nomination_id, row in results.items():
        votes = Counter(session.exec(select(Vote.choice).where(Vote.nomination_id == nomination_id)).all())
        if (row.yes, row.no, row.abstain) != (votes["yes"], votes["no"], votes["abstain"]):
            yield f"result of {nomination_id} is not the sum of its votes"


def _last_words(session: Session, files: FileStore, told: Told) -> Iterator[str]:
    nominations = session.exec(select(Nomination)).all()
    for nomination in nominations:
        if (nomination.state, nomination.decision_number) != ("awarded", told.results.get(nomination.code)):
            yield f"{nomination.code}: {nomination.state} {nomination.decision_number}"
    decided = {n.decision_number for n in nominations} - {PROVINCE}
    if sorted(session.exec(select(Decision.number)).all()) != sorted(decided):
        yield "the agency's decisions are not one row for each number"
    (dossier,) = session.exec(select(Dossier)).all()
    lines = set(
        session.exec(select(DossierLine.nomination_id).where(DossierLine.dossier_id == dossier.id)).all()
    )
    if lines != {n.id for n in nominations if n.decision_number == PROVINCE}:
        yield "the dossier does not hold what was answered"
    archive = files.path(dossier.sha256).read_bytes()
    yield from verify_package(archive, sha256=dossier.sha256)
    if len(archive) != dossier.size or dossier.state != "received":
        yield f"dossier: {dossier.state}, {len(archive)} of {dossier.size} bytes"
