"""What a page needs to print documents: the agency's wording as it stands, and the fonts of the PDF."""

from collections.abc import Mapping, Sequence

from fastapi.responses import Response

from api.assets import pdf_fonts
from api.downloads import send_bytes
from engine.dossier.build import Press
from engine.dossier.contents import media_type_of
from engine.dossier.texts import load_texts
from engine.dossier.view import Document
from engine.errors import NotFound, NotNow


def press_of(texts: Mapping[str, str]) -> Press:
    """`texts`: everything under config/. Raises WordingError, naming file, line and remedy, for a fault."""
    documents = {path.rpartition("/")[2]: text for path, text in texts.items() if "documents/" in path}
    return Press(load_texts(documents), pdf_fonts())


def demand_form(form: str) -> None:
    """Raises NotFound for anything a single paper is not made as."""
    if form not in {"docx", "pdf"}:
        raise NotFound("Không có văn bản này. Chọn bản Word hoặc PDF.", help_from="Văn phòng")


def printed(press: Press, documents: Document | Sequence[Document], *, name: str, form: str) -> Response:
    """One paper as "docx" or "pdf", downloaded as `name`.`form`. Raises NotNow when it cannot be made."""
    try:
        data = press.docx(documents) if form == "docx" else press.pdf(documents)
    except ValueError as fault:
        raise NotNow(
            f"Chưa tạo được văn bản: {fault}", rule="Tạo văn bản", help_from="quản trị hệ thống"
        ) from fault
    return send_bytes(data, name=f"{name}.{form}", media_type=media_type_of(f"x.{form}"))
