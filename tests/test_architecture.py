"""Who may import whom, and what the web process must start without."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
WEB = ("engine.installation", "engine.commands.rounds", "notifications", "api.app")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_import_contracts_hold() -> None:
    checked = run(str(Path(sys.executable).with_name("lint-imports")), "--no-cache")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_web_process_starts_without_prefect() -> None:
    prefect = "any(m.partition('.')[0] == 'prefect' for m in sys.modules)"
    imported = run(sys.executable, "-c", f"import sys, {', '.join(WEB)}; sys.exit({prefect})")
    assert imported.returncode == 0, imported.stderr
