"""After the council: what the head considers, what the agency decides, where each nomination stands."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import func, select
from sqlmodel import Session, col

from engine import eligibility
from engine.eligibility.findings import Finding
from engine.errors import NotFound
from engine.models import Decision, ListLine, Nomination, Result, Voting
from engine.queries import judging
from engine.queries.rounds import RoundSeen
from engine.stages import DEAD, ON_THE_LIST, State

AFTER_COUNCIL = sorted(ON_THE_LIST - {State.listed})


@dataclass(frozen=True)
class Line:
    """One nomination after the vote. `sentence` is its result in words, `level` who decides the award."""

    code: str
    name: str
    kind: str
    place: str
    department: str
    award_key: str
    award: str
    level: str
    state: State
    sentence: str
    reason: str
    decision_number: str
    decision_date: date | None
    position: int
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Group:
    """Lines of one award, and who decides it."""

    award: str
    level: str
    decided_by: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Desk:
    """The head's desk: what waits for a word, what got one, what the council did not recommend."""

    waiting: tuple[Group, ...]
    approved: tuple[Line, ...]
    refused: tuple[Line, ...]
    not_recommended: tuple[Line, ...]

    def named(self, codes: Iterable[str]) -> tuple[Line, ...]:
        """Waiting lines with these codes, in the order of the desk."""
        wanted = set(codes)
        return tuple(line for group in self.waiting for line in group.lines if line.code in wanted)


@dataclass(frozen=True)
class Made:
    """A decision of the agency's head with the nominations it awards."""

    id: int
    number: str
    dated: date
    made_at: datetime
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Decisions:
    """Awards of the agency: approved and not yet decided, and the decisions there are."""

    waiting: tuple[Line, ...]
    made: tuple[Made, ...]


@dataclass(frozen=True)
class Rest:
    """Where nominations stand that no dossier took along: provincial ones the head has yet to consider, and
    the agency's own, agreed to (`to_decide`) and with a decision (`decided`).
    """

    unconsidered: int
    to_decide: int
    decided: int


def lines_of(session: Session, round_: RoundSeen) -> tuple[Line, ...]:
    """Every nomination the council voted on, in the order of the list, with its result; two queries."""
    voting = session.execute(
        select(col(Voting.id), col(Voting.list_id))
        .where(col(Voting.round_id) == round_.id)
        .order_by(col(Voting.number).desc())
        .limit(1)
    ).one_or_none()
    voting_id, list_id = (voting[0], voting[1]) if voting else (0, 0)
    rows = session.execute(
        select(
            col(Nomination.code),
            col(Nomination.nominee_name),
            col(Nomination.nominee_kind),
            col(Nomination.nominee_title),
            col(Nomination.nominee_unit),
            col(Nomination.department_key),
            col(Nomination.award_key),
            col(Nomination.state),
            col(Result.sentence),
            col(Nomination.reason),
            col(Nomination.decision_number),
            col(Nomination.decision_date),
            col(ListLine.position),
        )
        .outerjoin(
            Result,
            (col(Result.nomination_id) == col(Nomination.id)) & (col(Result.voting_id) == voting_id),
        )
        .outerjoin(
            ListLine,
            (col(ListLine.nomination_id) == col(Nomination.id)) & (col(ListLine.list_id) == list_id),
        )
        .where(
            col(Nomination.round_id) == round_.id,
            col(Nomination.state).in_(AFTER_COUNCIL),
        )
        .order_by(col(ListLine.position), col(Nomination.id))
    ).all()
    units = {unit.key: unit.name for unit in round_.definition.departments}
    awards = {award.key: award for award in round_.definition.awards}
    return tuple(
        Line(
            code=code,
            name=name,
            kind=kind,
            place=", ".join(part for part in (title, unit or units.get(department, "")) if part),
            department=units.get(department, department),
            award_key=award,
            award=awards[award].name,
            level=awards[award].level,
            state=State(state),
            sentence=sentence or "",
            reason=reason,
            decision_number=number,
            decision_date=dated,
            position=position or 0,
        )
        for code, name, kind, title, unit, department, award, state, *rest in rows
        for sentence, reason, number, dated, position in (rest,)
    )


