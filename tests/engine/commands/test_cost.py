"""What an act costs, in statements, which no busy machine can blur: a list costs what one line does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from engine.commands import listing, office, proposal, voting
from engine.database import Database
from engine.stages import Stage
from tests.factories import SEATS, Scene, cast, close_vote, draft, given_round


@contextmanager
def counted(database: Database) -> Iterator[Callable[[], int]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield lambda: len(seen)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def costs(scene: Scene, lines: int) -> dict[str, int]:
    """Statements of each act (BEGIN included) for a list of so many collectives."""
    database, key, now, found = scene.database, scene.key, scene.now, {}

    def act(name: str, do: Callable[..., Any]) -> Any:
        with counted(database) as count, database.unit_of_work() as session:
            answer = do(session)
            session.flush()
            found[name] = count()
        return answer

    with database.read() as session:
        clerk, chief, boss = (scene.actor(k, session) for k in ("clerk-cs", "chief-cs", "office"))
    codes = []
    for n in range(lines):
        one = draft("", nominee_kind="collective", nominee_name=f"Tổ {n}", summary=f"Việc thứ {n} của tổ.")
        made = act(
            "start",
            lambda s, one=one: proposal.start(s, clerk, key, department="cs", draft=one, now=now),
        )
        codes.append(made.code)
        act("finish", lambda s, code=made.code: proposal.finish(s, clerk, code, now=now))
    act("sign_off", lambda s: proposal.sign_off(s, chief, key, department="cs", codes=codes, now=now))
    for code in codes:
        act("tick", lambda s, code=code: office.tick(s, boss, code, ticks={"bao-cao": True}, now=now))
        act("accept", lambda s, code=code: office.accept(s, boss, code, now=now))
    scene.close_proposal()
    now = scene.now
    act("compile", lambda s: listing.compile_list(s, boss, key, now=now))
    act("publish", lambda s: listing.publish_list(s, boss, key, now=now))
    frozen = act("freeze", lambda s: listing.freeze_list(s, boss, key, now=now))
    act(
        "open_vote",
        lambda s: voting.open_vote(s, boss, key, keys=scene.keys, calendar=scene.calendar, now=now),
    )
    for seat in range(1, SEATS + 1):
        with counted(database) as count:
            cast(scene, seat, dict.fromkeys(codes, "yes"), frozen.hash)
            found["ballot"] = count()
    with counted(database) as count:
        assert close_vote(scene)
        found["close"] = count()
    return found


@pytest.mark.parametrize("lines", [2, 40])
def test_a_list_costs_as_many_statements_as_a_line(sqlite_database: Database, lines: int) -> None:
    found = costs(given_round(sqlite_database, stage=Stage.proposal), lines)
    most = {
        "start": 7,
        "finish": 6,
        "sign_off": 11,
        "tick": 6,
        "accept": 6,
        "compile": 9,
        "publish": 12,
        "freeze": 13,
        "open_vote": 22,
        "ballot": 12,
        "close": 27,
    }
    assert {name: count for name, count in found.items() if count > most[name]} == {}
