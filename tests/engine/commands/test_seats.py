"""A member who has left gives the seat to another, so that no round waits for somebody who is gone."""

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from engine.commands import council, letters, linking, people
from engine.commands.seats import replace_member
from engine.database import Database
from engine.errors import Incomplete, NotFound, NotNow, NotYours, SeatTaken
from engine.models import Ballot, Event, Link, Message, Recusal, Seat
from engine.queries.visitor import grants_of
from engine.stages import Role, Stage, State
from notifications.compose import make_environment
from notifications.messages import claim_next
from notifications.planner import plan_letters
from tests.factories import (
    SEATS,
    Scene,
    cast,
    close_vote,
    given_frozen_list,
    given_nomination,
    given_round,
    given_vote,
    open_vote,
    person,
)
from tests.notifications.test_dossier_letter import HOUSE
from tests.small_agency import keeper, small_roster

NEW = "cs4"


def seat_of(session: Session, key: str) -> Seat:
    return session.execute(select(Seat).where(col(Seat.person_id) == person(session, key).id)).scalar_one()


def replace(
    scene: Scene, old: str, new: str = NEW, *, who: str = "office", reason: str = "QĐ 12/QĐ-BDT."
) -> int:
    with scene.database.unit_of_work() as session:
        return (
            replace_member(
                session,
                scene.actor(who, session),
                scene.keys,
                scene.key,
                seat_id=seat_of(session, old).id or 0,
                held_by=person(session, old).id or 0,
                person_id=person(session, new).id or 0,
                reason=reason,
                now=scene.now,
            ).id
            or 0
        )


def left(scene: Scene, *keys: str) -> None:
    rest = [line for line in small_roster() if line.key not in keys]
    with scene.database.unit_of_work() as session:
        people.load_roster(session, keeper(), "bdt", rest, now=scene.now)


def test_a_vote_that_lost_its_quorum_is_saved_by_a_new_member(database: Database) -> None:
    scene, codes, hash_ = given_vote(database)
    choices = dict.fromkeys(codes, "yes")
    for seat in (1, 2, 3):
        cast(scene, seat, choices, hash_)
    left(scene, "seat4", "seat5")
    with pytest.raises(NotNow, match="thay thành viên đã nghỉ"):
        close_vote(scene)
    replace(scene, "seat4")
    with scene.database.unit_of_work() as session:
        council.send_ballot(
            session,
            scene.actor(NEW, session),
            scene.key,
            choices=choices,
            list_hash=hash_,
            keys=scene.keys,
            now=scene.now,
        )
    assert close_vote(scene)


def test_the_new_member_has_a_link_and_the_old_one_has_none(sqlite_database: Database) -> None:
    scene, codes, _hash = given_vote(sqlite_database)
    with sqlite_database.unit_of_work() as session:
        old = person(session, "seat4").id
        link = session.execute(
            select(Link).where(col(Link.purpose) == "ballot", col(Link.person_id) == old)
        ).scalar_one()
        token = linking.token_of(scene.keys, link)
        people.open_link(session, scene.keys, token, now=scene.now)
        council.save_choices(
            session, scene.actor("seat4", session), scene.key, choices={codes[0]: "no"}, now=scene.now
        )
    carry(scene)
    scene.clock.push(minutes=1)
    seat = replace(scene, "seat4")
    assert replace_twice(scene, seat) == seat
    with sqlite_database.unit_of_work() as session:
        with pytest.raises(SeatTaken):
            people.link_of(session, scene.keys, token, now=scene.now)
        assert (Role.member, scene.key) not in grants_of(session, old or 0)
        assert (Role.member, scene.key) in grants_of(session, person(session, NEW).id or 0)
        ballot = session.execute(select(Ballot).where(col(Ballot.seat_id) == seat)).scalar_one()
        assert ballot.draft == {}, "what the old member had saved was never sent"
        told = session.execute(select(Event).where(col(Event.kind) == "member_replaced")).scalars().all()
        assert [event.facts["reason"] for event in told] == ["QĐ 12/QĐ-BDT."]
    assert set(carry(scene)) == {("ballot", f"{NEW}@bdt.example"), ("seat_taken", "seat4@bdt.example")}


