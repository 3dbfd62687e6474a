"""A small runner with a flow of four tasks, started by tests as a process of its own."""

import asyncio
import os
import signal
import sys
import time
from datetime import UTC, datetime
from functools import partial

from prefect import flow, get_run_logger, tags, task

from flows.picture import engine_tag, prune, publish_picture, sweep_zombies
from flows.runner import PrefectLink, run_forever, run_round, run_until_signalled
from flows.server import is_healthy

say = partial(print, flush=True)  # the test reads it
API_URL = os.environ["PREFECT_API_URL"]


@task(name="proposal")
async def proposal(round_id: str) -> str:
    return f"{round_id}: waiting"


@task(name="office")
async def office(round_id: str) -> str:
    return f"{round_id}: waiting"


@task(name="council")
async def council(round_id: str) -> str:
    return f"{round_id}: waiting"


@task(name="submission")
async def submission(round_id: str) -> str:
    return f"{round_id}: waiting"


async def nothing() -> None:
    pass


in_the_middle = [nothing]  # what happens between the stages and the picture; a flow's parameters are ids only


@flow(name="review", flow_run_name="review · {round_id}")
async def review(round_id: str) -> None:
    for stage in (proposal, office, council, submission):
        await stage(round_id)
    get_run_logger().info("waiting for the council")
    await in_the_middle[0]()
    await publish_picture(f"round-{round_id}", f"# {round_id}\n\nwaiting for the council")


async def plain(round_id: str) -> None:
    for stage in (proposal, office, council, submission):
        await stage.fn(round_id)
    assert not await publish_picture(f"round-{round_id}", "no run to hang it on")
    say("plain done")


async def rounds(round_id: str, count: str) -> None:
    with tags(f"round:{round_id}", engine_tag("e1")):
        await review(round_id)  # the first one opens connections
        begun = time.perf_counter()
        for _ in range(int(count) - 1):
            await review(round_id)
        say(f"{1000 * (time.perf_counter() - begun) / (int(count) - 1):.0f} ms per run")


async def hang(round_id: str, engine_id: str) -> None:
    async def forever() -> None:
        say("begun")
        await asyncio.sleep(3600)

    in_the_middle[0] = forever
    with tags(f"round:{round_id}", engine_tag(engine_id)):
        await review(round_id)


async def outlive(round_id: str, server_pid: str) -> None:
    """The server is killed in the middle of a run; the round is done all the same."""

    async def kill_server() -> None:
        os.kill(int(server_pid), signal.SIGKILL)

    in_the_middle[0] = kill_server
    link = PrefectLink(API_URL, patience=1.0)
    with tags(f"round:{round_id}"):
        begun = time.perf_counter()
        seen = await run_round(lambda: review(round_id), lambda: plain(round_id), link=link)
        say("seen" if seen else "unseen", f"{time.perf_counter() - begun:.1f} s")
        begun = time.perf_counter()
        await run_round(lambda: review(round_id), lambda: plain(round_id), link=link)
        assert not is_healthy(API_URL, 1.0)
        say("down", f"{time.perf_counter() - begun:.1f} s")


def serve(round_id: str) -> None:
    """The loop, told to stop in the middle of a run."""
    link = PrefectLink(API_URL)

    async def slow() -> None:
        say("begun")
        await asyncio.sleep(2.0)
        say("ended")

    in_the_middle[0] = slow

    async def work(item: str) -> None:
        with tags(f"round:{round_id}"):
            await run_round(lambda: review(item), lambda: plain(item), link=link)

    run_until_signalled(lambda stop: run_forever(lambda: [round_id], work, pause=0.1, stop=stop))
    say("stopped")


async def swept(engine_id: str) -> None:
    say(await sweep_zombies(engine_id))


async def pruned() -> None:
    say(await prune(datetime.now(UTC), "e1"))


if __name__ == "__main__":
    act, *arguments = sys.argv[1:]
    if act == "serve":
        serve(*arguments)
    else:
        asyncio.run(
            {"rounds": rounds, "hang": hang, "outlive": outlive, "sweep": swept, "prune": pruned}[act](
                *arguments
            )
        )
