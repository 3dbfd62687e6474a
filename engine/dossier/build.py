"""Assembling the archive: every document as DOCX and PDF, the list as XLSX, the files, the index.

Nothing here reads the record: a `Source` holds all that is needed, so that building happens outside any
transaction, and two equal sources give the same bytes.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.dossier.archive import OnDisk
from engine.dossier.award_list import award_list
from engine.dossier.decision import decision
from engine.dossier.docx import render_docx
from engine.dossier.facts import (
    AgencyFacts,
    CouncilFacts,
    LineFacts,
    ListFacts,
    Registration,
    ReportFacts,
    RoundFacts,
)
from engine.dossier.minutes import minutes
from engine.dossier.package import Folder, Package, PackageFile, build_package
from engine.dossier.pdf import render_pdf, render_pdfs
from engine.dossier.report import achievement_report
from engine.dossier.submission import submission
from engine.dossier.texts import Texts
from engine.dossier.view import Document, Kind, Symbol
from engine.dossier.xlsx import render_xlsx

SUBMISSION_WORD, DECISION_WORD = "Tờ trình", "Quyết định"


@dataclass(frozen=True)
class KeptFile:
    """An uploaded file, kept under its SHA-256; `is_report` for the report itself, else evidence."""

    name: str
    title: str
    sha256: str
    is_report: bool


@dataclass(frozen=True)
class Item:
    """One nomination of a dossier: its line on the list, its report, its files."""

    line: LineFacts
    report: ReportFacts
    files: tuple[KeptFile, ...]


@dataclass(frozen=True)
class Source:
    """Everything a dossier is made of, read from the record in one go; equal sources, equal archives."""

    title: str
    agency: AgencyFacts
    review: RoundFacts
    registration: Registration
    council: CouncilFacts
    minutes: Registration
    items: tuple[Item, ...]

    @property
    def lines(self) -> tuple[LineFacts, ...]:
        return tuple(item.line for item in self.items)

    @property
    def symbol(self) -> str:
        """Number and code of the tờ trình: "05/TTr-BDT"."""
        return str(Symbol(Kind.SUBMISSION, self.agency.code, self.registration.number))

    @property
    def day(self) -> dt.date:
        return self.registration.date or self.registration.stamp


@dataclass(frozen=True)
class Press:
    """What turns documents into files: the wording, and the folder of the PDF's fonts."""

    texts: Texts
    fonts: Path

    def pdf(self, document: Document | Sequence[Document]) -> bytes:
        return render_pdf(document, fonts=self.fonts, layout=self.texts.layout)

    def pdfs(self, documents: Sequence[Document]) -> list[bytes]:
        """A PDF of each document, all from one child process."""
        return render_pdfs([[each] for each in documents], fonts=self.fonts, layout=self.texts.layout)

    def docx(self, document: Document | Sequence[Document]) -> bytes:
        return render_docx(document, layout=self.texts.layout)


@dataclass(frozen=True)
class DecisionSource:
    """A decision of the agency's head and the nominations it awards; no number or date before signing."""

    agency: AgencyFacts
    review: RoundFacts
    registration: Registration
    council: CouncilFacts
    lines: tuple[LineFacts, ...]


@dataclass(frozen=True)
class MinutesSource:
    """The council's minutes alone; no number until the office registers them."""

    agency: AgencyFacts
    review: RoundFacts
    registration: Registration
    council: CouncilFacts


def minutes_document(source: MinutesSource, texts: Texts) -> Document:
    """The minutes, word for word as a dossier made of the same facts has them."""
    return minutes(
        texts.minutes,
        agency=source.agency,
        review=source.review,
        council=source.council,
        registration=source.registration,
    )


