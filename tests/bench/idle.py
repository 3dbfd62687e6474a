"""The whole system at rest: `tdkt serve` with two rounds under way, its process tree watched for a minute."""

import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from api.supervise import answers
from tests.bench import hall
from tests.bench.measure import MIB, Finding, child, cpu_of, free_port, name_of, python, tree
from tests.bench.web import wait_for

CPU_PERCENT, MEMORY_MB = 4.0, 600.0
READY_WITHIN = 90.0


@dataclass(frozen=True)
class Process:
    """One process of the tree: CPU in percent of one core, resident and proportional memory in MB."""

    name: str
    percent: float
    resident: float
    proportional: float


def run(folder: Path, *, settle: float, watch: float) -> list[Process]:
    """Start everything, let letters go out for `settle` seconds, then watch for `watch` seconds."""
    hall.furnish(folder)
    web, prefect, smtp = free_port(), free_port(), free_port()
    environment = hall.environment(
        folder, web, TDKT_SMTP_URL=f"smtp://127.0.0.1:{smtp}", TDKT_PREFECT_PORT=str(prefect)
    )
    post = python("-m", "api.demo.mail_server", "--folder", str(folder / "mail"), "--port", str(smtp))
    with (
        child(post, log=folder / "mail.log"),
        child(python("-m", "api.cli", "serve"), environment=environment, log=folder / "serve.log") as system,
    ):
        wait_for(lambda: answers(f"http://127.0.0.1:{web}/health"), READY_WITHIN)
        wait_for(lambda: answers(f"http://127.0.0.1:{prefect}/api/health"), READY_WITHIN)
        time.sleep(settle)
        before = {one.pid: cpu_of([one]) for one in tree(system.pid)}
        time.sleep(watch)
        return [
            # One that started meanwhile counts with all it took.
            _process(one, (cpu_of([one]) - before.get(one.pid, 0.0)) / watch * 100)
            for one in tree(system.pid)
        ]


def _process(one: psutil.Process, percent: float) -> Process:
    memory = one.memory_full_info()
    return Process(name_of(one), percent, memory.rss / MIB, getattr(memory, "pss", memory.rss) / MIB)


def findings(seen: list[Process], watch: float) -> list[Finding]:
    percent, resident = sum(one.percent for one in seen), sum(one.resident for one in seen)
    shared = sum(one.proportional for one in seen)
    how = (
        f"{len(seen)} processes of `tdkt serve` over {watch:.0f} s, two rounds under way, nobody at the pages"
    )
    return [
        Finding(
            "Whole system idle", f"≤ {CPU_PERCENT:.0f} % of one core", f"{percent:.1f} %",
            percent <= CPU_PERCENT, how,
        ),
        Finding(
            "— memory", f"≤ {MEMORY_MB:.0f} MB", f"{resident:.0f} MB", resident <= MEMORY_MB,
            f"sum of resident sizes; {shared:.0f} MB when shared pages are counted once",
        ),
    ]  # fmt: skip


def table(seen: list[Process]) -> list[str]:
    lines = ["| process | % of one core | resident MB | proportional MB |", "|---|---|---|---|"]
    return lines + [
        f"| {one.name} | {one.percent:.2f} | {one.resident:.0f} | {one.proportional:.0f} |" for one in seen
    ]
