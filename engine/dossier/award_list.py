"""Danh sách: the list attached to a tờ trình or a decision, landscape, without a type code of its own."""

from itertools import groupby

from engine.dossier.dates import long_date
from engine.dossier.facts import AgencyFacts, LineFacts, ListFacts, RoundFacts
from engine.dossier.phrases import AGENCY, agency_values, how_many, one
from engine.dossier.view import PLACEHOLDER, Block, Column, Document, Paragraph, Row, Style, Table
from engine.dossier.wording import Wording

FILE = "danh-sach.yaml"
_ATTACHED = frozenset({"van_ban", "so_ky_hieu", "ngay_van_ban"})
EXPECTED = {
    "title_proposed": one(),
    "title_awarded": one(),
    "subject": one(AGENCY),
    "note_proposed": one(AGENCY, _ATTACHED),
    "note_awarded": one(AGENCY, _ATTACHED),
    "column_order": one(),
    "column_name": one(),
    "column_title": one(),
    "column_unit": one(),
    "column_achievement": one(),
    "column_award": one(),
    "column_votes": one(),
    "group_collective": one(),
    "group_person": one(),
    "total": one(AGENCY, frozenset({"so_luong"})),
    "empty": one(AGENCY),
}


def award_list(
    wording: Wording, *, agency: AgencyFacts, review: RoundFacts, facts: ListFacts, awarded: bool = False
) -> Document:
    """The list as an appendix; `awarded` for the list of a decision, else of a proposal.

    Only a proposal tells the ballot: how the council voted is no part of a decision everybody reads.
    """
    kind = "awarded" if awarded else "proposed"
    values = agency_values(agency, review) | {
        "van_ban": facts.parent,
        "so_ky_hieu": facts.parent_symbol,
        "ngay_van_ban": long_date(facts.parent_date),
        "so_luong": how_many(facts.lines),
    }
    return Document(
        title=wording.one(f"title_{kind}", values),
        subject=wording.one("subject", values),
        note=wording.one(f"note_{kind}", values),
        stamp=facts.parent_date or facts.stamp,
        blocks=_blocks(wording, facts, values, with_votes=not awarded),
        landscape=True,
        appendix=True,
    )


def _blocks(
    wording: Wording, facts: ListFacts, values: dict[str, str], *, with_votes: bool
) -> tuple[Block, ...]:
    if not facts.lines:
        return (Paragraph(wording.one("empty", values)),)
    blocks: list[Block] = []
    kinds = {line.is_collective for line in facts.lines}
    # Lines come award by award, collectives first: with several awards a kind alone would head two tables.
    by_award = len(kinds) > 1 and len({line.award_name for line in facts.lines}) > 1
    groups = groupby(facts.lines, key=lambda line: (line.is_collective, by_award and line.award_name))
    for (is_collective, award), lines in groups:
        # A heading only where both kinds occur: a list of persons alone needs none.
        if len(kinds) > 1:
            kind = wording.one("group_collective" if is_collective else "group_person", values)
            blocks.append(Paragraph(f"{award}: {kind.lower()}" if award else kind, Style.HEADING))
        blocks.append(_table(wording, list(lines), with_votes=with_votes))
    return (*blocks, Paragraph(wording.one("total", values)))


def _table(wording: Wording, lines: list[LineFacts], *, with_votes: bool) -> Table:
    columns = [
        Column(wording.one("column_order", {}), 5, "center"),
        Column(wording.one("column_name", {}), 17),
        Column(wording.one("column_title", {}), 13),
        Column(wording.one("column_unit", {}), 18),
        Column(wording.one("column_achievement", {}), 34),
        Column(wording.one("column_award", {}), 14, "center"),
    ]
    rows = [_cells(line) for line in lines]
    if with_votes:
        columns.append(Column(wording.one("column_votes", {}), 9, "center"))
        rows = [(*cells, _votes(line)) for cells, line in zip(rows, lines, strict=True)]
    return Table(tuple(columns), tuple(Row(cells) for cells in rows))


def _cells(line: LineFacts) -> tuple[str, ...]:
    title = "" if line.is_collective else line.title
    return (str(line.order), line.name, title, line.unit, line.achievement, line.award_name)


def _votes(line: LineFacts) -> str:
    """Gives "10/11", or "…" where no ballot was held."""
    return PLACEHOLDER if line.yes is None or line.base is None else f"{line.yes}/{line.base}"
