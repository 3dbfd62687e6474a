"""What departments are shown is what is frozen, and the freeze covers everything the council is shown."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from engine.commands import listing, office, proposal
from engine.commands.fingerprints import fingerprint, list_hash
from engine.database import Database
from engine.dossier.package import MOST_BYTES
from engine.errors import Incomplete
from engine.models import Attachment, ListLine, Nomination, NominationList
from engine.queries.published import shown_list
from engine.stages import Stage, State
from tests.factories import Scene, draft, given_nomination, given_round, nomination, return_to_department


def listed(scene: Scene) -> None:
    with scene.database.unit_of_work() as session:
        desk = scene.actor("office", session)
        listing.compile_list(session, desk, scene.key, now=scene.now)
        listing.publish_list(session, desk, scene.key, now=scene.now)


def frozen(scene: Scene) -> str:
    with scene.database.unit_of_work() as session:
        return listing.freeze_list(session, scene.actor("office", session), scene.key, now=scene.now).hash


@pytest.mark.parametrize("changes", [{"award": "giay-khen"}, {"summary": "Thành tích khác hẳn. " * 8}])
def test_what_was_published_is_what_is_frozen(database: Database, changes: dict[str, str]) -> None:
    """Returned after the list was shown, changed, signed, accepted again: what was shown is true no more."""
    scene = given_round(database, stage=Stage.proposal)
    code = given_nomination(scene, state=State.accepted)
    given_nomination(scene, who="cs2", state=State.accepted)
    scene.close_proposal()
    listed(scene)
    return_to_department(scene, code)
    with scene.database.unit_of_work() as session:
        clerk, chief, desk = (scene.actor(who, session) for who in ("clerk-cs", "chief-cs", "office"))
        version = nomination(session, code).version
        proposal.save(session, clerk, code, version=version, draft=draft("cs1", **changes), now=scene.now)
        proposal.finish(session, clerk, code, now=scene.now)
        proposal.sign_off(session, chief, scene.key, department="cs", codes=[code], now=scene.now)
        office.tick(session, desk, code, ticks={"bao-cao": True}, now=scene.now)
        office.accept(session, desk, code, now=scene.now)
    with pytest.raises(Incomplete, match="Nông Đức CS 1"):
        frozen(scene)
    listed(scene)
    assert frozen(scene)


def test_a_list_overtaken_since_it_was_compiled_is_not_shown(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    code = given_nomination(scene, state=State.accepted)
    given_nomination(scene, who="cs2", state=State.accepted)
    with scene.database.unit_of_work() as session:
        listing.compile_list(session, scene.actor("office", session), scene.key, now=scene.now)
    return_to_department(scene, code)
    with (
        scene.database.unit_of_work() as session,
        pytest.raises(Incomplete, match="tình trạng đã đổi: Nông Đức CS 1"),
    ):
        listing.publish_list(session, scene.actor("office", session), scene.key, now=scene.now)


def test_more_than_one_archive_holds_is_not_shown_while_files_can_still_be_mended(
    sqlite_database: Database,
) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    own = given_nomination(scene, who="cs2", award="giay-khen", state=State.accepted)
    light, heavy = (given_nomination(scene, who=who, state=State.accepted) for who in ("cs3", "cs1"))
    with scene.database.unit_of_work() as session:
        for code, size in ((own, 3 * MOST_BYTES), (light, 5 * 2**20), (heavy, MOST_BYTES - 5 * 2**20)):
            row = file_of(nomination(session, code), "cd" * 32)
            row.size = size
            session.add(row)
    listed(scene)  # what the agency awards itself goes into no dossier
    with scene.database.unit_of_work() as session:
        listing.compile_list(session, scene.actor("office", session), scene.key, now=scene.now)
        session.execute(
            update(Attachment).where(col(Attachment.size) == 5 * 2**20).values(size=5 * 2**20 + 1)
        )
    with pytest.raises(Incomplete, match=r"nặng tổng cộng 1\.900,1 MB.*Nông Đức CS 1"):
        listed(scene)


def test_what_was_shown_and_is_held_since_is_named_before_the_freeze(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    code = given_nomination(scene, state=State.accepted)
    given_nomination(scene, who="cs2", state=State.accepted)
    scene.close_proposal()
    listed(scene)
    with scene.database.unit_of_work() as session:
        office.hold(session, scene.actor("office", session), code, reason="Xác minh đơn.", now=scene.now)
    with pytest.raises(Incomplete, match=r"chưa khớp.*Nông Đức CS 1"):
        frozen(scene)


def test_what_came_back_as_it_was_needs_no_new_list(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    code = given_nomination(scene, state=State.accepted)
    scene.close_proposal()
    listed(scene)
    return_to_department(scene, code)
    with scene.database.unit_of_work() as session:
        clerk, chief, desk = (scene.actor(who, session) for who in ("clerk-cs", "chief-cs", "office"))
        proposal.finish(session, clerk, code, now=scene.now)
        proposal.sign_off(session, chief, scene.key, department="cs", codes=[code], now=scene.now)
        office.tick(session, desk, code, ticks={"bao-cao": True}, now=scene.now)
        office.accept(session, desk, code, now=scene.now)
    assert frozen(scene)


Lines = list[tuple[str, bool]]


def lists(scene: Scene) -> list[tuple[int, str, bool, Lines]]:
    """Of every list its version, state, whether it was shown, and codes, each with a fingerprint or not."""
    with scene.database.read() as session:
        rows = session.execute(
            select(NominationList, Nomination, ListLine)
            .where(
                col(ListLine.list_id) == col(NominationList.id),
                col(ListLine.nomination_id) == col(Nomination.id),
            )
            .order_by(col(NominationList.version), col(ListLine.position))
        ).all()
        lines: dict[tuple[int, str, bool], Lines] = {}
        for of, row, line in rows:
            key = (of.version, of.state, of.published_at is not None)
            lines.setdefault(key, []).append((row.code, bool(line.fingerprint)))
    return [(*key, said) for key, said in lines.items()]


def compiled(scene: Scene, *order: str) -> int:
    with scene.database.unit_of_work() as session:
        desk = scene.actor("office", session)
        return listing.compile_list(session, desk, scene.key, order=order, now=scene.now).version


def test_a_list_that_was_shown_stays_as_it_was_when_another_is_compiled(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    first, second = (given_nomination(scene, who=who, state=State.accepted) for who in ("cs1", "cs2"))
    assert [compiled(scene), compiled(scene)] == [1, 1], "a draft nobody was shown is compiled over"
    listed(scene)
    shown = (1, "published", True, [(first, True), (second, True)])
    assert lists(scene) == [shown]
    scene.clock.push(hours=1)
    third = given_nomination(scene, who="kh1", state=State.accepted)
    assert compiled(scene, second, third) == 2
    assert lists(scene) == [shown, (2, "draft", False, [(second, False), (third, False), (first, False)])]
    with sqlite_database.unit_of_work() as session:  # standing on a round locks it
        still = shown_list(session, scene.ground(session).round_id)
        assert still is not None
        assert (still.version, still.preparing) == (1, True), "it is being compiled anew"
    assert compiled(scene) == 2
    scene.close_proposal()
    listed(scene)
    assert compiled(scene) == 3
    listed(scene)
    assert frozen(scene)
    assert [(version, state) for version, state, _shown, _lines in lists(scene)] == [
        (1, "published"),
        (2, "published"),
        (3, "frozen"),
    ]
    assert lists(scene)[0] == shown


# Named here and not read from the code: a field that the code forgets must be missed.
SHOWN = [
    "code",
    "department_key",
    "nominee_kind",
    "nominee_key",
    "nominee_name",
    "nominee_title",
    "nominee_unit",
    "award_key",
    "type_key",
    "legal_point",
    "summary",
    "achievements",
    "facts",
    "period_from",
    "period_to",
]
OTHER = {
    "nominee_kind": "collective",
    "achievements": "Thành tích khác.",
    "facts": {"dan_so": "1"},
    "period_from": date(2020, 1, 1),
    "period_to": date(2024, 12, 31),
}


def other_value(name: str) -> Callable[[Session, Nomination], None]:
    def change(_session: Session, row: Nomination) -> None:
        before = getattr(row, name)
        setattr(row, name, OTHER.get(name, f"{before}x"))
        assert getattr(row, name) != before

    return change


def another_file(session: Session, row: Nomination) -> None:
    session.add(file_of(row, "cd" * 32))


def file_of(row: Nomination, sha256: str) -> Attachment:
    return Attachment(
        nomination_id=row.id or 0,
        item_key="bao-cao",
        name="bao-cao.pdf",
        media_type="application/pdf",
        size=10,
        sha256=sha256,
        uploaded_by=1,
        uploaded_at=row.created_at,
    )


def replaced_file(session: Session, row: Nomination) -> None:
    mine = select(Attachment).where(col(Attachment.nomination_id) == row.id)
    session.execute(mine).scalars().one().sha256 = "ef" * 32


def moved_file(session: Session, row: Nomination) -> None:
    mine = select(Attachment).where(col(Attachment.nomination_id) == row.id)
    session.execute(mine).scalars().one().item_key = "khac"


@pytest.mark.parametrize(
    "change",
    [*map(other_value, SHOWN), another_file, replaced_file, moved_file],
)
def test_the_fingerprint_covers_all_that_the_council_is_shown(
    sqlite_database: Database, change: Callable[[Session, Nomination], None]
) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    code = given_nomination(scene)
    with sqlite_database.unit_of_work() as session:
        row = nomination(session, code)
        session.add(file_of(row, "ab" * 32))
        session.flush()
        before = fingerprint(session, row)
        assert fingerprint(session, row) == before
        change(session, row)
        session.flush()
        assert fingerprint(session, row) != before


def test_the_hash_of_a_list_covers_its_order() -> None:
    assert list_hash(["a", "b"]) != list_hash(["b", "a"])
    assert list_hash(["a", "b"]) != list_hash(["ab"])