def rest_of(lines: Iterable[Line]) -> Rest:
    """Counted from the lines of a round."""
    states = [(line.level, line.state) for line in lines]
    return Rest(
        unconsidered=states.count(("province", State.recommended)),
        to_decide=states.count(("agency", State.approved)),
        decided=states.count(("agency", State.awarded)) + states.count(("agency", State.revoked)),
    )


def desk_of(session: Session, round_: RoundSeen) -> Desk:
    """What the head sees of a round, with the rules' findings on what waits."""
    lines = lines_of(session, round_)
    waiting = [line for line in lines if line.state == State.recommended]
    found = _findings(session, round_, {line.code for line in waiting}) if waiting else {}
    seen = [replace(line, findings=found.get(line.code, ())) for line in waiting]
    return Desk(
        waiting=_by_award(round_, seen),
        approved=tuple(
            line
            for line in lines
            if line.state not in {State.recommended, State.not_recommended, State.refused}
        ),
        refused=tuple(line for line in lines if line.state == State.refused),
        not_recommended=tuple(line for line in lines if line.state == State.not_recommended),
    )


def _findings(session: Session, round_: RoundSeen, codes: set[str]) -> dict[str, tuple[Finding, ...]]:
    live = session.scalars(
        select(Nomination)
        .where(
            col(Nomination.round_id) == round_.id,
            col(Nomination.state).not_in([state.value for state in DEAD]),
        )
        .order_by(col(Nomination.id))
    ).all()
    facts = judging.facts_of(session, live)
    return {
        each.code: eligibility.findings(
            round_.definition, each, [other for other in facts if other is not each]
        )
        for each in facts
        if each.code in codes
    }


def _by_award(round_: RoundSeen, lines: Iterable[Line]) -> tuple[Group, ...]:
    order = [award.key for award in round_.definition.awards]
    placed = sorted(lines, key=lambda line: (order.index(line.award_key), line.position))
    return tuple(
        Group(
            award=round_.definition.award(key).name,
            level=round_.definition.award(key).level,
            decided_by=round_.definition.award(key).decided_by,
            lines=tuple(each),
        )
        for key, each in groupby(placed, key=lambda line: line.award_key)
    )


def decisions_of(session: Session, round_: RoundSeen) -> Decisions:
    """The agency's own awards: three queries."""
    lines = [line for line in lines_of(session, round_) if line.level == "agency"]
    rows = session.execute(
        select(col(Decision.id), col(Decision.number), col(Decision.dated), col(Decision.made_at))
        .where(col(Decision.round_id) == round_.id)
        .order_by(col(Decision.id).desc())
    ).all()
    return Decisions(
        waiting=tuple(line for line in lines if line.state == State.approved),
        made=tuple(
            Made(id_, number, dated, at, tuple(line for line in lines if line.decision_number == number))
            for id_, number, dated, at in rows
        ),
    )


def line_of(session: Session, round_: RoundSeen, code: str, *states: State) -> Line:
    """One nomination of the round, for a form about it alone. Raises NotFound."""
    for line in lines_of(session, round_):
        if line.code == code and line.state in states:
            return line
    raise NotFound("Không tìm thấy đề nghị này, hoặc đề nghị đã chuyển bước.", help_from="Văn phòng")


def given_together(session: Session, round_id: int, line: Line) -> int:
    """How many awards the decision of this line gave, itself included."""
    count: int = session.execute(
        select(func.count())
        .select_from(Nomination)
        .where(
            col(Nomination.round_id) == round_id,
            col(Nomination.state) == State.awarded.value,
            col(Nomination.decision_number) == line.decision_number,
            col(Nomination.decision_date) == line.decision_date,
        )
    ).scalar_one()
    return count
