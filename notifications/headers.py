"""Mail headers, written by ourselves.

The standard library loses spaces between Vietnamese words and has let encoded line breaks become new headers
(CPython 121650, 144125, 132105). A header with anything beyond plain ASCII is therefore encoded as a whole:
UTF-8, base64 words of at most 75 characters (RFC 2047 §2), cut only between characters.
"""

import base64
import re
import unicodedata
from collections.abc import Iterator

from engine.mail_address import ATOM, MAILBOX, is_address

_WORD_LIMIT = 75  # RFC 2047 §2: one encoded word
_LINE_LIMIT = 76  # RFC 2047 §2: one line that holds an encoded word
_PREFIX, _SUFFIX = "=?UTF-8?B?", "?="
_FOLD = "\r\n "
_LONGEST_ID = 250

_PLAIN_PHRASE = re.compile(rf"{ATOM}(?: {ATOM})*")
_MESSAGE_ID = re.compile(rf"<{MAILBOX}>")

# Marks that turn the reading direction can make an address look like another one.
_DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def is_unprintable(character: str) -> bool:
    """True for controls, line separators, lone surrogates and marks that turn the reading direction."""
    return unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in _DIRECTION_MARKS


def checked_text(value: str) -> str:
    """Return `value` unchanged; raise ValueError when it holds what no header may hold."""
    if any(is_unprintable(character) for character in value):
        raise ValueError(
            "Dòng tiêu đề thư có ký tự xuống dòng hoặc ký tự điều khiển; hãy gõ lại không có ký tự đó."
        )
    return value


def checked_address(address: str) -> str:
    """Return the mailbox `local@domain` unchanged; raise ValueError unless plain ASCII and well formed."""
    if not is_address(address):
        raise ValueError(
            f"Địa chỉ thư điện tử {address!a} không hợp lệ; địa chỉ đúng có dạng ten@coquan.gov.vn, "
            "không dấu, không khoảng trắng."
        )
    return address


def checked_message_id(message_id: str) -> str:
    """Return `<local@domain>` unchanged; raise ValueError when it is anything else."""
    if _MESSAGE_ID.fullmatch(message_id) is None or len(message_id) > _LONGEST_ID:
        raise ValueError(f"Mã thư {message_id!a} không hợp lệ; mã đúng có dạng <mã@tên-miền>.")
    return message_id


def text_header(name: str, value: str) -> str:
    """One whole header line `name: value`, folded, without its final line end. Raises ValueError."""
    return f"{name}: {_encoded(checked_text(value), first_column=len(name) + 2)}"


def mailbox_header(name: str, display_name: str, address: str) -> str:
    """One whole header line `name: display_name <address>`, folded. Raises ValueError."""
    checked_address(address)
    words = checked_text(display_name).split()  # in a phrase white space only separates
    phrase = _phrase(" ".join(words), first_column=len(name) + 2)
    if not phrase:
        return f"{name}: {address}"
    separator = _FOLD if len(name) + len(phrase) + len(address) + 5 > _LINE_LIMIT else " "
    return f"{name}: {phrase}{separator}<{address}>"


def _encoded(value: str, *, first_column: int) -> str:
    """`value` as it stands when it is short, plain ASCII that cannot be taken for an encoded word."""
    plain = value.isascii() and value == value.strip() and "=?" not in value
    if plain and first_column + len(value) <= _LINE_LIMIT:
        return value
    return _FOLD.join(_words(value, first_column=first_column))


def _phrase(value: str, *, first_column: int) -> str:
    plain = _PLAIN_PHRASE.fullmatch(value) and "=?" not in value and first_column + len(value) <= _LINE_LIMIT
    return value if plain or not value else _FOLD.join(_words(value, first_column=first_column))


def _words(value: str, *, first_column: int) -> Iterator[str]:
    """Encoded words of `value`; the first line already holds `first_column` columns, later ones a space.

    Cut after a space where there is one: older readers (CPython 128110) show a space too many between
    the words of a name, which does no harm there.
    """
    room = _octets(min(_WORD_LIMIT, _LINE_LIMIT - first_column))
    pending: list[bytes] = []
    for character in _characters(value):
        while pending and sum(map(len, pending)) + len(character) > room:
            cut = len(pending) - pending[::-1].index(b" ") if b" " in pending else len(pending)
            yield _word(b"".join(pending[:cut]))
            pending, room = pending[cut:], _octets(_WORD_LIMIT)
        pending.append(character)
    if pending:
        yield _word(b"".join(pending))


def _characters(value: str) -> Iterator[bytes]:
    """Characters as a reader sees them: a letter with its combining marks (NFD) is never cut in two.

    Only a heap of marks too big for one word is split, between code points as RFC 2047 §5 demands.
    """
    cluster = b""
    for character in value:
        octets = character.encode()
        joins = unicodedata.category(character).startswith("M")
        if cluster and (not joins or len(cluster) + len(octets) > _octets(_WORD_LIMIT) // 2):
            yield cluster
            cluster = b""
        cluster += octets
    if cluster:
        yield cluster


def _word(octets: bytes) -> str:
    return f"{_PREFIX}{base64.b64encode(octets).decode('ascii')}{_SUFFIX}"


def _octets(width: int) -> int:
    """How many octets fit, in base64, into an encoded word of `width` columns."""
    return (width - len(_PREFIX) - len(_SUFFIX)) // 4 * 3
