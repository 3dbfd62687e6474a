"""What a dossier takes along: in which order, and with which tờ trình it was sent before."""

from sqlalchemy import select
from sqlmodel import Session, col

from engine.definition import Definition
from engine.dossier.facts import SentPaper
from engine.models import Dossier, DossierLine
from engine.queries.dossier_facts import Facts
from engine.queries.dossier_returns import returned_lines


def place_of(definition: Definition, *, award: str, kind: str, position: int) -> tuple[int, bool, int]:
    """Where a line stands: award by award, collectives first, then as on the council's frozen list."""
    order = [each.key for each in definition.awards]
    return order.index(award), kind != "collective", position


def sent_before(session: Session, round_id: int, version: int, facts: Facts) -> dict[int, SentPaper]:
    """By nomination, the newest tờ trình older than `version` that took it along, and whether what it was
    sent back for has been completed since; `facts` are those of `version`.
    """
    rows = session.execute(
        select(col(DossierLine.nomination_id), col(Dossier.document_number), col(Dossier.document_date))
        .join(Dossier, col(Dossier.id) == col(DossierLine.dossier_id))
        .where(
            col(Dossier.round_id) == round_id,
            col(Dossier.version) < version,
            col(Dossier.state) != "draft",
            col(Dossier.document_date).is_not(None),
        )
        .order_by(col(Dossier.version))
    ).all()
    done = {line.id for line in returned_lines(session, round_id, facts) if line.completed}
    return {id_: SentPaper(number, dated, completed=id_ in done) for id_, number, dated in rows}
