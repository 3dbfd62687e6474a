"""What an operator types, and what comes back."""

import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import Session, select

from api import operations
from api.cli import operator
from config.settings import read_settings
from engine.database import Database
from engine.links import Keys
from engine.models import Person, Round
from tests.api.cli_given import FINAL, ROOT, tdkt, with_change


def database(data: Path) -> Database:
    return Database(f"sqlite:///{data / 'tdkt.db'}")


def test_a_secret_is_long_enough_and_never_the_same() -> None:
    first, second = tdkt("secret").output.strip(), tdkt("secret").output.strip()
    assert Keys.from_secret(first)
    assert first != second


def test_history_is_verified_and_the_first_break_named(data: Path) -> None:
    tdkt("people", "load")
    tdkt("round", "plan", FINAL)
    assert tdkt("history", "verify").output == "The record is whole: 2 events in 1 chains.\n"
    with closing(sqlite3.connect(data / "tdkt.db", isolation_level=None)) as forged:
        for (trigger,) in forged.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'"
        ).fetchall():
            forged.execute(f"DROP TRIGGER {trigger}")  # whoever owns the disk can do that much
        forged.execute("UPDATE event SET door = 'page'")
    said = tdkt("history", "verify")
    assert said.exit_code == 1
    assert f"BROKEN: round {FINAL}: event 2" in said.output


def test_history_misses_an_end_that_was_cut_off(data: Path) -> None:
    tdkt("people", "load")
    tdkt("round", "plan", FINAL)
    forged = database(data)
    with forged.unit_of_work() as session:
        session.execute(update(Round).values(history_head="0" * 64))
    forged.dispose()
    assert f"round {FINAL}: the newest events are missing" in tdkt("history", "verify").output


def test_a_database_that_fails_half_way_is_told_in_a_line(data: Path) -> None:
    tdkt("people", "load")
    with closing(sqlite3.connect(data / "tdkt.db")) as lost:
        lost.execute("DROP TABLE event")
    said = tdkt("history", "verify")
    assert said.exit_code == 2
    assert isinstance(said.exception, SystemExit), "no trace"
    assert "no such table: event" in said.output


def test_a_backup_taken_while_somebody_writes_is_whole(data: Path, tmp_path: Path) -> None:
    tdkt("people", "load")
    kept = data / "files" / "ab" / ("ab" * 32)
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"report")
    (data / "files" / ".in-half").write_bytes(b"half")
    running = database(data)
    target = tmp_path / "backup"
    with Session(running.engine) as reader:
        reader.execute(select(Person)).all()  # the write-ahead log stays open and in use
        said = tdkt("backup", str(target))
    running.dispose()
    assert said.exit_code == 0, said.output
    assert sorted(str(p.relative_to(target)) for p in target.rglob("*") if p.is_file()) == [
        str(Path("files") / "ab" / ("ab" * 32)),
        "tdkt.db",
    ]
    with closing(sqlite3.connect(target / "tdkt.db")) as copy:
        assert copy.execute("SELECT count(*) FROM person").fetchone() == (33,)
    again = tdkt("backup", str(target))
    assert (again.exit_code, "exists already" in again.output) == (2, True)


def test_a_backup_of_postgresql_says_how(tmp_path: Path) -> None:
    with pytest.raises(operations.CannotBackUp) as told:
        list(operations.back_up("postgresql://tdkt:geheim@db/tdkt", tmp_path / "data", tmp_path / "backup"))
    assert "pg_dump --format=custom" in str(told.value)
    assert "postgresql://tdkt@db/tdkt" in str(told.value)
    assert "geheim" not in str(told.value)


