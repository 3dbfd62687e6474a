"""What departments do, and why they are refused."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from engine.access import Actor
from engine.commands import office, proposal
from engine.commands.proposal import StoredFile
from engine.database import Database
from engine.errors import Changed, Incomplete, NotFound, NotNow, NotYours, StageClosed
from engine.models import Comment, DepartmentReply, Event, Nomination
from engine.queries import timeline
from engine.stages import Stage, State
from tests.factories import (
    Scene,
    actor_with,
    draft,
    give_leave,
    given_frozen_list,
    given_nomination,
    given_round,
    nomination,
)


def start(scene: Scene, session: Session, who: str = "clerk-cs", **given: object) -> Nomination:
    asked = {"department": "cs", "draft": draft(), "now": scene.now, **given}
    return proposal.start(session, scene.actor(who, session), scene.key, **asked)  # type: ignore[arg-type]


def test_the_same_form_sent_twice_is_one_nomination(scene: Scene) -> None:
    for _ in range(2):
        with scene.database.unit_of_work() as session:
            first = start(scene, session, nonce="n1")
    with scene.database.unit_of_work() as session:
        assert start(scene, session, nonce="n1").code == first.code
        with pytest.raises(NotNow, match="đã được gửi"):
            start(scene, session, who="chief-cs", nonce="n1", draft=draft("cs2"))


def test_a_second_nomination_of_the_same_person_for_the_same_award(scene: Scene) -> None:
    code = given_nomination(scene)
    with scene.database.unit_of_work() as session, pytest.raises(Incomplete, match=code):
        start(scene, session)
    given_nomination(scene, award="giay-khen")
    with scene.database.unit_of_work() as session:
        proposal.withdraw(session, scene.actor("clerk-cs", session), code, reason="", now=scene.now)
        assert start(scene, session).state == State.draft


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"person_key": "kh1"}, "person_key"),
        ({"person_key": "nobody"}, "person_key"),
        ({"person_key": ""}, "person_key"),
        ({"award_key": ""}, "award_key"),
        ({"award_key": "huan-chuong"}, "award_key"),
        ({"nominee_kind": "thing"}, "nominee_kind"),
        ({"summary": "a" * 20_001}, "summary"),
        ({"period_from": date(2025, 2, 1), "period_to": date(2025, 1, 1)}, "period_to"),
    ],
)
def test_what_could_never_be_right_is_refused_by_field(
    sqlite_database: Database, changes: dict[str, object], field: str
) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    with scene.database.unit_of_work() as session, pytest.raises(Incomplete) as refused:
        start(scene, session, draft=draft(**changes))  # type: ignore[arg-type]
    assert list(refused.value.fields) == [field]


def test_a_clerk_of_another_department_is_told_it_does_not_exist(scene: Scene) -> None:
    code = given_nomination(scene)
    with scene.database.unit_of_work() as session:
        with pytest.raises(NotFound) as foreign:
            proposal.finish(session, scene.actor("clerk-kh", session), code, now=scene.now)
        with pytest.raises(NotFound) as unknown:
            proposal.finish(session, scene.actor("clerk-kh", session), "no-such", now=scene.now)
        with pytest.raises(NotYours):
            proposal.finish(session, scene.actor("office", session), code, now=scene.now)
        with pytest.raises(NotYours):
            start(scene, session, who="clerk-kh")
    assert foreign.value.sentence == unknown.value.sentence


def test_two_clerks_edit_one_draft(scene: Scene) -> None:
    code = given_nomination(scene)
    with scene.database.unit_of_work() as session:
        clerk, chief = scene.actor("clerk-cs", session), scene.actor("chief-cs", session)
        first = proposal.save(
            session, clerk, code, version=1, draft=draft(summary="Bản của A."), now=scene.now
        )
        assert first.version == 2
    with scene.database.unit_of_work() as session:
        with pytest.raises(Changed) as refused:
            proposal.save(session, chief, code, version=1, draft=draft(summary="Bản của B."), now=scene.now)
        assert (refused.value.theirs, refused.value.version) == ({"summary": "Bản của A."}, 2)
        same = proposal.save(
            session, chief, code, version=1, draft=draft(summary="Bản của A."), now=scene.now
        )
        assert same.version == 2
        proposal.finish(session, clerk, code, now=scene.now)
        with pytest.raises(NotNow):
            proposal.save(session, chief, code, version=2, draft=draft(summary="Khác."), now=scene.now)


def test_files_are_put_on_and_taken_off(scene: Scene) -> None:
    code = given_nomination(scene)
    file = StoredFile("Ảnh chụp.pdf", "application/pdf", 10, "ab" * 32)
    with scene.database.unit_of_work() as session:
        clerk = scene.actor("clerk-cs", session)
        one = proposal.attach(session, clerk, code, item_key="minh-chung", file=file, now=scene.now)
        two = proposal.attach(session, clerk, code, item_key="minh-chung", file=file, now=scene.now)
        assert one.id == two.id
        with pytest.raises(Incomplete):
            proposal.attach(session, clerk, code, item_key="khac", file=file, now=scene.now)
        for _ in range(2):
            proposal.detach(session, clerk, code, attachment_id=one.id or 0, now=scene.now)
        with pytest.raises(NotFound):
            proposal.detach(session, clerk, code, attachment_id=999, now=scene.now)
        kinds = session.execute(
            select(col(Event.kind)).where(col(Event.nomination_id).is_not(None))
        ).scalars()
        assert list(kinds) == ["started", "attached", "detached"]
        told = timeline.of_nomination(session, nomination(session, code).id or 0)
        assert [one.remark for one in told] == ["", "Ảnh chụp.pdf", "Ảnh chụp.pdf"]


def test_the_head_signs_all_or_none_and_twice_is_once(scene: Scene) -> None:
    ready = [given_nomination(scene, who=f"cs{n}", state=State.ready) for n in (1, 2)]
    lying = given_nomination(scene, who="cs3")
    foreign = given_nomination(scene, who="kh1", state=State.ready)

    def sign(who: str, codes: list[str]) -> int:
        with scene.database.unit_of_work() as session:
            chief = scene.actor(who, session)
            return proposal.sign_off(session, chief, scene.key, department="cs", codes=codes, now=scene.now)

    with pytest.raises(Incomplete, match="Nông Đức CS 3"):
        sign("chief-cs", [*ready, lying])
    with pytest.raises(NotFound):
        sign("chief-cs", [*ready, foreign])
    with pytest.raises(NotYours):
        sign("clerk-cs", ready)
    with pytest.raises(Incomplete):
        sign("chief-cs", [])
    assert sign("chief-cs", ready) == 2
    assert sign("chief-cs", ready) == 0
    with scene.database.read() as session:
        told = session.execute(select(Event).where(col(Event.kind) == "department_proposed")).scalars().all()
        assert [event.facts["codes"] for event in told] == [ready]
        reply = session.execute(select(DepartmentReply)).scalar_one()
        assert (reply.department_key, reply.nobody) == ("cs", False)


def test_the_deadline_closes_at_its_very_moment_and_leave_reopens(scene: Scene) -> None:
    code = given_nomination(scene)
    with scene.database.unit_of_work() as session:
        clerk = scene.actor("clerk-cs", session)
        due = proposal.open_until(session, scene.ground(session), "cs", None)
        assert due is not None
        scene.clock.now = due - timedelta(microseconds=1)
        proposal.finish(session, clerk, code, now=scene.now)
        scene.clock.now = due
        for act in (
            lambda: proposal.reopen(session, clerk, code, now=scene.now),
            lambda: proposal.withdraw(session, clerk, code, reason="x", now=scene.now),
            lambda: start(scene, session, draft=draft("cs2")),
        ):
            with pytest.raises(StageClosed, match="Vi Minh Tú") as refused:
                act()
            assert "17 giờ 00, thứ Sáu 17/10/2025" in refused.value.sentence
    scene.close_proposal()
    give_leave(scene, date(2025, 10, 20))
    with scene.database.unit_of_work() as session:
        assert proposal.reopen(session, clerk, code, now=scene.now).state == State.draft
        with pytest.raises(StageClosed):
            start(scene, session, who="clerk-kh", department="kh", draft=draft("kh1"))
        until = proposal.open_until(session, scene.ground(session), "cs", None)
        assert until is not None
        scene.clock.now = until
        with pytest.raises(StageClosed):
            proposal.finish(session, clerk, code, now=scene.now)


def test_a_returned_nomination_is_open_until_its_own_date(scene: Scene) -> None:
    code = given_nomination(scene, state=State.proposed)
    scene.close_proposal()
    with scene.database.unit_of_work() as session:
        boss, clerk, chief = (scene.actor(k, session) for k in ("office", "clerk-cs", "chief-cs"))
        office.tick(session, boss, code, ticks={"bao-cao": True}, now=scene.now)
        office.return_to_department(
            session, boss, code, comments={"summary": "Rõ hơn."}, calendar=scene.calendar, now=scene.now
        )
        until = nomination(session, code).return_until
        assert until is not None
        scene.clock.now = until - timedelta(seconds=1)
        proposal.save(session, clerk, code, version=1, draft=draft(summary="Đã viết rõ hơn."), now=scene.now)
        proposal.finish(session, clerk, code, now=scene.now)
        with pytest.raises(StageClosed):
            proposal.sign_off(session, chief, scene.key, department="cs", codes=[code], now=until)
        proposal.sign_off(session, chief, scene.key, department="cs", codes=[code], now=scene.now)
        assert session.execute(select(col(Comment.resolved_at))).scalar_one() == scene.now
        with pytest.raises(Incomplete) as unticked:
            office.accept(session, boss, code, now=scene.now)
        assert unticked.value.fields == {"bao-cao": "Chưa xác nhận: Báo cáo thành tích."}


def test_nobody_to_propose(scene: Scene) -> None:
    code = given_nomination(scene)

    def say(session: Session, who: str = "chief-cs") -> None:
        chief = scene.actor(who, session)
        proposal.propose_nobody(session, chief, scene.key, department="cs", reason="Không có.", now=scene.now)

    with scene.database.unit_of_work() as session:
        with pytest.raises(NotNow):
            say(session)
        proposal.withdraw(session, scene.actor("clerk-cs", session), code, reason="", now=scene.now)
        for _ in range(2):
            say(session)
        with pytest.raises(NotYours):
            say(session, "clerk-cs")
        kinds = session.execute(select(col(Event.kind))).scalars().all()
        assert kinds.count("department_proposed_nobody") == 1


def test_what_is_signed_only_the_head_withdraws_and_with_a_reason(scene: Scene) -> None:
    code = given_nomination(scene, state=State.proposed)
    with scene.database.unit_of_work() as session:
        clerk, chief = scene.actor("clerk-cs", session), scene.actor("chief-cs", session)
        with pytest.raises(NotYours):
            proposal.withdraw(session, clerk, code, reason="Nhầm.", now=scene.now)
        with pytest.raises(Incomplete):
            proposal.withdraw(session, chief, code, reason=" ", now=scene.now)
        for _ in range(2):
            assert proposal.withdraw(session, chief, code, reason="Nhầm.", now=scene.now).state == "withdrawn"


def test_after_the_freeze_departments_are_told_why(scene: Scene) -> None:
    code = given_nomination(scene, state=State.accepted)
    lying = given_nomination(scene, who="cs2")
    given_frozen_list(scene)
    with scene.database.unit_of_work() as session:
        chief: Actor = scene.actor("chief-cs", session)
        with pytest.raises(NotNow, match="trong danh sách lấy phiếu"):
            proposal.withdraw(session, chief, code, reason="Muộn.", now=scene.now)
        assert nomination(session, lying).state == State.lapsed
        with pytest.raises(NotYours):
            proposal.start(
                session, actor_with_nothing(), scene.key, department="cs", draft=draft(), now=scene.now
            )


def actor_with_nothing() -> Actor:
    return Actor(1, "Ai đó", "page", frozenset(), actor_with.__name__)


def test_a_rollback_leaves_nothing(scene: Scene) -> None:
    class BrokenError(Exception):
        pass

    def tries() -> None:
        with scene.database.unit_of_work() as session:
            start(scene, session)
            raise BrokenError

    with pytest.raises(BrokenError):
        tries()
    with scene.database.read() as session:
        assert session.execute(select(Nomination)).first() is None
        assert session.execute(select(Event).where(col(Event.kind) == "started")).first() is None
