"""`python -m tests.bench`: measure everything in one run and write docs/benchmarks.md.

--quick        small counts, result on the terminal only
--only NAMES   some of: life web dossier imports idle, separated by commas; terminal only
--with-setup   also `make demo` from a clean copy (minutes, and the package index)
"""
# ruff: noqa: T201 — a terminal is where it reports

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.bench import dossier, idle, life, report, setup, web, weight
from tests.bench.measure import ROOT, Finding, Noise

PARTS = ("life", "web", "dossier", "imports", "idle")
PAGE = ROOT / "docs" / "benchmarks.md"


def main() -> int:
    options = _options()
    noise, findings, tables = Noise(), list[Finding](), dict[str, list[str]]()
    quick = options.quick
    with tempfile.TemporaryDirectory(prefix="tdkt-bench-") as name:
        folder = Path(name)
        for part in options.only:
            began = time.monotonic()
            place = folder / part
            place.mkdir()
            match part:
                case "life":
                    count = 10 if quick else 40
                    played = life.run(place, noise, rounds=2 if quick else 7, count=count, with_peers=True)
                    findings += life.findings(played, count)
                    tables["Life"] = life.table(played)
                case "web":
                    seen = web.run(place, noise, rounds=1 if quick else 4, each=5 if quick else 40)
                    findings += web.findings(seen)
                    tables["Web"] = web.table(seen)
                case "dossier":
                    findings += dossier.run(noise, rounds=2 if quick else 7)
                case "imports":
                    findings += weight.imports(noise, rounds=1 if quick else 5)
                case "idle":
                    watch = 10.0 if quick else 60.0
                    resting = idle.run(place, settle=5 if quick else 30, watch=watch)
                    findings += idle.findings(resting, watch)
                    tables["At rest"] = idle.table(resting)
            print(f"{part}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        if options.with_setup:
            findings += setup.run(folder)
    page = report.page(findings, tables, noise, setup=options.with_setup)
    print(page)
    if not quick and tuple(options.only) == PARTS:
        PAGE.write_text(page, encoding="utf-8")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--with-setup", action="store_true")
    parser.add_argument("--only", default=",".join(PARTS))
    options = parser.parse_args()
    options.only = options.only.split(",")
    unknown = set(options.only) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    return options


if __name__ == "__main__":
    sys.exit(main())
