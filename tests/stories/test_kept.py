"""A story that begins in the middle begins with exactly what the walk there leaves behind."""

from datetime import datetime
from pathlib import Path

from engine.clock import VIETNAM
from tests.stories.acts import PLANNER, to_council
from tests.stories.kept import Kept
from tests.stories.world import a_world

START = datetime(2025, 11, 20, 8, tzinfo=VIETNAM)  # an hour no other story begins at


def test_what_is_put_back_is_what_was_walked_to(tmp_path: Path) -> None:
    ends = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        with a_world(folder, f"sqlite:///{folder / 'tdkt.db'}", START) as world:
            ends.append(Kept.of(world, to_council(world, PLANNER)))
    walked, put_back = ends
    assert put_back == walked
    assert len(walked.rows["ballot"]) == 11
    assert len(walked.letters) > 11
    assert walked.files
