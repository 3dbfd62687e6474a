"""The clock's loop outlives broken rounds, a dead database and a silent Prefect, and stops between items."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from traceback import format_tb

import httpx
import pytest

from flows import runner
from flows.runner import Backoff, PrefectLink, WorkFailed, run_forever, run_round
from tests.flows.server_child import free_port


def within(seconds: float, body: Coroutine[object, object, None]) -> None:
    asyncio.run(asyncio.wait_for(body, seconds))


def test_a_broken_round_does_not_stop_the_others_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(runner, "FIRST_DELAY", 0.05)
    done: list[str] = []
    tries = 0

    async def loop() -> None:
        stop = asyncio.Event()

        async def work(item: str) -> None:
            nonlocal tries
            if item == "broken":
                tries += 1
                if tries < 3:
                    raise ValueError("to: nguyen.van.a@example.vn")
            done.append(item)
            if item == "broken":
                stop.set()

        await run_forever(lambda: ["broken", "sound"], work, pause=0.01, stop=stop)

    within(5, loop())
    assert done[0] == "sound"
    assert done[-1] == "broken"
    assert tries == 3
    assert "broken failed: builtins.ValueError" in caplog.text
    assert "example.vn" not in caplog.text


def test_a_failing_item_waits_longer_each_time_and_is_forgotten_when_settled() -> None:
    backoff: Backoff[str] = Backoff()
    assert [backoff.failed("round", 100.0) for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert backoff.rests("round", 159.9)
    assert not backoff.rests("round", 160.0)
    assert not backoff.rests("other", 100.0)
    backoff.forget_others(["other"])
    assert backoff.failed("round", 200.0) == 1
    backoff.succeeded("round")
    assert not backoff.rests("round", 200.0)


def test_a_dead_database_is_asked_again_without_a_busy_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "FIRST_DELAY", 0.1)
    asked = 0
    done: list[int] = []

    async def loop() -> None:
        stop = asyncio.Event()

        def due() -> list[int]:
            nonlocal asked
            asked += 1
            if asked < 3:
                raise OSError("database is away")
            return [asked]

        async def work(item: int) -> None:
            done.append(item)
            stop.set()

        begun = asyncio.get_running_loop().time()
        await run_forever(due, work, pause=0.01, stop=stop)
        assert asyncio.get_running_loop().time() - begun >= 0.3  # rested 0.1 s, then 0.2 s

    within(5, loop())
    assert done == [3]


def test_an_item_that_stays_due_is_not_spun_on() -> None:
    """Another runner holds its lease: work succeeds, yet it is due again at the next question."""
    calls = 0

    async def loop() -> None:
        stop = asyncio.Event()

        async def work(_: str) -> None:
            nonlocal calls
            calls += 1

        asyncio.get_running_loop().call_later(0.5, stop.set)
        await run_forever(lambda: ["held"], work, pause=0.1, stop=stop)

    within(5, loop())
    assert 2 <= calls <= 6


def test_stop_is_obeyed_between_items_and_ends_the_pause() -> None:
    done: list[int] = []

    async def loop() -> None:
        stop = asyncio.Event()

        async def work(item: int) -> None:
            stop.set()
            await asyncio.sleep(0.01)
            done.append(item)

        await run_forever(lambda: [1, 2, 3], work, pause=60, stop=stop)
        waiting = asyncio.Event()
        asyncio.get_running_loop().call_later(0.05, waiting.set)
        await run_forever(list, work, pause=60, stop=waiting)

    within(5, loop())
    assert done == [1]


class FakeLink(PrefectLink):
    """Prefect's answer in advance."""

    def __init__(self, *, there: bool) -> None:
        super().__init__("http://127.0.0.1:1/api")
        self._there = there

    async def answers(self) -> bool:
        return self._there


def raising(error: Exception | None, calls: list[str], name: str) -> Callable[[], Awaitable[object]]:
    async def call() -> None:
        calls.append(name)
        if error is not None:
            raise error

    return call


@pytest.mark.parametrize(
    ("link", "error", "expected"),
    [
        (FakeLink(there=True), None, ["flow"]),
        (FakeLink(there=False), None, ["plain"]),
        (FakeLink(there=True), httpx.ReadTimeout("a hung server"), ["flow", "plain"]),
        (FakeLink(there=True), RuntimeError("whatever a dead server causes"), ["flow", "plain"]),
    ],
)
def test_a_round_is_done_with_prefect_or_without(
    link: PrefectLink, error: Exception | None, expected: list[str]
) -> None:
    calls: list[str] = []
    seen = asyncio.run(run_round(raising(error, calls, "flow"), raising(None, calls, "plain"), link=link))
    assert calls == expected
    assert seen is (expected == ["flow"])


def test_a_fault_of_the_round_is_not_blamed_on_prefect() -> None:
    calls: list[str] = []
    flow = raising(WorkFailed("ours"), calls, "flow")
    with pytest.raises(WorkFailed, match="ours"):
        asyncio.run(run_round(flow, raising(None, calls, "plain"), link=FakeLink(there=True)))
    assert calls == ["flow"]


def test_patience_is_spent_once_per_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    async def outage() -> None:
        link = PrefectLink(f"http://127.0.0.1:{free_port()}/api", patience=0.4)
        now = asyncio.get_running_loop().time
        begun = now()
        assert not await link.answers()
        assert 0.4 <= now() - begun < 2
        begun = now()
        assert not await link.answers()
        assert now() - begun < 0.3
        monkeypatch.setattr(runner, "is_healthy", lambda *_: True)
        assert await link.answers()
        monkeypatch.undo()
        begun = now()
        assert not await link.answers()
        assert now() - begun >= 0.4

    within(10, outage())


def test_a_picture_that_cannot_be_named_holds_up_no_round(caplog: pytest.LogCaptureFixture) -> None:
    from flows.picture import publish_picture  # noqa: PLC0415 — imports Prefect

    within(10, publish_and_see("NTM_2025.cuoi", publish_picture))
    assert "picture 'NTM_2025.cuoi' not published" in caplog.text


async def publish_and_see(key: str, publish: Callable[[str, str], Awaitable[bool]]) -> None:
    assert not await publish(key, "# a round")


def test_a_failed_run_of_letters_names_the_kind_of_error_only(monkeypatch: pytest.MonkeyPatch) -> None:
    from flows import letters  # noqa: PLC0415 — imports Prefect

    async def broken() -> int:
        raise ValueError("to: nguyen.van.a@example.vn")

    monkeypatch.setattr(letters, "letters_plainly", broken)
    with pytest.raises(WorkFailed, match=r"^builtins\.ValueError$") as failed:
        asyncio.run(letters.letters.fn())
    assert failed.value.__cause__ is None
    assert failed.value.__context__ is None
    assert "in broken" in "".join(format_tb(failed.tb)), "where it happened is kept"
