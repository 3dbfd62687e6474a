"""docs/benchmarks.md from what one run found."""

from collections.abc import Mapping, Sequence

from tests.bench import peers
from tests.bench.measure import Finding, Noise, machine

WORDS = {True: "yes", False: "**no**", None: "–"}
HOW = """\
## How it was taken

All figures come from one run; compare within the table, and trust ratios and CPU milliseconds more than wall
clock. A fixed arithmetic loop was timed between the measurements to show how even the machine was. Rounds of all
contestants alternate; the best round is kept, every round is shown.

- **Life.** Each contestant is a process of its own that plays lives when it is its turn; CPU is user and system
  time of that process. All of them write SQLite with WAL and synchronous=FULL, the peers too. The floor is the
  standard library's sqlite3 with hand-written SQL. SpiffWorkflow runs a BPMN of four user tasks, parsed once, its
  state loaded from and saved to JSON in every step. django-viewflow runs StartHandle, four View nodes and End; each
  task is read, assigned, started and executed in one transaction. Peers: {pinned}, in an environment made for the
  run and thrown away. Ours are the real commands on a definition with a council of five and no legal rule pack:
  `start` · `finish` · `sign_off` · `tick` + `accept` · `approve` · `decide`, one transaction each; between `accept`
  and `approve` the round closes the departments' stage, compiles, publishes and freezes the list, opens the vote,
  takes a ballot from every seat and closes it, counted in equal parts. After each phase `plan_letters` renders and
  writes the letters, counted too. Not counted: loading people, planning the round, opening its first stage, sending.
  Every life is checked to have ended (ours: awarded). We write more than the peers: a hash-chained event for every
  change, votes, results and rendered letters.
- **Web.** uvicorn with `api.app:from_environment` over SQLite, one process; the client is another process on
  loopback with keep-alive connections, each request bounded and checked for its status; CPU is user and system
  time of the server's process tree divided by requests. Sessions were opened by personal links.
- **Dossier.** A new process for every round, timed from its start until the bytes are there.
- **At rest.** `tdkt serve` with the embedded Prefect server and two rounds under way, after letters have gone out.
- **Page weight.** The page and everything it and its style sheets name, as our server sends it to a browser that
  accepts gzip.
"""


def page(
    findings: Sequence[Finding], tables: Mapping[str, Sequence[str]], noise: Noise, *, setup: bool
) -> str:
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench` (`python -m tests.bench{' --with-setup' if setup else ''}`). {machine()}; "
        f"the fixed loop took {noise.in_words()}.",
        "",
        "| what | aim | measured | met? | how |",
        "|---|---|---|---|---|",
        *(f"| {f.what} | {f.aim} | {f.measured} | {WORDS[f.met]} | {f.how} |" for f in findings),
        "",
    ]
    for title, rows in tables.items():
        lines += [f"## {title}", "", *rows, ""]
    return "\n".join([*lines, HOW.format(pinned=", ".join(peers.PINNED))])
