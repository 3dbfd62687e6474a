"""Vietnamese text: one normal form, and search that ignores accents."""

import re
import unicodedata
from collections.abc import Iterator

_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
# Letters and marks that show nothing, which no category tells apart: as wide as a space (fillers of Hangul,
# the empty cell of braille), and of no width at all.
_BLANK = re.compile("[\u3164\uffa0\u2800]")
_NOTHING = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\ufe00-\ufe0f]")
# No writing puts more marks on a letter (UAX 15 §10, stream-safe text). Sorting them takes quadratic time:
# some 100,000 on one letter would hold the whole process for seconds.
_MOST_MARKS, _SHORT = 30, 200
_ONLY_MARKS = frozenset(
    "\u0f73\u0f75\u0f81"
)  # of class 0 themselves, they decompose into marks and nothing else


def clean(text: str, *, lines: bool = False) -> str:
    """NFC, trimmed, control characters dropped; one line unless `lines`, where CRLF becomes one newline.

    Phones and some editors send decomposed marks; the same name must be the same bytes everywhere. Format
    characters (zero width, direction marks) and letters that show nothing go too: two names that look the
    same are the same.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _NOTHING.sub("", _BLANK.sub(" ", text))
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _UNSEEN)
    kept = nfc(kept)  # last: an unseen character keeps a mark from its letter
    if lines:
        return "\n".join(line.rstrip() for line in kept.split("\n")).strip()
    return re.sub(r"\s+", " ", kept).strip()


def nfc(text: str) -> str:
    """Text from outside in its one normal form, in linear time: marks beyond 30 on one letter go."""
    if len(text) > _SHORT and not text.isascii():
        text = "".join(_few_marks(text))
    return unicodedata.normalize("NFC", text)


def _few_marks(text: str) -> Iterator[str]:
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) or character in _ONLY_MARKS else 0
        if run <= _MOST_MARKS:
            yield character


def has_letter(text: str) -> bool:
    """Whether it can be a name at all."""
    return any(character.isalpha() for character in text)


def fold(text: str) -> str:
    """For search and comparison: lower case without marks ("Hoàng Văn Thuỷ" → "hoang van thuy")."""
    decomposed = unicodedata.normalize("NFD", clean(text).lower().replace("đ", "d"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def same_name(text: str) -> str:
    """What two ways to write one name have in common: folded, without punctuation.

    One types a hyphen where another's keyboard gives a dash: "Kế hoạch – Tổng hợp" → "ke hoach tong hop".
    """
    return re.sub(r"[\W_]+", " ", fold(text)).strip()
