"""Files are kept whole or not at all: the limit, the same bytes once, a sweep of orphans, a name."""

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest

from engine.errors import Incomplete, NotFound, NotNow
from engine.file_kinds import kept_name
from engine.files import FileStore


def test_the_limit_stops_the_stream(store: FileStore) -> None:
    class Endless(io.RawIOBase):
        read_so_far = 0

        def read(self, size: int = -1) -> bytes:
            Endless.read_so_far += size
            return b"x" * size

    with pytest.raises(Incomplete, match="tối đa 1 MB"):
        store.take_in(Endless(), name="a.pdf", limit=2**20)  # type: ignore[arg-type]
    assert Endless.read_so_far <= 2 * 2**20


def test_the_same_bytes_are_kept_once_and_orphans_swept_a_day_later(store: FileStore) -> None:
    one, two = store.keep(b"one"), store.keep(io.BytesIO(b"one"))
    assert one == two == (one[0], 3)
    other, _size = store.keep(b"two")
    assert store.sweep([]) == 0, "somebody may be about to name them"
    for path in store.root.glob("*/*"):
        os.utime(path, (0, 0))
    store.keep(b"two")  # kept again: about to be named
    third, _size = store.keep(b"three")
    assert store.sweep([third]) == 1
    assert store.sweep([], older_than=timedelta(0)) >= 1
    with pytest.raises(NotFound):
        store.path(one[0])
    with pytest.raises(NotFound):
        store.path("../../etc/passwd")
    assert len(other) == 64


def test_what_is_damaged_is_not_handed_out_and_mended_by_the_same_bytes(
    store: FileStore, tmp_path: Path
) -> None:
    name, _size = store.keep(b"one")
    assert store.whole(name).read_bytes() == b"one"
    store.path(name).write_bytes(b"oNe")
    with pytest.raises(NotNow, match="không còn nguyên vẹn"):
        store.whole(name)
    assert store.keep_written(lambda file: file.write(b"one")) == (name, 3)
    assert store.whole(name).read_bytes() == b"one"
    backup = tmp_path / name
    backup.write_bytes(b"one")
    assert not store.put_back(backup)
    store.path(name).write_bytes(b"")
    assert store.put_back(backup)
    assert store.whole(name).read_bytes() == b"one"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Báo cáo.pdf", "Báo cáo.pdf"),
        ("C:\\Users\\a\\bao-cao.pdf", "bao-cao.pdf"),
        ("../../etc/bao-cao.pdf", "bao-cao.pdf"),
        ("bao-cao\u202efdp.exe", "bao-caofdp.exe"),
        ("a\u200bb\x00c\r\nd.pdf", "abc d.pdf"),
        ("a" * 400 + ".pdf", "a" * 246 + ".pdf"),
        ("a." + "b" * 400, "a." + "b" * 248),
        ("", "tep"),
        ("/", "tep"),
        ("..", "tep"),
    ],
)
def test_a_file_keeps_its_suffix_and_nothing_that_misleads(given: str, kept: str) -> None:
    assert kept_name(given) == kept
    assert len(kept_name(given)) <= 250
