"""What the parts of a Word or Excel file say: every part that is XML, whatever its name, is read once."""

import re
import time
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import IO, Protocol
from xml.parsers import expat

from engine.file_kinds.office_fields import Fields
from engine.file_kinds.office_formulas import Formulas
from engine.file_kinds.wrong import TOO_MUCH, TWISTED, WrongFileError

MOST_SECONDS = 20.0  # of CPU to read one file; an honest one of 20 MB unpacked takes one
CHUNK = 2**18
LONGEST_TAG = 8 * 2**20  # bytes; Word keeps a whole drawing in one attribute
DEEPEST = 1000  # elements within one another
_XML = re.compile(r"[+/]xml\b")
_BLANK = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"  # marks of the encoding, half a letter of UTF-16, white space


class _Reader(Protocol):
    def start(self, name: str, attributes: dict[str, str], /) -> bool: ...
    def text(self, piece: str, /) -> None: ...
    def end(self, name: str, /) -> None: ...
    def close(self) -> None: ...


def check_parts(archive: zipfile.ZipFile, suffix: str, types: Mapping[str, str]) -> None:
    """Raises WrongFileError at a part that acts, ExpatError at a broken one.

    `types` gives content types by part ("/word/x.xml") and by suffix ("xml"), all in small letters.
    Seconds are CPU of this thread: a busy machine refuses nobody.
    """
    until = time.thread_time() + MOST_SECONDS
    for entry in archive.infolist():
        with archive.open(entry) as part:
            if not _is_markup(part):
                continue
            part.seek(0)
            reader: _Reader = Fields() if suffix == ".docx" else Formulas()
            if _must_be_whole(entry.filename.lower(), types):
                _read(part, reader, until, dtd=WrongFileError(TWISTED))
            else:
                _read_as_far_as_it_goes(part, reader, until)
            reader.close()


def _is_markup(part: IO[bytes]) -> bool:
    while chunk := part.read(CHUNK):
        if begun := chunk.lstrip(_BLANK):
            return begun.startswith(b"<")
    return False


def _must_be_whole(name: str, types: Mapping[str, str]) -> bool:
    """Others may begin like XML and be none, or bring a DTD: SVG pictures, Excel's VML, a printer's settings
    on a Mac, scrambled fonts.
    """
    kind = types.get("/" + name) or types.get(PurePosixPath(name).suffix[1:], "")
    return name.endswith(".xml") or (bool(_XML.search(kind)) and not kind.startswith("image/"))


def _read_as_far_as_it_goes(part: IO[bytes], reader: _Reader, until: float) -> None:
    try:
        _read(part, reader, until, dtd=expat.ExpatError("a DTD"))
    except (expat.ExpatError, ValueError, LookupError):
        return


def _read(part: IO[bytes], reader: _Reader, until: float, *, dtd: Exception) -> None:
    """One pass in chunks. Names count without their prefix: each writer chooses its own."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth = 0

    def declared(*_declaration: object) -> None:
        raise dtd

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise WrongFileError(TWISTED)
        wanted = reader.start(name.rpartition(":")[2], attributes)
        parser.CharacterDataHandler = reader.text if wanted else None

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        parser.CharacterDataHandler = None
        reader.end(name.rpartition(":")[2])

    parser.StartDoctypeDeclHandler = declared
    parser.StartElementHandler, parser.EndElementHandler = start, end
    given = 0
    while chunk := part.read(CHUNK):
        parser.Parse(chunk, False)
        given += len(chunk)
        if time.thread_time() > until or given - parser.CurrentByteIndex > LONGEST_TAG:
            raise WrongFileError(TOO_MUCH)
    parser.Parse(b"", True)
