"""Looking into a dossier's archive: what is in it, and one of its files."""

import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from engine.dossier.package import INDEX, SUMS

_SUM_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
"""What reading an archive raises that has been damaged in the store."""
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
    ".txt": "text/plain; charset=utf-8",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
}


@dataclass(frozen=True)
class Entry:
    """One file of the archive: path, size in bytes, SHA-256 as its index says."""

    path: str
    size: int
    sha256: str

    @property
    def folder(self) -> str:
        return self.path.split("/", 1)[0] if "/" in self.path else ""


def contents_of(archive: BinaryIO) -> list[Entry]:
    """The files of an archive in the order of their paths, with the sums its index gives.

    Raises one of DAMAGED, or KeyError without an index.
    """
    with zipfile.ZipFile(archive) as opened:
        lines = opened.read(SUMS).decode().splitlines()
        sums = {match[2]: match[1] for match in map(_SUM_LINE.fullmatch, lines) if match}
        sizes = {info.filename: info.file_size for info in opened.infolist()}
    return [
        Entry(path, sizes[path], sums.get(path, "")) for path in sorted(sizes) if path not in {SUMS, INDEX}
    ]


def one_file(archive: BinaryIO, path: str) -> bytes:
    """One file of an archive. Raises KeyError when it has no such file, or one of DAMAGED."""
    with zipfile.ZipFile(archive) as opened:
        return opened.read(path)


def media_type_of(path: str) -> str:
    """By the ending of the name; anything unknown is a plain download."""
    return MEDIA_TYPES.get(PurePosixPath(path).suffix.lower(), "application/octet-stream")
