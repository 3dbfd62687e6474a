"""What README promises exists."""

import re
from pathlib import Path

from config.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_every_setting_has_its_line() -> None:
    told = set(re.findall(r"`TDKT_([A-Z_]+)`", README))
    assert told == {name.upper() for name in Settings.model_fields}


def test_every_file_and_picture_named_is_there() -> None:
    named = re.findall(r"\]\(([^)#]+)\)", README) + re.findall(
        r"`((?:api|config|docs|engine|flows|notifications|tests)/[\w/.]*)`", README
    )
    missing = [name for name in named if not name.startswith("http") and not (ROOT / name).exists()]
    assert named
    assert missing == []


def test_every_make_target_named_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"(?:`|^ {4})make ([a-z]+)", README, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_command_named_is_there() -> None:
    said = README + (ROOT / "docs" / "operations.md").read_text("utf-8")
    cli = (ROOT / "api" / "cli.py").read_text("utf-8")
    for command in set(re.findall(r"`?tdkt ([a-z]+)", said)):
        assert re.search(rf'(def {command}\b|"{command}"|name="{command}")', cli), command
