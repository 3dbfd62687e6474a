"""An installation with a real web server, people at real browsers; time and letters come from the world."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.stories.world import World, a_world, free_port

PHONE, DESK = 390, 1280
ANSWERED = "Failed to load resource: the server responded with a status of"  # a refusal is an answer
Done = TypeVar("Done")


class Hall:
    """`faults` collects what no page may do: break its policy, reach outside, stumble over a script."""

    def __init__(self, world: World, browser: Browser) -> None:
        self.world, self.browser = world, browser
        self.faults: list[str] = []
        self._contexts: list[BrowserContext] = []
        # Playwright keeps an event loop in this thread; the world's own runs in another.
        self._aside = ThreadPoolExecutor(1)

    def aside(self, work: Callable[[], Done]) -> Done:
        return self._aside.submit(work).result()

    def at(self, day: str, hour: str) -> None:
        self.aside(lambda: self.world.at(day, hour))

    def time(self) -> None:
        self.aside(self.world.time)

    def page(self, *, width: int = DESK, scripts: bool = True) -> Page:
        """A fresh browser window of nobody yet."""
        context = self.browser.new_context(
            base_url=self.world.base,
            viewport={"width": width, "height": 844 if width == PHONE else 900},
            java_script_enabled=scripts,
            locale="vi-VN",
        )
        context.set_default_timeout(15_000)
        context.on("request", self._requested)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        self._contexts.append(context)
        return context.new_page()

    def person(self, key: str, *, width: int = DESK, scripts: bool = True) -> Page:
        """A person at the pages, by the mailed link; one person gets one a minute."""
        self.world.now += timedelta(seconds=61)
        page = self.page(width=width, scripts=scripts)
        page.goto("/dang-nhap")
        fill(page, {"email": self.world.email_of(key)})
        press(page, "Gửi đường dẫn cho tôi")
        self.time()
        page.goto(self.world.sign_in_links(key)[-1])
        press(page, "Đúng, vào làm việc")
        return page

    def member(self, key: str, *, scripts: bool = True) -> Page:
        """A member of the council on a phone, by the letter's link."""
        page = self.page(width=PHONE, scripts=scripts)
        page.goto(self.world.ballot_links(key)[-1])
        press(page, "Đúng, mở phiếu")
        return page

    def leave(self) -> None:
        """Everybody closes the browser."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()

    def close(self) -> None:
        self.leave()
        self._aside.shutdown()

    def _requested(self, request: Request) -> None:
        if not request.url.startswith((self.world.base + "/", "data:")):
            self.faults.append(f"outside: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(ANSWERED):
            self.faults.append(f"console: {message.text}")


def fill(page: Page, fields: Mapping[str, str]) -> None:
    """Type, choose or tick, by the fields' names."""
    for name, value in fields.items():
        field = page.locator(f'[name="{name}"]')
        kind = field.first.get_attribute("type") or field.first.evaluate("e => e.tagName.toLowerCase()")
        if kind in {"radio", "checkbox"}:
            page.locator(f'[name="{name}"][value="{value}"]').check()
        elif kind == "select":
            field.select_option(value)
        else:
            field.fill(value)


def press(page: Page, button: str) -> None:
    """Press the one button whose words begin so, and wait for the page it leads to."""
    found = page.locator("button").filter(has_text=button)
    if found.count() != 1:
        found = page.get_by_role("button", name=button, exact=True)
    with page.expect_navigation():
        found.click()


def words(page: Page) -> str:
    return " ".join(page.locator("main").inner_text().split())


@contextmanager
def a_hall(browser: Browser, data: Path, database_url: str, now: datetime) -> Iterator[Hall]:
    port = free_port()
    with a_world(data, database_url, now, f"http://127.0.0.1:{port}") as world, _serving(world, port):
        hall = Hall(world, browser)
        try:
            yield hall
        finally:
            hall.close()


@contextmanager
def _serving(world: World, port: int) -> Iterator[None]:
    config = uvicorn.Config(
        world.app,
        host="127.0.0.1",
        port=port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 20
        while not server.started:
            assert thread.is_alive(), "the web server ended"
            assert time.monotonic() < deadline, "the web server does not start"
            time.sleep(0.02)
        yield
    finally:
        server.should_exit = True
        thread.join(20)
