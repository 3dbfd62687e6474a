"""Tờ trình: the submission of provincial awards to the receiving body."""

from collections.abc import Sequence

from engine.dossier.dates import long_date
from engine.dossier.facts import (
    AgencyFacts,
    CouncilFacts,
    LineFacts,
    Registration,
    RoundFacts,
)
from engine.dossier.phrases import (
    AGENCY,
    AWARDED,
    COUNCIL,
    agency_values,
    awarded_values,
    council_values,
    head_signature,
    how_many,
    legal_basis,
    many,
    one,
)
from engine.dossier.view import Document, Head, Kind, Paragraph, Symbol
from engine.dossier.wording import Wording

FILE = "to-trinh.yaml"
AGAIN = frozenset({"bo_sung", "to_trinh_truoc"})
EXPECTED = {
    "title": one(),
    "subject": one(AGENCY, AWARDED),
    "subject_completion": one(AGENCY, AWARDED),
    "salutation": one(AGENCY),
    "basis_council": many(AGENCY, COUNCIL),
    "basis_simplified": many(AGENCY),
    "completion": one(AGENCY, AWARDED, AGAIN),
    "resent": one(AGENCY, AWARDED, AGAIN),
    "body_council": many(AGENCY, COUNCIL, AWARDED),
    "body_simplified": many(AGENCY, AWARDED),
    "closing": many(AGENCY, AWARDED),
    "recipients_title": one(),
    "recipients": many(AGENCY),
}


def submission(
    wording: Wording,
    *,
    agency: AgencyFacts,
    review: RoundFacts,
    lines: Sequence[LineFacts],
    registration: Registration,
    council: CouncilFacts | None,
) -> Document:
    """The tờ trình for `lines`; `council` is None under the simplified procedure (no ballot).

    Opens by naming the tờ trình it completes when lines of it were sent before and came back; its subject is
    the completion only where it is nothing else.
    """
    path = "simplified" if council is None else "council"
    values = agency_values(agency, review) | awarded_values(lines)
    if council is not None:
        values |= council_values(council, lines)
    grounds = [*review.legal_basis, *wording.many(f"basis_{path}", values)]
    again = [line for line in lines if line.sent_with]
    completed = [line for line in again if line.sent_with and line.sent_with.completed]
    body = [
        *_completion(wording, again, values),
        *wording.many(f"body_{path}", values),
        *wording.many("closing", values),
    ]
    return Document(
        title=wording.one("title", values),
        subject=wording.one("subject_completion" if len(completed) == len(lines) else "subject", values),
        stamp=registration.date or registration.stamp,
        head=Head(
            parent=agency.parent,
            issuer=agency.name,
            symbol=Symbol(Kind.SUBMISSION, agency.code, registration.number),
            place=agency.place,
            date=registration.date,
        ),
        salutation=wording.one("salutation", values),
        blocks=(*legal_basis(grounds), *(Paragraph(text) for text in body)),
        signatures=(head_signature(agency),),
        recipients_title=wording.one("recipients_title", values),
        recipients=wording.many("recipients", values),
    )


def _completion(wording: Wording, again: Sequence[LineFacts], values: dict[str, str]) -> list[str]:
    """Which papers took these along before, oldest first, and what has been completed since: the paper
    vouches for no completion that did not happen. Nothing where none was sent before.
    """
    said = []
    for key, completed in (("completion", True), ("resent", False)):
        lines = [line for line in again if line.sent_with and line.sent_with.completed is completed]
        papers = sorted({(p.date, p.symbol) for line in lines if (p := line.sent_with)})
        if papers:
            named = [f"Tờ trình số {symbol} {long_date(dated)}" for dated, symbol in papers]
            told = {"bo_sung": how_many(lines), "to_trinh_truoc": " và ".join(named)}
            said.append(wording.one(key, values | told))
    return said
