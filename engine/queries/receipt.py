"""The receipt of a signature: what the department head signed, the same whatever happens afterwards."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlmodel import Session, col

from engine.models import Attachment, Nomination, Person


@dataclass(frozen=True)
class Signed:
    """A file as it was signed; `sha256` in hexadecimal."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Later:
    """A file added after the signature, by whom and when."""

    name: str
    sha256: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Receipt:
    """Files that were there at the newest signature, taken off since or not; what came later stands apart."""

    files: tuple[Signed, ...]
    later: tuple[Later, ...]


def receipt_of(session: Session, nomination: Nomination) -> Receipt | None:
    """The receipt of the newest signature; None for what nobody has signed."""
    at = nomination.signed_at
    if at is None:
        return None
    signed: list[Signed] = []
    later: list[Later] = []
    for name, sha256, by, uploaded_at, removed_at, supplement in session.execute(
        select(
            col(Attachment.name),
            col(Attachment.sha256),
            col(Person.name),
            col(Attachment.uploaded_at),
            col(Attachment.removed_at),
            col(Attachment.supplement),
        )
        .outerjoin(Person, col(Person.id) == col(Attachment.uploaded_by))
        .where(
            col(Attachment.nomination_id) == nomination.id,
            or_(col(Attachment.removed_at).is_(None), col(Attachment.removed_at) > at),
        )
        .order_by(col(Attachment.id))
    ).all():
        if uploaded_at <= at and not supplement:
            signed.append(Signed(name, sha256))
        elif removed_at is None:
            later.append(Later(name, sha256, by or "", uploaded_at))
    return Receipt(tuple(signed), tuple(later))
