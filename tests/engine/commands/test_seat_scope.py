"""A seat given to another is one seat of one round: nothing of another round, and nobody else, is touched."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from engine.commands import linking, people
from engine.commands.seats import replace_member
from engine.database import Database
from engine.errors import Incomplete, LinkExpired, NotFound, SeatTaken
from engine.models import Event, EventToTell, Link, Person, Round, Seat, SignIn, Voting
from engine.queries.seats import candidates
from engine.stages import Stage
from tests.factories import Scene, given_round, given_vote, person, small_definition
from tests.small_agency import keeper, small_roster

AT_WORK = "Chọn một người đang làm việc"


@dataclass
class Council:
    """The council of one round, its vote open or not yet."""

    scene: Scene

    def seat(self, session: Session, key: str) -> Seat:
        found: Seat = session.execute(
            select(Seat)
            .join(Round, col(Round.id) == col(Seat.round_id))
            .where(col(Round.key) == self.scene.key, col(Seat.person_id) == person(session, key).id)
        ).scalar_one()
        return found

    def voting(self, session: Session) -> str:
        """The scope of the round's ballot links."""
        asked = select(col(Voting.id)).join(Round, col(Round.id) == col(Voting.round_id))
        return str(session.execute(asked.where(col(Round.key) == self.scene.key)).scalar_one())

    def token(self, key: str) -> str:
        """The ballot link somebody holds in this round."""
        with self.scene.database.read() as session:
            mine = (col(Link.purpose) == "ballot", col(Link.person_id) == person(session, key).id)
            asked = select(Link).where(*mine, col(Link.scope) == self.voting(session))
            return linking.token_of(self.scene.keys, session.execute(asked).scalar_one())

    def open(self, token: str) -> str:
        """The session a link gives, as history keeps its key."""
        with self.scene.database.unit_of_work() as session:
            key, _link = people.open_link(session, self.scene.keys, token, now=self.scene.now)
            return self.scene.keys.at_rest(key)

    def replace(self, old: int | str, new: int | str, reason: str = "QĐ 12/QĐ-BDT.") -> None:
        """Persons by roster key; a seat, or a person, of elsewhere by id."""
        with self.scene.database.unit_of_work() as session:
            seat = session.get_one(Seat, old) if isinstance(old, int) else self.seat(session, old)
            replace_member(
                session,
                self.scene.actor("office", session),
                self.scene.keys,
                self.scene.key,
                seat_id=seat.id or 0,
                held_by=seat.person_id,
                person_id=new if isinstance(new, int) else person(session, new).id or 0,
                reason=reason,
                now=self.scene.now,
            )


def sessions(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.execute(select(col(SignIn.key_hash))).scalars())


def signed_in(scene: Scene, key: str) -> str:
    """A session that opens everything of somebody's, as history keeps its key."""
    with scene.database.unit_of_work() as session:
        someone = person(session, key).id or 0
        link = linking.issue_link(session, scene.keys, purpose="signin", person_id=someone, now=scene.now)
        token = linking.token_of(scene.keys, link)
        made, _link = people.open_link(session, scene.keys, token, now=scene.now)
        return scene.keys.at_rest(made)


@pytest.fixture
def councils(sqlite_database: Database) -> tuple[Council, Council]:
    """Two rounds whose councils vote at the same time; the same people sit on both."""
    first, _codes, _hash = given_vote(sqlite_database)
    second, _codes, _hash = given_vote(sqlite_database, definition=small_definition("thu-hai-2025"))
    return Council(first), Council(second)


