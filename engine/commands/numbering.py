"""Numbers of documents: one way to write each, and the sign the agency's own must bear (NĐ 30/2020)."""

import re

from engine.definition import Definition
from engine.text import clean

_WRITTEN = re.compile(r"([0-9]{1,6})(?:/([^\W\d_][^\s/]*))?")
_AROUND = re.compile(r"\s*([/-])\s*")
# Capitals throughout but for these (NĐ 30/2020, phụ lục III): tờ trình, and the Prime Minister's own.
_MIXED = {"ttr": "TTr", "ttg": "TTg"}
# What looks the same is the same: other dashes, and the letters Eth and African D in place of Đ.
_LOOKALIKES = str.maketrans({**dict.fromkeys("‐‑‒–—−", "-"), "\u00d0": "Đ", "\u0189": "Đ"})


def decision_sign(definition: Definition) -> str:
    """The sign of the agency's own decisions: "QĐ-BDT"."""
    return definition.agency.codes.get("quyet_dinh", "QĐ-…")


def submission_sign(definition: Definition) -> str:
    """The sign of the agency's tờ trình: "TTr-BDT"."""
    return definition.agency.codes.get("to_trinh", "TTr-…")


def written(typed: str, sign: str = "") -> str:
    """The number as it is written everywhere: "041 / QĐ-BDT" and "41/QĐ-BDT" are both "41/QĐ-BDT".

    `sign`: what it must bear, added where only the number was typed; without it the number needs a sign of
    its own, which is written in capitals: "1234/qđ-ubnd" is "1234/QĐ-UBND". Below 10 a zero stands before it.
    Empty for any other form or sign.
    """
    tidy = _AROUND.sub(r"\1", clean(typed).translate(_LOOKALIKES))
    match = _WRITTEN.fullmatch(tidy)
    if match is None or not int(match[1]):
        return ""
    number, own = int(match[1]), match[2] or sign
    if not own or (sign and own.casefold() != sign.casefold()):
        return ""
    return f"{number:02d}/{sign or _capitals(own)}"


def _capitals(own: str) -> str:
    return "-".join(_MIXED.get(part.casefold(), part.upper()) for part in own.split("-"))


def form_fault(sign: str = "") -> str:
    """How a number has to be written."""
    return f"Ghi số như 41/{sign}." if sign else "Ghi cả số và ký hiệu viết liền, như 1234/QĐ-UBND."
