"""The Makefile, the locked packages and the example of settings say the same as the code."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from config.settings import Settings

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def normal(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower().replace("_", "-").replace(".", "-")


def locked(file: str) -> dict[str, str]:
    """Name → version of every pinned package."""
    text = (ROOT / file).read_text("utf-8")
    pins = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", text, re.MULTILINE)
    return {normal(name): version for name, version in pins}


def make(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *words], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)


def test_help_names_what_can_be_made() -> None:
    said = make().stdout
    for target in ("setup", "demo", "run", "test", "lint", "bench", "lock", "clean"):
        assert re.search(rf"^{target} +\S", said, re.MULTILINE), target


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("requirements.txt", PROJECT["project"]["dependencies"]),
        ("requirements-dev.txt", PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]),
    ],
)
def test_every_package_we_ask_for_is_pinned_with_hashes(file: str, wanted: list[str]) -> None:
    pins = locked(file)
    assert {normal(requirement) for requirement in wanted} <= set(pins)
    text = (ROOT / file).read_text("utf-8")
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert entry.startswith("#") or "--hash=sha256:" in entry, entry[:80]


def test_development_runs_on_the_same_packages_as_the_system() -> None:
    system, development = locked("requirements.txt"), locked("requirements-dev.txt")
    assert {name: development.get(name) for name in system} == system


def test_the_example_explains_every_setting() -> None:
    named = set(re.findall(r"^#? ?(TDKT_[A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
    assert named == {f"TDKT_{name.upper()}" for name in Settings.model_fields} - {"TDKT_DEMO"}


def test_no_file_names_a_package_index() -> None:
    """Where packages come from is the machine's business."""
    for file in ("requirements.txt", "requirements-dev.txt", "package-lock.json", "Makefile", ".ci/run"):
        text = (ROOT / file).read_text("utf-8")
        assert not re.search(r"--(extra-)?index-url|--find-links|\"resolved\"", text), file
    assert "://" not in (ROOT / "package-lock.json").read_text("utf-8"), "a sponsor's page, say; leave it out"


def test_the_demonstration_is_started_in_one_place() -> None:
    assert "tdkt demo --fresh" in make("-n", "demo", "FRESH=1").stdout.replace("\n", " ")
    assert "--fresh" not in make("-n", "demo").stdout
