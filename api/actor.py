"""Who is visiting: a request with its session, its actor, its time and its way to answer."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment
from sqlmodel import Session

from engine.access import Actor, who_may
from engine.calendar import Deadline, Level
from engine.clock import system_clock
from engine.errors import NotYours
from engine.installation import Installation
from engine.queries.visitor import visitor
from engine.stages import Role

FLASH = "tdkt_flash"


Banner = tuple[str, str, str, str]
LEVELS = {
    Level.far: "far",
    Level.normal: "far",
    Level.near: "near",
    Level.last_day: "last",
    Level.over: "over",
}


class SignInFirst(Exception):  # noqa: N818 — a turn in the road, not an error
    """Nobody is signed in: the edge shows the sign-in page, keeping what was typed."""


@dataclass(frozen=True)
class PageHead:
    """What every page shows around its content (see api/templates/base.html)."""

    agency_name: str
    person_name: str = ""
    person_role: str = ""
    nav: tuple[tuple[str, str, bool], ...] = ()
    flash: tuple[str, ...] | None = None


@dataclass
class Visit:
    """One request of one person (or of nobody yet). `now` is read once per visit."""

    request: Request
    installation: Installation
    pages: Environment
    now: datetime
    actor: Actor | None = None
    scope: str = ""
    key_hash: str = ""
    title: str = ""

    @property
    def me(self) -> Actor:
        """The actor. Raises SignInFirst when nobody is signed in."""
        if self.actor is None:
            raise SignInFirst
        return self.actor

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for looking."""
        with self.installation.database.read() as session:
            yield session

    @contextmanager
    def change(self) -> Iterator[Session]:
        """A session for acting: one transaction, committed when the block ends well.

        Take the time of the act from `self.clock()` inside the block: under the lock.
        """
        with self.installation.database.unit_of_work() as session:
            yield session

    def clock(self) -> datetime:
        return self.installation.clock()

    def show(self, template: str, *, status: int = 200, **context: Any) -> Response:
        """Answer with a page; messages left by the step before are shown once."""
        flash = self.request.cookies.get(FLASH, "")
        head = PageHead(
            agency_name=self.request.app.state.agency_name,
            person_name=self.actor.name if self.actor else "",
            person_role=self.title,
            nav=self._nav(),
            flash=tuple(unquote(flash).split("\n")) if flash else None,
        )
        html = self.pages.get_template(template).render(page=head, visit=self, now=self.now, **context)
        answer = HTMLResponse(html, status_code=status)
        if flash:
            answer.delete_cookie(FLASH)
        return answer

    def banner(self, due_at: datetime | None, explanation: str = "", said: str = "Hạn") -> Banner | None:
        """What the macro `deadline(*banner)` shows; None when there is no deadline."""
        if due_at is None:
            return None
        deadline = Deadline.stored(due_at, explanation)
        left = self.installation.calendar.remaining_words(self.now, deadline)
        # "ấn định thứ Sáu 12/12/2025" and no more: the line above says it already.
        plain_date = explanation.startswith("ấn định") and not {",", ";"} & set(explanation)
        note = "" if plain_date else explanation[:1].upper() + explanation[1:]
        return LEVELS[left.level], left.words, f"{said}: {self.pages.filters['luc'](due_at)}", note

    def go(self, address: str, *said: str) -> Response:
        """Answer a finished act: 303 to a page, with messages shown there once."""
        answer = RedirectResponse(address, status_code=303)
        if said:
            answer.set_cookie(
                FLASH,
                quote("\n".join(said)),
                httponly=True,
                samesite="lax",
                max_age=60,
                secure=self.request.app.state.settings.secure,
            )
        return answer

    def _nav(self) -> tuple[tuple[str, str, bool], ...]:
        if self.actor is None or self.scope:
            return ()
        entries = [("/viec", "Việc của tôi"), ("/dot", "Đợt xét")]
        if self.actor.has(Role.office) or self.actor.has(Role.admin):
            entries.append(("/qt/nguoi-dung", "Nhân sự"))
        path = self.request.url.path
        return tuple((href, text, path == href) for href, text in entries)


def visit_of(request: Request) -> Visit:
    """Any visitor, signed in or not. Reads; never writes."""
    installation: Installation = request.app.state.installation
    now = installation.clock()
    visit = Visit(request, installation, request.app.state.pages, now)
    key = request.cookies.get(request.app.state.cookie)
    if key:
        with installation.database.read() as session:
            found = visitor(session, installation.keys.at_rest(key), now=now)
        if found is not None:
            visit.actor, visit.scope, visit.title = found.actor, found.scope, found.title
            visit.key_hash = installation.keys.at_rest(key)
    request.state.visit = visit
    return visit


def visit_at_last(request: Request) -> Visit:
    """The visit for a page that tells what went wrong: never fails, whatever state the database is in.

    Who was found at the start is not looked up again; who cannot be found is nobody.
    """
    known: Visit | None = getattr(request.state, "visit", None)
    if known is not None:
        return known
    try:
        return visit_of(request)
    except Exception:  # noqa: BLE001 — told already: it is why this page is shown
        state = request.app.state
        return Visit(request, state.installation, state.pages, system_clock())


def signed_in(request: Request) -> Visit:
    """Somebody signed in as staff. A ballot's session opens its ballot only."""
    visit = visit_of(request)
    if visit.actor is None or visit.scope:
        raise SignInFirst
    return visit


def on_ballot(request: Request) -> Visit:
    """Somebody who may vote: by ballot link, or signed in as staff."""
    visit = visit_of(request)
    if visit.actor is None:
        raise SignInFirst
    return visit


AnyVisit = Annotated[Visit, Depends(visit_of)]
StaffVisit = Annotated[Visit, Depends(signed_in)]
BallotVisit = Annotated[Visit, Depends(on_ballot)]


def demand(visit: Visit, *roles: Role) -> None:
    """For pages that belong to a role as a whole; commands check again for themselves."""
    if not any(visit.me.has(role) for role in roles):
        raise NotYours(
            f"Trang này dành cho {who_may(roles)}.", rule="Phân công trách nhiệm", help_from="Văn phòng"
        )


def plain(values: Mapping[str, Any]) -> dict[str, str]:
    """Form values as text, for showing a form again exactly as it was typed."""
    return {name: "" if value is None else str(value) for name, value in values.items()}
