"""ZIP files whose bytes depend on their content alone."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable

_EARLIEST = (1980, 1, 1, 0, 0, 0)  # a ZIP file knows no earlier moment
_FIRST_YEAR = 1980


def zip_bytes(entries: Iterable[tuple[str, bytes]], day: dt.date) -> bytes:
    """A ZIP of (name, content) in the given order, every entry dated `day`."""
    stamp = (day.year, day.month, day.day, 0, 0, 0) if day.year >= _FIRST_YEAR else _EARLIEST
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            info = zipfile.ZipInfo(name, stamp)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # the same on every platform
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
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
