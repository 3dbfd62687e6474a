"""Personal links: issued, replaced, looked at.

A newer ballot link stops the older ones. Sign-in links live side by side until one is used: whoever knows an
address may ask for a letter, and must not be able to spoil the one that its owner is about to open.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session, SQLModel, col

from engine.access import Actor, demand_role
from engine.calendar import in_words
from engine.commands.ground import note_round, stand_on
from engine.errors import LinkExpired, NotFound, SeatTaken
from engine.links import Keys
from engine.models import Event, Link, Person, Round, Seat, SignIn, Voting
from engine.stages import Role

ASK_AGAIN_AFTER = timedelta(seconds=60)
_LINK = SQLModel.metadata.tables["link"]


def issue_link(
    session: Session,
    keys: Keys,
    *,
    purpose: str,
    person_id: int,
    scope: str = "",
    expires_at: datetime | None = None,
    now: datetime,
) -> Link:
    """A new link of its kind for a person; older ones stop working, but for sign-in links.

    The caller holds a lock that keeps a second one away: the round's row, or the person's.
    """
    mine = (_LINK.c.purpose == purpose, _LINK.c.person_id == person_id, _LINK.c.scope == scope)
    older = session.execute(
        select(_LINK.c.generation).where(*mine).order_by(_LINK.c.generation.desc()).limit(1)
    ).scalar()
    if older and purpose != "signin":
        session.execute(update(_LINK).where(*mine, _LINK.c.revoked_at.is_(None)).values(revoked_at=now))
    link = Link(
        purpose=purpose,
        person_id=person_id,
        scope=scope,
        generation=(older or 0) + 1,
        token_hash="",
        made_at=now,
        expires_at=expires_at,
    )
    link.token_hash = keys.at_rest(token_of(keys, link))
    session.add(link)
    session.flush()
    return link


def issue_ballot_links(
    session: Session, keys: Keys, *, voting_id: int, persons: Sequence[int], now: datetime
) -> None:
    """The first ballot link of a new vote for every person, in one statement."""
    scope = str(voting_id)
    rows = [
        {
            "purpose": "ballot",
            "person_id": person_id,
            "scope": scope,
            "generation": 1,
            "token_hash": keys.at_rest(
                keys.token(purpose="ballot", person_id=person_id, scope=scope, generation=1)
            ),
            "made_at": now,
        }
        for person_id in persons
    ]
    session.execute(insert(_LINK), rows)


def token_of(keys: Keys, link: Link) -> str:
    """The token of a link, derived again for the letter that carries it."""
    return keys.token(
        purpose=link.purpose, person_id=link.person_id, scope=link.scope, generation=link.generation
    )


def link_of(session: Session, keys: Keys, token: str, *, now: datetime) -> tuple[Link, Person]:
    """Look at a link without using it up. Raises LinkExpired with the reason and what to do."""
    found = session.execute(
        select(Link, Person)
        .join(Person, col(Person.id) == col(Link.person_id))
        .where(col(Link.token_hash) == keys.at_rest(token))
        # Looked at before its lock and again under it: what was read first is worth nothing then.
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise LinkExpired(
            "Đường dẫn này không đúng. Hãy mở lại từ thư mới nhất, hoặc xin gửi lại đường dẫn.",
            rule="Đường dẫn riêng của từng người",
            help_from="Văn phòng",
        )
    link, person = found
    if link.purpose == "signin" and link.revoked_at is not None:
        raise LinkExpired(
            "Ông/bà đã đăng nhập bằng một đường dẫn khác nên đường dẫn này không còn hiệu lực. "
            "Xin gửi lại đường dẫn mới ở trang đăng nhập.",
            rule="Đường dẫn đăng nhập dùng một lần",
            help_from="Văn phòng",
        )
    if link.revoked_at is not None and link.revoked_at <= now:
        if link.purpose == "ballot":
            _demand_seat(session, link)
        raise LinkExpired(
            "Đường dẫn này đã được thay bằng đường dẫn mới trong thư gửi sau.",
            rule="Chỉ đường dẫn mới nhất có hiệu lực",
            help_from="Văn phòng",
        )
    if not person.active or (link.expires_at is not None and now >= link.expires_at):
        raise LinkExpired(
            "Đường dẫn này đã hết hạn. Xin gửi lại đường dẫn mới ở trang đăng nhập.",
            rule="Đường dẫn đăng nhập có hạn",
            help_from="Văn phòng",
        )
    if link.purpose == "signin" and link.used_at is not None:
        raise LinkExpired(
            "Đường dẫn đăng nhập này đã được dùng. Xin gửi lại đường dẫn mới ở trang đăng nhập.",
            rule="Đường dẫn đăng nhập dùng một lần",
            help_from="Văn phòng",
        )
    if link.purpose == "ballot":
        _demand_vote_open(session, link)
    return link, person


def use_up(session: Session, link: Link, *, now: datetime) -> None:
    """A sign-in link has been used: it and every other one of that person are over.

    The caller holds the person's row, so that of two links opened at once one is too late.
    """
    mine = (_LINK.c.purpose == link.purpose, _LINK.c.person_id == link.person_id, _LINK.c.id != link.id)
    unspent = (_LINK.c.revoked_at.is_(None), _LINK.c.used_at.is_(None))
    session.execute(update(_LINK).where(*mine, *unspent).values(revoked_at=now))
    link.used_at = now
    session.add(link)


def _demand_seat(session: Session, link: Link) -> None:
    seated = (
        select(col(Seat.id))
        .join(Voting, col(Voting.round_id) == col(Seat.round_id))
        .where(col(Voting.id) == int(link.scope), col(Seat.person_id) == link.person_id)
    )
    if session.execute(seated).first() is None:
        raise SeatTaken(
            "Thành viên khác đã thay ông/bà trong Hội đồng của đợt xét này, "
            "nên đường dẫn này không còn dùng được.",
            rule="Thành phần Hội đồng",
            help_from="Văn phòng",
        )


def _demand_vote_open(session: Session, link: Link) -> None:
    closed = session.execute(
        select(col(Voting.closed_at)).where(col(Voting.id) == int(link.scope))
    ).scalar_one_or_none()
    if closed is not None:
        raise LinkExpired(
            f"Hội đồng đã kết thúc bỏ phiếu lúc {in_words(closed)}; đường dẫn này không còn dùng được.",
            rule="Đường dẫn bỏ phiếu có hiệu lực đến khi kết thúc bỏ phiếu",
            help_from="Thư ký Hội đồng",
        )


def asked_recently(session: Session, *, purpose: str, person_id: int, now: datetime) -> bool:
    """Whether such a link was made in the last minute: a second one would only fill a mailbox."""
    recent = select(col(Link.id)).where(
        col(Link.purpose) == purpose,
        col(Link.person_id) == person_id,
        col(Link.made_at) > now - ASK_AGAIN_AFTER,
        # A link whose answer was lost on the way is used up: its owner may ask at once.
        col(Link.used_at).is_(None),
    )
    return session.execute(recent).first() is not None


def replace_ballot_link(
    session: Session, actor: Actor, keys: Keys, key: str, *, person_id: int, now: datetime
) -> Link:
    """Give a council member a new ballot link; the old one, and sessions opened by it, stop working.

    Pressed twice within a minute it is one link and one letter, unless somebody has opened it meanwhile.
    """
    ground = stand_on(session, key=key)
    demand_role(actor, Role.office, Role.secretary, round_key=key)
    voting_id = session.execute(
        select(col(Voting.id))
        .join(Seat, col(Seat.round_id) == col(Voting.round_id))
        .where(
            col(Voting.round_id) == ground.round_id,
            col(Voting.closed_at).is_(None),
            col(Seat.person_id) == person_id,
        )
    ).scalar_one_or_none()
    if voting_id is None:
        raise NotFound("Không có phiếu đang mở cho người này.", help_from="Văn phòng")
    scope = str(voting_id)
    opened = select(SignIn).where(col(SignIn.person_id) == person_id, col(SignIn.scope) == scope).exists()
    just_now: Link | None = session.execute(
        select(Link).where(
            col(Link.purpose) == "ballot",
            col(Link.person_id) == person_id,
            col(Link.scope) == scope,
            col(Link.generation) > 1,  # the first came with the vote: it may have to be replaced at once
            col(Link.revoked_at).is_(None),
            col(Link.made_at) > now - ASK_AGAIN_AFTER,
            ~opened,
        )
    ).scalar_one_or_none()
    if just_now is not None:
        return just_now
    link = issue_link(session, keys, purpose="ballot", person_id=person_id, scope=scope, now=now)
    session.execute(delete(SignIn).where(col(SignIn.person_id) == person_id, col(SignIn.scope) == scope))
    facts = {"person": person_id, "link": link.id}
    note_round(session, actor, ground, "link_replaced", now=now, facts=facts, wake=False)
    return link


def ask_ballot_link_again(session: Session, keys: Keys, token: str, *, now: datetime) -> None:
    """Somebody with an old ballot link asks for the one in force: it goes to the registered address only.

    Nothing else changes, or any link that ever leaked could keep its seat from voting. Says nothing either
    way, and does nothing for a link that is unknown, or whose vote is over; one letter a minute.
    """
    link = session.execute(
        select(Link).where(col(Link.token_hash) == keys.at_rest(token), col(Link.purpose) == "ballot")
    ).scalar_one_or_none()
    if link is None:
        return
    key = session.execute(
        select(col(Round.key))
        .join(Voting, col(Voting.round_id) == col(Round.id))
        .where(col(Voting.id) == int(link.scope), col(Voting.closed_at).is_(None))
    ).scalar_one_or_none()
    person = session.get_one(Person, link.person_id)
    if key is None or not person.active:
        return
    ground = stand_on(session, key=key)
    asked = select(col(Event.id)).where(
        col(Event.round_id) == ground.round_id,
        col(Event.kind) == "link_asked",
        col(Event.actor_id) == person.id,
        col(Event.at) > now - ASK_AGAIN_AFTER,
    )
    if session.execute(asked).first() is not None:
        return
    actor = Actor(person.id, person.name, "link")
    note_round(session, actor, ground, "link_asked", now=now, facts={"person": person.id}, wake=False)
