"""What a page needs to print documents: the agency's wording as it stands, and the fonts of the PDF."""

from collections.abc import Mapping

from api.assets import pdf_fonts
from engine.dossier.build import Press
from engine.dossier.texts import load_texts


def press_of(texts: Mapping[str, str]) -> Press:
    """`texts`: everything under config/. Raises WordingError, naming file, line and remedy, for a fault."""
    documents = {path.rpartition("/")[2]: text for path, text in texts.items() if "documents/" in path}
    return Press(load_texts(documents), pdf_fonts())
