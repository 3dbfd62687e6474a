"""PDFs come from a process of their own, which ends: the caller neither loads typst nor grows, nor hangs."""

import subprocess
import sys
from pathlib import Path

import pytest
from dossier_sample import FONTS, ROOT

from engine.dossier import typesetting
from engine.dossier.typesetting import Job, RenderError, typeset

ONE = Job("TỜ TRÌNH", "{}", 0)
GROWTH = """
import sys
from pathlib import Path
from tests.bench.dossier_child import render

def kilobytes():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))

render()
before = kilobytes()
for _ in range(6):
    render()
print("typst" in sys.modules, kilobytes() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from Linux's /proc")
def test_who_asks_for_pdfs_keeps_its_size() -> None:
    said = subprocess.run(
        [sys.executable, "-c", GROWTH], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert said[0] == "False", "typst is loaded by the process that serves pages"
    assert int(said[1]) < 20_000, "kilobytes; typst in the process itself takes on some 100 000"


def test_a_text_that_cannot_be_set_names_its_document() -> None:
    with pytest.raises(RenderError, match="Không kết xuất được PDF của “TỜ TRÌNH”"):
        typeset([ONE], fonts=FONTS)


@pytest.mark.parametrize(
    "program",
    ["raise SystemExit(3)", "print('no json')", "print('{\"sizes\": [9]}')", "print('{\"sizes\": []}')"],
)
def test_a_process_that_fails_is_told_in_words(tmp_path: Path, program: str) -> None:
    child = tmp_path / "child.py"
    child.write_text(program)
    with pytest.raises(RenderError, match="dừng giữa chừng"):
        typeset([ONE], fonts=FONTS, child=child)


def test_a_process_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "FIRST_S", 0.2)
    monkeypatch.setattr(typesetting, "EACH_S", 0.2)
    child, pid = tmp_path / "child.py", tmp_path / "pid"
    child.write_text(
        f"import os, pathlib, time\npathlib.Path({str(pid)!r}).write_text(str(os.getpid()))\ntime.sleep(60)"
    )
    for _ in range(typesetting.AT_ONCE + 1):  # and gives its place back
        with pytest.raises(RenderError, match="mà chưa xong nên đã dừng"):
            typeset([ONE], fonts=FONTS, child=child)
    if pid.exists():
        assert not Path(f"/proc/{pid.read_text()}").exists()
