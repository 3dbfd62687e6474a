"""A round that has opened takes over corrected files: what it may, what it may not, and whom it touches."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from engine.access import Actor
from engine.commands import moving
from engine.commands.ground import pinned_then
from engine.commands.moving import Moving
from engine.commands.preparing import keep_minutes
from engine.database import Database
from engine.definition import Definition
from engine.errors import Incomplete, NotNow, NotYours
from engine.history import broken_links
from engine.models import Event, Round
from engine.queries import rounds
from engine.queries.dossier import workshop_of
from engine.stages import Role, Stage, State
from tests.factories import (
    Scene,
    given_nomination,
    given_result,
    given_round,
    given_vote,
    nomination,
    small_definition,
)

OPERATOR = Actor(None, "Quản trị", "cli", frozenset({(Role.admin, "")}))
WHY = "Tệp cũ ghi sai."


def changed(change: dict[str, Any]) -> Definition:
    """The small definition with parts of it written otherwise; a dict goes into what stands there."""
    body = small_definition().model_dump(mode="json")

    def put(into: dict[str, Any], new: dict[str, Any]) -> None:
        for name, value in new.items():
            if isinstance(value, dict) and isinstance(into.get(name), dict):
                put(into[name], value)
            else:
                into[name] = value

    put(body, change)
    return Definition.model_validate(body)


AWARDS = small_definition().model_dump(mode="json")["awards"]
(BANG_KHEN,) = (award for award in AWARDS if award["key"] == "bang-khen")


def with_award(**change: Any) -> Definition:
    """The Bằng khen of the small definition, written otherwise."""
    return changed(
        {"awards": [{**award, **change} if award["key"] == BANG_KHEN["key"] else award for award in AWARDS]}
    )


def move(scene: Scene, new: Definition, *, reason: str = WHY, actor: Actor = OPERATOR) -> Moving:
    with scene.database.unit_of_work() as session:
        return moving.move_round(session, actor, scene.key, new, reason=reason, now=scene.now)


def look(scene: Scene, new: Definition) -> Moving:
    with scene.database.unit_of_work() as session:
        return moving.look(session, scene.key, new)


SEATS = small_definition().model_dump(mode="json")["council"]["seats"]


def recipient(scene: Scene) -> str:
    with scene.database.unit_of_work() as session:
        return scene.ground(session).definition.agency.recipient.email


NEW_ADDRESS = {"agency": {"recipient": {"email": "moi@snv.example"}}}


def test_it_is_looked_at_first_and_then_taken_over_once(database: Database) -> None:
    scene = given_round(database, stage=Stage.proposal)
    new = changed(NEW_ADDRESS)
    before = recipient(scene)
    found = look(scene, new)
    assert [each.sentence for each in found.differences] == [
        f"Cơ quan › recipient › email: “{before}” → “moi@snv.example”"
    ]
    assert (found.refusals, found.touched, recipient(scene)) == ((), (), before)
    with pytest.raises(Incomplete):
        move(scene, new, reason=" ")
    move(scene, new)
    assert recipient(scene) == "moi@snv.example"
    assert move(scene, new).differences == ()
    with database.read() as session:
        round_ = session.execute(select(Round)).scalar_one()
        facts = session.execute(select(col(Event.facts)).where(col(Event.kind) == "definition_moved"))
        (said,) = facts.scalars().all()
        assert (said["reason"], said["changed"]) == (WHY, [found.differences[0].sentence])
        assert said["definition"] == round_.definition_hash != said["before"]
        assert broken_links(session, nomination_id=None, round_id=round_.id or 0) == []


def test_only_who_runs_the_machine_may(scene: Scene) -> None:
    with scene.database.read() as session:
        office = scene.actor("office", session)
    with pytest.raises(NotYours):
        move(scene, changed(NEW_ADDRESS), actor=office)


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (changed({"stages": {"proposal": {"due": "2025-10-20"}}}), "trang Thời hạn"),
        (changed({"close_of_office": "16:30:00"}), "trang Thời hạn"),
        (changed({"agency": {"key": "khac"}}), "lập đợt mới"),
        (with_award(level="agency"), "cấp quyết định"),
        (with_award(key="khac"), "Không thêm, bớt hình thức"),
        (changed({"departments": [{"key": "cs", "name": "Phòng Chính sách"}]}), "Không thêm, bớt phòng"),
        (
            changed(
                {"council": {"seats": small_definition().model_dump(mode="json")["council"]["seats"][:3]}}
            ),
            "trang Hội đồng",
        ),
    ],
)
def test_what_was_told_to_people_is_changed_where_they_are_told(
    scene: Scene, new: Definition, said: str
) -> None:
    found = look(scene, new)
    assert any(said in sentence for sentence in found.refusals), found
    with pytest.raises(NotNow, match=said):
        move(scene, new)


def test_another_order_is_a_difference_and_nothing_else(scene: Scene) -> None:
    found = look(scene, changed({"awards": AWARDS[::-1]}))
    assert [(each.path, each.after) for each in found.differences] == [
        (("awards", "thứ tự"), [award["key"] for award in AWARDS[::-1]])
    ]
    assert found.refusals == ()


def test_a_ballot_is_settled_once_the_council_votes(sqlite_database: Database) -> None:
    stricter = with_award(ballot={**BANG_KHEN["ballot"], "threshold": "90%"})
    scene = given_round(sqlite_database, stage=Stage.proposal)
    assert look(scene, stricter).refusals == ()


def test_not_while_or_after_the_vote(sqlite_database: Database) -> None:
    scene, _codes, _hash = given_vote(sqlite_database)
    with pytest.raises(NotNow, match="không đổi thể lệ"):
        move(scene, with_award(ballot={**BANG_KHEN["ballot"], "threshold": "90%"}))
    move(scene, with_award(name="Bằng khen của Chủ tịch UBND tỉnh Lạng Sơn"))


def test_whom_it_touches_is_named_with_the_reason(scene: Scene) -> None:
    code = given_nomination(scene, state=State.proposed)
    gone = given_nomination(scene, who="cs2", state=State.withdrawn)
    point = {**BANG_KHEN["points"][0], "key": "moi"}
    longer = changed({"summary_min": 1500})
    assert [each.code for each in look(scene, longer).touched] == [code]
    found = look(scene, with_award(points=[point]))
    assert (code, "căn cứ") in {(each.code, each.why[:6]) for each in found.touched}
    assert gone not in {each.code for each in found.touched}
    move(scene, with_award(points=[point]))
    with scene.database.read() as session:
        assert nomination(session, code).state == State.proposed, "nothing is decided by it"


def test_a_dossier_not_sent_is_to_be_made_again(sqlite_database: Database) -> None:
    scene, _codes = given_result(sqlite_database, approved=True)
    with scene.database.unit_of_work() as session:
        office = scene.actor("office", session)
        made = keep_minutes(session, office, scene.key, facts={"minutes_number": "3"}, now=scene.now)
        made.sha256, made.size = "a" * 64, 1
        session.add(made)
    move(scene, changed(NEW_ADDRESS))
    with scene.database.read() as session:
        assert session.get_one(type(made), made.id).sha256 == ""


@pytest.mark.parametrize("stage", [Stage.planned, Stage.closed])
def test_a_round_that_is_not_running_is_refused(sqlite_database: Database, stage: Stage) -> None:
    scene = given_round(sqlite_database)
    with scene.database.unit_of_work() as session:
        session.execute(select(Round)).scalar_one().stage = stage.value
    with pytest.raises(NotNow, match="không đang chạy"):
        look(scene, changed(NEW_ADDRESS))


def test_what_was_issued_before_keeps_what_it_was_made_of(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    issued = scene.now
    scene.clock.push(hours=1)
    old = recipient(scene)
    move(scene, changed(NEW_ADDRESS))
    with scene.database.unit_of_work() as session:
        ground = scene.ground(session)
        then, now = (
            pinned_then(session, ground.round_id, ground.definition, at).agency.recipient.email
            for at in (issued, scene.now)
        )
    assert (then, now) == (old, "moi@snv.example")


def test_what_is_asked_for_after_the_freeze_is_missing_from_no_dossier(sqlite_database: Database) -> None:
    """Nobody could add it any more, and nothing would leave."""
    scene, _codes = given_result(sqlite_database, approved=True)
    item = {"key": "moi", "label": "Giấy xác nhận mới", "kind": "file"}
    asked = small_definition().model_dump(mode="json")["checklist"]
    scene.clock.push(hours=1)
    move(scene, changed({"checklist": [*asked, item]}))
    with scene.database.read() as session:
        gaps = workshop_of(session, rounds.seen(session, scene.key)).gaps
    assert gaps
    assert not any("Giấy xác nhận mới" in gap.sentence for gap in gaps)
