"""The exact instants at which a child kills itself, as `kill -9` would: no handler runs, nothing is flushed.

A plan is `point:n`, the n-th time that point is passed. Both kinds of process: `commit` (all is written, the
database has not been told to commit), `committed` (committed, nobody knows it). The web application besides:
`request` (a form arrived), `answer` (done, not a byte of the answer sent), `half` (the head of it sent).
"""

import os
import signal
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class Strike:
    """A plan waiting for its point; an empty plan waits for ever."""

    def __init__(self, plan: str) -> None:
        point, _, number = plan.partition(":")
        self.point, self.left = point, int(number or 0)

    def at(self, point: str) -> None:
        if point != self.point:
            return
        self.left -= 1
        if self.left <= 0:
            die()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)  # the signal comes before this thread's next step, or as good as


def watch_commits(strike: Strike) -> None:
    """Pass the points `commit` and `committed` at every unit of work of this process."""

    @event.listens_for(Engine, "commit")
    def _before(_connection: object) -> None:
        strike.at("commit")

    @event.listens_for(Session, "after_commit")
    def _after(_session: object) -> None:
        strike.at("committed")


class StruckApp:
    """The web application, passing `request`, `answer` and `half` with every form it is sent."""

    def __init__(self, app: App, strike: Strike) -> None:
        self.app, self.strike = app, strike

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        self.strike.at("request")

        async def struck_send(message: Message) -> None:
            head = message["type"] == "http.response.start"
            if head:
                self.strike.at("answer")
            await send(message)
            if head:
                self.strike.at("half")

        await self.app(scope, receive, struck_send)
