"""The way out: one connection to the agency's mail server, and what became of each letter.

A delivery is MAIL, RCPT, then `before_data` (the caller records "sending"), then DATA. Whatever fails before
that record is safe to repeat; from then on only the server knows whether it has the letter (RFC 1047), so a
lost answer is `Uncertain`, never `Deferred`. Only this module uses aiosmtplib.
"""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

import aiosmtplib

from notifications.headers import checked_address

_SCHEMES = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
_MOST_LETTERS = 100  # on one connection
_LONGEST_IDLE = 60.0  # seconds; long-idle connections die without telling
# Refusals of ourselves, not of the letter (RFC 4954 §6), as is any of the sender's address but one for the
# letter's size (RFC 1870 §6.1): letters wait until someone corrects the settings.
_CODES_ABOUT_US = frozenset({530, 534, 535, 538})
_TOO_LARGE = 552
_NO_CODE = 0
_QUIT_TIMEOUT = 5.0  # seconds; a courtesy, not worth more


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server answers for the letter from now on."""

    reply: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not sent; try later. `code` is 0 without an answer. `everyone`: no letter would get through now.

    `ours`: refused for what this system is or how it is set up, which somebody has to correct.
    """

    code: int
    reply: str
    everyone: bool = False
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """Refused for good; trying again would only annoy."""

    code: int
    reply: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The content was on its way when the connection was lost. Only the identical message may be repeated."""

    reply: str


Outcome = Accepted | Deferred | Rejected | Uncertain


@dataclass(frozen=True, slots=True)
class Relay:
    """The mail server and how to speak to it. The password is in no repr."""

    host: str
    port: int
    tls: bool
    starttls: bool
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read `smtp://`, `smtps://`, `smtp+starttls://user:password@host:port`; user, password %-encoded.

        Raises ValueError, with nothing of the URL in it, when malformed, or when personal links would go in
        clear to another machine.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if not host or parts.scheme not in _SCHEMES or parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError(
                "must look like smtp+starttls://user:password@host:587, smtps://… or smtp://127.0.0.1:25, "
                "without path or query; special characters of the password are written %XX"
            ) from None
        if parts.scheme == "smtp" and not _is_loopback(host):
            raise ValueError(
                "personal links must not go in clear to another machine; use smtp+starttls:// or smtps://, "
                "or a relay on this machine"
            )
        return cls(
            host=host,
            port=port or _SCHEMES[parts.scheme],
            tls=parts.scheme == "smtps",
            starttls=parts.scheme == "smtp+starttls",
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


class Postman:
    """One connection, one letter at a time; open several postmen to deliver in parallel.

    Opens the connection at the first letter and a fresh one after 100 letters or 60 s of rest. Time-outs in
    seconds; RFC 5321 §4.5.3.2 asks for ten minutes after the content, because a shorter wait makes copies.
    """

    def __init__(
        self,
        relay: Relay,
        *,
        connect_timeout: float = 20,
        command_timeout: float = 60,
        data_timeout: float = 600,
    ) -> None:
        self._relay = relay
        self._connect_timeout = connect_timeout
        self._command_timeout = command_timeout
        self._data_timeout = data_timeout
        self._client: aiosmtplib.SMTP | None = None
        self._letters = 0
        self._last_used = 0.0
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._hang_up()

    async def deliver(
        self, sender: str, recipient: str, content: bytes, *, before_data: Callable[[], Awaitable[None]]
    ) -> Outcome:
        """Hand `content` to the server for one recipient. Mail trouble is returned, never raised.

        Whatever `before_data` raises is passed on, and nothing has been sent then.
        """
        try:
            checked_address(sender)
            checked_address(recipient)
        except ValueError as error:
            return Rejected(553, str(error))  # RFC 5321 §4.2.3: mailbox name not allowed
        async with self._turn:
            try:
                refusal = await self._announce(sender, recipient, len(content))
                if refusal:
                    return refusal
                await before_data()
                return await self._hand_over(content)
            except BaseException:
                self._drop()  # cancelled or refused half-way: this connection holds a half-told letter
                raise
            finally:
                self._last_used = asyncio.get_running_loop().time()

    async def _announce(self, sender: str, recipient: str, size: int) -> Deferred | Rejected | None:
        """MAIL and RCPT. A connection that died while resting is replaced once: nothing was said on it."""
        before = self._client
        try:
            client = await self._connected()
        except (aiosmtplib.SMTPException, OSError) as error:
            self._drop()
            code = _code_of(error)
            return Deferred(code, _words_of(error), everyone=True, ours=code >= 500)  # noqa: PLR2004 — permanent
        self._letters += 1
        try:
            await client.mail(sender, options=[f"SIZE={size}"] if client.supports_extension("size") else [])
            await client.rcpt(recipient)
        except aiosmtplib.SMTPResponseException as error:
            await self._reset()
            return _refusal(error)
        except (aiosmtplib.SMTPException, OSError) as error:
            self._drop()
            if client is before and isinstance(error, aiosmtplib.SMTPServerDisconnected):
                return await self._announce(sender, recipient, size)
            return Deferred(_NO_CODE, _words_of(error), everyone=True)
        return None

    async def _hand_over(self, content: bytes) -> Outcome:
        """DATA. The library makes every line end CRLF and doubles leading dots."""
        client = self._client
        if client is None or not client.is_connected:
            self._drop()
            return Deferred(_NO_CODE, "connection lost before DATA", everyone=True)
        try:
            response = await client.data(content, timeout=self._data_timeout)
        except aiosmtplib.SMTPResponseException as error:
            if 400 <= error.code < 600:  # noqa: PLR2004 — the two classes of SMTP refusals
                await self._reset()
                return _refusal(error)
            self._drop()
            return Uncertain(_words_of(error))
        except (aiosmtplib.SMTPException, OSError) as error:
            self._drop()
            return Uncertain(_words_of(error))
        return Accepted(f"{response.code} {response.message}")

    async def _connected(self) -> aiosmtplib.SMTP:
        now = asyncio.get_running_loop().time()
        if self._client and (self._letters >= _MOST_LETTERS or now - self._last_used > _LONGEST_IDLE):
            await self._hang_up()
        if self._client and self._client.is_connected:
            return self._client
        self._drop()
        relay = self._relay
        self._client = client = aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            username=relay.username,
            password=relay.password,
            use_tls=relay.tls,
            start_tls=relay.starttls,
            timeout=self._command_timeout,
        )
        await client.connect(timeout=self._connect_timeout)
        if client.is_ehlo_or_helo_needed:
            with suppress(aiosmtplib.SMTPHeloError):  # MAIL will fall back on HELO
                await client.ehlo()
        return client

    async def _reset(self) -> None:
        """Forget the refused letter, keep the connection if the server still talks."""
        if self._client is None or not self._client.is_connected:
            return self._drop()
        try:
            await self._client.rset()
        except (aiosmtplib.SMTPException, OSError):
            self._drop()

    async def _hang_up(self) -> None:
        if self._client and self._client.is_connected:
            with suppress(aiosmtplib.SMTPException, OSError):
                await self._client.quit(timeout=_QUIT_TIMEOUT)
        self._drop()

    def _drop(self) -> None:
        if self._client:
            self._client.close()
        self._client = None
        self._letters = 0


def _refusal(error: aiosmtplib.SMTPResponseException) -> Deferred | Rejected:
    reply = str(error.message)
    permanent = error.code >= 500  # noqa: PLR2004 — RFC 5321 §4.2.1
    about_us = error.code in _CODES_ABOUT_US or isinstance(error, aiosmtplib.SMTPHeloError)
    # Another agency's sender may be welcome: a refused one holds up its own letters only.
    sender = isinstance(error, aiosmtplib.SMTPSenderRefused) and error.code != _TOO_LARGE
    if permanent and not about_us and not sender:
        return Rejected(error.code, reply)
    everyone = about_us or error.code == 421  # noqa: PLR2004 — service not available, RFC 5321 §4.2.3
    return Deferred(error.code, reply, everyone=everyone, ours=permanent)


def _code_of(error: BaseException) -> int:
    return error.code if isinstance(error, aiosmtplib.SMTPResponseException) else _NO_CODE


def _words_of(error: BaseException) -> str:
    return str(getattr(error, "message", "")) or type(error).__name__


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
