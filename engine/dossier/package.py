"""One archive of a dossier with an index, buildable twice to the same bytes and checkable offline."""

import datetime as dt
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from engine.dossier.archive import OnDisk, pieces_of, write_zip, zip_bytes
from engine.dossier.dates import megabytes, short_date
from engine.dossier.names import file_name, is_safe_path, slug
from engine.dossier.view import plain

MOST_BYTES = 1900 * 2**20
"""Bytes of all files of a dossier: below the 2 GiB where a ZIP file needs an extension (ZIP64) that not
every program at the receiver's opens, with room for what packing adds."""
SUMS = "SHA256SUMS"
"""Sums of all other files; `sha256sum -c SHA256SUMS` checks the unpacked folder."""
INDEX = "MUC-LUC.txt"
_SUM_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


class Folder(StrEnum):
    """Folders of the archive, in the order the law lists the items (Luật TĐKT, Đ.84.2)."""

    SUBMISSION = "01-to-trinh"
    LIST = "02-danh-sach"
    MINUTES = "03-bien-ban"
    REPORTS = "04-bao-cao-thanh-tich"
    EVIDENCE = "05-minh-chung"


@dataclass(frozen=True)
class PackageFile:
    """One file: `name` as it was called (made safe here), `title` for the index.

    Reports and evidence belong to a nominee: `order` in the list and `subject`, the nominee's name.
    """

    folder: Folder
    name: str
    title: str
    data: bytes | OnDisk
    order: int | None = None
    subject: str = ""


@dataclass(frozen=True)
class Package:
    """An archive ready to be written: its files by path, in the order they are written, and its date."""

    entries: tuple[tuple[str, bytes | OnDisk], ...]
    day: dt.date

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(path for path, _content in self.entries)

    @property
    def data(self) -> bytes:
        """The archive in memory: for small ones."""
        return zip_bytes(self.entries, self.day)

    def write(self, out: BinaryIO) -> None:
        """The archive into a file that can seek, in constant memory.

        Raises ValueError when a file on disk is not what its SHA-256 says, OSError when it cannot be read.
        """
        write_zip(out, self.entries, self.day)


def build_package(title: str, files: Sequence[PackageFile], *, day: dt.date) -> Package:
    """Places and indexes `files`; the order given does not matter.

    Raises ValueError when there is none, or more than `MOST_BYTES` together.
    """
    if not files:
        msg = "Hồ sơ chưa có tài liệu nào để đóng gói."
        raise ValueError(msg)
    total = sum(_size(file.data) for file in files)
    if total > MOST_BYTES:
        msg = (
            f"các tệp nặng tổng cộng {megabytes(total)} MB, "
            f"một bộ hồ sơ chỉ chứa được đến {megabytes(MOST_BYTES)} MB."
        )
        raise ValueError(msg)
    placed = _placed(files)
    index = _index(title, placed, day).encode()
    held = sorted({INDEX: index, **{path: file.data for path, file in placed.items()}}.items())
    sums = "".join(f"{_sha256(content)}  {path}\n" for path, content in held)
    rest = (entry for entry in held if entry[0] != INDEX)
    return Package(((INDEX, index), (SUMS, sums.encode()), *rest), day)


def verify_package(archive: bytes | Path, *, sha256: str | None = None) -> list[str]:
    """What is wrong with an archive, in Vietnamese; empty when every file is as its index says.

    `sha256` is the sum of the whole recorded at sending: without it a forger could rewrite the index too.
    Constant memory for one on disk. Raises OSError when it cannot be read.
    """
    with io.BytesIO(archive) if isinstance(archive, bytes) else archive.open("rb") as file:
        return _verify(file, sha256)


def _verify(file: BinaryIO, sha256: str | None) -> list[str]:
    faults = []
    if sha256 is not None and _sum_of(pieces_of(file)) != sha256.lower():
        faults.append("Tệp hồ sơ không trùng với mã SHA-256 đã ghi nhận khi gửi.")
    try:
        with zipfile.ZipFile(file) as opened:
            names = opened.namelist()
            found = {name: _sum_inside(opened, name) for name in names}
            index = opened.read(SUMS).decode("utf-8", "replace") if SUMS in found else None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as fault:
        return [*faults, f"Không mở được tệp hồ sơ: {fault}."]
    faults += [f"Tên tệp không an toàn: {name!r}." for name in names if not is_safe_path(name)]
    faults += [f"Tệp bị lặp lại: {name}." for name in sorted({n for n in names if names.count(n) > 1})]
    if index is None:
        return [*faults, f"Thiếu tệp {SUMS}."]
    return faults + _compare(index, found)


def _compare(index: str, found: dict[str, str]) -> list[str]:
    """`index` is the text of SUMS, `found` the sums of the files as they are, by path."""
    faults, listed = [], {}
    for line in index.splitlines():
        match = _SUM_LINE.fullmatch(line)
        if match is None or match[2] in listed:
            faults.append(f"Dòng không hợp lệ trong {SUMS}: {line[:80]!r}.")
        else:
            listed[match[2]] = match[1]
    for path, expected in listed.items():
        if path not in found:
            faults.append(f"Thiếu tệp có trong mục lục: {path}.")
        elif found[path] != expected:
            faults.append(f"Nội dung tệp đã thay đổi: {path}.")
    faults += [f"Tệp không có trong mục lục: {path}." for path in sorted(set(found) - {SUMS, *listed})]
    return faults


def _placed(files: Sequence[PackageFile]) -> dict[str, PackageFile]:
    placed: dict[str, PackageFile] = {}
    for file in sorted(files, key=lambda f: (f.folder, f.order or 0, f.subject, f.name, _sha256(f.data))):
        folder = file.folder.value
        if file.subject:
            folder += f"/{file.order or 0:02d}-{slug(file.subject)}"
        name, path, number = file_name(file.name), "", 1
        while not path or path in placed:
            stem, dot, extension = name.partition(".")
            path = f"{folder}/{name if number == 1 else f'{stem}-{number}{dot}{extension}'}"
            number += 1
        placed[path] = file
    return placed


def _index(title: str, placed: dict[str, PackageFile], day: dt.date) -> str:
    lines = ["MỤC LỤC HỒ SƠ", plain(title), f"Ngày lập: {short_date(day)}", ""]
    for number, (path, file) in enumerate(sorted(placed.items()), start=1):
        whose = f" – {plain(file.subject)}" if file.subject else ""
        size = f"{_size(file.data):,}".replace(",", ".")
        lines += [f"{number:02d}. {plain(file.title)}{whose}", f"    {path} ({size} byte)"]
        lines += [f"    SHA-256: {_sha256(file.data)}"]
    lines += ["", f"Kiểm tra toàn vẹn: giải nén rồi chạy sha256sum -c {SUMS} trong thư mục hồ sơ.", ""]
    return "\n".join(lines)


def _size(content: bytes | OnDisk) -> int:
    return content.size if isinstance(content, OnDisk) else len(content)


def _sha256(content: bytes | OnDisk) -> str:
    """Of a file on disk the sum it must have: writing it compares."""
    return content.sha256 if isinstance(content, OnDisk) else hashlib.sha256(content).hexdigest()


def _sum_inside(opened: zipfile.ZipFile, name: str) -> str:
    with opened.open(name) as file:
        return _sum_of(pieces_of(file))


def _sum_of(pieces: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()
