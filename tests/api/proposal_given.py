"""What a clerk fills in and attaches, and a draft as it is stored."""

from io import BytesIO
from typing import Any

from pypdf import PdfWriter

from tests.api.office_given import Doors
from tests.factories import nomination


def _pdf() -> bytes:
    written = BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(written)
    return written.getvalue()


PDF = _pdf()
DEEDS = {
    "legal_point": "74.1.a",
    "period_from_day": "1",
    "period_from_month": "1",
    "period_from_year": "2021",
    "period_to_day": "31",
    "period_to_month": "12",
    "period_to_year": "2025",
    "summary": "Vận động nhân dân hiến đất làm đường thôn, tổ chức mười lớp tập huấn.",
    "achievements": "Việc thứ nhất.\r\nViệc thứ hai.",
}


def stored(doors: Doors, code: str) -> dict[str, Any]:
    with doors.scene.database.read() as session:
        return nomination(session, code).model_dump()
