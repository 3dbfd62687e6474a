"""Báo cáo thành tích: one nominee's achievement report, confirmed by the proposing level."""

from engine.dossier.facts import AgencyFacts, ReportFacts, RoundFacts
from engine.dossier.phrases import AGENCY, agency_values, inside, one, running
from engine.dossier.view import (
    Block,
    Column,
    Document,
    Head,
    Paragraph,
    Row,
    Signature,
    Style,
    Table,
)
from engine.dossier.wording import Wording

FILE = "bao-cao.yaml"
_NAME = frozenset({"ten"})
EXPECTED = {
    "title": one(),
    "subject": one(AGENCY, frozenset({"hinh_thuc"})),
    "heading_person": one(),
    "heading_collective": one(),
    "name_person": one(_NAME),
    "name_collective": one(_NAME),
    "position": one(frozenset({"chuc_vu"})),
    "unit": one(frozenset({"don_vi"})),
    "particular": one(frozenset({"nhan", "gia_tri"})),
    "duties": one(frozenset({"nhiem_vu"})),
    "heading_achievements": one(),
    "heading_past": one(),
    "past_column_year": one(),
    "past_column_award": one(),
    "past_column_decision": one(),
    "closing": one(AGENCY),
    "closing_collective": one(AGENCY),
    "confirm": one(),
    "confirm_note": one(),
    "reporter_person": one(),
    "reporter_collective": one(),
    "reporter_note": one(),
}


def achievement_report(
    wording: Wording, *, agency: AgencyFacts, review: RoundFacts, facts: ReportFacts
) -> Document:
    """The report with the reporter's signature right and the unit's confirmation left."""
    values = agency_values(agency, review) | {"hinh_thuc": inside(facts.award_name), "ten": facts.name}
    who = "collective" if facts.is_collective else "person"
    closing = wording.one("closing_collective" if facts.is_collective else "closing", values)
    return Document(
        title=wording.one("title", values),
        subject=wording.one("subject", values),
        stamp=facts.date or facts.stamp,
        head=Head(parent=agency.name, issuer=facts.unit, place=agency.place, date=facts.date),
        blocks=(
            *_particulars(wording, facts, who),
            *_achievements(wording, facts),
            *_past_awards(wording, facts),
            Paragraph(closing),
        ),
        signatures=(
            Signature(
                (wording.one("confirm", {}), facts.unit_head_title.upper()),
                facts.unit_head_name,
                wording.one("confirm_note", {}),
            ),
            Signature(
                (wording.one(f"reporter_{who}", {}),),
                "" if facts.is_collective else facts.name,
                wording.one("reporter_note", {}),
            ),
        ),
    )


def _particulars(wording: Wording, facts: ReportFacts, who: str) -> list[Block]:
    texts = [wording.one(f"name_{who}", {"ten": facts.name})]
    if facts.title and not facts.is_collective:
        texts.append(wording.one("position", {"chuc_vu": facts.title}))
    texts.append(wording.one("unit", {"don_vi": facts.unit}))
    texts += [
        wording.one("particular", {"nhan": label, "gia_tri": value}) for label, value in facts.particulars
    ]
    if facts.duties:
        texts.append(wording.one("duties", {"nhiem_vu": facts.duties}))
    heading = Paragraph(wording.one(f"heading_{who}", {}), Style.HEADING)
    return [heading, *(Paragraph(text, Style.ITEM) for text in texts)]


def _achievements(wording: Wording, facts: ReportFacts) -> list[Block]:
    blocks: list[Block] = [Paragraph(wording.one("heading_achievements", {}), Style.HEADING)]
    for heading, text in facts.achievements:
        if heading:
            blocks.append(Paragraph(heading, Style.HEADING))
        blocks += [Paragraph(line) for line in running(text)]
    return blocks


def _past_awards(wording: Wording, facts: ReportFacts) -> list[Block]:
    """Nothing where none is on record: that there was none is not known, and a sealed paper has no blanks."""
    if not facts.past_awards:
        return []
    heading = Paragraph(wording.one("heading_past", {}), Style.HEADING)
    columns = (
        Column(wording.one("past_column_year", {}), 10, "center"),
        Column(wording.one("past_column_award", {}), 45),
        Column(wording.one("past_column_decision", {}), 45),
    )
    rows = tuple(Row((str(past.year), past.award_name, past.decision)) for past in facts.past_awards)
    return [heading, Table(columns, rows)]
