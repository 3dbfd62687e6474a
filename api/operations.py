"""What the operator's commands do, apart from talking: people, rounds, verification, backup, settings."""

import os
import shlex
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, make_url
from sqlmodel import Session, col, select

from config.settings import BadSettings, Settings, read_settings
from engine import history
from engine.access import STAGE_WORDS, Actor
from engine.calendar import in_words
from engine.commands import moving, people, rounds
from engine.commands.ground import pinned
from engine.definition import content_hash
from engine.definition import files as definition_files
from engine.definition.comparing import differences
from engine.errors import NotNow
from engine.installation import Installation
from engine.models import Event, Nomination, Round, StageWindow
from engine.stages import Stage
from notifications.smtp import Relay


class CannotBackUp(Exception):  # noqa: N818 — said to the operator as it stands
    """The backup was not made; the message says what to do instead."""


def agencies_in(texts: Mapping[str, str]) -> list[str]:
    """Keys of the agencies there are folders for, in whatever way the paths begin."""
    found = set()
    for path in texts:
        parts = path.split("/")
        if "agency" in parts[:-2]:
            found.add(parts[parts.index("agency") + 1])
    return sorted(found)


def roster(texts: Mapping[str, str], agency: str) -> list[people.RosterLine]:
    """The active people of an agency's file. Raises DefinitionFaults."""
    return [
        people.RosterLine(
            key=record.key,
            name=record.name,
            email=record.email,
            salutation=record.salutation,
            title=record.title,
            department_key=record.department or None,
            phone=record.phone,
            grants=record.grants,
        )
        for record in definition_files.people(texts, agency)
        if record.active
    ]


def load_everybody(
    session: Session, actor: Actor, texts: Mapping[str, str], *, now: datetime
) -> list[tuple[str, int]]:
    """Load every agency's roster; returns agency and count."""
    return [
        (agency, people.load_roster(session, actor, agency, roster(texts, agency), now=now))
        for agency in agencies_in(texts)
    ]


def plan(session: Session, actor: Actor, here: Installation, key: str, *, now: datetime) -> tuple[str, str]:
    """Plan a round from its files as they read now; returns its title and when it opens, in words.

    Raises DefinitionFaults, and NotNow when the files changed after the round had opened.
    """
    definition = definition_files.load(here.texts, key)
    ground = rounds.plan(session, actor, definition, anew=True, calendar=here.calendar, now=now)
    if ground.round.definition_hash != content_hash(definition):
        raise NotNow(
            f"The round “{key}” has opened: it keeps the definition it opened with. `tdkt round move {key}` "
            "shows what of the changed files it can take over; or give them to a round of another key."
        )
    opens = session.exec(
        select(StageWindow.opens_at).where(
            StageWindow.round_id == ground.round_id, StageWindow.stage == Stage.proposal.value
        )
    ).one()
    return ground.round.title, in_words(opens) if opens else ""


def move(
    session: Session, actor: Actor, here: Installation, key: str, *, reason: str, now: datetime
) -> moving.Moving:
    """What a running round would take over from its files as they read now; with a reason, it does.

    Raises DefinitionFaults, and what `engine.commands.moving` raises.
    """
    definition = definition_files.load(here.texts, key)
    if not reason:
        return moving.look(session, key, definition)
    return moving.move_round(session, actor, key, definition, reason=reason, now=now)


def rounds_in_words(session: Session, texts: Mapping[str, str]) -> list[str]:
    """One line for each round: key, stage, number of nominations; then definitions nobody has planned."""
    counted = dict(
        session.exec(select(Nomination.round_id, func.count()).group_by(col(Nomination.round_id))).all()
    )
    planned = session.exec(select(Round).order_by(col(Round.id))).all()
    lines = [
        f"{r.key}: {STAGE_WORDS[Stage(r.stage)]}, {counted.get(r.id or 0, 0)} đề nghị – {r.title}"
        f"{_other_files(session, texts, r)}"
        for r in planned
    ]
    known = {r.key for r in planned}
    return lines + [
        f"{key}: chưa đưa vào lịch (tdkt round plan {key})"
        for key in definition_files.review_keys(texts)
        if key not in known
    ]


def _other_files(session: Session, texts: Mapping[str, str], round_: Round) -> str:
    """What to type when the files read otherwise than what a round not over yet is pinned to."""
    if round_.stage == Stage.closed:
        return ""
    try:
        now_reads = definition_files.load(texts, round_.key)
    except definition_files.DefinitionFaults:
        return " (tệp quy trình có lỗi: tdkt check)"
    command = "plan" if round_.stage == Stage.planned else "move"
    found = differences(pinned(session, round_.definition_hash), now_reads)
    return f" (tệp đã sửa: tdkt round {command} {round_.key})" if found else ""


def broken_history(session: Session) -> tuple[int, int, str]:
    """Follow every chain; returns chains, events, and the first break in words ("" when whole)."""
    rounds_ = session.exec(select(Round.id, Round.key).order_by(col(Round.id))).all()
    chains: list[tuple[int, int | None, str]] = [(id_ or 0, None, f"round {key}") for id_, key in rounds_]
    chains += [
        (round_id, id_, f"nomination {code}")
        for id_, round_id, code in session.exec(
            select(Nomination.id, Nomination.round_id, Nomination.code).order_by(col(Nomination.id))
        ).all()
    ]
    events = session.exec(select(func.count()).select_from(Event)).one()
    for round_id, nomination_id, name in chains:
        broken = history.broken_links(session, nomination_id=nomination_id, round_id=round_id)
        if broken:
            where = f"event {broken[0]}" if broken[0] else "the newest events are missing"
            return len(chains), events, f"{name}: {where}"
    return len(chains), events, ""