def replace_twice(scene: Scene, seat: int) -> int:
    """The same form sent once more."""
    with scene.database.unit_of_work() as session:
        new, old = person(session, NEW).id or 0, person(session, "seat4").id or 0
        given = {"seat_id": seat, "held_by": old, "person_id": new, "reason": "", "now": scene.now}
        return replace_member(session, scene.actor("office", session), scene.keys, scene.key, **given).id or 0


def test_a_nominee_who_takes_a_seat_does_not_vote_on_the_own_line(sqlite_database: Database) -> None:
    def plant(session: Session, nominations: list) -> None:  # type: ignore[type-arg]
        nominations[0].person_id = person(session, NEW).id

    scene, codes, hash_ = given_vote(sqlite_database, plant=plant)
    replace(scene, "seat4")
    with sqlite_database.read() as session:
        assert len(session.execute(select(Recusal)).all()) == 1
    with pytest.raises(Incomplete, match="chính ông/bà"), sqlite_database.unit_of_work() as session:
        council.send_ballot(
            session,
            scene.actor(NEW, session),
            scene.key,
            choices=dict.fromkeys(codes, "yes"),
            list_hash=hash_,
            keys=scene.keys,
            now=scene.now,
        )


def test_who_may_replace_whom(sqlite_database: Database) -> None:
    scene, codes, hash_ = given_vote(sqlite_database)
    cast(scene, 1, dict.fromkeys(codes, "yes"), hash_)
    with pytest.raises(NotNow, match="đã gửi phiếu"):
        replace(scene, "seat1")
    with pytest.raises(NotYours):
        replace(scene, "seat2", who="seat3")
    with pytest.raises(Incomplete, match="đã là thành viên"):
        replace(scene, "seat2", "seat3")
    with pytest.raises(Incomplete, match="căn cứ"):
        replace(scene, "seat2", reason=" ")
    with sqlite_database.unit_of_work() as session:
        person(session, "cs3").email = None
    with pytest.raises(Incomplete, match="chưa có địa chỉ thư"):
        replace(scene, "seat2", "cs3")
    with sqlite_database.unit_of_work() as session:
        given = {"seat_id": 999, "held_by": 1, "person_id": 1, "reason": "x", "now": scene.now}
        office = scene.actor("office", session)
        with pytest.raises(NotFound):
            replace_member(session, office, scene.keys, scene.key, **given)
    for seat in range(2, SEATS + 1):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    assert close_vote(scene)
    with pytest.raises(NotNow, match="bỏ phiếu xong"):
        replace(scene, "seat2")


