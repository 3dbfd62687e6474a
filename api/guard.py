"""What every request passes: same-origin check, size limit, security headers, a brake on guessing."""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, Response

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Page = Callable[[int, str], str]
"""Status and sentence, to a whole page in HTML."""
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
LINK, ASK, AGAIN = "/l/", "/dang-nhap", "/gui-lai"
FAILED = frozenset({404, 410})
LONGEST_LENGTH = 15  # digits of a content-length that can mean anything
SIX_FILES = 6  # a form may carry several files of the largest size
PLAIN_FORM = 2 * 2**20  # bytes of a form without files: ten answers of 20,000 letters, nine bytes to each
TAKES_FILES = re.compile(r"/de-nghi/[^/]+/(tep|bo-sung)")


class TooLarge(Exception):  # noqa: N818 — a limit kept, not an error of ours
    """The body went past the limit while it was read; its text is the sentence to say."""


class Guard:
    """Pure ASGI: nothing here reads a body, a session or the database."""

    def __init__(
        self,
        app: App,
        *,
        public_url: str,
        upload_limit: int,
        cookie: str,
        page: Page,
        guesses: str = "20/minute",
    ) -> None:
        self.app = app
        self.page = page
        self.origin = _origin(public_url)
        self.secure = public_url.startswith("https://")
        self.files_limit = upload_limit * SIX_FILES
        self.cookie = cookie
        self.limiter = MovingWindowRateLimiter(MemoryStorage())
        self.guesses = parse(guesses)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # what can be got can be asked after (RFC 9110); uvicorn sends no body
            scope = {**scope, "method": "GET"}
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, self._with_headers(scope, send))
            return
        counted = self._counted(scope, receive)
        await self.app(scope, counted, self._watched(scope, self._with_headers(scope, send)))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        if not _is_a_host(headers.get("host")) or (
            scope["method"] not in SAFE and not self._same_origin(headers)
        ):
            return self._answer(
                headers,
                403,
                "Yêu cầu đến từ một trang khác nên không được thực hiện. "
                "Mở lại trang của hệ thống và thử lại.",
            )
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:  # PostgreSQL keeps no such text
            return self._answer(headers, 404, "Không có trang này. Có thể địa chỉ bị gõ thiếu.")
        if self._braked(scope):
            answer = self._answer(headers, 429, "Quá nhiều lần thử từ máy này. Xin đợi một phút rồi thử lại.")
            answer.headers["Retry-After"] = "60"
            return answer
        length, (most, sentence) = headers.get("content-length", "0"), self._allowed(scope)
        if len(length) > LONGEST_LENGTH or not length.isdecimal() or int(length) > most:
            return self._answer(headers, 413, sentence)
        return None

    def _allowed(self, scope: Scope) -> tuple[int, str]:
        """The most bytes this body may have, and what is said of more.

        Files come only where a form takes them, from a browser that brings a session; whether it is a live
        one is asked later. A form of text alone is read into memory, so it stays small everywhere.
        """
        connection = HTTPConnection({**scope, "type": "http"})
        multipart = connection.headers.get("content-type", "").lower().startswith("multipart/form-data")
        if not (multipart and TAKES_FILES.fullmatch(scope["path"])):
            return PLAIN_FORM, too_long(f"{PLAIN_FORM // 2**20} MB")
        if not connection.cookies.get(self.cookie):
            return PLAIN_FORM, SIGN_IN_TO_SEND
        return self.files_limit, too_large(self.files_limit)

    def _answer(self, headers: Headers, status: int, sentence: str) -> Response:
        """A page with a way back; one sentence where a script asked."""
        if headers.get("hx-request"):
            return PlainTextResponse(sentence, status_code=status)
        return HTMLResponse(self.page(status, sentence), status_code=status)

    def _braked(self, scope: Scope) -> bool:
        """Whether this address has asked for letters, or guessed at links, too often within a minute.

        Opening one's own link never counts: a whole council may sit behind one address.
        """
        path = scope["path"]
        if scope["method"] not in SAFE and _sends_a_letter(path):
            return not self.limiter.hit(self.guesses, "ask", _peer(scope))
        return path.startswith(LINK) and not self.limiter.test(self.guesses, "guess", _peer(scope))

    def _watched(self, scope: Scope, send: Send) -> Send:
        """Counts a link that opened nothing, once its answer is known."""
        if not scope["path"].startswith(LINK):
            return send

        async def watching(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start" and message["status"] in FAILED:
                self.limiter.hit(self.guesses, "guess", _peer(scope))
            await send(message)

        return watching

    def _same_origin(self, headers: Headers) -> bool:
        """The browser says where a request comes from; a client that is no browser says nothing."""
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in {"same-origin", "none"}
        origin = headers.get("origin")
        if origin is None:
            return True
        try:
            theirs = _origin(origin)
        except ValueError:  # "http://[": nothing a browser of ours would send
            return False
        return theirs == self.origin or theirs == (self.origin[0], headers.get("host"))

    def _counted(self, scope: Scope, receive: Receive) -> Receive:
        taken, (most, sentence) = 0, self._allowed(scope)

        async def counted() -> MutableMapping[str, Any]:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise TooLarge(sentence)
            return message

        return counted

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        async def sender(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                harden(MutableHeaders(scope=message), path=scope["path"], secure=self.secure)
            await send(message)

        return sender


def harden(headers: MutableHeaders, *, path: str, secure: bool) -> None:
    """The headers of every answer; an answer may bring a policy or a lifetime in caches of its own."""
    headers.setdefault("Content-Security-Policy", POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    # The host alone, never the path of a personal link. "no-referrer" would make our own forms say
    # `Origin: null`, and over plain http (an office's own network) a browser says nothing else about where
    # it comes from.
    headers["Referrer-Policy"] = "strict-origin"
    headers["X-Frame-Options"] = "DENY"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if not path.startswith("/static/"):
        headers.setdefault("Cache-Control", "no-store")
    if secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"


SIGN_IN_TO_SEND = (
    "Phiên làm việc đã hết nên chưa nhận được tệp. "
    "Đăng nhập ở thẻ mới, rồi quay lại trang này, chọn lại tệp và gửi."
)


def too_long(limit: str) -> str:
    """What is said of a form with more text than `limit`."""
    return (
        f"Nội dung gửi lên quá dài: tối đa {limit} một lần. "
        "Bấm quay lại: những gì đã gõ còn nguyên; rút ngắn nội dung rồi gửi lại."
    )


def too_large(limit: int) -> str:
    """What is said of files beyond `limit` bytes together."""
    return (
        f"Nội dung gửi lên quá lớn: tối đa {limit // 2**20} MB một lần. "
        "Bấm quay lại: những gì đã gõ còn nguyên; gửi ít tệp hơn mỗi lần."
    )


def _sends_a_letter(path: str) -> bool:
    return path == ASK or (path.startswith(LINK) and path.endswith(AGAIN))


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _is_a_host(host: str | None) -> bool:
    """Whether a Host header can stand in an address; none at all is old, not wrong."""
    try:
        return host is None or urlsplit(f"//{host}").netloc == host
    except ValueError:
        return False


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else "?"
