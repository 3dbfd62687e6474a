"""A name typed by hand goes around neither the roster, nor the check for twins, nor recusal."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from engine.commands import council, proposal
from engine.database import Database
from engine.errors import Incomplete
from engine.models import Nomination, Result
from tests.factories import (
    SEATS,
    Scene,
    cast,
    close_vote,
    draft,
    given_vote,
    nomination,
    person,
    the_vote,
)


def typed(name: str, **changes: object) -> proposal.Draft:
    return draft("", nominee_name=name, **changes)


def start(scene: Scene, made: proposal.Draft, unit: str = "cs") -> Nomination:
    with scene.database.unit_of_work() as session:
        clerk = scene.actor(f"clerk-{unit}", session)
        return proposal.start(session, clerk, scene.key, department=unit, draft=made, now=scene.now)


def test_a_colleagues_name_is_the_colleague(scene: Scene) -> None:
    made = start(scene, typed("nông\u200b đức  cs 1"))
    with scene.database.read() as session:
        known = person(session, "cs1")
    assert (made.person_id, made.nominee_key, made.nominee_name) == (known.id, f"p:{known.id}", known.name)


@pytest.mark.parametrize("name", ["Nong Duc KH 1", "Ủy viên 1"])
def test_a_name_of_the_roster_elsewhere_is_refused(scene: Scene, name: str) -> None:
    with pytest.raises(Incomplete) as refused:
        start(scene, typed(name))
    assert "có trong danh sách nhân sự: chọn tên trong danh sách" in refused.value.fields["person_key"]
    assert start(scene, typed(f"{name} (thôn Nà Pàn)")).person_id is None


def test_who_has_left_is_typed_by_hand(scene: Scene) -> None:
    with scene.database.unit_of_work() as session:
        person(session, "kh1").active = False
    assert start(scene, typed("Nông Đức KH 1")).person_id is None


def test_typed_and_listed_of_one_name_are_twins_in_one_department_only(scene: Scene) -> None:
    start(scene, typed("Hứa Thị Khuê"))
    with scene.database.unit_of_work() as session:
        one = person(session, "cs1")
        one.name, one.folded = "Hứa Thị Khuê", "hua thi khue"
        two = person(session, "cs2")
        two.name, two.folded = "Hứa Thị Khuê", "hua thi khue"
    with pytest.raises(Incomplete, match="đã có đề nghị"):
        start(scene, draft("cs1"))
    start(scene, draft("cs1", award="giay-khen"))
    start(scene, draft("cs2", award="giay-khen"))  # namesakes, both on the roster
    with scene.database.unit_of_work() as session:
        for listed in (person(session, "cs1"), person(session, "cs2")):
            listed.active = False
    with pytest.raises(Incomplete, match="đã có đề nghị"):
        start(scene, typed("Hua Thi Khue"))
    assert start(scene, typed("Hứa Thị Khuê"), "kh").department_key == "kh"


def test_somebody_who_moved_here_is_named_by_the_department_that_proposed(scene: Scene) -> None:
    """Its code would lead the clerk to a page of others."""
    code = start(scene, draft("cs1")).code
    with scene.database.unit_of_work() as session:
        person(session, "cs1").department_key = "kh"
    with pytest.raises(Incomplete) as refused:
        start(scene, draft("cs1"), "kh")
    (said,) = refused.value.fields.values()
    assert "đã được Phòng Chính sách đề nghị" in said
    assert "Hỏi Văn phòng" in said
    assert code not in said


def given_vote_on_a_typed_name(database: Database, name: str) -> tuple[Scene, list[str], str]:
    """A vote on somebody whose name was typed by hand, and on a second nominee."""

    def plant(_session: Session, nominations: Sequence[Nomination]) -> None:
        nominations[0].person_id, nominations[0].nominee_name = None, name

    return given_vote(database, plant=plant)


def test_a_member_named_by_hand_is_recused(sqlite_database: Database) -> None:
    scene, codes, hash_ = given_vote_on_a_typed_name(sqlite_database, "ỦY VIÊN 4")
    with pytest.raises(Incomplete, match="của chính ông/bà"):
        cast(scene, 4, dict.fromkeys(codes, "yes"), hash_)
    cast(scene, 4, {codes[1]: "yes"}, hash_)
    for seat in (1, 2, 3, 5):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    with sqlite_database.unit_of_work() as session:
        ground = scene.ground(session)
        tallies = council.count(session, ground, the_vote(session))
        recused = {code: tallies[nomination(session, code).id or 0].recused for code in codes}
        assert recused == {codes[0]: 1, codes[1]: 0}
    assert close_vote(scene)


def test_a_collective_and_a_listed_namesake_are_nobodys_own(sqlite_database: Database) -> None:
    def plant(_session: Session, nominations: Sequence[Nomination]) -> None:
        group, namesake = nominations
        group.person_id, group.nominee_kind, group.nominee_name = None, "collective", "Ủy viên 4"
        namesake.nominee_name = "Ủy viên 4"

    scene, codes, hash_ = given_vote(sqlite_database, plant=plant)
    assert cast(scene, 4, dict.fromkeys(codes, "yes"), hash_)


def test_another_departments_name_is_no_collective_of_ours(scene: Scene) -> None:
    for name in ("Phòng Kế hoạch", "PHÒNG  KẾ-HOẠCH"):
        with pytest.raises(Incomplete) as refused:
            start(scene, typed(name, nominee_kind="collective"))
        assert "là phòng khác, tự đề nghị cho mình" in refused.value.fields["nominee_name"]
    start(scene, typed("Phòng Chính sách", nominee_kind="collective"))
    with pytest.raises(Incomplete, match="đã có đề nghị"):
        start(scene, typed("Phòng Chính–sách", nominee_kind="collective"))


@pytest.mark.parametrize(
    ("nominee", "before", "after"),
    [("Ủy viên 4", "Ủy viên 4", "Uỷ viên Bốn"), ("Lương Văn Tề", "Ủy viên 4", "Lương Văn Tề")],
)
def test_a_name_put_right_during_the_vote_turns_no_ballot_that_came(
    database: Database, nominee: str, before: str, after: str
) -> None:
    """Who may vote on what is settled when the vote opens."""
    scene, codes, hash_ = given_vote_on_a_typed_name(database, nominee)
    own = {codes[0]} if nominee == before else set()
    for seat in range(1, SEATS + 1):
        mine = [code for code in codes if seat != 4 or code not in own]
        cast(scene, seat, dict.fromkeys(mine, "yes"), hash_)
    with database.unit_of_work() as session:
        member = person(session, "seat4")
        assert member.name == before
        member.name = after
    assert close_vote(scene)
    with database.read() as session:
        recused = session.execute(select(col(Result.recused)).order_by(col(Result.nomination_id))).scalars()
        assert list(recused) == [len(own), 0]
