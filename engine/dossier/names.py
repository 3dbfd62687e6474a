"""File names any system can hold: plain ASCII, no way out of their folder."""

import re
from pathlib import PurePosixPath

from engine.text import fold

_MAX = 60
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)}
)
"""Names Windows keeps for devices: no file or folder may bear one, whatever its extension."""
_EXTENSION = re.compile(r"[a-z0-9]{1,8}")


def slug(text: str) -> str:
    """Gives "Nông Đức Ưởng" → "nong-duc-uong"; never empty, no name of a device, at most 60 characters."""
    words = re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")
    short = words[:_MAX].rstrip("-") or "khong-ten"
    return f"tep-{short}" if short in _DEVICES else short


def file_name(original: str) -> str:
    """A safe name for an uploaded file, its extension kept: "../Bằng chứng.PDF" → "bang-chung.pdf"."""
    base = original.replace("\\", "/").rsplit("/", 1)[-1]
    stem, dot, extension = base.rpartition(".")
    extension = fold(extension)
    if not dot or not stem or not _EXTENSION.fullmatch(extension):
        return slug(base)
    return f"{slug(stem)}.{extension}"


def is_safe_path(path: str) -> bool:
    """Whether a path stays inside the folder it is unpacked to, on any system."""
    parts = PurePosixPath(path).parts
    return bool(re.fullmatch(r"[A-Za-z0-9._/-]+", path)) and not path.startswith("/") and ".." not in parts
