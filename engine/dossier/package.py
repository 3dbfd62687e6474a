"""One archive of a dossier with an index, buildable twice to the same bytes and checkable offline."""

import datetime as dt
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.dossier.archive import zip_bytes
from engine.dossier.dates import short_date
from engine.dossier.names import file_name, is_safe_path, slug
from engine.dossier.view import plain

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
    data: bytes
    order: int | None = None
    subject: str = ""


@dataclass(frozen=True)
class Package:
    """The archive, and the SHA-256 of the whole: recorded outside, it proves the index too."""

    data: bytes
    sha256: str
    paths: tuple[str, ...]


def build_package(title: str, files: Sequence[PackageFile], *, day: dt.date) -> Package:
    """Packs `files`; the order given does not matter. Raises ValueError when there is none."""
    if not files:
        msg = "Hồ sơ chưa có tài liệu nào để đóng gói."
        raise ValueError(msg)
    placed = _placed(files)
    contents = {path: file.data for path, file in placed.items()}
    contents[INDEX] = _index(title, placed, day).encode()
    sums = "".join(f"{_sha256(contents[path])}  {path}\n" for path in sorted(contents))
    entries = [(path, contents[path]) for path in sorted(contents)]
    data = zip_bytes([(INDEX, contents[INDEX]), (SUMS, sums.encode()), *_without(entries, INDEX)], day)
    return Package(data, _sha256(data), (INDEX, SUMS, *(path for path in sorted(placed))))


def verify_package(data: bytes, *, sha256: str | None = None) -> list[str]:
    """What is wrong with an archive, in Vietnamese; empty when every file is as its index says.

    `sha256` is the sum of the whole recorded at sending: without it a forger could rewrite the index too.
    """
    faults = []
    if sha256 is not None and _sha256(data) != sha256.lower():
        faults.append("Tệp hồ sơ không trùng với mã SHA-256 đã ghi nhận khi gửi.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            contents = {name: archive.read(name) for name in names}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as fault:
        return [*faults, f"Không mở được tệp hồ sơ: {fault}."]
    faults += [f"Tên tệp không an toàn: {name!r}." for name in names if not is_safe_path(name)]
    faults += [f"Tệp bị lặp lại: {name}." for name in sorted({n for n in names if names.count(n) > 1})]
    if SUMS not in contents:
        return [*faults, f"Thiếu tệp {SUMS}."]
    return faults + _compare(contents)


def _compare(contents: dict[str, bytes]) -> list[str]:
    faults, listed = [], {}
    for line in contents[SUMS].decode("utf-8", "replace").splitlines():
        match = _SUM_LINE.fullmatch(line)
        if match is None or match[2] in listed:
            faults.append(f"Dòng không hợp lệ trong {SUMS}: {line[:80]!r}.")
        else:
            listed[match[2]] = match[1]
    for path, expected in listed.items():
        if path not in contents:
            faults.append(f"Thiếu tệp có trong mục lục: {path}.")
        elif _sha256(contents[path]) != expected:
            faults.append(f"Nội dung tệp đã thay đổi: {path}.")
    faults += [f"Tệp không có trong mục lục: {path}." for path in sorted(set(contents) - {SUMS, *listed})]
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
        size = f"{len(file.data):,}".replace(",", ".")
        lines += [f"{number:02d}. {plain(file.title)}{whose}", f"    {path} ({size} byte)"]
        lines += [f"    SHA-256: {_sha256(file.data)}"]
    lines += ["", f"Kiểm tra toàn vẹn: giải nén rồi chạy sha256sum -c {SUMS} trong thư mục hồ sơ.", ""]
    return "\n".join(lines)


def _without(entries: list[tuple[str, bytes]], name: str) -> list[tuple[str, bytes]]:
    return [entry for entry in entries if entry[0] != name]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
