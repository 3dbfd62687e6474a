"""A whole installation in a temporary folder: the shipped definitions, a clock that is pushed, a real SMTP
server, the web application and the clockwork. Stories act through its doors only.
"""

import asyncio
import email
import email.policy
import re
import socket
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from itertools import count
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi.testclient import TestClient
from sqlmodel import select

from api import operations
from api.app import create_app
from api.cli import operator
from config.files import read_folder
from config.settings import Settings
from engine.clock import VIETNAM
from engine.commands.moving import Moving
from engine.installation import Installation, open_installation
from engine.models import Person
from flows.keeper import Keeper, house_from, keeping
from flows.runner import PrefectLink
from flows.serve import Clockwork
from notifications.compose import make_environment
from notifications.smtp import Relay
from tests.stories.visitor import Visitor

SECRET = "a-secret-for-tests-that-is-long-enough"
FINAL = "ntm-2025-tong-ket"
BASE = "http://127.0.0.1:8000"
CONFIG = Path(__file__).parents[2] / "config"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Postbox:
    """A real SMTP server on loopback; `refusing` makes it answer 451 to everything."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self._of: dict[str, list[EmailMessage]] = defaultdict(list)
        self.refusing = False
        self.port = free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 — aiosmtpd's name
        if self.refusing:
            return "451 try again later"
        content = envelope.content
        assert isinstance(content, bytes)
        letter = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.keep(content, letter)
        return "250 kept"

    def keep(self, raw: bytes, letter: EmailMessage) -> None:
        self.raw.append(raw)
        self.letters.append(letter)
        for recipient in letter["To"].addresses:
            self._of[recipient.addr_spec].append(letter)

    def to(self, address: str) -> list[EmailMessage]:
        return list(self._of[address])


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


class World:
    """See the module's first line. `now` is what every clock of the installation says."""

    def __init__(
        self, data: Path, database_url: str, postbox: Postbox, now: datetime, base: str = BASE
    ) -> None:
        self.now = now
        self.base = base
        self._machines = count(1)
        self._visitors: dict[str, Visitor] = {}
        self.postbox = postbox
        texts = read_folder(CONFIG)
        opened = open_installation(
            database_url=database_url, secret=SECRET, data=data, texts=texts, demo=False
        )
        self.installation = Installation(
            opened.database, opened.keys, lambda: self.now, opened.calendar, opened.files, texts
        )
        self.database = opened.database
        self.database.migrate()
        port = postbox.port
        self.settings = Settings(
            secret=SECRET,
            smtp_url=f"smtp://127.0.0.1:{port}",
            public_url=base,
            data=data,
            database_url=database_url,
            _env_file=None,
        )
        self.app = create_app(self.settings, self.installation)
        self.keeper = Keeper(
            installation=self.installation,
            relay=Relay.parse(f"smtp://127.0.0.1:{port}"),
            house=house_from(texts["config/locale/site.yaml"], base),
            templates=make_environment(),
        )
        self.clockwork = Clockwork(self.keeper, "http://127.0.0.1:9/api", "world")
        self.clockwork.link = PrefectLink("http://127.0.0.1:9/api", patience=0)
        self.clockwork.tidied_at = datetime.now(VIETNAM)

    def plan(self, key: str = FINAL) -> None:
        """What an operator does at the start: load the people, put a shipped round on the calendar."""
        self.load_people()
        with self.database.unit_of_work() as session:
            operations.plan(session, operator(), self.installation, key, now=self.now)

    def move(self, key: str, reason: str) -> Moving:
        """`tdkt round move`: what the corrected files change in a running round; with a reason, it does."""
        with self.database.unit_of_work() as session:
            return operations.move(session, operator(), self.installation, key, reason=reason, now=self.now)

    def load_people(self) -> None:
        with self.database.unit_of_work() as session:
            operations.load_everybody(session, operator(), self.installation.texts, now=self.now)

    def edit_file(self, file: str, before: str, after: str) -> None:
        """Change a definition's text where it stands; what runs already keeps what it was pinned to."""
        texts = self.installation.texts
        assert isinstance(texts, dict)
        [name] = [each for each in texts if each.endswith(file)]
        assert before in texts[name]
        texts[name] = texts[name].replace(before, after)

    def at(self, day: str, hour: str = "09:00") -> None:
        """Push the clock to a Vietnamese day and hour ("24/11/2025", "08:00"), and let time act."""
        self.now = datetime.strptime(f"{day} {hour}", "%d/%m/%Y %H:%M").replace(tzinfo=VIETNAM)
        self.time()

    def time(self) -> None:
        """Do everything that is due now, as the runner does, until nothing is."""

        async def turn() -> None:
            keeping.set(self.keeper)
            for _ in range(20):
                due = self.clockwork.due()
                if not due:
                    return
                for item in due:
                    await self.clockwork.work(item)
            raise AssertionError(f"never done: {due}")

        # A thread of its own: a browser driven in this one keeps an event loop running in it.
        with ThreadPoolExecutor(1) as clock:
            clock.submit(asyncio.run, turn()).result()

    def email_of(self, key: str) -> str:
        with self.database.read() as session:
            address = session.exec(select(Person.email).where(Person.key == key)).one()
        assert address
        return str(address)

    def browser(self) -> TestClient:
        """A browser nobody has signed in with, on a machine of its own: guessing is braked by address."""
        return TestClient(
            self.app,
            base_url=self.base,
            follow_redirects=True,
            headers={"Sec-Fetch-Site": "same-origin"},
            client=(f"10.1.{next(self._machines)}.7", 50_000),
        )

    def visitor(self, key: str) -> Visitor:
        """A person at the pages; signs in by a mailed link when the session of before is over."""
        known = self._visitors.get(key)
        if known is not None and known.client.get("/viec").status_code == 200:
            return known
        self._visitors[key] = Visitor(self.signed_in(key))
        return self._visitors[key]

    def cookies(self) -> dict[str, dict[str, str]]:
        """Of everybody who has signed in."""
        return {key: dict(visitor.client.cookies) for key, visitor in self._visitors.items()}

    def resume(self, cookies: Mapping[str, Mapping[str, str]]) -> None:
        """People come back to sessions opened before."""
        for key, values in cookies.items():
            browser = self.browser()
            browser.cookies.update(dict(values))
            self._visitors[key] = Visitor(browser)

    def at_ballot(self, key: str) -> Visitor:
        """A member of the council on a phone, by the newest letter's link: shown first, opened by a click."""
        return Visitor(self.browser()).open(self.ballot_links(key)[-1]).press("Đúng, mở phiếu")

    def ballot_links(self, key: str) -> list[str]:
        """The links of all letters that carry one to this member's ballot, oldest first."""
        letters = [each for each in self.postbox.to(self.email_of(key)) if "/l/" in text_of(each)]
        found = [link_in(each) for each in letters if not str(each["Subject"]).startswith("Đăng nhập")]
        assert found, f"no ballot letter for {key}: {[str(each['Subject']) for each in letters]}"
        return found

    def sign_in_links(self, key: str) -> list[str]:
        letters = [each for each in self.postbox.to(self.email_of(key)) if "/l/" in text_of(each)]
        return [link_in(each) for each in letters if str(each["Subject"]).startswith("Đăng nhập")]

    def letters_since(self, seen: int) -> list[tuple[str, str]]:
        """(address, subject) of what arrived after the first `seen` letters, in order of address."""
        return sorted((str(each["To"]), str(each["Subject"])) for each in self.postbox.letters[seen:])

    def signed_in(self, key: str) -> TestClient:
        """A person at the pages, by the mailed link, as everybody comes in."""
        browser = self.browser()
        address = self.email_of(key)
        before = len(self.postbox.to(address))
        assert browser.post("/dang-nhap", data={"email": address}).status_code == 200
        self.time()
        letter = self.postbox.to(address)[before:][-1]
        answer = browser.post(link_in(letter))
        assert answer.status_code == 200, answer.text
        return browser


def link_in(letter: EmailMessage) -> str:
    """The personal link of a letter, as a path."""
    found = re.search(r"http://127\.0\.0\.1:\d+(/l/\S+)", text_of(letter))
    assert found, text_of(letter)
    return found[1]


@contextmanager
def a_world(data: Path, database_url: str, now: datetime, base: str = BASE) -> Iterator[World]:
    postbox = Postbox()
    postbox.controller.start()
    world = None
    try:
        world = World(data, database_url, postbox, now, base)
        yield world
    finally:
        postbox.controller.stop()
        if world is not None:
            world.database.dispose()