def back_up(database_url: str, data: Path, target: Path) -> Iterator[str]:
    """Copy the database, then the files, into a new folder; yields what was done.

    Files are kept under the hash of their content and only ever added, so that whatever the copied database
    names is there when they are copied after it. Raises CannotBackUp, and nothing is left in `target` then.
    """
    url, store = make_url(database_url), data / "files"
    if target.resolve().is_relative_to(store.resolve()):
        raise CannotBackUp(
            f"{target} is inside {store}, where the daily sweep deletes what no row names. "
            "Name a folder elsewhere, best on another disk."
        )
    if url.get_backend_name() != "sqlite":
        dump = [
            "pg_dump",
            "--format=custom",
            f"--file={target / 'tdkt.dump'}",
            _without_password(database_url),
        ]
        files = ["cp", "-a", str(store), str(target / "files")]
        raise CannotBackUp(
            "PostgreSQL is backed up by its own tool; the files come after it, in this order:\n"
            f"  mkdir -p {shlex.quote(str(target))}\n  {shlex.join(dump)}\n  {shlex.join(files)}"
        )
    source = Path(url.database or "")
    with _whole_or_not_at_all(target, source):
        copy = _copy_database(source, target)
        yield f"Database: {copy} ({copy.stat().st_size} bytes), integrity checked."
        count = _copy_files(store, target / "files")
        yield f"Files: {count} copied to {target / 'files'}."
    yield "TDKT_SECRET is not in this folder: without it the links in letters already sent stop working."


@contextmanager
def _whole_or_not_at_all(target: Path, source: Path) -> Iterator[None]:
    """A new folder for a backup of `source`; what fails is said, and half a backup is taken away again."""
    made = False
    try:
        _demand_new(target, source)
        os.umask(0o077)  # as the installation keeps its own: votes and letters are nobody else's
        target.mkdir(parents=True, exist_ok=True)
        made = True
        yield
    except BaseException as failed:
        if made:
            shutil.rmtree(target.resolve(), ignore_errors=True)
        if isinstance(failed, OSError | sqlite3.OperationalError):
            raise CannotBackUp(
                f"{target} could not be written: {_reason(failed)}. No backup was made. "
                "Name a folder on a disk with room, in which this user may write."
            ) from failed
        if isinstance(failed, sqlite3.DatabaseError):
            raise CannotBackUp(_damaged(source, failed)) from failed
        raise


def _demand_new(target: Path, source: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise CannotBackUp(
            f"{target} exists already: name a folder that does not, so that nothing is overwritten."
        )
    if not source.is_file():
        raise CannotBackUp(f"There is no database at {source}: nothing to back up.")


def _reason(failed: Exception) -> str:
    """The system's own words; of many files that could not be copied, the first one's."""
    if isinstance(failed, shutil.Error) and failed.args and isinstance(failed.args[0], list):
        return str(failed.args[0][0][2])
    return (failed.strerror if isinstance(failed, OSError) else None) or str(failed)


def _damaged(source: Path, verdict: object) -> str:
    return (
        f"The database at {source} is damaged ({verdict}): no backup was made. Check the disk, "
        "keep the file, and put the newest good backup back: `tdkt restore`."
    )


def _copy_database(source: Path, target: Path) -> Path:
    copy = target / "tdkt.db"
    with closing(sqlite3.connect(source)) as database, closing(sqlite3.connect(copy)) as kept:
        database.backup(kept)
        kept.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        (verdict,) = kept.execute("PRAGMA integrity_check").fetchone()
    if verdict != "ok":
        raise CannotBackUp(_damaged(source, verdict))
    return copy


def _copy_files(source: Path, target: Path) -> int:
    if not source.is_dir():
        return 0
    # A name that begins with a dot is an upload still under way.
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(".*", "*.part", "tmp*"))
    return sum(1 for path in target.rglob("*") if path.is_file())


def _without_password(database_url: str) -> str:
    url = make_url(database_url).set(drivername="postgresql")
    return url._replace(password=None).render_as_string()  # pg_dump asks for it, or reads ~/.pgpass


def settings_to_serve() -> Settings:
    """The settings, and whether the clock can post letters by them: it would end at every start otherwise.

    Raises BadSettings, never showing a value.
    """
    settings = read_settings()
    try:
        Relay.parse(settings.smtp_url.get_secret_value())
    except ValueError as wrong:
        raise BadSettings(f"TDKT_SMTP_URL: {wrong}") from None
    return settings


def settings_report(read: Callable[[], Settings]) -> tuple[list[str], bool]:
    """A line for each setting and whether the whole makes sense; values of secrets are never in it."""
    try:
        settings, wrong = read(), ""
    except BadSettings as bad:
        settings, wrong = None, str(bad)
    faults = dict(line.split(": ", 1) for line in wrong.splitlines() if ": " in line)
    lines = [f".env: {faults['.env']}"] if ".env" in faults else []
    for name, field in Settings.model_fields.items():
        variable = f"TDKT_{name.upper()}"
        if variable in faults:
            state = f"WRONG or missing: {faults[variable]}"
        elif settings is None:
            state = "required" if field.is_required() else "not looked at until the others are right"
        else:
            state = _state(settings, name)
        lines.append(f"{variable}: {state}\n    {field.description}")
    return lines, settings is not None


def _state(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    whose = "set" if name in settings.model_fields_set else "default"
    if name in {"secret", "smtp_url"}:
        return f"{whose}, not shown"
    if name == "database_url":
        value = make_url(value).render_as_string(hide_password=True)
    return f"{value} ({whose})" if str(value) else f"empty ({whose})"
