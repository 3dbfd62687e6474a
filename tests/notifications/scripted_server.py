"""A real SMTP server in this process that misbehaves on command."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiosmtpd import smtp as served
from aiosmtpd.smtp import Envelope, Session

from notifications.smtp import Relay

Server = served.SMTP
SENDER, RECIPIENT = "thidua@bdt.langson.gov.vn", "phuong@bdt.langson.gov.vn"
CONTENT = b"Subject: x\r\n\r\n.dot\r\nbody\r\n"


class Faults:
    """Answers as told: `replies` maps a command to a reply, "drop" (it hangs up) or "hang" (silence)."""

    def __init__(self, **replies: str) -> None:
        self.replies = replies
        self.connections = 0
        self.said: list[str] = []
        self.letters: list[bytes] = []

    async def answer(self, server: Server, command: str) -> str | None:
        self.said.append(command)
        reply = self.replies.get(command)
        if reply == "hang":
            await asyncio.sleep(1)
        if reply in {"drop", "hang"}:
            server.transport.abort()
            return "451 never seen"
        return reply

    async def handle_EHLO(  # noqa: N802 — the server's name for it
        self, server: Server, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        reply = await self.answer(server, "EHLO")
        return [reply] if reply else responses

    async def handle_HELO(self, server: Server, session: Session, _envelope: Envelope, hostname: str) -> str:  # noqa: N802
        session.host_name = hostname
        return await self.answer(server, "HELO") or "250 hello"

    async def handle_MAIL(  # noqa: N802
        self, server: Server, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.mail_from = address
        return await self.answer(server, "MAIL") or "250 sender fine"

    async def handle_RCPT(  # noqa: N802
        self, server: Server, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        reply = await self.answer(server, "RCPT")
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 recipient fine"

    async def handle_DATA(self, server: Server, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        reply = await self.answer(server, "DATA")
        if reply is None:
            assert isinstance(envelope.original_content, bytes)
            self.letters.append(envelope.original_content)
        return reply or "250 queued as 42"


@asynccontextmanager
async def server_with(faults: Faults, **options: Any) -> AsyncIterator[Relay]:
    def connection() -> Server:
        faults.connections += 1
        servers.append(Server(faults, hostname="test", loop=asyncio.get_running_loop(), **options))
        return servers[-1]

    servers: list[Server] = []

    listener = await asyncio.get_running_loop().create_server(connection, host="127.0.0.1", port=0)
    try:
        yield Relay.parse(f"smtp://127.0.0.1:{listener.sockets[0].getsockname()[1]}")
    finally:
        listener.close()
        for server in servers:
            if server.transport:
                server.transport.abort()
        await asyncio.sleep(0.01)  # let the closed sockets be collected before the loop ends


async def nothing() -> None:
    return None
