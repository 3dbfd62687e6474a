"""What every request passes: same-origin check, size limit, security headers, a brake on guessing."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
GUESSED = ("/dang-nhap", "/l/")
SIX_FILES = 6  # a form may carry several files of the largest size


class TooLarge(Exception):  # noqa: N818 — a limit kept, not an error of ours
    """The body went past the limit while it was read."""


class Guard:
    """Pure ASGI: nothing here reads a body, a session or the database."""

    def __init__(self, app: App, *, public_url: str, upload_limit: int, guesses: str = "20/minute") -> None:
        self.app = app
        self.origin = _origin(public_url)
        self.secure = public_url.startswith("https://")
        self.body_limit = upload_limit * SIX_FILES
        self.limiter = MovingWindowRateLimiter(MemoryStorage())
        self.guesses = parse(guesses)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, self._with_headers(scope, send))
            return
        await self.app(scope, self._counted(receive), self._with_headers(scope, send))

    def _refusal(self, scope: Scope, headers: Headers) -> PlainTextResponse | None:
        if scope["method"] not in SAFE:
            if not self._same_origin(headers):
                return PlainTextResponse(
                    "Yêu cầu đến từ một trang khác nên không được thực hiện. "
                    "Mở lại trang của hệ thống và thử lại.",
                    status_code=403,
                )
            if scope["path"].startswith(GUESSED) and not self.limiter.hit(self.guesses, _peer(scope)):
                return PlainTextResponse(
                    "Quá nhiều lần thử từ máy này. Xin đợi một phút rồi thử lại.",
                    status_code=429,
                    headers={"Retry-After": "60"},
                )
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self.body_limit:
            return PlainTextResponse(
                f"Nội dung gửi lên quá lớn: tối đa {self.body_limit // 2**20} MB một lần. "
                "Bấm quay lại: những gì đã gõ còn nguyên; gửi ít tệp hơn mỗi lần.",
                status_code=413,
            )
        return None

    def _same_origin(self, headers: Headers) -> bool:
        """The browser says where a request comes from; a client that is no browser says nothing."""
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in {"same-origin", "none"}
        origin = headers.get("origin")
        if origin is None:
            return True
        return _origin(origin) == self.origin or urlsplit(origin).netloc == headers.get("host")

    def _counted(self, receive: Receive) -> Receive:
        taken = 0

        async def counted() -> MutableMapping[str, Any]:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.body_limit:
                raise TooLarge
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
    headers["Referrer-Policy"] = "no-referrer"
    headers["X-Frame-Options"] = "DENY"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if not path.startswith("/static/"):
        headers.setdefault("Cache-Control", "no-store")
    if secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else "?"
