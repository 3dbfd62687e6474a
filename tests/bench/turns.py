"""A contestant in a process of its own that is told when it is its turn; standard library alone.

The parent writes a number of instances on a line; the contestant prepares, plays them while its clocks run,
and answers one line of JSON. So several contestants alternate within one run, and all meet the same weather.
"""

import gc
import json
import sys
import time
from collections.abc import Callable, Mapping

WARM_UP = 5
Play = Callable[[], Mapping[str, float]]


def serve(prepare: Callable[[int], Play]) -> None:
    """Answer turns until the parent closes the line. `prepare` is not counted; what it returns is.

    An answer holds "cpu" and "wall" in seconds for the whole turn, and what the play itself counted.
    """
    prepare(WARM_UP)()
    say({"ready": 1})
    for line in sys.stdin:
        play = prepare(int(line))
        gc.collect()
        wall, cpu = time.perf_counter(), time.process_time()
        counted = play()
        say({"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, **counted})


def say(answer: Mapping[str, float]) -> None:
    print(json.dumps(answer), flush=True)  # noqa: T201 — the parent reads it