def test_settings_are_shown_without_secrets(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TDKT_DATABASE_URL", "postgresql://tdkt:geheim@db/tdkt")
    said = tdkt("settings")
    assert said.exit_code == 0
    assert "TDKT_SECRET: set, not shown" in said.output
    assert "TDKT_DATABASE_URL: postgresql://tdkt:***@db/tdkt (set)" in said.output
    assert "TDKT_PORT: 8000 (default)" in said.output
    for hidden in ("s" * 40, "h%40rd", "geheim"):
        assert hidden not in said.output


def test_settings_look_at_the_mail_server_as_the_clock_will(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TDKT_SMTP_URL", "smtp://u:geheim@mail.example.vn:25")
    said = tdkt("settings")
    assert said.exit_code == 2
    assert "TDKT_SMTP_URL: WRONG or missing: personal links must not go in clear" in said.output
    assert "geheim" not in said.output


def test_settings_that_are_missing_or_wrong_are_named(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TDKT_SMTP_URL")
    monkeypatch.setenv("TDKT_PORT", "0")
    said = tdkt("settings")
    assert said.exit_code == 2
    assert "TDKT_SMTP_URL: WRONG or missing" in said.output
    assert "TDKT_PORT: WRONG or missing" in said.output


@pytest.mark.parametrize("command", [["serve"], ["migrate"], ["people", "load"]])
def test_a_start_with_nonsense_ends_in_plain_lines(command: list[str], tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TDKT_")}
    environment |= {"TDKT_SECRET": "short", "PYTHONPATH": str(ROOT)}
    tried = subprocess.run(
        [sys.executable, "-m", "api.cli", *command],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert tried.returncode == 2
    assert "TDKT_SECRET: needs at least 32 characters; `tdkt secret` prints a good one" in tried.stderr
    assert "TDKT_SMTP_URL: " in tried.stderr
    assert "Traceback" not in tried.stderr


def served(tmp_path: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """`tdkt serve` with settings that are sound but for these; it must not get as far as serving."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TDKT_")}
    environment |= {"TDKT_SECRET": "s" * 40, "TDKT_SMTP_URL": "smtp://127.0.0.1:25", "PYTHONPATH": str(ROOT)}
    environment |= {name: str(free_port()) for name in ("TDKT_PORT", "TDKT_PREFECT_PORT")}
    tried = subprocess.run(
        [sys.executable, "-m", "api.cli", "serve"],
        cwd=tmp_path, env=environment | settings, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "Traceback" not in tried.stderr
    assert "geheim" not in tried.stderr + tried.stdout
    assert tried.returncode == 2, tried.stderr
    return tried


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("TDKT_PREFECT_API_URL", "127.0.0.1:4200", "http://127.0.0.1:4200/api"),
        ("TDKT_PREFECT_API_URL", "http://127.0.0.1:4200", "http://127.0.0.1:4200/api"),
        ("TDKT_PREFECT_API_URL", "http://127.0.0.1:99999/api", "1 to 65535"),
        ("TDKT_SMTP_URL", "smtp://u:geheim@host:port", "1 to 65535"),
        ("TDKT_SMTP_URL", "smtp://u:geheim@host:70000", "1 to 65535"),
        ("TDKT_SMTP_URL", "smtp://u:geheim@[::1", "must look like"),
        ("TDKT_SMTP_URL", "smtp://u:geheim@mail.example.vn:25", "use smtp+starttls:// or smtps://"),
        ("TDKT_SMTP_URL", "smtps://u:geheim@mail.example.vn/path", "without path"),
        ("TDKT_SMTP_URL", "smtps://u:geheim@mail.example.vn?x=1", "without path"),
        ("TDKT_PUBLIC_URL", "https://tdkt.example:port", "1 to 65535"),
        ("TDKT_PUBLIC_URL", "https://tdkt.example?x=1", "without a path"),
        ("TDKT_DATABASE_URL", "postgresql://u:geheim@h:port/x", "1 to 65535"),
        ("TDKT_DEMO", "true", "tdkt demo"),
        ("TDKT_DATA", "/proc/nowhere", "name a folder"),
        ("TDKT_DATABASE_URL", "postgresql://u:geheim@127.0.0.1:1/x", "start PostgreSQL"),
        ("TDKT_DATABASE_URL", "sqlite:////proc/nowhere/tdkt.db", "who may write there"),
    ],
)
def test_serve_refuses_nonsense_and_names_the_remedy(
    tmp_path: Path, name: str, value: str, words: str
) -> None:
    tried = served(tmp_path, **{name: value})
    (line,) = [one for one in tried.stderr.splitlines() if one.startswith(name)]
    assert words in line
    assert len(tried.stderr.splitlines()) <= 3


def test_serve_checks_every_file_first(tmp_path: Path) -> None:
    config = with_change(tmp_path, "locale/site.yaml", "support:", "suport:")
    review = config / "reviews" / f"{FINAL}.yaml"
    review.write_text(review.read_text("utf-8").replace("movement: ", "movement: x"), "utf-8")
    calendar = config / "calendar" / "viet-nam.yaml"
    calendar.write_text(calendar.read_text("utf-8").replace("country: VN", "country: LA"), "utf-8")
    tried = served(tmp_path, TDKT_CONFIG=str(config))
    for file in ("locale/site.yaml", f"reviews/{FINAL}.yaml", "calendar/viet-nam.yaml"):
        assert f"config/{file}:" in tried.stdout
    assert not (tmp_path / "data").exists(), "nothing is made before everything is right"


def test_a_review_not_planned_yet_keeps_nobody_from_starting(tmp_path: Path) -> None:
    """Running rounds keep their definition: a half-written file must not stop them at a restart."""
    config = with_change(tmp_path, f"reviews/{FINAL}.yaml", "movement: ", "movement: x")
    with socket.socket() as taken:  # so that it goes no further than the ports
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        tried = served(tmp_path, TDKT_CONFIG=str(config), TDKT_PORT=str(taken.getsockname()[1]))
    assert f"config/reviews/{FINAL}.yaml:" in tried.stdout
    assert "trước khi lập đợt" in tried.stdout
    assert "TDKT_PORT" in tried.stderr


@pytest.mark.parametrize("url", ["", "http://prefect:4200/api", "https://prefect.example/x/api/"])
def test_an_outside_prefect_is_accepted(url: str) -> None:
    sound = read_settings(_env_file=None, secret="s" * 40, smtp_url="smtp://h", prefect_api_url=url)
    assert sound.prefect_api_url == url.rstrip("/")


def test_more_than_one_web_process_is_refused_on_sqlite(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TDKT_WORKERS", "2")
    said = tdkt("settings")
    assert said.exit_code == 2
    assert "TDKT_WORKERS: WRONG or missing: SQLite has one writer" in said.output


def test_the_operator_is_an_administrator_and_nothing_more(data: Path) -> None:
    actor = operator()
    assert actor.door == "cli"
    assert {role.value for role, _scope in actor.grants} == {"admin"}
