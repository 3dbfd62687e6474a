"""kill -9 of any process at any moment in the story loses nothing and mails nothing twice.

`KILLS` is how many kills are allowed in each of the seven phases, `KILL_SEEDS` which campaigns are played:
`KILLS=12 KILL_SEEDS=1,2,3 pytest -s tests/kill` is a longer one. Which instants are struck follows from the
seed and the machine; the verdict may not depend on either. `KILL_PREFECT=1` plays it with a real Prefect
server that is killed as well.
"""

import os
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlmodel import select

from engine.models import Message
from tests.flows.server_child import ServerChild
from tests.kill.house import House
from tests.kill.story import Story
from tests.kill.verdict import faults_of_record
from tests.kill.verdict_letters import faults_of_letters

KILLS = int(os.environ.get("KILLS", "2"))
SEEDS = [int(seed) for seed in os.environ.get("KILL_SEEDS", "2025").split(",")]

pytestmark = pytest.mark.timeout(900 if "KILLS" in os.environ else 240)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_users_were_told_is_what_happened(database_url: str, tmp_path: Path, seed: int) -> None:
    begun = time.monotonic()
    prefect = ServerChild(tmp_path) if "KILL_PREFECT" in os.environ else None
    backends = database_url.startswith("postgresql")
    house = House(tmp_path, database_url, seed=seed, backends=backends, prefect=prefect)
    story = Story(house, seed=seed, per_phase=KILLS)
    try:
        house.start()
        told = story.play()
        house.rest()
        with house.database.read() as session:
            faults = [
                *house.processes.faults,
                *faults_of_record(session, house.files, told),
                *faults_of_letters(session, house.postbox.copies, told),
            ]
            repeats = sum(session.exec(select(Message.repeats)).all())
    finally:
        story.leave()
        house.stop()
    copies = Counter(copy.message_id for copy in house.postbox.copies)
    people = story.people.values()
    print(  # noqa: T201 — the figures of a campaign, seen with -s
        f"\nseed {seed}, {time.monotonic() - begun:.0f} s:",
        f"{house.processes.kills.total()} kills {dict(house.processes.kills)};",
        f"{sum(p.told for p in people)} answers, {sum(p.broken for p in people)} broken,",
        f"{sum(p.doubled for p in people)} pressed twice; {sum(told.once.values())} acts acknowledged;",
        f"{len(copies)} letters, {copies.total() - len(copies)} copies more, {repeats} repeats admitted;",
        f"{len(faults)} faults",
    )
    assert faults == []
    assert house.processes.kills.total() > KILLS, "too few processes were killed to say anything"
