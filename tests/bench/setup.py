"""`make demo` from a clean copy until the page answers, and the second time."""

import shutil
import subprocess
from pathlib import Path

from api.supervise import answers
from tests.bench.measure import ROOT, Finding, child, free_port
from tests.bench.web import wait_for

CLEAN_S, AGAIN_S = 60.0, 15.0
PATIENCE = 600.0


def run(folder: Path) -> list[Finding]:
    """Copy what git knows or would know, nothing that was fetched or built; then `make demo` twice."""
    copy = folder / "clean"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.split("\0")  # fmt: skip
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    clean, again = (_ready(copy, folder / f"demo-{time}.log") for time in ("first", "second"))
    return [
        Finding(
            "`make demo`, clean copy to answering pages",
            f"≤ {CLEAN_S:.0f} s",
            f"{clean:.0f} s",
            clean <= CLEAN_S,
            "packages from the configured index, caches of pip, uv and npm as they were",
        ),
        Finding("— the second time", f"≤ {AGAIN_S:.0f} s", f"{again:.1f} s", again <= AGAIN_S, "data kept"),
    ]


def _ready(copy: Path, log: Path) -> float:
    """Seconds from the command until pages and Prefect both answer."""
    web, prefect, smtp = free_port(), free_port(), free_port()
    arguments = f"--port {web} --prefect-port {prefect} --smtp-port {smtp}"
    with child(["make", "demo", f"ARGS={arguments}"], log=log, cwd=copy):
        return wait_for(
            lambda: (
                answers(f"http://127.0.0.1:{web}/health")
                and answers(f"http://127.0.0.1:{prefect}/api/health")
            ),
            PATIENCE,
        )
