"""Who may import whom, and what the web process must start without."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
ARTICLE = re.compile(r"Đ\.\s?\d|Điều\s\d|\bNĐ\s\d|Nghị định (số )?\d")
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


def texts_of(module: Path) -> list[str]:
    """The strings of a module that somebody may read: all but its documentation."""
    tree = ast.parse(module.read_text("utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in told)
    return [node.value for node in strings if isinstance(node.value, str)]


def test_no_article_of_law_stands_in_code() -> None:
    """Laws change: their places are in config/rules, dated. (Definition checks speak to the maintainer.)"""
    found = [
        f"{path}: {text}"
        for folder in ("engine/commands", "engine/queries", "engine/eligibility", "api", "notifications")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for text in texts_of(path)
        if ARTICLE.search(text)
    ]
    for path in sorted(ROOT.glob("*/templates/**/*.*")):
        shown = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
        found += [f"{path}: {line}" for line in shown.splitlines() if ARTICLE.search(line)]
    assert found == []
