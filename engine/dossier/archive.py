"""ZIP files whose bytes depend on their content alone."""

import datetime as dt
import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

PIECE = 2**20  # bytes held at a time of a file that is too large to be held whole
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # a ZIP file knows no earlier moment
_FIRST_YEAR = 1980


@dataclass(frozen=True)
class OnDisk:
    """A file too large to be held: where it lies, and the SHA-256 its bytes must have."""

    path: Path
    sha256: str

    @property
    def size(self) -> int:
        """In bytes."""
        return self.path.stat().st_size

    def pieces(self) -> Iterator[bytes]:
        """Its bytes, a piece at a time. Raises ValueError, at the end, when they are not the ones named."""
        digest = hashlib.sha256()
        with self.path.open("rb") as file:
            for piece in pieces_of(file):
                digest.update(piece)
                yield piece
        if digest.hexdigest() != self.sha256:
            msg = f"tệp {self.sha256} trong kho không còn nguyên vẹn. Khôi phục từ bản sao lưu rồi tạo lại."
            raise ValueError(msg)


def pieces_of(file: IO[bytes]) -> Iterator[bytes]:
    """An open file from where it stands to its end."""
    while piece := file.read(PIECE):
        yield piece


def write_zip(out: BinaryIO, entries: Iterable[tuple[str, bytes | OnDisk]], day: dt.date) -> None:
    """Write a ZIP of (name, content) in the given order, every entry dated `day`, a piece at a time.

    `out` must be able to seek: sizes are filled in once a file is written. Raises ValueError as `OnDisk`.
    """
    stamp = (day.year, day.month, day.day, 0, 0, 0) if day.year >= _FIRST_YEAR else _EARLIEST
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=False) as archive:
        for name, content in entries:
            info = zipfile.ZipInfo(name, stamp)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # the same on every platform
            info.external_attr = 0o644 << 16
            with archive.open(info, "w") as entry:
                for piece in content.pieces() if isinstance(content, OnDisk) else (content,):
                    entry.write(piece)


def zip_bytes(entries: Iterable[tuple[str, bytes | OnDisk]], day: dt.date) -> bytes:
    """As `write_zip`, in memory."""
    buffer = io.BytesIO()
    write_zip(buffer, entries, day)
    return buffer.getvalue()


_MOMENT = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def repack_office(data: bytes, day: dt.date) -> bytes:
    """A DOCX or XLSX with the moments its library wrote into it replaced by `day`."""
    moment = f"{day.isoformat()}T00:00:00Z".encode()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = [(name, archive.read(name)) for name in archive.namelist()]
    fixed = (
        (
            name,
            _MOMENT.sub(rb"\g<1>" + moment + rb"\g<3>", content) if name == "docProps/core.xml" else content,
        )
        for name, content in entries
    )
    return zip_bytes(fixed, day)
