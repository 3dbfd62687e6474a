"""Asking a short-lived process for PDFs, so that a process that serves pages keeps its size."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import accumulate, pairwise
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

FONT = "Tinos"
"""Metric-compatible with Times New Roman, all Vietnamese marks, free to embed."""

FIRST_S, EACH_S = 30.0, 2.0  # seconds: far more than a busy machine needs, and an end to what hangs
AT_ONCE = 2  # children of one process, up to some 100 MB each while they last
_ROOM = BoundedSemaphore(AT_ONCE)


class RenderError(ValueError):
    """A document that could not be typeset; the message says why."""


@dataclass(frozen=True)
class Job:
    """One PDF: its title for messages, the JSON text document.typ reads, its moment in POSIX seconds."""

    title: str
    data: str
    stamp: int


def typeset(jobs: Sequence[Job], *, fonts: Path, child: Path | None = None) -> list[bytes]:
    """The PDFs of `jobs`, in their order, made by one process that has ended when this returns.

    `fonts`: the folder of the Tinos files; `child`: the program, engine/dossier/pdf_child.py unless given.
    Raises RenderError when fonts are missing, a text cannot be set, the process fails, or takes longer than
    FIRST_S and EACH_S for each PDF.
    """
    limit = FIRST_S + EACH_S * len(jobs)
    asked = {
        "fonts": str(fonts),
        "font": FONT,
        "jobs": [{"data": job.data, "stamp": job.stamp} for job in jobs],
    }
    said, pdfs = _answer(json.dumps(asked, ensure_ascii=False).encode(), limit, child)
    if said.get("fault") == "font":
        msg = f"Không thấy phông {FONT} trong {fonts}; hãy chạy lại bước cài đặt để lấy phông."
        raise RenderError(msg)
    if "sizes" not in said:
        msg = f"Không kết xuất được PDF của “{jobs[said['job']].title}”: {said['message']}"
        raise RenderError(msg)
    ends = list(accumulate(said["sizes"], initial=0))
    if len(ends) != len(jobs) + 1 or ends[-1] != len(pdfs):
        raise RenderError(_FAILED)
    return [pdfs[start:end] for start, end in pairwise(ends)]


_FAILED = "Tiến trình tạo PDF dừng giữa chừng; bấm tạo lại, nếu vẫn lỗi hãy xem bộ nhớ của máy chủ."


def _answer(asked: bytes, limit: float, child: Path | None) -> tuple[dict[str, Any], bytes]:
    """Run the child once; what it said of the PDFs, and the PDFs."""
    program = child or Path(str(files(__package__).joinpath("pdf_child.py")))
    if not _ROOM.acquire(timeout=limit):
        msg = "Máy chủ đang tạo PDF cho người khác; đợi vài phút rồi bấm tạo lại."
        raise RenderError(msg)
    try:
        # -I: no variable of the environment and no folder of the caller reaches the child.
        done = subprocess.run(  # noqa: S603 — our own program, run by our own interpreter
            [sys.executable, "-I", str(program)], input=asked, capture_output=True, timeout=limit, check=True
        )
        first, _, pdfs = done.stdout.partition(b"\n")
        return json.loads(first), pdfs
    except subprocess.TimeoutExpired as late:
        msg = f"Tạo PDF quá {limit:.0f} giây mà chưa xong nên đã dừng; bấm tạo lại khi máy chủ rảnh hơn."
        raise RenderError(msg) from late
    except (subprocess.CalledProcessError, OSError, ValueError) as failed:
        raise RenderError(_FAILED) from failed
    finally:
        _ROOM.release()