def decision_documents(source: DecisionSource, texts: Texts) -> list[Document]:
    """The decision and the list attached to it, to be rendered one after the other."""
    symbol = str(Symbol(Kind.DECISION, source.agency.code, source.registration.number))
    day, stamp = source.registration.date, source.registration.stamp
    return [
        decision(
            texts.decision,
            agency=source.agency,
            review=source.review,
            lines=source.lines,
            registration=source.registration,
            council=source.council,
        ),
        award_list(
            texts.award_list,
            agency=source.agency,
            review=source.review,
            facts=ListFacts(source.lines, DECISION_WORD, symbol, day, stamp),
            awarded=True,
        ),
    ]


def build_archive(source: Source, press: Press, kept_at: Callable[[str], Path]) -> Package:
    """The whole dossier as one archive to be written. `kept_at` says where the file of a SHA-256 lies.

    Raises ValueError (RenderError among them) when a document cannot be made, or all files are too much for
    one archive.
    """
    papers = [*_of_agency(source, press.texts)]
    kept: list[PackageFile] = []
    for item in source.items:
        papers.append(_report(source, item, press.texts))
        kept += _kept(item, kept_at)
    table = PackageFile(
        Folder.LIST,
        "danh-sach.xlsx",
        "Danh sách đề nghị khen thưởng (bảng tính)",
        render_xlsx(_listed(source)),
    )
    files = [*_printed(papers, press), table, *kept]
    return build_package(f"{SUBMISSION_WORD} số {source.symbol} – {source.title}", files, day=source.day)


@dataclass(frozen=True)
class _Paper:
    """A document that goes in as DOCX and PDF; `order` and `subject` where it is one nominee's."""

    folder: Folder
    name: str
    title: str
    document: Document
    order: int | None = None
    subject: str = ""


def _listed(source: Source) -> ListFacts:
    day, stamp = source.registration.date, source.registration.stamp
    return ListFacts(source.lines, SUBMISSION_WORD, source.symbol, day, stamp)


def _of_agency(source: Source, texts: Texts) -> list[_Paper]:
    letter = submission(
        texts.submission,
        agency=source.agency,
        review=source.review,
        lines=source.lines,
        registration=source.registration,
        council=source.council,
    )
    lines = award_list(texts.award_list, agency=source.agency, review=source.review, facts=_listed(source))
    held = MinutesSource(source.agency, source.review, source.minutes, source.council)
    meeting = minutes_document(held, texts)
    return [
        _Paper(Folder.SUBMISSION, "to-trinh", SUBMISSION_WORD, letter),
        _Paper(Folder.LIST, "danh-sach", "Danh sách đề nghị khen thưởng", lines),
        _Paper(Folder.MINUTES, "bien-ban", "Biên bản của Hội đồng", meeting),
    ]


def _report(source: Source, item: Item, texts: Texts) -> _Paper:
    made = achievement_report(texts.report, agency=source.agency, review=source.review, facts=item.report)
    return _Paper(
        Folder.REPORTS, "bao-cao", "Báo cáo thành tích", made, order=item.line.order, subject=item.line.name
    )


def _printed(papers: Sequence[_Paper], press: Press) -> Iterator[PackageFile]:
    """Every paper as DOCX and PDF; the PDFs in one go, because each process asked for them takes a moment."""
    pdfs = press.pdfs([paper.document for paper in papers])
    for paper, pdf in zip(papers, pdfs, strict=True):
        both = (("docx", "Word", press.docx(paper.document)), ("pdf", "PDF", pdf))
        for ending, program, data in both:
            name, title = f"{paper.name}.{ending}", f"{paper.title} ({program})"
            yield PackageFile(paper.folder, name, title, data, paper.order, paper.subject)


def _kept(item: Item, kept_at: Callable[[str], Path]) -> list[PackageFile]:
    return [
        PackageFile(
            Folder.REPORTS if file.is_report else Folder.EVIDENCE,
            file.name,
            file.title,
            OnDisk(kept_at(file.sha256), file.sha256),
            item.line.order,
            item.line.name,
        )
        for file in item.files
    ]
