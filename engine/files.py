"""Files kept by their content: the SHA-256 is the name, the bytes are on disk before any row speaks of them.

Written to a temporary file, synced with its folder, then renamed: after a crash a file is there whole or
not at all, and what no row names is swept a day later. Nothing a user typed ever becomes a path.
What has been damaged since is never handed out, and mended by whoever brings the same bytes again.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from engine.errors import Incomplete, NotFound, NotNow
from engine.file_kinds import HEAD, sniff

__all__ = ["LIMIT", "FileStore", "Kept", "sniff"]

LIMIT = 25 * 2**20  # bytes of one file
PIECE = 2**18
A_DAY = timedelta(hours=24)
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Kept:
    """What the store knows of a file it has taken in; `size` in bytes."""

    sha256: str
    size: int
    media_type: str


class FileStore:
    """A folder of files, each under the SHA-256 of its bytes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def keep(self, content: bytes | BinaryIO) -> tuple[str, int]:
        """Keep bytes of our own making; returns their SHA-256 and size. The same bytes are kept once."""
        with self._incoming() as (file, path):
            digest, size = _copy(content, file, limit=None)
            return self._settle(file, path, digest), size

    def keep_written(self, write: Callable[[BinaryIO], object]) -> tuple[str, int]:
        """Keep what `write` puts into a file of the store, never held in memory; returns as `keep`."""
        with self._incoming() as (file, path):
            write(file)
            file.flush()
            with path.open("rb") as written:
                digest = hashlib.file_digest(written, "sha256").hexdigest()
            return self._settle(file, path, digest), os.fstat(file.fileno()).st_size

    def take_in(self, stream: BinaryIO, *, name: str, limit: int = LIMIT) -> Kept:
        """Check an uploaded file by its content, and keep it.

        Raises Incomplete (field "file") for one over `limit` bytes, empty, or not of an allowed kind.
        """
        with self._incoming() as (file, path):
            digest, size = _copy(stream, file, limit=limit)
            if not size:
                raise Incomplete({"file": f"Tệp {name} rỗng. Kiểm tra lại tệp rồi tải lên."})
            file.flush()
            media_type = sniff(name, _head(path), path)
            return Kept(self._settle(file, path, digest), size, media_type)

    def path(self, sha256: str) -> Path:
        """Where a kept file lies. Raises NotFound."""
        place = self._place(sha256)
        if not place.is_file():
            raise NotFound("Không tìm thấy tệp này trong kho.", help_from="Văn phòng")
        return place

    def whole(self, sha256: str) -> Path:
        """As `path`, of a file that still has the bytes it is named by (some 1 ms for each MB).

        Raises NotFound, or NotNow for a damaged one.
        """
        place = self.path(sha256)
        if not _is_whole(place, sha256):
            raise NotNow(
                "Tệp này trong kho không còn nguyên vẹn nên hệ thống không gửi đi. "
                "Khôi phục tệp từ bản sao lưu rồi làm lại.",
                rule="Tệp lưu giữ đúng theo mã SHA-256 đã ghi nhận",
                help_from="quản trị hệ thống",
            )
        return place

    def put_back(self, source: Path) -> bool:
        """Take a file of a backup, named as here, if ours is gone or damaged; whether it was needed.

        Raises ValueError when the one of the backup is damaged, and keeps ours.
        """
        place = self._place(source.name)
        if place.is_file() and _is_whole(place, source.name):
            return False
        with source.open("rb") as stream, self._incoming() as (file, path):
            digest, _size = _copy(stream, file, limit=None)
            if digest != source.name:
                raise ValueError(source.name)
            self._settle(file, path, digest)
        return True

    def open(self, sha256: str) -> BinaryIO:
        """A kept file, opened for reading. Raises NotFound."""
        return self.path(sha256).open("rb")

    def sweep(self, named: Collection[str], *, older_than: timedelta = A_DAY) -> int:
        """Delete files no row names that are older than `older_than`; returns how many.

        Younger ones may belong to a transaction that has not committed yet. Age is told by the file system's
        own clock, which is the one that dated the files.
        """
        if not self.root.is_dir():
            return 0
        with tempfile.NamedTemporaryFile(dir=self.root, prefix=".now-") as touched:
            oldest = Path(touched.name).stat().st_mtime - older_than.total_seconds()
        swept = 0
        for path in self.root.glob("**/*"):
            if path.is_file() and path.name not in named and path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
                swept += 1
        return swept

    def _place(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise NotFound("Không tìm thấy tệp này trong kho.", help_from="Văn phòng")
        return self.root / sha256[:2] / sha256

    @contextmanager
    def _incoming(self) -> Iterator[tuple[BinaryIO, Path]]:
        self.root.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.root, prefix=".in-")
        path = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file, path
        finally:
            path.unlink(missing_ok=True)

    def _settle(self, file: BinaryIO, path: Path, digest: str) -> str:
        """Make the temporary file durable under its hash."""
        file.flush()
        os.fsync(file.fileno())
        place = self._place(digest)
        if place.is_file() and _is_whole(place, digest):
            # Kept before, perhaps about to be swept: young again.
            os.utime(place)
            return digest
        place.parent.mkdir(exist_ok=True)
        path.rename(place)
        for folder in (place.parent, self.root):
            _sync_folder(folder)
        return digest


def _is_whole(place: Path, sha256: str) -> bool:
    """False also for one the disk no longer gives back."""
    try:
        with place.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False


def _copy(content: bytes | BinaryIO, file: BinaryIO, *, limit: int | None) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for piece in _pieces(content):
        size += len(piece)
        if limit is not None and size > limit:
            raise Incomplete(
                {"file": f"Tệp quá lớn: tối đa {limit // 2**20} MB. Nén hoặc tách tệp rồi tải lại."}
            )
        digest.update(piece)
        file.write(piece)
    return digest.hexdigest(), size


def _pieces(content: bytes | BinaryIO) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    while piece := content.read(PIECE):
        yield piece


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems cannot sync a folder
            os.fsync(handle)
    finally:
        os.close(handle)
