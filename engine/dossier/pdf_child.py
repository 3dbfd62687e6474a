"""A process of its own that typesets PDFs and ends: typst never gives back what it has remembered.

Run by path and isolated (`python -I …/pdf_child.py`), so it imports nothing of the project. It reads one JSON
object from standard input: `fonts` (a folder), `font` (the family that must be in it) and `jobs`, each with
`data` (JSON text for document.typ) and `stamp` (POSIX seconds). It writes one line of JSON, `sizes` of the
PDFs in bytes or a `fault` (`font`, or `typst` with `job` and `message`), and then the PDFs one after another.
"""

import json
import sys
from pathlib import Path
from typing import Any

import typst


def main() -> None:
    asked = json.load(sys.stdin.buffer)
    said, made = _typeset(asked["fonts"], asked["font"], asked["jobs"])
    sys.stdout.buffer.write(json.dumps(said, ensure_ascii=False).encode() + b"\n")
    sys.stdout.buffer.writelines(made)


def _typeset(folder: str, font: str, jobs: list[dict[str, Any]]) -> tuple[dict[str, Any], list[bytes]]:
    # The fonts built into the wheel stay as a fall-back for signs Tinos lacks (☑, ✓).
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder])
    if font not in fonts.families():
        return {"fault": "font"}, []
    source = Path(__file__).with_name("document.typ").read_bytes()
    made: list[bytes] = []
    for number, job in enumerate(jobs):
        compiler = typst.Compiler(
            source, font_paths=fonts, ignore_system_fonts=True, sys_inputs={"data": job["data"]}
        )
        try:
            pdf = compiler.compile(format="pdf", pdf_standards=["a-2b"], timestamp=job["stamp"])
        except typst.TypstError as fault:
            return {"fault": "typst", "job": number, "message": fault.message}, []
        if not isinstance(pdf, bytes):
            return {"fault": "typst", "job": number, "message": "no PDF"}, []
        made.append(pdf)
    return {"sizes": [len(pdf) for pdf in made]}, made


if __name__ == "__main__":
    main()
