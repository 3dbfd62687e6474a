"""The roster as it is loaded, and sign-in links that nobody else can spoil."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from engine.commands import people, rounds
from engine.database import Database
from engine.errors import LinkExpired, NotYours
from engine.models import Event, EventToTell, Link, Person, Seat, SignIn
from engine.queries import waiting
from engine.stages import Role, Stage
from tests.factories import Scene, actor_with, given_round, keeper, small_definition, small_roster


def ask(scene: Scene, session: Session) -> str:
    people.ask_to_sign_in(session, scene.keys, email="office@bdt.example", door="page", now=scene.now)
    newest = select(Link).order_by(col(Link.id).desc()).limit(1)
    return people.token_of(scene.keys, session.execute(newest).scalar_one())


def test_asking_again_does_not_spoil_the_letter_on_its_way(database: Database) -> None:
    scene = given_round(database)
    with database.unit_of_work() as session:
        first = ask(scene, session)
        scene.clock.push(minutes=2)
        second = ask(scene, session)
        assert first != second
        for token in (first, second):
            people.link_of(session, scene.keys, token, now=scene.now)
        people.open_link(session, scene.keys, first, now=scene.now)
        with pytest.raises(LinkExpired, match="đã được dùng"):
            people.link_of(session, scene.keys, first, now=scene.now)
        with pytest.raises(LinkExpired, match="bằng một đường dẫn khác"):
            people.open_link(session, scene.keys, second, now=scene.now)
        scene.clock.push(minutes=2)
        people.open_link(session, scene.keys, ask(scene, session), now=scene.now)


def test_a_sign_in_ends_only_the_own_links(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database)
    with sqlite_database.unit_of_work() as session:
        mine = ask(scene, session)
        people.ask_to_sign_in(session, scene.keys, email="head@bdt.example", door="page", now=scene.now)
        newest = select(Link).order_by(col(Link.id).desc()).limit(1)
        theirs = people.token_of(scene.keys, session.execute(newest).scalar_one())
        people.open_link(session, scene.keys, mine, now=scene.now)
        people.open_link(session, scene.keys, theirs, now=scene.now)


def loaded(session: Session) -> list[dict[str, object]]:
    asked = select(col(Event.facts)).where(col(Event.kind) == "roster_loaded").order_by(col(Event.id))
    return list(session.execute(asked).scalars())


def test_history_keeps_who_loaded_the_roster_and_whose_entry_changed(database: Database) -> None:
    scene = given_round(database)
    lines = small_roster()
    with database.unit_of_work() as session:
        (first,) = loaded(session)
        assert (first["added"], first["changed"], first["gone"]) == (sorted(x.key for x in lines), [], [])
        people.load_roster(session, keeper(), "bdt", lines, now=scene.now)
        assert len(loaded(session)) == 1, "nothing changed"
        gone, *rest = [line for line in lines if line.key != "office"]
        office = next(line for line in lines if line.key == "office")
        new = replace(office, key="moi", email="moi@bdt.example", grants=())
        granted = replace(office, grants=(("office", ""), ("admin", "")))
        people.load_roster(
            session, scene.actor("office", session), "bdt", [granted, new, *rest], now=scene.now
        )
        assert loaded(session)[-1] == {
            "agency": "bdt",
            "added": ["moi"],
            "changed": ["office"],
            "gone": [gone.key],
        }
        event = session.execute(select(Event).order_by(col(Event.id).desc()).limit(1)).scalar_one()
        assert (event.actor_name, event.round_id) == ("Lâm Thị Phượng", None)
        assert session.get(EventToTell, event.id) is None
        people.load_roster(session, keeper(), "bdt", [granted, new, gone, *rest], now=scene.now)
        assert loaded(session)[-1]["added"] == [gone.key], "somebody who comes back"


@pytest.mark.parametrize("role", [Role.head, Role.clerk, Role.member])
def test_only_administrator_and_office_load_people(sqlite_database: Database, role: Role) -> None:
    scene = given_round(sqlite_database)
    with sqlite_database.unit_of_work() as session, pytest.raises(NotYours):
        people.load_roster(session, actor_with(role), "bdt", [], now=scene.now)


def test_agencies_keep_their_own_keys_and_are_not_waited_for_in_each_others_rounds(
    database: Database,
) -> None:
    scene = given_round(database)
    others = [replace(line, email=f"{line.key}@xyz.example") for line in small_roster()]
    with database.unit_of_work() as session:
        people.load_roster(session, keeper(), "xyz", others, now=scene.now)
        definition = small_definition("thu-hai-2025")
        actor = keeper()
        ground = rounds.plan(session, actor, definition, calendar=scene.calendar, now=scene.now)
        seated = select(col(Person.agency_key)).join(Seat, col(Seat.person_id) == col(Person.id)).distinct()
        assert session.execute(seated).scalars().all() == ["bdt"]
        office = select(col(Person.id)).where(col(Person.key) == "office", col(Person.agency_key) == "bdt")
        who = waiting.whom(session, ground.round_id, definition, Stage.office, now=scene.now)
        assert who.persons == (session.execute(office).scalar_one(),)


def test_who_is_gone_from_the_roster_is_signed_out(sqlite_database: Database) -> None:
    scene = given_round(sqlite_database)
    with sqlite_database.unit_of_work() as session:
        people.open_link(session, scene.keys, ask(scene, session), now=scene.now)
        assert session.execute(select(SignIn)).all()
        rest = [line for line in small_roster() if line.key != "office"]
        people.load_roster(session, keeper(), "bdt", rest, now=scene.now)
        assert not session.execute(select(SignIn)).all()
