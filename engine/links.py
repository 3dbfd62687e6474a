"""Personal links. The token is derived, the database keeps a keyed hash: nothing usable is at rest.

token = HMAC-SHA256(K_links, purpose | person | scope | generation); at rest HMAC-SHA256(K_rest, token).
The keys come from one master secret that lives outside the database, so a letter that is repeated
carries the same link, and a stolen database opens nothing.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

USES = ("links", "rest", "receipts")
PREFIX = "tdkt1_"  # lets secret scanners find a leaked link


@dataclass(frozen=True)
class Keys:
    """The keys drawn from the master secret; `repr` shows none of them."""

    links: bytes
    rest: bytes
    receipts: bytes

    @classmethod
    def from_secret(cls, secret: str) -> "Keys":
        """Derive them all; raises ValueError under 32 characters."""
        if len(secret) < 32:  # noqa: PLR2004 — 256 bits written in any usual alphabet
            raise ValueError("secret shorter than 32 characters")
        return cls(*(hmac.digest(secret.encode(), f"tdkt/{use}".encode(), "sha256") for use in USES))

    def __repr__(self) -> str:
        return "Keys(…)"

    def token(self, *, purpose: str, person_id: int, scope: str, generation: int) -> str:
        """The token of one link: 256 bits, the same each time it is asked for."""
        bound = "|".join((purpose, str(person_id), scope, str(generation)))
        digest = hmac.digest(self.links, bound.encode(), "sha256")
        return PREFIX + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def receipt(self, said: str) -> str:
        """Twelve characters for `said`, fit for the telephone, that only this installation can give."""
        digest = hmac.new(self.receipts, said.encode(), hashlib.sha256).hexdigest()[:12].upper()
        return "-".join((digest[:4], digest[4:8], digest[8:]))

    def at_rest(self, token: str) -> str:
        """The keyed hash that the database keeps of a token or a session key."""
        return hmac.new(self.rest, token.encode(), hashlib.sha256).hexdigest()


def new_session_key() -> str:
    """256 random bits for a browser's cookie."""
    return secrets.token_urlsafe(32)
