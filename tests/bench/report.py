"""docs/benchmarks.md from what one run found."""

from collections.abc import Mapping, Sequence

from tests.bench import peers
from tests.bench.measure import Finding, Noise, machine

WORDS = {True: "yes", False: "**no**", None: "–"}
HOW = """\
## How it was taken

All figures come from one run. Trust ratios and CPU milliseconds more than wall clock, and compare only
within the tables. A fixed arithmetic loop was timed between the measurements to show how even the
machine was. Rounds of all contestants alternate; the best round counts, every round is shown.

**Life.** Each contestant is a process of its own that plays lives when it is its turn; CPU is user and
system time of that process, garbage collection included. All of them write SQLite with WAL and
synchronous=FULL, the peers too. Every life is checked to have ended (ours: awarded).

- The floor is the standard library's sqlite3 with hand-written SQL.
- SpiffWorkflow runs a BPMN of four user tasks, parsed once; its state is loaded from JSON and saved in
  every step.
- django-viewflow runs StartHandle, four View nodes and End; each task is read, assigned, started and
  executed in one transaction. Without a transaction around the three, as its own views are used, it
  would be dearer.
- The peers are {pinned}, in an environment made for the run and thrown away with it.
- Ours are the real commands, on a definition with a council of five and no legal rule pack. Own acts,
  one transaction each: `proposal.start` · `proposal.finish` · `proposal.sign_off` · `office.tick` with
  `office.accept` · `submission.approve` · `submission.decide`. Acts of the round, counted in equal
  parts: the departments' stage closes; the list is compiled, published, frozen and put to the vote; a
  ballot of every seat; the vote is closed and tallied. Letters: after each phase `plan_letters`, as the
  flow calls it, renders and writes the messages of all events so far. Not counted: loading people,
  planning the round and opening its first stage; sending.
- "Every act on one nomination" is the dearest way: also the heads sign, approve and decide one by one,
  and each of these acts writes letters of its own. "As people act" is what the pages offer: the heads
  act on the batch.
- We write more than the peers: a hash-chained event for every change, votes, results and rendered
  letters.

**Web.** uvicorn with `api.app:from_environment` over SQLite, one process. The client is another process
on loopback with keep-alive connections; every answer is read whole and checked for its status. CPU is
user and system time of the server's process tree divided by requests. Sessions were opened by personal
links.

**Dossier.** A new process for every round, timed from its start until the bytes are there.

**At rest.** `tdkt serve` with the embedded Prefect server, after the letters have gone out to a mail
server that is not counted.

**Page weight.** The page and everything that it and its style sheets name, as our server sends it to a
browser that accepts gzip; text pages by gzip -9.
"""


def page(
    findings: Sequence[Finding], tables: Mapping[str, Sequence[str]], noise: Noise, *, setup: bool
) -> str:
    """The whole file: the machine, what was aimed at and found, the tables, how."""
    command = f"python -m tests.bench{' --with-setup' if setup else ''}"
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench` (`{command}`). {machine()}; the fixed loop took {noise.in_words()}.",
        "",
        "| what | aim | measured | met? | how |",
        "|---|---|---|---|---|",
        *(f"| {f.what} | {f.aim} | {f.measured} | {WORDS[f.met]} | {f.how} |" for f in findings),
        "",
    ]
    for title, rows in tables.items():
        lines += [f"## {title}", "", *rows, ""]
    return "\n".join([*lines, HOW.format(pinned=", ".join(peers.PINNED))])
