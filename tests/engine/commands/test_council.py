"""Ballots, the close, and what comes of it."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from engine.access import Actor
from engine.commands import council, linking, listing, people, rounds, submission
from engine.commands import office as office_command
from engine.commands.windows import move_deadline, window_of
from engine.database import Database
from engine.errors import Changed, Incomplete, LinkExpired, NotNow, NotYours, StageClosed
from engine.links import Keys
from engine.models import Event, Link, Moment, Nomination, SignIn, Vote
from engine.queries import due, waiting
from engine.queries.visitor import visitor
from engine.stages import Role, Stage, State
from tests.factories import (
    Scene,
    actor_with,
    cast,
    close_vote,
    given_frozen_list,
    given_nomination,
    given_round,
    given_vote,
    nomination,
    open_vote,
    person,
    small_definition,
    the_vote,
)


def test_the_last_ballot_counts_and_the_same_one_changes_nothing(database: Database) -> None:
    scene, codes, hash_ = given_vote(database)
    first = cast(scene, 1, dict.fromkeys(codes, "yes"), hash_)
    scene.clock.push(minutes=1)
    assert cast(scene, 1, dict.fromkeys(codes, "yes"), hash_) == first
    second = cast(scene, 1, {codes[0]: "no", codes[1]: "abstain"}, hash_)
    assert second != first
    with database.read() as session:
        votes = session.execute(select(col(Vote.choice)).order_by(col(Vote.nomination_id))).scalars().all()
        assert votes == ["no", "abstain"]
        events = session.execute(select(Event).where(col(Event.kind) == "ballot_sent")).scalars().all()
        assert [e.facts["times"] for e in events] == [1, 2]
        assert not any(word in str(e.facts) for e in events for word in ("yes", "no'", "abstain"))


def test_a_faulty_ballot_is_refused_by_line(sqlite_database: Database) -> None:
    scene, codes, hash_ = given_vote(sqlite_database)
    with pytest.raises(Incomplete) as missing:
        cast(scene, 1, {codes[0]: "yes"}, hash_)
    assert list(missing.value.fields) == [codes[1]]
    with pytest.raises(Incomplete):
        cast(scene, 1, {codes[0]: "yes", codes[1]: "maybe"}, hash_)
    with pytest.raises(Incomplete):
        cast(scene, 1, {**dict.fromkeys(codes, "yes"), "stranger": "yes"}, hash_)
    with pytest.raises(Changed):
        cast(scene, 1, dict.fromkeys(codes, "yes"), "old")
    with sqlite_database.read() as session:
        clerk = scene.actor("clerk-cs", session)
    with sqlite_database.unit_of_work() as session, pytest.raises(NotYours):
        council.send_ballot(
            session, clerk, scene.key, choices={}, list_hash=hash_, keys=scene.keys, now=scene.now
        )


def test_nobody_votes_on_their_own_nomination(sqlite_database: Database) -> None:
    def plant(session: Session, nominations: Sequence[Nomination]) -> None:
        nominations[0].person_id = person(session, "seat4").id

    scene, codes, hash_ = given_vote(sqlite_database, nominees=[("kh1", "bang-khen")], plant=plant)
    with pytest.raises(Incomplete, match="của chính ông/bà"):
        cast(scene, 4, {codes[0]: "yes"}, hash_)
    assert cast(scene, 4, {}, hash_)


def test_choices_not_sent_are_kept_and_count_for_nothing(sqlite_database: Database) -> None:
    scene, codes, hash_ = given_vote(sqlite_database)
    for choices in ({codes[0]: "yes"}, {codes[1]: "no", "stranger": "yes", codes[0]: "perhaps"}):
        with sqlite_database.unit_of_work() as session:
            member = scene.actor("seat1", session)
            ballot = council.save_choices(session, member, scene.key, choices=choices, now=scene.now)
    assert ballot.draft == {codes[0]: "yes", codes[1]: "no"}
    with sqlite_database.read() as session:
        assert session.execute(select(Vote)).first() is None
    cast(scene, 1, ballot.draft, hash_)


def test_the_secretary_waits_for_all_and_time_for_the_deadline(database: Database) -> None:
    scene, codes, hash_ = given_vote(database)
    for seat in range(1, 5):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    with pytest.raises(NotNow, match="chưa gửi phiếu"):
        close_vote(scene)
    with pytest.raises(NotYours):
        close_vote(scene, "seat1")
    assert not close_vote(scene, "time")
    cast(scene, 5, dict.fromkeys(codes, "yes"), hash_)
    assert not close_vote(scene, "time"), "the definition leaves an early close to the secretary"
    assert close_vote(scene)
    assert close_vote(scene)
    with pytest.raises(StageClosed):
        cast(scene, 1, dict.fromkeys(codes, "no"), hash_)


def test_time_closes_at_once_where_the_definition_says_so(sqlite_database: Database) -> None:
    definition = small_definition(close_when_all_voted="at_once")
    scene, codes, hash_ = given_vote(sqlite_database, definition=definition)
    for seat in range(1, 6):
        cast(scene, seat, dict.fromkeys(codes, "no"), hash_)
    with sqlite_database.read() as session:
        assert due.look(session, now=scene.now).rounds, "the last ballot wakes the round"
    assert close_vote(scene, "time")
    with sqlite_database.read() as session:
        assert {n.state for n in session.execute(select(Nomination)).scalars()} == {State.not_recommended}
        assert scene.ground(session).stage == Stage.closed


def test_a_missed_quorum_is_told_once_for_each_deadline(database: Database) -> None:
    scene, codes, hash_ = given_vote(database)
    cast(scene, 1, dict.fromkeys(codes, "yes"), hash_)
    scene.clock.push(days=10)
    assert [close_vote(scene, "time") for _ in range(3)] == [False] * 3
    with pytest.raises(NotNow, match="1/5"):
        close_vote(scene)
    with database.unit_of_work() as session:
        due_at = scene.now.date().replace(day=31)
        move_deadline(
            session,
            scene.actor("office", session),
            scene.key,
            Stage.council,
            due=due_at,
            reason="Chưa đủ phiếu.",
            calendar=scene.calendar,
            now=scene.now,
        )
        moments = session.execute(
            select(Moment).where(col(Moment.stage) == "council", col(Moment.kind) == "close")
        ).scalars()
        assert sorted(m.outcome for m in moments) == ["", "đổi hạn"]
    for seat in range(2, 5):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    with database.unit_of_work() as session:
        scene.clock.now = window_of(session, scene.ground(session), Stage.council).due_at or scene.now
        for moment in rounds.due_moments(session, scene.ground(session).round_id, now=scene.now):
            rounds.act_on(
                session,
                scene.actor("time", session),
                scene.ground(session),
                moment,
                calendar=scene.calendar,
                now=scene.now,
            )
        assert the_vote(session).why_closed == "hết hạn"
        missed = session.execute(select(Event).where(col(Event.kind) == "quorum_missed")).scalars().all()
        assert [e.facts["generation"] for e in missed] == [1]
        assert nomination(session, codes[0]).state == State.recommended


def test_the_list_is_frozen_whole_or_not(database: Database) -> None:
    scene = given_round(database, stage=Stage.proposal)
    given_nomination(scene, who="kh1", award="giay-khen", state=State.accepted)
    late = given_nomination(scene, who="cs1", state=State.proposed)
    given_nomination(scene, who="cs2", state=State.held)
    scene.close_proposal()
    with database.unit_of_work() as session:
        office = scene.actor("office", session)
        listing.compile_list(session, office, scene.key, now=scene.now)
        with pytest.raises(NotNow, match="công khai"):
            listing.freeze_list(session, office, scene.key, now=scene.now)
        listing.publish_list(session, office, scene.key, now=scene.now)
        with pytest.raises(Incomplete, match="Nông Đức CS 1"):
            listing.freeze_list(session, office, scene.key, now=scene.now)
        nomination(session, late).state = State.accepted
        with pytest.raises(Incomplete, match="chưa khớp"):
            listing.freeze_list(session, office, scene.key, now=scene.now)
    first = given_frozen_list(scene)
    with database.unit_of_work() as session:
        with pytest.raises(NotNow, match="đã chốt"):
            listing.compile_list(session, office, scene.key, now=scene.now)
        second = listing.unfreeze_list(session, office, scene.key, reason="Sửa thứ tự.", now=scene.now)
        assert (second.version, second.state) == (3, "draft"), "1 was shown, 2 frozen"
        listing.compile_list(session, office, scene.key, order=[late, late], now=scene.now)
        listing.publish_list(session, office, scene.key, now=scene.now)
        assert listing.freeze_list(session, office, scene.key, now=scene.now).hash != first, "another order"


def test_what_is_held_keeps_the_round_open_until_the_office_has_its_say(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    listed = given_nomination(scene, state=State.accepted)
    held = given_nomination(scene, who="cs2", state=State.held)
    hash_ = given_frozen_list(scene)
    open_vote(scene)
    for seat in range(1, 6):
        cast(scene, seat, {listed: "yes"}, hash_)
    close_vote(scene)
    with sqlite_database.unit_of_work() as session:
        head, office = scene.actor("head", session), scene.actor("office", session)
        submission.refuse(session, head, listed, reason="Không nhất trí.", now=scene.now)
        submission.refuse(session, head, listed, reason="Không nhất trí.", now=scene.now)
        with pytest.raises(NotNow, match="Không nhất trí"):  # said once, told once
            submission.refuse(session, head, listed, reason="Lý do khác.", now=scene.now)
        assert nomination(session, held).state == State.held
        ground = scene.ground(session)
        assert ground.stage == Stage.submission
        who = waiting.whom(session, ground.round_id, ground.definition, Stage.submission, now=scene.now)
        assert who.persons == (office.person_id,), "reminded of it by the submission's deadline"
        office_command.decline(session, office, held, reason="Kết luận 9/KL: có vi phạm.", now=scene.now)
        assert scene.ground(session).stage == Stage.closed


def test_a_new_link_asked_for_twice_in_a_minute_is_one_link_and_one_letter(database: Database) -> None:
    scene, _codes, _hash = given_vote(database)

    def replaced(session: Session) -> int:
        desk, member = scene.actor("office", session), person(session, "seat3").id or 0
        return linking.replace_ballot_link(
            session, desk, scene.keys, scene.key, person_id=member, now=scene.now
        ).generation

    with database.unit_of_work() as session:
        assert [replaced(session), replaced(session)] == [2, 2], "the first, minutes old, goes at once"
        told = select(Event).where(col(Event.kind) == "link_replaced")
        assert len(session.execute(told).all()) == 1
        scene.clock.push(minutes=2)
        assert replaced(session) == 3


def test_links_are_replaced_scoped_and_over_with_the_vote(database: Database) -> None:
    scene, codes, hash_ = given_vote(database)
    keys, now = scene.keys, scene.now
    with database.unit_of_work() as session:
        me = person(session, "seat3")
        old = session.execute(select(Link).where(col(Link.person_id) == me.id)).scalar_one()
        token = people.token_of(keys, old)
        assert token not in str(old.model_dump())
        cookie, _link = people.open_link(session, keys, token, now=now)
        found = visitor(session, keys.at_rest(cookie), now=now)
        assert found is not None
        assert found.actor.grants == {(Role.member, scene.key)}
        desk = scene.actor("office", session)
        newer = linking.replace_ballot_link(session, desk, keys, scene.key, person_id=me.id or 0, now=now)
    with database.unit_of_work() as session:
        assert visitor(session, keys.at_rest(cookie), now=now) is None
        with pytest.raises(LinkExpired, match="thay bằng"):
            people.link_of(session, keys, token, now=now)
        fresh = people.token_of(keys, newer)
        with pytest.raises(LinkExpired, match="không đúng"):
            people.link_of(session, Keys.from_secret("another-secret-" * 3), fresh, now=now)
        cookie, _link = people.open_link(session, keys, fresh, now=now)
    for minutes, letters in ((0, 1), (0, 1), (2, 2)):  # one a minute
        scene.clock.push(minutes=minutes)
        with database.unit_of_work() as session:
            people.ask_ballot_link_again(session, keys, token, now=scene.now)
            told = select(Event).where(col(Event.kind) == "link_asked")
            assert len(session.execute(told).all()) == letters
            assert visitor(session, keys.at_rest(cookie), now=scene.now), "an old link takes nothing away"
            people.link_of(session, keys, fresh, now=scene.now)
    member = actor_with_role_of_another_round(me.id)
    with database.unit_of_work() as session, pytest.raises(NotYours):
        council.send_ballot(
            session, member, scene.key, choices={}, list_hash=hash_, keys=scene.keys, now=scene.now
        )
    for seat in range(1, 6):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    close_vote(scene)
    with database.unit_of_work() as session:
        with pytest.raises(LinkExpired, match="kết thúc bỏ phiếu"):
            people.link_of(session, keys, fresh, now=scene.now)
        people.ask_ballot_link_again(session, keys, fresh, now=scene.clock.push(hours=1))
        assert session.execute(select(Link).where(col(Link.generation) == 3)).first() is None


def actor_with_role_of_another_round(person_id: int | None) -> Actor:
    return actor_with(Role.member, key="another-round", person_id=person_id)


def test_a_sign_in_link_works_once_and_says_nothing_to_strangers(database: Database) -> None:
    scene: Scene = given_round(database)
    keys = scene.keys
    with database.unit_of_work() as session:
        people.ask_to_sign_in(session, keys, email="nobody@bdt.example", door="page", now=scene.now)
        assert session.execute(select(Link)).first() is None
        for _ in range(2):
            people.ask_to_sign_in(session, keys, email=" OFFICE@bdt.example", door="page", now=scene.now)
        token = people.token_of(keys, session.execute(select(Link)).scalar_one())
    with database.unit_of_work() as session:
        cookie, _ = people.open_link(session, keys, token, now=scene.now)
        assert cookie not in str(session.execute(select(SignIn)).scalar_one().model_dump())
        with pytest.raises(LinkExpired, match="đã được dùng"):
            people.open_link(session, keys, token, now=scene.now)
        assert visitor(session, keys.at_rest(cookie), now=scene.clock.push(hours=12)) is None
