"""Somebody at a browser: signs in by mailed link, fills forms, presses again when the connection breaks."""

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from random import Random
from typing import Any

import httpx
from sqlmodel import Session, col, select

from engine.models import EventToTell, Message
from engine.models import Person as Row
from tests.kill.house import House

SIGN_IN, BALLOT = ("Đăng nhập",), ("Bỏ phiếu", "Dùng đường dẫn mới")
Files = Iterable[tuple[str, tuple[str, bytes, str]]]


class Person:
    """One person. `told` counts answers that came whole; everything acknowledged is kept by the story."""

    def __init__(self, house: House, key: str, number: int, *, seed: int) -> None:
        """`number` gives the person an address on loopback of their own, so that guessing is braked apart."""
        self.house, self.key = house, key
        row = house.read(lambda session: session.exec(select(Row).where(Row.key == key)).one())
        self.id, self.name, self.email = row.id or 0, row.name, row.email or ""
        self.random = Random(f"{seed}{key}")  # noqa: S311 — chance, not secrecy
        self.told = self.broken = self.doubled = 0
        self.come_in: Callable[[], None] = self.sign_in
        self.ask_secretary: Callable[[], None] = lambda: None
        self.browser = httpx.Client(
            base_url=house.address,
            transport=httpx.HTTPTransport(local_address=f"127.0.1.{number}"),
            headers={"Sec-Fetch-Site": "same-origin"},
            timeout=60,
            trust_env=False,
        )

    # — the connection —

    def _once(self, method: str, path: str, **said: Any) -> httpx.Response:
        """Ask until an answer comes whole; the same request each time, as a person who presses reload."""
        deadline = time.monotonic() + 60
        while True:
            try:
                answer = self.browser.request(method, path, **said)
            except httpx.TransportError:
                self.broken += 1
                assert time.monotonic() < deadline, f"the web application is gone: {method} {path}"
                time.sleep(0.03)
                continue
            # "Busy, nothing has happened" is honest; "broken" only while PostgreSQL recovers.
            if answer.status_code == 503 or (answer.status_code == 500 and self.house.database_hurt):
                self.broken += 1
                time.sleep(0.1)
                continue
            assert answer.status_code < 500, f"{method} {path}: {words(answer)}\n{self._log()}"
            assert answer.status_code != 429, path
            self.told += 1
            return answer

    def _log(self) -> str:
        return self.house.processes.log.read_text()[-4000:]

    def page(self, path: str) -> str:
        """A page, after signing in if the session is over."""
        for _ in range(20):
            answer = self._once("GET", path)
            if answer.status_code == 401:
                self.come_in()
            elif answer.status_code == 303:
                path = answer.headers["location"]
            else:
                assert answer.status_code == 200, f"{self.key} {path}: {words(answer)}"
                return answer.text
        raise AssertionError(f"never in: {path}")

    def press(
        self,
        path: str,
        data: Mapping[str, Any],
        *,
        files: Files | None = None,
        done: Callable[[], bool] = lambda: False,
    ) -> str:
        """Send a form until it is done: acknowledged by 303, or seen by `done` on a page after a refusal.

        The first form of each kind, and others by chance, are pressed twice at once. Returns the address
        shown next, "" when it was seen done.
        """
        for _ in range(20):
            broken = self.broken
            twice = self._first_of_its_kind(path) or self.random.random() < 0.15
            answers = self._twice(path, data, files) if twice else [self._post(path, data, files)]
            good = next((a for a in answers if a.status_code == 303), None)
            if good is not None:
                return str(good.headers["location"])
            if any(a.status_code == 401 for a in answers):
                self.come_in()
                continue
            # A refusal is honest only if the first pressing, whose answer was lost, did it.
            assert twice or self.broken > broken, f"{self.key} {path}: {words(answers[0])}"
            assert done(), f"{self.key} {path}: {words(answers[0])}"
            return ""
        raise AssertionError(f"never done: {path}")

    def _first_of_its_kind(self, path: str) -> bool:
        kind = re.sub(r"/[0-9a-z]{8}(?=/|$)", "/…", path)  # nominations have codes of eight
        first = kind not in self.house.pressed
        self.house.pressed.add(kind)
        return first

    def _post(self, path: str, data: Mapping[str, Any], files: Files | None) -> httpx.Response:
        return self._once("POST", path, data=data, **({"files": list(files)} if files else {}))

    def _twice(self, path: str, data: Mapping[str, Any], files: Files | None) -> list[httpx.Response]:
        self.doubled += 1
        with ThreadPoolExecutor(2) as hands:
            return [f.result() for f in [hands.submit(self._post, path, data, files) for _ in range(2)]]

    # — links —

    def sign_in(self) -> None:
        """Ask for a link, wait for the letter, press its page's button; ask again if it does not come."""
        for _ in range(10):
            self._wait_a_minute()
            seen = len(self.house.postbox.copies)
            answer = self._once("POST", "/dang-nhap", data={"email": self.email})
            assert answer.status_code == 200, words(answer)
            for link in self._links_by_letter(seen, SIGN_IN, "signin"):
                answer = self._once("POST", link)
                if answer.status_code == 303:
                    return
                assert answer.status_code == 410, words(answer)  # used by a pressing whose answer was lost
        raise AssertionError(f"never signed in: {self.key}")

    def open_ballot(self) -> None:
        """The newest link of the letters, as often as needed; a new one from the secretary if none came."""
        for _ in range(10):
            for link in self._links_by_letter(0, BALLOT, "ballot"):
                answer = self._once("POST", link)
                if answer.status_code == 303:
                    return
                assert answer.status_code == 410, words(answer)  # replaced by a newer one
            self.ask_secretary()
        raise AssertionError(f"never at the ballot: {self.key}")

    def _links_by_letter(self, seen: int, subjects: Sequence[str], letter: str) -> list[str]:
        """Personal links, newest first, once there is one; none when the record says: ask the reader."""

        def given_up(session: Session) -> bool:
            mine = select(Message.state).where(Message.person_id == self.id, Message.letter == letter)
            newest = session.exec(mine.order_by(col(Message.id).desc())).first()
            return newest == "uncertain" and not session.exec(select(EventToTell.event_id)).first()

        self.house.wait(
            lambda session: bool(self._links(seen, subjects)) or given_up(session),
            f"a {letter} letter for {self.key}",
        )
        return self._links(seen, subjects)[::-1]

    def _links(self, seen: int, subjects: Sequence[str]) -> list[str]:
        """Personal links in letters to me that came after the first `seen`, oldest first."""
        mine = [
            copy
            for copy in self.house.postbox.copies[seen:]
            if copy.recipient == self.email and any(s in str(copy.letter["Subject"]) for s in subjects)
        ]
        found = [re.search(re.escape(self.house.address) + r"(/l/\S+)", copy.text) for copy in mine]
        return list(dict.fromkeys(link[1] for link in found if link))

    def _wait_a_minute(self) -> None:
        """Links are made once a minute for one person; people wait, and here the clock is pushed."""
        self.house.push(timedelta(seconds=61))


def hidden(page: str, name: str) -> str:
    """The value of a hidden field of a form on a page."""
    found = re.search(rf'name="{re.escape(name)}"[^>]*? value="([^"]*)"', page)
    assert found, f"no field {name}: {_bare(page)}"
    return unescape(found[1])


def buttons(page: str) -> set[str]:
    """What the buttons named `act` on a page would do."""
    return set(re.findall(r'<button[^>]*name="act"[^>]*value="([^"]*)"', page)) | set(
        re.findall(r'<button[^>]*value="([^"]*)"[^>]*name="act"', page)
    )


def words(answer: httpx.Response) -> str:
    return f"{answer.status_code} {_bare(answer.text)}"


def _bare(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))[-1500:]