def test_a_seat_lost_in_one_round_leaves_the_ballot_of_another(councils: tuple[Council, Council]) -> None:
    here, there = councils
    scene, database = here.scene, here.scene.database
    lost, kept, neighbour = here.token("seat4"), there.token("seat4"), here.token("seat2")
    with_seat = [here.open(lost), here.open(lost)]
    elsewhere = {there.open(kept), here.open(neighbour), signed_in(scene, "seat4")}
    assert sessions(database) == {*with_seat, *elsewhere}
    scene.clock.push(minutes=5)
    here.replace("seat4", "cs4")
    assert sessions(database) == elsewhere, "only what the lost link had opened is shut"
    with database.read() as session:
        with pytest.raises(SeatTaken, match="Thành viên khác đã thay ông/bà"):
            people.link_of(session, scene.keys, lost, now=scene.now)
        assert people.link_of(session, scene.keys, kept, now=scene.now)[1].key == "seat4"
        assert people.link_of(session, scene.keys, neighbour, now=scene.now)[1].key == "seat2"
        new = people.link_of(session, scene.keys, here.token("cs4"), now=scene.now)[0]
        assert new.scope == here.voting(session) != there.voting(session)
    assert there.open(kept) in sessions(database)


def test_a_seat_of_another_round_cannot_be_given(councils: tuple[Council, Council]) -> None:
    here, there = councils
    with here.scene.database.read() as session:
        theirs = there.seat(session, "seat4").id or 0
    with pytest.raises(NotFound, match="Không tìm thấy thành viên Hội đồng này trong đợt"):
        here.replace(theirs, "cs4")
    here.replace("seat4", "cs4")
    there.replace("seat4", "cs4")  # to sit on both is no hindrance
    with here.scene.database.read() as session:
        assert there.seat(session, "cs4").id == theirs


def test_before_the_vote_nobody_is_written_to(sqlite_database: Database) -> None:
    """There is no link to send yet, and none to take back: a letter about it could not even be written."""
    council = Council(given_round(sqlite_database, stage=Stage.proposal))
    council.replace("seat4", "cs4")
    with sqlite_database.read() as session:
        event = session.execute(select(Event).where(col(Event.kind) == "member_replaced")).scalar_one()
        assert (event.facts["before"], event.facts["after"]) == ("Ủy viên 4", "Nông Đức CS 4")
        assert "link" not in event.facts
        told = select(EventToTell).where(col(EventToTell.event_id) == event.id)
        assert session.execute(told).first() is None


def test_only_somebody_at_work_takes_a_seat(sqlite_database: Database) -> None:
    council = Council(given_round(sqlite_database, stage=Stage.proposal))
    with sqlite_database.unit_of_work() as session:
        person(session, "cs1").active = False  # though the address is still there
        person(session, "cs2").email = None
        session.add(
            Person(agency_key="khac", key="xa", name="Người nơi khác", folded="x", email="x@x.example")
        )
    with sqlite_database.read() as session:
        ids = {key: person(session, key).id or 0 for key in ("cs1", "cs2", "cs3", "seat2", "xa")}
        found = candidates(session, "bdt", council.seat(session, "seat4").round_id)
        offered = [candidate.id for candidate in found]
    assert {key for key, id_ in ids.items() if id_ in offered} == {"cs3"}
    for key, refusal in (
        ("cs1", AT_WORK),
        ("xa", AT_WORK),
        ("cs2", "chưa có địa chỉ thư"),
        ("seat2", "đã là thành viên"),
    ):
        with pytest.raises(Incomplete, match=refusal):
            council.replace("seat4", ids[key])
    with pytest.raises(Incomplete, match=AT_WORK):
        council.replace("seat4", 999)
    council.replace("seat4", ids["cs3"])


def test_whoever_leaves_the_agency_is_signed_out_everywhere(councils: tuple[Council, Council]) -> None:
    """Also of a ballot: to act one must still be there, and a shared computer remembers a session."""
    here, there = councils
    scene, database = here.scene, here.scene.database
    gone = {here.open(here.token("seat4")), there.open(there.token("seat4")), signed_in(scene, "seat4")}
    stays = {here.open(here.token("seat2")), signed_in(scene, "office")}
    assert sessions(database) == gone | stays
    rest = [line for line in small_roster() if line.key != "seat4"]
    with database.unit_of_work() as session:
        people.load_roster(session, keeper(), "bdt", rest, now=scene.now)
    assert sessions(database) == stays
    with database.read() as session, pytest.raises(LinkExpired):
        people.link_of(session, scene.keys, here.token("seat4"), now=scene.now)
