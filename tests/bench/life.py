"""Whole lives, ours beside the floor and the peers: processes that take turns within one run."""

import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.bench import peers
from tests.bench.measure import ROOT, Finding, Noise, python

MOST_MS, TIMES_VIEWFLOW = 4.0, 3.0
PARTS = {"own": "own acts", "round": "its share of the round's acts", "letters": "letters"}
ROWS = ("events", "messages")
OURS, BATCHES, FLOOR, SPIFF, VIEWFLOW = (
    "ours, every act on one nomination",
    "ours, as people act: heads sign, approve and decide the batch",
    "raw sqlite3 floor",
    "SpiffWorkflow 3, JSON load and save per step",
    "django-viewflow 2",
)
PER_LIFE = {
    OURS: "nomination, events, links, votes, result, letters; 6 transactions of its own",
    BATCHES: "the same with 3 transactions of its own; sign-off, approval and decision shared",
    FLOOR: "instance, 4 task and 6 history rows; 5 transactions",
    SPIFF: "one row of JSON, no task or history rows; 5 transactions",
    VIEWFLOW: "process and 6 task rows, no letters; 5 transactions",
}


@dataclass
class Contestant:
    """A child process playing lives when told to (see `turns`).

    `cpu` and `wall` are milliseconds per life in each round; `parts` are those of the best round; `rows` are
    written per life.
    """

    name: str
    process: subprocess.Popen[str]
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    parts: dict[str, float] = field(default_factory=dict)
    rows: dict[str, float] = field(default_factory=dict)

    @classmethod
    def start(cls, name: str, command: Sequence[str]) -> Self:
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sys.stderr, text=True
        )
        made = cls(name, process)
        made._hear()
        return made

    def turn(self, count: int) -> None:
        """Play `count` lives. Raises RuntimeError unless every one of them came to its end."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        heard = self._hear()
        if heard["ended"] != count:
            raise RuntimeError(f"{self.name}: {heard['ended']} of {count} lives came to their end")
        self.cpu.append(heard["cpu"] / count * 1000)
        self.wall.append(heard["wall"] / count * 1000)
        if self.cpu[-1] == self.best:
            self.parts = {name: heard[name] / count * 1000 for name in PARTS if name in heard}
        self.rows = {name: heard[name] / count for name in ROWS if name in heard}

    @property
    def best(self) -> float:
        return min(self.cpu)

    def _hear(self) -> dict[str, float]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended by itself; what it said is above")
        heard: dict[str, float] = json.loads(line)
        return heard

    def close(self) -> None:
        """It ends when its input does."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait(30)
        if self.process.stdout is not None:
            self.process.stdout.close()


def contestants(folder: Path, *, with_peers: bool) -> list[Contestant]:
    commands = {
        OURS: python("-m", "tests.bench.life_ours"),
        BATCHES: python("-m", "tests.bench.life_ours"),
        FLOOR: python("-m", "tests.bench.life_floor"),
    }
    if with_peers:
        interpreter = str(peers.make_environment(folder))
        commands[SPIFF] = [interpreter, "-m", "tests.bench.life_spiff"]
        commands[VIEWFLOW] = [interpreter, "-m", "tests.bench.life_viewflow"]
    started = []
    for number, (name, command) in enumerate(commands.items()):
        own = folder / f"life-{number}"
        own.mkdir()
        more = ["batches"] if name == BATCHES else []
        started.append(Contestant.start(name, [*command, str(own), *more]))
    return started


def run(folder: Path, noise: Noise, *, rounds: int, count: int, with_peers: bool) -> list[Contestant]:
    """Interleaved rounds of `count` lives for every contestant; each keeps all its times."""
    with ExitStack() as stack:
        playing = contestants(folder, with_peers=with_peers)
        for one in playing:
            stack.callback(one.close)
        for _ in range(rounds):
            for one in playing:
                noise.take()
                one.turn(count)
    return playing


def findings(played: Sequence[Contestant], count: int) -> list[Finding]:
    by_name = {one.name: one for one in played}
    viewflow = by_name[VIEWFLOW].best
    found = []
    for name in (OURS, BATCHES):
        best, rows = by_name[name].best, by_name[name].rows
        parts = ", ".join(f"{PARTS[part]} {ms:.1f}" for part, ms in by_name[name].parts.items())
        written = f"{rows['events']:.1f} events, {rows['messages']:.1f} messages per life"
        how = f"round of {count}; {parts}; {written}"
        what = f"Life of a nomination, {name.removeprefix('ours, ')}"
        found.append(Finding(what, f"≤ {MOST_MS:.0f} ms CPU", f"{best:.2f} ms", best <= MOST_MS, how))
        times = viewflow / best
        aim = f"≥ {TIMES_VIEWFLOW:.0f} × viewflow"
        found.append(Finding("— beside viewflow", aim, f"{times:.1f} ×", times >= TIMES_VIEWFLOW, "same run"))
    return found


def table(played: Sequence[Contestant]) -> list[str]:
    by_name = {one.name: one for one in played}
    floor, viewflow = by_name[FLOOR].best, by_name[VIEWFLOW].best
    lines = [
        "| engine | CPU ms per life, best (all rounds) | wall ms, best | × floor | viewflow ÷ it | writes |",
        "|---|---|---|---|---|---|",
    ]
    for one in sorted(played, key=lambda each: each.best):
        every = ", ".join(f"{ms:.1f}" for ms in one.cpu)
        lines.append(
            f"| {one.name} | {one.best:.2f} ({every}) | {min(one.wall):.2f} | {one.best / floor:.1f} | "
            f"{viewflow / one.best:.1f} | {PER_LIFE[one.name]} |"
        )
    return lines
