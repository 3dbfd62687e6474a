"""Ballot POST and list GET: a real uvicorn over SQLite, sixteen connections from another process."""

import json
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from api.supervise import answers
from tests.bench import hall, weight
from tests.bench.measure import ROOT, Finding, Noise, child, cpu_of, free_port, python, tree

POST_MS, P99_MS, GET_MS = 4.0, 100.0, 2.5
STARTS_WITHIN = 30.0  # seconds
CHOICES = ("yes", "no", "abstain")
BALLOT, LIST, HEALTH = "ballot POST", "list GET", "health GET"
EXPECTED = {BALLOT: "303", LIST: "200", HEALTH: "200"}


@dataclass
class Point:
    """One kind of request: CPU milliseconds of the server per request, and latencies, of every round."""

    cpu: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)


@dataclass
class Web:
    """What the rounds found, and the weight of the pages."""

    points: dict[str, Point]
    requests: int
    pages: list[Finding]


def run(folder: Path, noise: Noise, *, rounds: int, each: int) -> Web:
    """Interleaved rounds of `each` requests per connection. Raises RuntimeError on a wrong status."""
    made = hall.furnish(folder)
    port = free_port()
    command = python(
        *("-m", "uvicorn", "api.app:from_environment", "--factory", "--port", str(port)),
        *("--no-access-log", "--log-level", "warning", "--no-server-header"),
    )
    points = {kind: Point() for kind in (HEALTH, LIST, BALLOT)}
    with child(command, environment=hall.environment(folder, port), log=folder / "web.log") as server:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/health"), STARTS_WITHIN)
        pages = weight.run(port, made)
        for number in range(-1, rounds):
            for kind, point in points.items():
                noise.take()
                few = max(each // 5, 2) if number < 0 else each
                plan = [_requests(kind, made, seat, few, number) for seat in range(hall.SEATS)]
                _round(server.pid, port, kind, plan, point if number >= 0 else Point())
    return Web(points, each * hall.SEATS, pages)


def wait_for(ready: Callable[[], bool], seconds: float) -> float:
    """Seconds it took. Raises TimeoutError."""
    began = time.monotonic()
    while not ready():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"not ready within {seconds:.0f} s")
        time.sleep(0.05)
    return time.monotonic() - began


def _round(pid: int, port: int, kind: str, plan: Sequence[Sequence[str]], point: Point) -> None:
    family = tree(pid)
    client = subprocess.Popen(
        python("-m", "tests.bench.load"), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    before, began = cpu_of(family), time.perf_counter()
    out, _ = client.communicate(json.dumps({"port": port, "connections": plan}), timeout=300)
    spent, took = cpu_of(family) - before, time.perf_counter() - began
    taken = json.loads(out)
    count = sum(len(requests) for requests in plan)
    if taken["statuses"] != {EXPECTED[kind]: count}:
        raise RuntimeError(f"{kind}: {count} requests were answered {taken['statuses']}")
    cuts = statistics.quantiles(taken["latencies"], n=100)
    point.cpu.append(spent / count * 1000)
    point.p50.append(cuts[49] * 1000)
    point.p99.append(cuts[98] * 1000)
    point.rate.append(count / took)


def _requests(kind: str, made: hall.Hall, seat: int, count: int, number: int) -> list[str]:
    """The requests of one connection, whole: in every one of its ballots something has changed."""
    if kind == HEALTH:
        return [_request("GET", "/health", "")] * count
    if kind == LIST:
        return [_request("GET", f"/vp/dot/{hall.LONG}/de-nghi", made.office)] * count
    path = f"/phieu/{hall.VOTE}/xem-lai"
    ballots = []
    for turn in range(count):
        first = CHOICES[(turn + number) % len(CHOICES)]
        choices = {f"v-{code}": CHOICES[(place + turn) % 3] for place, code in enumerate(made.codes)}
        choices[f"v-{made.codes[0]}"] = first
        body = urlencode({"list_hash": made.list_hash, **choices})
        ballots.append(_request("POST", path, made.seats[seat], body))
    return ballots


def _request(method: str, path: str, session: str, body: str = "") -> str:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Sec-Fetch-Site: same-origin"]
    if session:
        lines.append(f"Cookie: tdkt={session}")
    if method == "POST":
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", body])


def findings(web: Web) -> list[Finding]:
    post, get = web.points[BALLOT], web.points[LIST]
    seats = f"{hall.SEATS} connections"
    p50, p99 = min(post.p50), min(post.p99)
    ping = min(web.points[HEALTH].cpu)
    return [
        Finding(
            f"Ballot POST, {hall.LINES} choices",
            f"≤ {POST_MS:.0f} ms CPU",
            f"{min(post.cpu):.2f} ms",
            min(post.cpu) <= POST_MS,
            f"{seats}, one seat each; every request changes its ballot; a bare /health takes {ping:.2f} ms",
        ),
        Finding(
            "— p99 latency",
            f"< {P99_MS:.0f} ms",
            f"{p99:.0f} ms",
            p99 < P99_MS,
            f"p50 {p50:.0f} ms, same rounds",
        ),
        Finding(
            "List GET, 50 rows, full layout",
            f"≤ {GET_MS} ms CPU",
            f"{min(get.cpu):.2f} ms",
            min(get.cpu) <= GET_MS,
            f"{seats}; p50 {min(get.p50):.0f} ms, p99 {min(get.p99):.0f} ms; {hall.LISTED} in the round",
        ),
        *web.pages,
    ]


def table(web: Web) -> list[str]:
    lines = [
        "| request | CPU ms per request, best (all rounds) | p50 / p99 ms, best | requests/s, best |",
        "|---|---|---|---|",
    ]
    for kind, point in web.points.items():
        every = ", ".join(f"{ms:.2f}" for ms in point.cpu)
        lines.append(
            f"| {kind} | {min(point.cpu):.2f} ({every}) | {min(point.p50):.0f} / {min(point.p99):.0f} | "
            f"{max(point.rate):.0f} |"
        )
    return lines
