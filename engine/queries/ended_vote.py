"""What the holder of a ballot link may be told once the vote is over."""

from sqlmodel import Session, col, select

from engine.links import Keys
from engine.models import Link, Person, Round, Voting


def round_of_ended_vote(session: Session, keys: Keys, token: str) -> str:
    """The key of the round whose vote has ended, by a link that would still open that vote's ballot.

    Empty for any other token: a replaced link may be in strange hands, and must not tell more than it did.
    """
    scope = session.exec(
        select(Link.scope)
        .join(Person, col(Person.id) == col(Link.person_id))
        .where(
            Link.token_hash == keys.at_rest(token),
            Link.purpose == "ballot",
            col(Link.revoked_at).is_(None),
            col(Person.active).is_(True),
        )
    ).first()
    if scope is None:
        return ""
    ended = (
        select(Round.key)
        .join(Voting, col(Voting.round_id) == col(Round.id))
        .where(Voting.id == int(scope), col(Voting.closed_at).is_not(None))
    )
    return session.exec(ended).first() or ""
