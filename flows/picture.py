"""What an operator sees of a round in Prefect's own pages, and keeping that view true and small.

All of it is a picture of our database: it may fail, lag or be deleted without anything being lost, so
nothing here may hold up a deadline. Import it only after `flows.server.client_environment` is in place.
"""

import logging
import re
from datetime import datetime

from prefect.artifacts import acreate_markdown_artifact
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.context import FlowRunContext
from prefect.exceptions import ObjectNotFound
from prefect.states import Crashed

_log = logging.getLogger(__name__)

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PAGE = 50  # flow runs per request when pruning: Prefect's own limit for one bulk deletion


def engine_tag(engine_id: str) -> str:
    """The tag by which a runner knows its own runs again."""
    return f"engine:{engine_id}"


async def publish_picture(key: str, markdown: str) -> bool:
    """Publish the state of a round as the artifact `key`, within the flow run that calls it.

    Each run adds a version under the same key. Returns False, and does nothing worse, when there is no flow
    run (the round runs without Prefect), Prefect is away, or it would not take `key` (lowercase ASCII
    letters, digits and single dashes). Never raises. Never put a name's vote, an address or a token into
    `markdown`: Prefect stores it in clear.
    """
    if not _KEY.fullmatch(key):
        _log.warning("picture %r not published: not a name Prefect takes", key)
        return False
    if FlowRunContext.get() is None:
        return False
    try:
        await acreate_markdown_artifact(markdown=markdown, key=key)
    except Exception as error:  # noqa: BLE001 — a picture; no round waits for it
        _log.warning("picture %s not published: %s", key, type(error).__qualname__)
        return False
    return True


async def sweep_zombies(engine_id: str) -> int:
    """Set the runs a killed predecessor of this engine left Running or Pending to Crashed; returns how many.

    Call it before the first run. Their work is taken up again from our database, not from here.
    Raises httpx.HTTPError when Prefect is away.
    """
    unfinished = FlowRunFilter(
        tags=FlowRunFilterTags(all_=[engine_tag(engine_id)]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING])),
    )
    swept = 0
    async with get_client() as client:
        # A run set Crashed leaves the filter, so the first page is always the next one.
        while runs := await client.read_flow_runs(flow_run_filter=unfinished, limit=_PAGE):
            for run in runs:
                state: State[None] = Crashed(
                    message="The runner was killed; the round goes on in a later run."
                )
                await client.set_flow_run_state(run.id, state, force=True)
            swept += len(runs)
    return swept


async def prune(older_than: datetime, engine_id: str) -> int:
    """Delete this engine's flow runs that ended before `older_than` (aware), with tasks, logs and artifacts.

    Other people's runs on a shared server are left alone. Returns the number of runs deleted. Raises
    httpx.HTTPError when Prefect is away; calling it again goes on where it stopped.
    """
    ended = FlowRunFilter(
        tags=FlowRunFilterTags(all_=[engine_tag(engine_id)]),
        end_time=FlowRunFilterEndTime(before_=older_than),
    )
    pruned = 0
    async with get_client() as client:
        while runs := await client.read_flow_runs(flow_run_filter=ended, limit=_PAGE):
            await _delete_artifacts(client, runs)
            # In one request: one by one, each collides with the clearing away of the last one's logs.
            theirs = FlowRunFilter(id=FlowRunFilterId(any_=[run.id for run in runs]))
            await client.request(
                "POST",
                "/flow_runs/bulk_delete",  # type: ignore[arg-type]  # missing from the client's list of paths
                json={"flow_runs": theirs.model_dump(mode="json", exclude_unset=True)},
            )
            pruned += len(runs)
    return pruned


async def _delete_artifacts(client: PrefectClient, runs: list[FlowRun]) -> None:
    """Before the runs: once a run is gone its artifacts can no longer be found by it."""
    theirs = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run.id for run in runs]))
    while artifacts := await client.read_artifacts(artifact_filter=theirs, limit=_PAGE):
        for artifact in artifacts:
            try:
                await client.delete_artifact(artifact.id)
            except ObjectNotFound:
                continue
