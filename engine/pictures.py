"""Whether a picture really is one: its parts followed from the first byte to the last, nothing decoded."""

import struct
import zlib
from pathlib import Path
from typing import BinaryIO

LARGEST = 20_000  # pixels a side; a larger picture is a trap for whoever opens it
PIECE = 64 * 1024
TAIL = 2048  # phones append a few bytes of their own to a JPEG
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
IHDR_LENGTH = 13
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0…SOF15 but the tables among them


def is_png(path: Path) -> bool:
    """Signature, IHDR first, every chunk's checksum right, picture data, IEND last and nothing after it."""
    with path.open("rb") as file:
        if file.read(len(PNG_HEAD)) != PNG_HEAD:
            return False
        seen: list[bytes] = []
        while len(head := file.read(8)) == 8:  # noqa: PLR2004 — length and name of a chunk, 4 bytes each
            (length,) = struct.unpack(">I", head[:4])
            name = head[4:]
            start = _checked(file, name, length)
            if start is None or (not seen and not _png_header(name, length, start)):
                return False
            seen.append(name)
            if name == b"IEND":
                return length == 0 and b"IDAT" in seen and not file.read(1)
    return False


def _png_header(name: bytes, length: int, start: bytes) -> bool:
    return name == b"IHDR" and length == IHDR_LENGTH and _sane(*struct.unpack(">II", start[:8]))


def _checked(file: BinaryIO, name: bytes, length: int) -> bytes | None:
    """The first bytes of a chunk whose checksum is right; None for any other."""
    start, crc, left = b"", zlib.crc32(name), length
    while left:
        piece = file.read(min(left, PIECE))
        if not piece:
            return None
        start = start or piece
        crc, left = zlib.crc32(piece, crc), left - len(piece)
    return start if file.read(4) == struct.pack(">I", crc) else None


def is_jpeg(path: Path) -> bool:
    """Segments from SOI to the first scan, a frame with sane sides among them, EOI near the end."""
    with path.open("rb") as file:
        if file.read(2) != bytes((0xFF, _SOI)) or not _frame_before_scan(file):
            return False
        begin = file.tell()
        file.seek(max(begin, path.stat().st_size - TAIL))
        return bytes((0xFF, _EOI)) in file.read()


def _frame_before_scan(file: BinaryIO) -> bool:
    framed = False
    while (marker := _marker(file)) is not None:
        if marker in _ALONE:
            continue
        size = file.read(2)
        length = int.from_bytes(size, "big") - 2
        body = file.read(length) if len(size) == 2 and length >= 0 else b""  # noqa: PLR2004 — two bytes of length
        if length < 0 or len(body) != length or marker in {_SOI, _EOI}:
            return False
        if marker in _FRAMES:
            if framed or length < 6 or not _sane(*struct.unpack(">HH", body[1:5])):  # noqa: PLR2004 — precision, sides, count
                return False
            framed = True
        if marker == _SOS:
            return framed
    return False


def _marker(file: BinaryIO) -> int | None:
    """The next marker; None where none stands. Any number of FF may come before it."""
    if file.read(1) != b"\xff":
        return None
    byte = file.read(1)
    while byte == b"\xff":
        byte = file.read(1)
    return byte[0] if byte and byte != b"\x00" else None


def _sane(width: int, height: int) -> bool:
    return 0 < width <= LARGEST and 0 < height <= LARGEST
