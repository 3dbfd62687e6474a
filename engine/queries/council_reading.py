"""What the council reads and gets back: the report of each nomination, its files, the results of the vote."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from engine.definition import Definition
from engine.errors import NotFound
from engine.models import Attachment, ListLine, Nomination, Recusal, Result
from engine.queries.council import File, Paper, place_of


@dataclass(frozen=True)
class Neighbour:
    """The nomination before or after on the list."""

    code: str
    name: str


@dataclass(frozen=True)
class Report:
    """Everything the council is shown of one nomination."""

    position: int
    of: int
    code: str
    name: str
    own: bool
    fields: tuple[tuple[str, str], ...]
    summary: str
    achievements: str
    files: tuple[File, ...]
    before: Neighbour | None
    after: Neighbour | None


@dataclass(frozen=True)
class Outcome:
    """The result of one nomination, in the words of its rule; nothing in it says who chose what."""

    position: int
    name: str
    place: str
    award: str
    passed: bool
    yes: int
    no: int
    abstain: int
    base: int
    needed: int
    sentence: str
    reason: str


def report_of(session: Session, paper: Paper, code: str) -> Report:
    """One nomination of the list with its neighbours. Raises NotFound when it is not on this ballot."""
    order = session.execute(
        select(col(Nomination.code), col(Nomination.nominee_name))
        .join(ListLine, col(ListLine.nomination_id) == col(Nomination.id))
        .where(col(ListLine.list_id) == paper.list_id)
        .order_by(col(ListLine.position))
    ).all()
    place = next((number for number, (each, _name) in enumerate(order) if each == code), None)
    if place is None:
        raise NotFound("Không tìm thấy đề nghị này trong phiếu của ông/bà.", help_from="Thư ký Hội đồng")
    nomination = session.scalars(select(Nomination).where(col(Nomination.code) == code)).one()
    recused = session.get(Recusal, (paper.ballot_id, nomination.id)) is not None
    files = session.execute(
        select(
            col(Attachment.id),
            col(Attachment.item_key),
            col(Attachment.name),
            col(Attachment.media_type),
            col(Attachment.size),
        )
        .where(col(Attachment.nomination_id) == nomination.id, col(Attachment.removed_at).is_(None))
        .order_by(col(Attachment.id))
    ).all()
    labels = {item.key: item.label for item in paper.definition.checklist}
    around = [Neighbour(*each) for each in order]
    return Report(
        position=place + 1,
        of=len(order),
        code=code,
        name=nomination.nominee_name,
        own=recused,
        fields=_fields(paper.definition, nomination),
        summary=nomination.summary,
        achievements=nomination.achievements,
        files=tuple(File(id_, labels.get(item, item), *rest) for id_, item, *rest in files),
        before=around[place - 1] if place else None,
        after=around[place + 1] if place + 1 < len(around) else None,
    )


def _fields(definition: Definition, nomination: Nomination) -> tuple[tuple[str, str], ...]:
    award = definition.award(nomination.award_key)
    unit = next((d.name for d in definition.departments if d.key == nomination.department_key), "")
    point = next((p.words for p in award.points if p.key == nomination.legal_point), nomination.legal_point)
    since, until = nomination.period_from, nomination.period_to
    fields = (
        ("Chức vụ", nomination.nominee_title),
        ("Đơn vị", nomination.nominee_unit or unit),
        ("Phòng đề nghị", unit),
        ("Hình thức", award.name),
        ("Căn cứ", point),
        ("Thời gian", f"{since:%d/%m/%Y} – {until:%d/%m/%Y}" if since and until else ""),
        *((q.label, _answer(q.options, nomination.facts.get(q.key))) for q in definition.questions),
    )
    return tuple((label, value) for label, value in fields if value)


def _answer(options: dict[str, str], value: object) -> str:
    words = {"yes": "Có", "no": "Không", "true": "Có", "false": "Không"} | options
    said = "" if value is None else str(value)
    return words.get(said, words.get(said.lower(), said))


def file_of(session: Session, paper: Paper, attachment_id: int) -> tuple[File, str]:
    """A file of a nomination on this ballot, and the hash its bytes are kept under. Raises NotFound."""
    row = session.execute(
        select(
            col(Attachment.id),
            col(Attachment.name),
            col(Attachment.media_type),
            col(Attachment.size),
            col(Attachment.sha256),
        )
        .join(ListLine, col(ListLine.nomination_id) == col(Attachment.nomination_id))
        .where(
            col(ListLine.list_id) == paper.list_id,
            col(Attachment.id) == attachment_id,
            col(Attachment.removed_at).is_(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFound("Không tìm thấy tệp này.", help_from="Thư ký Hội đồng")
    id_, name, media_type, size, sha256 = row
    return File(id_, "", name, media_type, size), sha256


def outcomes_of(session: Session, paper: Paper) -> tuple[Outcome, ...]:
    """The results of a closed vote in the order of the list; empty while it is open."""
    rows = session.execute(
        select(
            col(ListLine.position),
            col(Nomination.nominee_name),
            col(Nomination.nominee_title),
            col(Nomination.nominee_unit),
            col(Nomination.department_key),
            col(Nomination.award_key),
            col(Result.passed),
            col(Result.yes),
            col(Result.no),
            col(Result.abstain),
            col(Result.base),
            col(Result.needed),
            col(Result.sentence),
            col(Result.reason),
        )
        .join(Nomination, col(Nomination.id) == col(Result.nomination_id))
        .join(
            ListLine,
            (col(ListLine.nomination_id) == col(Nomination.id)) & (col(ListLine.list_id) == paper.list_id),
        )
        .where(col(Result.voting_id) == paper.voting_id)
        .order_by(col(ListLine.position))
    ).all()
    units = {unit.key: unit.name for unit in paper.definition.departments}
    return tuple(
        Outcome(
            position,
            name,
            place_of(title, unit, units.get(department, "")),
            paper.definition.award(award).name,
            *rest,
        )
        for position, name, title, unit, department, award, *rest in rows
    )
