"""Migrations make exactly the tables of the models, on both databases; history cannot be rewritten."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel, col

from engine.database import Database, alembic_config
from engine.errors import Incomplete
from engine.models import Nomination, Result
from engine.stages import Stage, State
from tests.factories import SEATS, cast, close_vote, given_nomination, given_round, given_vote, person


def test_models_and_migrations_agree(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    database.migrate()
    database.migrate()
    command.check(alembic_config(database))
    tables = set(inspect(database.engine).get_table_names())
    assert tables == set(SQLModel.metadata.tables) | {"alembic_version"}
    command.downgrade(alembic_config(database), "base")
    assert inspect(database.engine).get_table_names() == ["alembic_version"]
    database.migrate()
    database.dispose()


def test_a_vote_that_was_open_at_the_upgrade_keeps_its_recusals(database: Database) -> None:
    """A nominee typed by hand in capitals is the member all the same; what was sent says it of itself."""

    def plant(session: Session, nominations: Sequence[Nomination]) -> None:
        nominations[0].person_id, nominations[0].nominee_name = None, "ỦY VIÊN 4"
        nominations[1].person_id = person(session, "seat5").id

    scene, codes, hash_ = given_vote(database, plant=plant)
    own = {4: codes[0], 5: codes[1]}
    for seat in range(1, SEATS + 1):
        cast(scene, seat, {code: "yes" for code in codes if code != own.get(seat)}, hash_)
    command.downgrade(alembic_config(database), "2026_11_23_no_index_of_kinds")
    with database.unit_of_work() as session:  # names put right while the old version ran
        session.execute(text("UPDATE person SET name = 'Tên khác' WHERE key = 'seat4'"))
        session.execute(text("UPDATE person SET name = 'Ủy viên 4' WHERE key = 'seat3'"))
    database.migrate()
    assert close_vote(scene)
    with database.read() as session:
        assert set(session.execute(select(col(Result.recused))).scalars()) == {1}


def test_ballots_not_yet_sent_at_the_upgrade_are_recused_by_name(sqlite_database: Database) -> None:
    def plant(_session: Session, nominations: Sequence[Nomination]) -> None:
        nominations[0].person_id, nominations[0].nominee_name = None, "ỦY VIÊN 4"

    scene, codes, hash_ = given_vote(sqlite_database, plant=plant)
    command.downgrade(alembic_config(sqlite_database), "2026_11_23_no_index_of_kinds")
    sqlite_database.migrate()
    with pytest.raises(Incomplete, match="chính ông/bà"):
        cast(scene, 4, dict.fromkeys(codes, "yes"), hash_)


def test_two_processes_that_start_at_once_migrate_once(empty_database_url: str) -> None:
    databases = [Database(empty_database_url), Database(empty_database_url)]
    # Alembic keeps its context in the module, so within one process only the second run may find work done.
    with ThreadPoolExecutor(1) as pool:
        list(pool.map(Database.migrate, databases))
    command.check(alembic_config(databases[0]))
    for one in databases:
        one.dispose()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE event SET actor_name = 'Ai đó'", "DELETE FROM event", "DELETE FROM event WHERE id = 1"],
)
def test_the_database_refuses_to_rewrite_history(database: Database, statement: str) -> None:
    given_round(database)
    with pytest.raises(DBAPIError, match="append-only"), database.unit_of_work() as session:
        session.execute(text(statement))


def test_truncate_and_replace_are_no_way_round(database: Database) -> None:
    given_round(database)
    way_round = "REPLACE INTO event SELECT * FROM event" if database.is_sqlite else "TRUNCATE event CASCADE"
    with pytest.raises(DBAPIError, match="append-only"), database.unit_of_work() as session:
        session.execute(text(way_round))


def test_one_live_nomination_for_each_nominee_and_award(database: Database) -> None:
    scene = given_round(database, stage=Stage.proposal)
    given_nomination(scene, state=State.withdrawn)
    given_nomination(scene)
    with pytest.raises(DBAPIError), database.unit_of_work() as session:
        session.execute(text("UPDATE nomination SET state = 'draft'"))
