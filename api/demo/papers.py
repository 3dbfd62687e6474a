"""Real small files for the sample: achievement reports as PDF or DOCX, and minutes of departments' meetings.

They are made by the dossier's own builders, so that what the council reads looks like what leaves the house.
"""

import io
from dataclasses import dataclass
from datetime import date

from api.assets import DIST, PDF_FONTS
from engine.commands.proposal import StoredFile
from engine.definition import Definition
from engine.dossier.build import Press, Source, build_archive
from engine.dossier.docx import render_docx
from engine.dossier.facts import ReportFacts
from engine.dossier.pdf import render_pdf
from engine.dossier.report import achievement_report
from engine.dossier.texts import Texts
from engine.dossier.view import Document, Head, Paragraph, Style
from engine.files import FileStore
from engine.queries.dossier_facts import agency_facts, review_facts

LARGEST = 2**20  # bytes; the sample's files have a tenth of it


@dataclass(frozen=True)
class Reporter:
    """Whose report it is, and who confirms it."""

    name: str
    is_collective: bool
    title: str
    unit: str
    award_name: str
    head_title: str
    head_name: str


class Papers:
    """Writes files for one round into the installation's store."""

    def __init__(self, store: FileStore, texts: Texts, definition: Definition) -> None:
        self.store, self.texts, self.definition = store, texts, definition
        self.agency, self.round = agency_facts(definition, {}), review_facts(definition)

    def report(self, reporter: Reporter, achievements: str, *, day: date, word: bool = False) -> StoredFile:
        """An achievement report: PDF as scanned in most departments, DOCX where `word`."""
        document = achievement_report(
            self.texts.report,
            agency=self.agency,
            review=self.round,
            facts=ReportFacts(
                name=reporter.name,
                is_collective=reporter.is_collective,
                title=reporter.title,
                unit=reporter.unit,
                award_name=reporter.award_name,
                particulars=(),
                duties="Theo phân công của phòng và của Ban Chỉ đạo các Chương trình mục tiêu quốc gia tỉnh.",
                achievements=(("Kết quả cụ thể", achievements),),
                past_awards=(),
                unit_head_title=reporter.head_title,
                unit_head_name=reporter.head_name,
                date=day,
                stamp=day,
            ),
        )
        return self._kept(document, "bao-cao-thanh-tich", word=word)

    def meeting(self, department: str, head_name: str, *, day: date) -> StoredFile:
        """Minutes of a department's meeting that chose its nominees."""
        paragraphs = (
            f"Ngày {day:%d/%m/%Y}, {department} họp bình xét, đề nghị khen thưởng: {self.definition.title}.",
            f"Chủ trì: {head_name}. Toàn thể công chức, người lao động của đơn vị có mặt.",
            "Sau khi nghe báo cáo thành tích và thảo luận, cuộc họp biểu quyết từng trường hợp.",
            "Các trường hợp trong danh sách kèm theo đều được trên 2/3 số người có mặt đồng ý.",
            "Biên bản được đọc lại cho mọi người cùng nghe và nhất trí./.",
        )
        document = Document(
            title="BIÊN BẢN",
            subject="Họp bình xét, đề nghị khen thưởng",
            stamp=day,
            head=Head(
                parent=self.agency.name, issuer=department, place=self.definition.agency.place, date=day
            ),
            blocks=tuple(Paragraph(text, Style.BODY) for text in paragraphs),
        )
        return self._kept(document, "bien-ban-hop-phong", word=False)

    def confirmation(self, name: str, *, day: date) -> StoredFile:
        """What Sở Nội vụ asked for: confirmed duties towards tax and social insurance."""
        said = f"Xác nhận {name} đã thực hiện đầy đủ nghĩa vụ thuế, bảo hiểm xã hội./."
        document = Document(
            title="GIẤY XÁC NHẬN",
            subject="Thực hiện nghĩa vụ thuế, bảo hiểm xã hội",
            stamp=day,
            head=Head(parent="Cục Thuế", issuer="Thuế tỉnh", place=self.definition.agency.place, date=day),
            blocks=(Paragraph(said, Style.BODY),),
        )
        return self._kept(document, "xac-nhan-thue", word=False)

    def archive(self, source: Source) -> StoredFile:
        """The whole dossier in one archive, built and kept as the office's own page does it."""
        press = Press(self.texts, DIST / PDF_FONTS)
        built = build_archive(source, press, self.store.path)
        sha256, size = self.store.keep_written(built.write)
        return StoredFile("ho-so.zip", "application/zip", size, sha256)

    def _kept(self, document: Document, stem: str, *, word: bool) -> StoredFile:
        layout = self.texts.layout
        content = (
            render_docx(document, layout=layout)
            if word
            else render_pdf(document, fonts=DIST / PDF_FONTS, layout=layout)
        )
        name = f"{stem}.{'docx' if word else 'pdf'}"
        kept = self.store.take_in(io.BytesIO(content), name=name, limit=LARGEST)
        return StoredFile(name=name, media_type=kept.media_type, size=kept.size, sha256=kept.sha256)
