"""What the page of a running vote says once its deadline has passed."""

from pathlib import Path

import pytest

from engine.database import Database
from engine.queries.office import round_at
from engine.stages import Stage
from tests.api.office_given import Doors, words
from tests.factories import cast, given_vote, small_definition


@pytest.mark.parametrize(("sent", "said"), [(3, "chưa đủ số thành viên"), (4, "đang chờ kiểm phiếu")])
def test_past_the_deadline_only_a_missed_quorum_asks_for_an_extension(
    sqlite_database: Database, tmp_path: Path, sent: int, said: str
) -> None:
    """Four of five are needed. Time has not acted yet: the page must not say what it will not."""
    scene, codes, hash_ = given_vote(sqlite_database)
    for seat in range(1, sent + 1):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    with sqlite_database.read() as session:
        due = round_at(session, scene.key).window(Stage.council).due_at
    assert due is not None
    scene.clock.now = due
    page = words(Doors(scene, tmp_path).at("office").get(f"/vp/dot/{scene.key}/tien-do-phieu"))
    both = {"chưa đủ số thành viên", "đang chờ kiểm phiếu"}
    assert {one for one in both if one in page} == {said}
    assert ("Gia hạn để các thành viên còn lại" in page) == (sent == 3)


def test_the_quorum_asked_for_is_of_the_awards_put_to_the_vote(
    sqlite_database: Database, tmp_path: Path
) -> None:
    scene, _codes, _hash = given_vote(sqlite_database, nominees=[("kh1", "giay-khen")])
    page = words(Doors(scene, tmp_path).at("office").get(f"/vp/dot/{scene.key}/tien-do-phieu"))
    said = [award.name for award in small_definition().awards if f"{award.name}: kết quả có giá trị" in page]
    assert said == [small_definition().award("giay-khen").name]
