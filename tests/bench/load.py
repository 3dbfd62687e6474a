"""A load client in a process of its own: keep-alive connections that each send their requests in order.

Reads a plan as JSON on standard input, writes one line of JSON: every latency in seconds, and the count of
each status. Loopback only; as many requests as the plan names and no more. Standard library alone.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

HOST = "127.0.0.1"


@dataclass
class Taken:
    """What one run saw."""

    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)


async def converse(port: int, requests: Sequence[str], taken: Taken) -> None:
    """One connection: a request, its whole answer, the next request."""
    reader, writer = await asyncio.open_connection(HOST, port)
    for request in requests:
        began = time.perf_counter()
        writer.write(request.encode())
        head = await reader.readuntil(b"\r\n\r\n")
        fields = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:] if line)
        await reader.readexactly(int(fields["content-length"]))
        taken.latencies.append(time.perf_counter() - began)
        taken.statuses[int(head.split(b" ", 2)[1])] += 1
    writer.close()
    await writer.wait_closed()


async def run(port: int, connections: Sequence[Sequence[str]]) -> Taken:
    taken = Taken()
    async with asyncio.TaskGroup() as group:
        for requests in connections:
            group.create_task(converse(port, requests, taken))
    return taken


def main() -> None:
    plan = json.load(sys.stdin)
    taken = asyncio.run(run(plan["port"], plan["connections"]))
    print(json.dumps({"latencies": taken.latencies, "statuses": taken.statuses}))  # noqa: T201 — to the parent


if __name__ == "__main__":
    main()
