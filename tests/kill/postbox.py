"""A real SMTP server that keeps every letter's bytes and has its client killed at the moments that hurt."""

import email
import email.policy
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.flows.server_child import free_port

# Where a delivery is struck, and whether this server has the letter by then.
POINTS = {"rcpt": False, "data": False, "before250": True, "after250": True, "silence": True}


@dataclass(frozen=True)
class Copy:
    """One copy that arrived."""

    recipient: str
    content: bytes
    letter: EmailMessage

    @property
    def message_id(self) -> str:
        return str(self.letter["Message-ID"])

    @property
    def text(self) -> str:
        body = self.letter.get_body(("plain",))
        assert body is not None
        return str(body.get_content())


def port_of(session: Session) -> int:
    """The client's end of the connection."""
    peer: Any = session.peer
    return int(peer[1])


class _StrikingSmtp(SMTP):
    """aiosmtpd's server, stopping at the points a plan may name."""

    box: "Postbox"

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 — aiosmtpd's name
        session = self.session
        assert session is not None
        if self.box.strikes("data"):
            self.box.kill(port_of(session))
        await super().smtp_DATA(arg)
        if self.box.owes(session):
            self.box.kill(port_of(session))


class Postbox:
    """Letters as they came, in order. `plan` names the point at which the next delivery is struck."""

    def __init__(self, kill: Callable[[int], None]) -> None:
        """`kill` gets the client's port and kills the process that holds it."""
        self.kill = kill
        self.copies: list[Copy] = []
        self.plan = ""
        self.struck: list[str] = []
        self.arrived = threading.Condition()
        self.port = free_port()
        box = self

        class Door(Controller):
            def factory(self) -> SMTP:
                server = _StrikingSmtp(self.handler, **self.SMTP_kwargs)
                server.box = box
                return server

        self._after: set[int] = set()
        self._door = Door(self, hostname="127.0.0.1", port=self.port)
        self._door.start()

    def close(self) -> None:
        self._door.stop()

    def strikes(self, point: str) -> bool:
        """Whether it is time to strike here; a plan is used up by its stroke."""
        if self.plan != point:
            return False
        self.plan = ""
        self.struck.append(point)
        return True

    def owes(self, session: Session) -> bool:
        """Whether the answer 250, just sent on this connection, is to be the last thing its client sees."""
        try:
            self._after.remove(id(session))
        except KeyError:
            return False
        return True

    async def handle_RCPT(  # noqa: N802 — aiosmtpd's name
        self, _server: Any, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.strikes("rcpt"):
            self.kill(port_of(session))
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802 — aiosmtpd's name
        content = envelope.content
        assert isinstance(content, bytes)
        letter = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        with self.arrived:
            self.copies.append(Copy(envelope.rcpt_tos[0], content, letter))
            self.arrived.notify_all()
        if self.strikes("before250"):
            self.kill(port_of(session))
        if self.strikes("silence"):
            # Not a kill: the connection is lost while the sender waits for the answer.
            server.transport.abort()
        if self.strikes("after250"):
            self._after.add(id(session))
        return "250 kept"
