"""One nomination as a person sees it: what it says, files, comments, findings, result, what may be done."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from engine.access import Actor, demand_sight, holds
from engine.commands.ground import Ground, pinned
from engine.commands.proposal import Draft, may_withdraw, open_until
from engine.definition import Award, Definition, Item, LegalPoint, Question
from engine.eligibility import Finding, told_once
from engine.errors import NotFound
from engine.models import Attachment, Comment, Nomination, NominationList, Person, Result, Round, Voting
from engine.queries import judging, timeline
from engine.queries.receipt import Receipt, receipt_of
from engine.stages import EDITABLE, MOVE_OF, Act, Role, Stage, State, acts_from

NOT_THERE = "Không tìm thấy đề nghị này, hoặc ông/bà không có quyền xem."


@dataclass(frozen=True)
class FileSeen:
    """A file of a nomination; `id` is its address, `size` in bytes."""

    id: int
    item_key: str
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: datetime


@dataclass(frozen=True)
class CommentSeen:
    """What the office wrote beside a field (empty: about the whole)."""

    field: str
    body: str
    author: str
    made_at: datetime
    open: bool


@dataclass(frozen=True)
class NominationSeen:
    """Everything the nomination's pages show one person. What the person may not know is empty."""

    code: str
    round_key: str
    round_title: str
    stage: Stage
    definition: Definition
    department: str
    department_name: str
    state: State
    version: int
    draft: Draft
    award: Award
    point: LegalPoint | None
    files: tuple[FileSeen, ...]
    items: tuple[Item, ...]
    questions: tuple[Question, ...]
    comments: tuple[CommentSeen, ...]
    findings: tuple[Finding, ...]
    happenings: tuple[timeline.Happening, ...]
    acts: tuple[Act, ...]
    mine: bool
    inside: bool
    until: datetime | None
    open: bool
    return_until: datetime | None
    updated_at: datetime
    updated_by: int | None
    updated_name: str
    signed_at: datetime | None
    signed_name: str
    receipt: Receipt | None
    reason: str
    result: str
    decision_number: str
    decision_date: date | None

    @property
    def editable(self) -> bool:
        """Whether this person may change it now."""
        return self.mine and self.open and self.state in EDITABLE

    @property
    def told(self) -> tuple[Finding, ...]:
        """The findings to be read in a row, not beside their fields."""
        return told_once(self.findings)

    def files_of(self, item_key: str) -> tuple[FileSeen, ...]:
        return tuple(file for file in self.files if file.item_key == item_key)


def draft_of(nomination: Nomination, person_key: str) -> Draft:
    """The stored nomination as what a form would send, so that one step can be laid over it."""
    return Draft(
        nominee_kind=nomination.nominee_kind,
        person_key=person_key,
        nominee_name=nomination.nominee_name,
        nominee_title=nomination.nominee_title,
        nominee_unit=nomination.nominee_unit,
        award_key=nomination.award_key,
        legal_point=nomination.legal_point,
        period_from=nomination.period_from,
        period_to=nomination.period_to,
        summary=nomination.summary,
        achievements=nomination.achievements,
        answers={key: str(value) for key, value in nomination.facts.items()},
    )


def seen(session: Session, actor: Actor, code: str, *, now: datetime) -> NominationSeen:
    """The nomination with this code as `actor` may see it. Raises NotFound, also for what is not theirs."""
    nominee, editor, signer = aliased(Person), aliased(Person), aliased(Person)
    row = session.execute(
        select(Nomination, Round, nominee.key, editor.name, signer.name)  # type: ignore[call-overload]
        .join(Round, col(Round.id) == Nomination.round_id)
        .outerjoin(nominee, nominee.id == Nomination.person_id)
        .outerjoin(editor, editor.id == Nomination.updated_by)
        .outerjoin(signer, signer.id == Nomination.signed_by)
        .where(Nomination.code == code)
    ).one_or_none()
    if row is None:
        raise NotFound(NOT_THERE, help_from="Văn phòng")
    nomination, round_, person_key, editor_name, signer_name = row
    _demand_sight(session, actor, nomination, round_.key)
    definition = pinned(session, round_.definition_hash)
    stage, state = Stage(round_.stage), State(nomination.state)
    mine = nomination.department_key in actor.departments()
    inside = mine or actor.has(Role.office) or actor.has(Role.head)
    ground = Ground(round_, definition)
    until = open_until(session, ground, nomination.department_key, nomination)
    is_open = until is not None and now < until
    award = definition.award(nomination.award_key)
    return NominationSeen(
        code=nomination.code,
        round_key=round_.key,
        round_title=round_.title,
        stage=stage,
        definition=definition,
        department=nomination.department_key,
        department_name=_department_name(definition, nomination.department_key),
        state=state,
        version=nomination.version,
        draft=draft_of(nomination, person_key or ""),
        award=award,
        point=next((p for p in award.points if p.key == nomination.legal_point), None),
        files=files_of(session, nomination.id or 0),
        items=definition.items_for(award=award.key, nominee_kind=nomination.nominee_kind),
        questions=definition.questions_for(award=award.key, nominee_kind=nomination.nominee_kind),
        comments=_comments(session, nomination.id or 0) if inside else (),
        findings=judging.findings_of(session, definition, nomination) if inside else (),
        happenings=timeline.of_nomination(session, nomination.id or 0) if inside else (),
        acts=_acts(
            actor,
            ground,
            nomination,
            is_open=is_open,
            may_withdraw=is_open and may_withdraw(session, ground, nomination, now=now),
        ),
        mine=mine,
        inside=inside,
        until=until,
        open=is_open,
        return_until=nomination.return_until,
        updated_at=nomination.updated_at,
        updated_by=nomination.updated_by,
        updated_name=editor_name or "",
        signed_at=nomination.signed_at,
        signed_name=signer_name or "",
        receipt=receipt_of(session, nomination),
        reason=nomination.reason if inside else "",
        result=_result(session, nomination),
        decision_number=nomination.decision_number,
        decision_date=nomination.decision_date,
    )


