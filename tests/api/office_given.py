"""The web application over a scene, and people at its doors: what tests of Văn phòng's pages share."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event, func, select
from sqlmodel import col

from api.app import create_app
from config.files import read_folder
from config.settings import CONFIG_FOLDER, Settings
from engine.commands import linking, people
from engine.database import Database
from engine.files import FileStore
from engine.installation import Installation
from engine.models import Event
from tests.factories import SECRET, Scene, nomination, person

BASE = "http://127.0.0.1:8000"
TEXTS = read_folder(CONFIG_FOLDER)


class Page(Protocol):
    """An answer of the application."""

    @property
    def text(self) -> str: ...


@dataclass
class Doors:
    """The application over a scene; `at(person)` is a browser in which that person is signed in."""

    scene: Scene
    data: Path
    app: FastAPI = field(init=False)

    def __post_init__(self) -> None:
        settings = Settings(_env_file=None, secret=SECRET, smtp_url="smtp://127.0.0.1:2525", data=self.data)
        installation = Installation(
            database=self.scene.database,
            keys=self.scene.keys,
            clock=self.scene.clock,
            calendar=self.scene.calendar,
            files=FileStore(self.data / "files"),
            texts=TEXTS,
        )
        self.app = create_app(settings, installation)

    def at(self, who: str) -> TestClient:
        """A browser of somebody by roster key, signed in by link as people are."""
        scene = self.scene
        with scene.database.unit_of_work() as session:
            link = linking.issue_link(
                session,
                scene.keys,
                purpose="signin",
                person_id=person(session, who).id or 0,
                expires_at=scene.now + timedelta(hours=1),
                now=scene.now,
            )
            key, _ = people.open_link(session, scene.keys, linking.token_of(scene.keys, link), now=scene.now)
        return TestClient(self.app, base_url=BASE, cookies={"tdkt": key}, follow_redirects=False)

    def nobody(self) -> TestClient:
        return TestClient(self.app, base_url=BASE, follow_redirects=False)


def hidden(page: Page, name: str) -> str:
    """The value of a hidden field of a page's form, as the browser would send it back."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, f"no field {name}"
    return found[1]


def words(page: Page) -> str:
    """The page as text, without tags and with single spaces."""
    bare = re.sub(r"<(script|style).*?</\1>", " ", page.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bare)).strip()


@contextmanager
def queries(database: Database) -> Iterator[list[str]]:
    """The statements a block sends to the database."""
    sent: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def state_of(scene: Scene, code: str) -> str:
    """The state of a nomination as it stands now."""
    with scene.database.read() as session:
        return nomination(session, code).state


def count(scene: Scene, kind: str) -> int:
    """How many events of a kind history has."""
    with scene.database.read() as session:
        found: int = session.execute(
            select(func.count()).select_from(Event).where(col(Event.kind) == kind)
        ).scalar_one()
        return found
