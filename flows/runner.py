"""The clock's loop: ask what is due, do it, round after round, until told to stop. Imports no Prefect.

Prefect shows the work, it does not carry it: `run_round` runs a round as a Prefect flow while Prefect
answers and as plain functions when it does not, so a dead Prefect costs lateness and a missing picture only.
"""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import wraps
from typing import Any, Generic, ParamSpec, TypeVar

from flows.server import is_healthy

_log = logging.getLogger(__name__)

Item = TypeVar("Item", bound=Hashable)
Asked = ParamSpec("Asked")
Done = TypeVar("Done")

FIRST_DELAY = 1.0
LONGEST_DELAY = 60.0


class Backoff(Generic[Item]):
    """Which items failed and until when they are left alone; moments are the loop's seconds."""

    def __init__(self) -> None:
        self._failures: dict[Item, tuple[int, float]] = {}

    def rests(self, item: Item, now: float) -> bool:
        return now < self._failures.get(item, (0, 0.0))[1]

    def failed(self, item: Item, now: float) -> float:
        """Note a failure; returns the seconds the item is left alone: 1, 2, 4 … at most 60."""
        count = self._failures.get(item, (0, 0.0))[0]
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(count, 16))
        self._failures[item] = (count + 1, now + delay)
        return delay

    def succeeded(self, item: Item) -> None:
        self._failures.pop(item, None)

    def forget_others(self, due: Sequence[Item]) -> None:
        """An item no longer due has been settled elsewhere."""
        for item in self._failures.keys() - set(due):
            del self._failures[item]


async def run_forever(
    due: Callable[[], Sequence[Item]],
    work: Callable[[Item], Awaitable[object]],
    *,
    pause: float = 0.5,
    stop: asyncio.Event,
) -> None:
    """Do `work` on whatever is `due`, one item at a time, every `pause` seconds until `stop` is set.

    `due` is called inline and must be one cheap query. An item whose work raises rests for a growing while
    and holds up no other; so does the question itself when the database is away. `stop` is obeyed between
    items, never within one. Raises nothing but CancelledError.
    """
    now = asyncio.get_running_loop().time
    items: Backoff[Item] = Backoff()
    asking: Backoff[str] = Backoff()
    while not stop.is_set():
        found = _ask(due, asking, now())
        if found is not None:
            items.forget_others(found)
            for item in found:
                if stop.is_set():
                    return
                if not items.rests(item, now()):
                    await _attempt(work, item, items, now)
        # Always a pause: an item leased by another runner stays due although its work succeeds.
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


def _ask(due: Callable[[], Sequence[Item]], asking: Backoff[str], moment: float) -> Sequence[Item] | None:
    if asking.rests("due", moment):
        return None
    try:
        found = due()
    except Exception as error:  # noqa: BLE001 — the clock outlives a database that is away
        delay = asking.failed("due", moment)
        _log.warning("asking what is due failed: %s; again in %.0f s", _name(error), delay)
        return None
    asking.succeeded("due")
    return found


async def _attempt(
    work: Callable[[Item], Awaitable[object]], item: Item, items: Backoff[Item], now: Callable[[], float]
) -> None:
    try:
        await work(item)
    except Exception as error:  # noqa: BLE001 — one broken round does not stop the others
        delay = items.failed(item, now())
        _log.warning("work on %s failed: %s; again in %.0f s", item, _name(error), delay)
    else:
        items.succeeded(item)


class WorkFailed(Exception):  # noqa: N818 — what it says
    """Our own work failed; the text is the kind of error and nothing else."""


def without_its_text(
    work: Callable[Asked, Coroutine[Any, Any, Done]],
) -> Callable[Asked, Coroutine[Any, Any, Done]]:
    """`work` whose errors become WorkFailed: Prefect keeps an error's text in clear, and a database quotes
    names and addresses in it. Where it happened is kept, for Prefect's log.
    """

    @wraps(work)
    async def named(*args: Asked.args, **kwargs: Asked.kwargs) -> Done:
        try:
            return await work(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 — whatever it is, it is raised again
            failed, where = WorkFailed(_name(error)), error.__traceback__
        raise failed.with_traceback(where)  # outside the handler: the error itself is not even its context

    return named


def _name(error: BaseException) -> str:
    """The kind of an error, not its text: a text may quote an address or a letter, and logs are in clear."""
    if isinstance(error, WorkFailed):
        return str(error)
    return f"{type(error).__module__}.{type(error).__qualname__}"


class PrefectLink:
    """Whether Prefect is there, asked with patience once and without it while it stays away."""

    def __init__(self, api_url: str, *, patience: float = 5.0, timeout: float = 1.0) -> None:
        """Seconds: `patience` of silence before work goes on without Prefect, `timeout` of one question."""
        self.api_url = api_url
        self._patience = patience
        self._timeout = timeout
        self._silent_since: float | None = None

    async def answers(self) -> bool:
        """True as soon as Prefect answers, False when it has been silent for the whole patience."""
        now = asyncio.get_running_loop().time
        while not await self.healthy():
            if self._silent_since is None:
                self._silent_since = now()
                _log.warning("Prefect does not answer at %s", self.api_url)
            if now() - self._silent_since >= self._patience:
                return False
            await asyncio.sleep(min(0.5, self._patience))
        if self._silent_since is not None:
            _log.warning("Prefect answers again after %.0f s", now() - self._silent_since)
            self._silent_since = None
        return True

    async def healthy(self) -> bool:
        return await asyncio.to_thread(is_healthy, self.api_url, self._timeout)


async def run_round(
    flow: Callable[[], Awaitable[object]], plain: Callable[[], Awaitable[object]], *, link: PrefectLink
) -> bool:
    """Run the round as a Prefect flow, or as plain functions when Prefect is away. True if Prefect saw it.

    When Prefect dies half-way the plain functions run the round again from the start: every command is
    guarded and repeatable, so what was done stays done. Raises whatever the round's own work raises.
    """
    if await link.answers():
        try:
            await flow()
        except WorkFailed:
            raise  # every step of ours says so; anything else is Prefect's, also when it says it is well
        except Exception as error:  # noqa: BLE001 — time goes on whatever has become of Prefect
            _log.warning("Prefect failed during a round: %s; going on without it", _name(error))
        else:
            return True
    await plain()
    return False


def run_until_signalled(body: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run `body(stop)` to its end; SIGTERM and SIGINT set `stop`. Call it from the main thread.

    The loop gets a thread of its own, because Prefect takes over SIGTERM around each flow run that lives in
    the main thread and would break off the work in the middle instead of letting it finish.
    """
    ready: Future[Callable[[], object]] = Future()

    async def hosted() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        ready.set_result(lambda: loop.call_soon_threadsafe(stop.set))
        await body(stop)

    with ThreadPoolExecutor(1, thread_name_prefix="clock") as threads:
        ended = threads.submit(lambda: asyncio.run(hosted()))
        with _signals_calling(ready.result()):
            ended.result()


@contextmanager
def _signals_calling(ask_to_stop: Callable[[], object]) -> Iterator[None]:
    def handle(_number: int, _frame: object) -> None:
        with suppress(RuntimeError):  # the loop has just ended by itself
            ask_to_stop()

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