def _demand_sight(session: Session, actor: Actor, nomination: Nomination, round_key: str) -> None:
    published = session.exec(
        select(NominationList.id).where(
            NominationList.round_id == nomination.round_id, col(NominationList.published_at).is_not(None)
        )
    ).first()
    demand_sight(
        actor,
        department=nomination.department_key,
        round_key=round_key,
        state=State(nomination.state),
        list_published=published is not None,
    )


def _department_name(definition: Definition, key: str) -> str:
    return next((d.name for d in definition.departments if d.key == key), key)


def _acts(
    actor: Actor,
    ground: Ground,
    nomination: Nomination,
    *,
    is_open: bool,
    may_withdraw: bool,
) -> tuple[Act, ...]:
    """Moves the table allows now that this person's roles carry; the department's only while it is open."""
    department = {Role.clerk, Role.department_head}
    # What the head has signed off only the head withdraws (engine.commands.proposal.withdraw).
    signed = nomination.signed_at is not None
    heads = holds(actor, Role.department_head, department=nomination.department_key)
    # What the head agreed to forks: the agency decides itself, or the dossier goes to Sở Nội vụ.
    own = ground.definition.award(nomination.award_key).level == "agency"
    elsewhere = {Act.submit, Act.withdraw_answer} if own else {Act.decide}
    return tuple(
        act
        for act in acts_from(State(nomination.state), ground.stage)
        if act not in ground.definition.acts_off
        and any(
            holds(actor, role, department=nomination.department_key, round_key=ground.round.key)
            for role in MOVE_OF[act].roles
        )
        and (is_open or not MOVE_OF[act].roles & department)
        and not (act == Act.withdraw and (not may_withdraw or (signed and not heads)))
        and act not in elsewhere
    )


def files_of(session: Session, nomination_id: int) -> tuple[FileSeen, ...]:
    """The files a nomination has now, in the order they came."""
    rows = session.exec(
        select(Attachment)
        .where(Attachment.nomination_id == nomination_id, col(Attachment.removed_at).is_(None))
        .order_by(col(Attachment.id))
    ).all()
    return tuple(
        FileSeen(f.id or 0, f.item_key, f.name, f.media_type, f.size, f.sha256, f.uploaded_at) for f in rows
    )


def file_seen(session: Session, actor: Actor, attachment_id: int) -> FileSeen:
    """One file, for whoever may see its nomination. Raises NotFound."""
    row = session.execute(
        select(Attachment, Nomination, Round.key)
        .join(Nomination, col(Nomination.id) == Attachment.nomination_id)
        .join(Round, col(Round.id) == Nomination.round_id)
        .where(Attachment.id == attachment_id, col(Attachment.removed_at).is_(None))
    ).one_or_none()
    missing = NotFound("Không tìm thấy tệp này, hoặc ông/bà không có quyền xem.", help_from="Văn phòng")
    if row is None:
        raise missing
    file, nomination, round_key = row
    try:
        _demand_sight(session, actor, nomination, round_key)
    except NotFound:
        raise missing from None
    return FileSeen(
        file.id, file.item_key, file.name, file.media_type, file.size, file.sha256, file.uploaded_at
    )


def _comments(session: Session, nomination_id: int) -> tuple[CommentSeen, ...]:
    rows = session.execute(
        select(  # type: ignore[call-overload]
            Comment.field, Comment.body, Person.name, Comment.made_at, Comment.resolved_at
        )
        .join(Person, col(Person.id) == Comment.author_id)
        .where(Comment.nomination_id == nomination_id)
        .order_by(col(Comment.id))
    ).all()
    return tuple(CommentSeen(field, body, who, at, done is None) for field, body, who, at, done in rows)


def _result(session: Session, nomination: Nomination) -> str:
    """The council's result in words, once its vote is closed; nothing while any vote on the round is open."""
    rows = session.execute(
        select(Voting.closed_at, Result.sentence)
        .outerjoin(
            Result,
            (col(Result.voting_id) == Voting.id) & (col(Result.nomination_id) == nomination.id),
        )
        .where(Voting.round_id == nomination.round_id)
        .order_by(col(Voting.number).desc())
    ).all()
    if any(closed is None for closed, _ in rows):
        return ""
    return next((sentence for _, sentence in rows if sentence), "")
