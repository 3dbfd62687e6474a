"""What an e-mail address looks like: one grammar, for definitions and for the letters sent by them.

RFC 5322 atext; a dot stands between atoms only. Quoted local parts, address literals and letters beyond ASCII
are refused: many a mail server on the way does not take them.
"""

import re

ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
MAILBOX = rf"{ATOM}(?:\.{ATOM})*@{LABEL}(?:\.{LABEL})*"

_MAILBOX = re.compile(MAILBOX)
_LONGEST_LOCAL, _LONGEST_DOMAIN = 64, 253  # RFC 5321 §4.5.3.1


def is_address(text: str) -> bool:
    """Whether `text` is a mailbox `local@domain` that a letter can be sent to."""
    local, _, domain = text.partition("@")
    return bool(_MAILBOX.fullmatch(text)) and len(local) <= _LONGEST_LOCAL and len(domain) <= _LONGEST_DOMAIN


def is_public_address(text: str) -> bool:
    """Whether it also names a domain with a dot, as every agency's does."""
    return is_address(text) and "." in text.partition("@")[2]
