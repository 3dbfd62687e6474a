"""Sending files: always as something to keep, never as something a page of ours could run."""

from urllib.parse import quote

from fastapi.responses import FileResponse, Response

from engine.files import FileStore
from engine.text import fold

LOCKED = "default-src 'none'; sandbox"


def download(store: FileStore, sha256: str, *, name: str, media_type: str) -> Response:
    """A kept file under the name it was given. Raises NotFound, or NotNow for a damaged one."""
    return FileResponse(store.whole(sha256), media_type=media_type, headers=_headers(name))


def send_bytes(data: bytes, *, name: str, media_type: str) -> Response:
    """A document made for this answer alone."""
    return Response(data, media_type=media_type, headers=_headers(name))


def _headers(name: str) -> dict[str, str]:
    plain = "".join(c for c in fold(name) if c.isascii() and (c.isalnum() or c in "._- ")).strip() or "tep"
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": LOCKED,
    }