def test_before_the_vote_too_so_that_it_can_be_opened(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    given_nomination(scene, state=State.accepted)
    given_frozen_list(scene)
    left(scene, "seat4", "seat5")
    with pytest.raises(Incomplete, match="thay thành viên đã nghỉ"):
        open_vote(scene)
    replace(scene, "seat4")
    open_vote(scene)
    with sqlite_database.read() as session:
        links = session.execute(select(col(Link.person_id)).where(col(Link.purpose) == "ballot")).scalars()
        assert person(session, NEW).id in set(links)


def test_the_one_who_left_is_invited_no_more_and_the_new_one_votes_on_their_line(
    sqlite_database: Database,
) -> None:
    """The mail server was away since the opening: invitations still lie in the outbox."""

    def plant(session: Session, nominations: list) -> None:  # type: ignore[type-arg]
        nominations[0].person_id = person(session, "seat4").id

    scene, codes, hash_ = given_vote(sqlite_database, plant=plant)
    plan(scene)
    replace(scene, "seat4")
    carried = carry(scene)
    assert not [letter for letter, address in carried if address == "seat4@bdt.example"], (
        "never told of a seat"
    )
    assert carried.count(("ballot", f"{NEW}@bdt.example")) == 1
    with sqlite_database.read() as session:
        dropped = select(col(Message.outcome)).where(col(Message.state) == "dropped")
        assert session.execute(dropped).scalars().all() == [
            "Đường dẫn trong thư đã được thay, không gửi nữa."
        ]
    with sqlite_database.unit_of_work() as session:
        council.send_ballot(
            session,
            scene.actor(NEW, session),
            scene.key,
            choices=dict.fromkeys(codes, "yes"),
            list_hash=hash_,
            keys=scene.keys,
            now=scene.now,
        )


def test_past_the_deadline_nobody_is_invited_to_what_is_over(sqlite_database: Database) -> None:
    scene, _codes, _hash = given_vote(sqlite_database)
    carry(scene)
    scene.clock.push(days=10)
    replace(scene, "seat4")
    assert carry(scene) == [("seat_taken", "seat4@bdt.example")]


def test_a_vote_that_is_over_keeps_its_council(database: Database) -> None:
    """The new member's conflict of interest, or a chair who may yet agree, would change what it said."""
    scene, codes, hash_ = given_vote(database)
    for seat in range(1, SEATS):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    replace(scene, f"seat{SEATS}")
    scene.clock.push(days=10)
    with pytest.raises(NotNow, match="đang kiểm phiếu"):
        replace(scene, NEW, f"seat{SEATS}")
    assert close_vote(scene, "time")


def test_the_new_member_is_invited_once(database: Database) -> None:
    """The letters of the opening were not written yet when the seat changed hands."""
    scene, _codes, _hash = given_vote(database)
    replace(scene, "seat4")
    carried = carry(scene)
    assert carried.count(("ballot", f"{NEW}@bdt.example")) == 1
    assert sum(letter == "ballot" for letter, _ in carried) == SEATS


def test_a_seat_given_and_given_back(sqlite_database: Database) -> None:
    scene, _codes, _hash = given_vote(sqlite_database)
    carry(scene)
    replace(scene, "seat4")
    replace(scene, NEW, "seat4", reason="Chọn nhầm ghế.")
    assert carry(scene) == [("ballot", "seat4@bdt.example")], "with the link that works; NEW was never told"


def test_a_letter_whose_link_is_replaced_is_not_sent_again(sqlite_database: Database) -> None:
    scene, _codes, _hash = given_vote(sqlite_database)
    plan(scene)
    with scene.database.unit_of_work() as session:
        message = session.execute(
            select(Message).where(col(Message.address) == "seat4@bdt.example")
        ).scalar_one()
        message.state = "failed"
        office, seat4 = scene.actor("office", session), person(session, "seat4").id or 0
        linking.replace_ballot_link(session, office, scene.keys, scene.key, person_id=seat4, now=scene.now)
        id_ = message.id or 0
    with pytest.raises(NotNow, match="đã được thay"), scene.database.unit_of_work() as session:
        letters.try_again(session, scene.actor("office", session), id_, now=scene.now)
    plan(scene)
    with scene.database.read() as session:
        newer = select(Message).where(col(Message.letter) == "link_replaced")
        assert session.execute(newer).scalar_one().extras["calendar"], "the first letter's entry never came"


def carry(scene: Scene) -> list[tuple[str, str]]:
    """Letter and address of everything that leaves now."""
    plan(scene)
    carried = []
    with scene.database.unit_of_work() as session:
        while (id_ := claim_next(session, owner="a", now=scene.now)) is not None:
            message = session.get_one(Message, id_)
            carried.append((message.letter, message.address))
            message.state = "sent"
    return carried


def plan(scene: Scene) -> None:
    with scene.database.unit_of_work() as session:
        while plan_letters(session, make_environment(), house=HOUSE, calendar=scene.calendar, now=scene.now):
            pass
