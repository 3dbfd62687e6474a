"""The life of a round: department proposal → Văn phòng compilation → council vote → submission to Sở Nội vụ.

A run reads the record, does what is due through engine.commands, and ends by saying what it waits for. It may
be killed anywhere and run again; a vote, a click or the clock starts the next run.
"""

from collections.abc import Awaitable, Callable
from inspect import unwrap
from typing import Any

from prefect import Task, flow, tags, task
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed
from sqlmodel import select

from engine.commands import council as councils
from engine.commands import rounds
from engine.commands.ground import stand_on
from engine.models import Round
from engine.queries import picture as pictures
from engine.stages import STAGES, Stage
from flows import post
from flows.keeper import Keeper, keeping
from flows.picture import engine_tag, publish_picture
from flows.runner import without_its_text

WAITING, PASSED = "waiting", "passed"


@task(name="proposal: phòng đề nghị")
@without_its_text
async def proposal(round_key: str) -> str:
    """Departments propose until their deadline: it opens on its day, reminds, closes, says who is late."""
    return _let_time_act(keeping.get(), round_key, Stage.proposal)


@task(name="office: Văn phòng tổng hợp")
@without_its_text
async def office(round_key: str) -> str:
    """Văn phòng checks, compiles and freezes; time reminds it, and departments with returned nominations."""
    return _let_time_act(keeping.get(), round_key, Stage.office)


@task(name="council: Hội đồng bỏ phiếu")
@without_its_text
async def council(round_key: str) -> str:
    """The council votes by personal link; closes at the deadline, or at once when the definition says so."""
    keeper = keeping.get()
    with keeper.installation.database.unit_of_work() as session:
        ground = stand_on(session, key=round_key)
        if ground.stage == Stage.council and ground.definition.close_when_all_voted == "at_once":
            councils.close_vote(
                session,
                keeper.actor,
                round_key,
                calendar=keeper.installation.calendar,
                now=keeper.installation.clock(),
            )
    return _let_time_act(keeper, round_key, Stage.council)


@task(name="submission: trình Sở Nội vụ")
@without_its_text
async def submission(round_key: str) -> str:
    """The head considers, the dossier leaves, answers come back; with every line's last word it ends."""
    keeper = keeping.get()
    waits = _let_time_act(keeper, round_key, Stage.submission)
    with keeper.installation.database.unit_of_work() as session:
        ground = stand_on(session, key=round_key)
        done = rounds.close_if_done(session, keeper.actor, ground, now=keeper.installation.clock())
    return PASSED if done else waits


@task(name="letters")
@without_its_text
async def deliver_letters(round_key: str) -> int:
    """Write and carry the letters of what just happened."""
    keeper = keeping.get()
    post.write_letters(keeper)
    with keeper.installation.database.read() as session:
        round_id = session.exec(select(Round.id).where(Round.key == round_key)).one()
    return await post.carry_letters(keeper, round_id)


@task(name="picture")
@without_its_text
async def show_picture(round_key: str) -> str:
    """The round's state and next moments, for an operator who looks at Prefect; returns what it waits for."""
    keeper = keeping.get()
    with keeper.installation.database.read() as session:
        picture = pictures.of_round(session, round_key, now=keeper.installation.clock())
    await publish_picture(round_key, picture.markdown)
    return picture.waits_for


def _run_name() -> str:
    return f"review · {flow_run.parameters['round_key']}"


@flow(name="review", flow_run_name=_run_name)
async def review(round_key: str) -> State[str]:
    """The mission's sentence, as Prefect runs and shows it."""
    waits_for = await _sentence(round_key, lambda step: step)
    return Completed(message=waits_for, data=waits_for)


async def review_plainly(round_key: str) -> str:
    """The same sentence without Prefect: when it is away, letters and deadlines still happen.

    Errors keep their text here, where nobody stores it.
    """
    return await _sentence(round_key, lambda step: unwrap(step.fn))


async def _sentence(round_key: str, run: Callable[[Task[Any, Any]], Callable[[str], Awaitable[Any]]]) -> str:
    for stage in (proposal, office, council, submission):
        if await run(stage)(round_key) == WAITING:
            break
    await run(deliver_letters)(round_key)
    waits_for: str = await run(show_picture)(round_key)
    return waits_for


def _let_time_act(keeper: Keeper, round_key: str, stage: Stage) -> str:
    """Perform this stage's due moments, each in its own transaction; says whether the round is past it.

    A department's own date (a return's, a leave's) is acted on whatever the stage: what a later stage planned
    may fall due while the departments still propose.
    """
    installation = keeper.installation
    while True:
        with installation.database.unit_of_work() as session:
            ground = stand_on(session, key=round_key)
            now = installation.clock()
            found = rounds.due_moments(session, ground.round_id, now=now)
            due = [moment for moment in found if moment.stage == stage or moment.department_key]
            if not due:
                return _where(ground.stage, stage)
            rounds.act_on(session, keeper.actor, ground, due[0], calendar=installation.calendar, now=now)


def _where(at: Stage, stage: Stage) -> str:
    order = [Stage.planned, *STAGES, Stage.closed]
    return PASSED if order.index(at) > order.index(stage) else WAITING


async def reviewed_by_prefect(round_key: str, engine_id: str) -> None:
    """One run of the flow, tagged by its round and by the engine that carries it."""
    with tags(f"round:{round_key}", engine_tag(engine_id)):
        await review(round_key)
