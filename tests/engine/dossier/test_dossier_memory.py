"""A dossier of many large files is written and checked in constant memory, and its bytes stay the same."""

import hashlib
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest
from dossier_sample import DAY

from engine.dossier import package as packing
from engine.dossier.archive import PIECE, OnDisk
from engine.dossier.package import Folder, Package, PackageFile, build_package, verify_package
from engine.files import FileStore

MB = 2**20
FILES, SIZE, NOISE = 30, 8 * MB, MB // 2  # noise does not shrink: the archive is 15 MB and more
MOST_MEMORY = 7 * MB  # less than half the archive, let alone the 240 MB inside


def kept(store: FileStore, number: int, *, noise: int = NOISE, size: int = SIZE) -> OnDisk:
    """A file of the store: some noise, then nothing up to its size."""

    def write(out: BinaryIO) -> None:
        out.write(hashlib.shake_128(str(number).encode()).digest(noise))
        out.truncate(size)

    sha256, written = store.keep_written(write)
    assert written == size
    return OnDisk(store.path(sha256), sha256)


def packed(*contents: bytes | OnDisk) -> Package:
    files = [
        PackageFile(Folder.EVIDENCE, f"anh-{number}.jpg", "Minh chứng", content, number, "Nông Đức Ưởng")
        for number, content in enumerate(contents)
    ]
    return build_package("Hồ sơ", files, day=DAY)


@contextmanager
def little_memory() -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    finally:
        tracemalloc.stop()


def test_many_large_files_take_little_memory(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    contents = [kept(store, number) for number in range(FILES)]
    with little_memory():
        sha256, size = store.keep_written(packed(*contents).write)
    assert size > FILES * NOISE > 2 * MOST_MEMORY
    with little_memory():
        assert verify_package(store.path(sha256), sha256=sha256) == []
    assert list(tmp_path.glob(".in-*")) == []


def test_a_file_on_disk_gives_the_same_archive_as_its_bytes(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    contents = [kept(store, size, noise=size // 2, size=size) for size in (0, 1, PIECE, 3 * PIECE + 7)]
    in_memory = packed(*(content.path.read_bytes() for content in contents)).data
    assert packed(*contents).data == in_memory
    sha256, size = store.keep_written(packed(*contents).write)
    assert (store.path(sha256).read_bytes(), size) == (in_memory, len(in_memory))


def test_a_kept_file_that_is_no_longer_itself_is_not_packed(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    content = kept(store, 1, size=MB)
    with content.path.open("r+b") as file:
        file.write(b"?")
    with pytest.raises(ValueError, match="không còn nguyên vẹn"):
        store.keep_written(packed(content).write)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [content.path]


def test_more_than_one_archive_holds_is_refused_before_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = kept(FileStore(tmp_path), 1, size=2 * MB)
    monkeypatch.setattr(packing, "MOST_BYTES", 4 * MB)
    assert packed(content, content)
    with pytest.raises(ValueError, match="nặng tổng cộng 4,1 MB, một bộ hồ sơ chỉ chứa được đến 4 MB"):
        packed(content, content, b"1")
