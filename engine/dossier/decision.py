"""Quyết định: the head's decision on agency-level awards (Giấy khen)."""

from collections.abc import Sequence

from engine.dossier.facts import AgencyFacts, CouncilFacts, LineFacts, Registration, RoundFacts
from engine.dossier.phrases import (
    AGENCY,
    AWARDED,
    COUNCIL,
    agency_values,
    awarded_values,
    council_values,
    head_signature,
    legal_basis,
    many,
    one,
)
from engine.dossier.view import Document, Head, Kind, Paragraph, Style, Symbol
from engine.dossier.wording import Wording

FILE = "quyet-dinh.yaml"
EXPECTED = {
    "title": one(),
    "subject": one(AGENCY, AWARDED),
    "authority": one(AGENCY),
    "basis_council": many(AGENCY, COUNCIL),
    "basis_simplified": many(AGENCY),
    "decides": one(),
    "article_lead": one(frozenset({"so"})),
    "articles": many(AGENCY, AWARDED),
    "recipients_title": one(),
    "recipients": many(AGENCY),
}


def decision(
    wording: Wording,
    *,
    agency: AgencyFacts,
    review: RoundFacts,
    lines: Sequence[LineFacts],
    registration: Registration,
    council: CouncilFacts | None,
) -> Document:
    """The decision for `lines`; its list is a document of its own (`award_list(…, awarded=True)`)."""
    path = "simplified" if council is None else "council"
    values = agency_values(agency, review) | awarded_values(lines)
    if council is not None:
        values |= council_values(council, lines)
    grounds = [*review.legal_basis, *wording.many(f"basis_{path}", values)]
    articles = [
        Paragraph(text, lead=wording.one("article_lead", {"so": str(number)}))
        for number, text in enumerate(wording.many("articles", values), start=1)
    ]
    authority = Paragraph(wording.one("authority", values).upper(), Style.CENTER)
    decides = Paragraph(wording.one("decides", values), Style.CENTER)
    return Document(
        title=wording.one("title", values),
        subject=wording.one("subject", values),
        stamp=registration.date or registration.stamp,
        head=Head(
            parent=agency.parent,
            issuer=agency.name,
            symbol=Symbol(Kind.DECISION, agency.code, registration.number),
            place=agency.place,
            date=registration.date,
        ),
        blocks=(authority, *legal_basis(grounds), decides, *articles),
        signatures=(head_signature(agency),),
        recipients_title=wording.one("recipients_title", values),
        recipients=wording.many("recipients", values),
    )
