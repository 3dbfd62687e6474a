"""Letters outside a round's run: signing in, single nominations, and what had to wait for the server."""

from prefect import flow, tags

from flows import post
from flows.keeper import keeping
from flows.picture import engine_tag
from flows.runner import without_its_text


@flow(name="letters", flow_run_name="letters")
@without_its_text
async def letters() -> int:
    """Write and carry everything that waits; returns how many letters were tried."""
    return await letters_plainly()


async def letters_plainly() -> int:
    """The same without Prefect."""
    keeper = keeping.get()
    post.write_letters(keeper)
    return await post.carry_letters(keeper)


async def letters_by_prefect(engine_id: str) -> None:
    """One run of the flow, tagged by engine."""
    with tags("letters", engine_tag(engine_id)):
        await letters()
