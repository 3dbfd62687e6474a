"""What a file really is, by content: PDF, DOCX, XLSX, JPEG or PNG, without anything that acts by itself."""

import re
import unicodedata
from pathlib import Path, PurePath

from engine.errors import Incomplete
from engine.file_kinds.office import MAIN_PART, check_office
from engine.file_kinds.pdf import check_pdf
from engine.file_kinds.wrong import WrongFileError
from engine.pictures import is_jpeg, is_png
from engine.text import clean

HEAD = 16
LONGEST_NAME, LONGEST_SUFFIX = 250, 12
MISLEADING = frozenset({"Cf", "Cc", "Cs", "Zl", "Zp"})  # controls, turns of direction, line ends
KINDS = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
}
ALLOWED = "Chỉ nhận tệp PDF, Word (.docx), Excel (.xlsx) hoặc ảnh (.jpg, .png)."


def kept_name(name: str, *, longest: int = LONGEST_NAME) -> str:
    """A file's name as it is kept: the last part of a path, one line, without marks that turn the reading
    direction (they hide the real suffix); cut to `longest` characters before its suffix. "tep" for nothing.
    """
    last = re.split(r"[/\\]", clean(name))[-1]
    seen = "".join(c for c in last if unicodedata.category(c) not in MISLEADING).strip(" .")
    suffix = PurePath(seen).suffix
    suffix = suffix if len(suffix) <= LONGEST_SUFFIX else ""
    return seen.removesuffix(suffix)[: longest - len(suffix)].rstrip() + suffix or "tep"


def sniff(name: str, head: bytes, path: Path) -> str:
    """The media type of a file that is what its name says, and harmless.

    `head` is its first bytes. Raises Incomplete (field "file") with a sentence that names the remedy.
    """
    suffix = PurePath(name).suffix.lower()
    try:
        _check(suffix, head, path)
    except WrongFileError as wrong:
        raise Incomplete({"file": f"Tệp “{name}”: {wrong}"}, rule="Loại tệp được nhận") from wrong
    return KINDS[suffix]


def _check(suffix: str, head: bytes, path: Path) -> None:
    if suffix not in KINDS:
        raise WrongFileError(ALLOWED)
    if suffix == ".pdf":
        check_pdf(head, path)
    elif suffix in MAIN_PART:
        check_office(head, path, suffix)
    else:
        _image(path, suffix)


def _image(path: Path, suffix: str) -> None:
    if not (is_png(path) if suffix == ".png" else is_jpeg(path)):
        raise WrongFileError("nội dung không phải là ảnh như tên tệp, hoặc đã hỏng. Lưu lại ảnh rồi tải lên.")
