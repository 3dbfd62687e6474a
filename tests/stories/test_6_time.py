"""Opening and closing of stages and reminders happen by themselves: once, whatever was away meanwhile."""

from collections import Counter

from sqlmodel import select

from engine.models import Message, Moment, Round
from tests.stories.world import FINAL, World


def test_the_round_opens_on_its_morning_and_tells_every_department_once(world: World) -> None:
    world.plan()
    world.at("24/11/2025", "07:59")
    assert world.postbox.letters == []

    world.at("24/11/2025", "08:00")

    told = Counter(str(letter["To"]) for letter in world.postbox.letters)
    assert set(told.values()) == {1}
    with world.database.read() as session:
        assert session.exec(select(Round.stage).where(Round.key == FINAL)).one() == "proposal"


def test_reminders_go_down_the_ladder_and_stop_at_the_deadline(world: World) -> None:
    world.plan()
    world.at("24/11/2025", "08:00")
    opened = len(world.postbox.letters)

    per_day = {}
    for day in ("05/12/2025", "09/12/2025", "11/12/2025", "12/12/2025"):
        before = len(world.postbox.letters)
        world.at(day, "08:00")
        per_day[day] = len(world.postbox.letters) - before

    assert per_day == dict.fromkeys(per_day, opened)


def test_a_day_without_the_clock_costs_lateness_and_no_letter_twice(world: World) -> None:
    """Two rungs of the ladder passed unseen: only the later one speaks, and the record says why."""
    world.plan()
    world.at("24/11/2025", "08:00")
    opened = len(world.postbox.letters)

    world.at("11/12/2025", "09:00")

    assert len(world.postbox.letters) == 2 * opened
    with world.database.read() as session:
        outcomes = Counter(session.exec(select(Moment.outcome).where(Moment.kind == "remind")).all())
    assert outcomes["đã nhắc"] == 1
    assert outcomes["đã có lần nhắc sau"] == 2


def test_the_same_moment_asked_about_twice_is_done_once(world: World) -> None:
    world.plan()
    world.at("24/11/2025", "08:00")
    seen = len(world.postbox.letters)

    world.time()
    world.time()

    assert len(world.postbox.letters) == seen


def test_letters_wait_while_the_mail_server_refuses_and_go_once_when_it_is_back(world: World) -> None:
    world.plan()
    world.postbox.refusing = True
    world.at("24/11/2025", "08:00")
    assert world.postbox.letters == []

    world.postbox.refusing = False
    world.at("24/11/2025", "09:00")

    told = Counter(str(letter["To"]) for letter in world.postbox.letters)
    assert told
    assert set(told.values()) == {1}
    with world.database.read() as session:
        states = set(session.exec(select(Message.state).where(Message.letter != "silent")).all())
    assert states == {"sent"}
