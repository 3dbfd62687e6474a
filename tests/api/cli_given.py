"""A command as an operator types it, and a copy of config/ with one thing wrong in it."""

from pathlib import Path
from shutil import copytree, ignore_patterns

from typer.testing import CliRunner, Result

from api.cli import app
from config.settings import CONFIG_FOLDER

ROOT = Path(__file__).parents[2]
FINAL = "ntm-2025-tong-ket"


def tdkt(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def with_change(folder: Path, file: str, old: str, new: str) -> Path:
    """A copy of config/ with one thing wrong in it."""
    config = copytree(CONFIG_FOLDER, folder / "config", ignore=ignore_patterns("__pycache__", "*.py"))
    text = (config / file).read_text("utf-8")
    assert old in text, f"{old!r} is no longer in {file}"
    (config / file).write_text(text.replace(old, new, 1), "utf-8")
    return config
