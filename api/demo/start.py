"""How the demonstration starts: its environment, its sample, its clock, and what it says first."""

import secrets
import shutil
import time
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete
from sqlmodel import Session, col, select

from api.demo import clock, round_2023, round_final, round_sudden, round_yearly
from api.demo.papers import Papers
from api.demo.scene import Scene, at
from api.operations import load_everybody
from config.settings import Settings
from engine.access import Actor
from engine.definition import files as definition_files
from engine.dossier.texts import load_texts
from engine.installation import Installation
from engine.models import DemoClock, Event, EventToTell, Round
from engine.stages import Role

# Letters about older events would only fill the mailbox; these are what people find in it on that morning.
TOLD_BEFORE = at(9, 12, 2025, 7)
ROUNDS = (
    ("ntm-2023-so-ket", round_2023.play),
    ("hang-nam-2025", round_yearly.play),
    ("dot-xuat-2025", round_sudden.play),
    ("ntm-2025-tong-ket", round_final.play),
)
MARK = "tdkt-demo"  # a folder without this file was not made here and is never thrown away


def environment(data: Path, *, port: int, prefect_port: int, smtp_port: int) -> dict[str, str]:
    """Every TDKT_ variable, so that nothing of an `.env` for a real system shows through."""
    data.mkdir(parents=True, exist_ok=True)
    (data / MARK).touch()
    chosen = {
        "secret": _secret(data / "secret"),
        "smtp_url": f"smtp://127.0.0.1:{smtp_port}",
        "public_url": f"http://127.0.0.1:{port}",
        "data": str(data.resolve()),
        "database_url": f"sqlite:///{data.resolve() / 'tdkt.db'}",
        "port": str(port),
        "prefect_port": str(prefect_port),
        "demo": "true",
    }
    variables = {}
    for name, field in Settings.model_fields.items():
        value = chosen.get(name)
        if value is None:
            default = field.get_default(call_default_factory=False)
            value = f"PT{default.total_seconds()}S" if name == "poll" else str(default)
        variables[f"TDKT_{name.upper()}"] = value
    return variables


def _secret(path: Path) -> str:
    """The demonstration's own secret, made once and kept beside its data."""
    if not path.is_file():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32), "utf-8")
    return path.read_text("utf-8").strip()


def throw_away(data: Path) -> None:
    """Remove what an earlier demonstration left in its folder, the secret too. Nothing else is touched."""
    if (data / MARK).is_file():
        shutil.rmtree(data)
        data.mkdir()
        (data / MARK).touch()


def make_sample(here: Installation) -> str:
    """Make the sample on an empty database, all or nothing; returns what was done, "" if it is there."""
    began = time.monotonic()
    with here.database.unit_of_work() as session:
        if session.execute(select(Round.id).limit(1)).first() is not None:
            clock.resume(session)
            return ""
        keeper = Actor(None, "Quản trị (bản dùng thử)", "demo", frozenset({(Role.admin, "")}))
        load_everybody(session, keeper, here.texts, now=clock.BEGINS)
        texts = load_texts(
            {path.rpartition("/")[2]: text for path, text in here.texts.items() if "documents/" in path}
        )
        for number, (key, play) in enumerate(ROUNDS):
            definition = definition_files.load(here.texts, key)
            papers = Papers(here.files, texts, definition)
            play(Scene(session, here, definition, papers, first=number * 31))
        _forget_old_letters(session, TOLD_BEFORE)
        session.add(DemoClock(id=1))
        session.flush()
        clock.set_to(session, clock.BEGINS, now=datetime.min.replace(tzinfo=clock.BEGINS.tzinfo))
    return f"Sample data made in {time.monotonic() - began:.1f} s."


def _forget_old_letters(session: Session, before: datetime) -> None:
    old = select(Event.id).where(col(Event.at) < before)
    session.execute(delete(EventToTell).where(col(EventToTell.event_id).in_(old)))


def greeting(settings: Settings) -> str:
    """Addresses and what to try first, in Vietnamese and English."""
    here = settings.public_url
    return "\n".join(
        (
            f"Sẵn sàng, đóng vai / ready, act as each persona: {here}/demo   (Ctrl-C: dừng / stop)",
            f"Hộp thư / mailbox: {here}/demo/mailbox   Đồng hồ / clock: {here}/demo/clock",
            f"Prefect: http://127.0.0.1:{settings.prefect_port}",
            "Thử trước: đóng vai Tô Thị Phượng, sửa bản nháp, chuyển ký; đóng vai Trưởng phòng, ký gửi.",
            "Try first: act as Tô Thị Phượng, mend a draft, pass it on; as her head, sign it off.",
        )
    )
