"""A file attached to a draft, for whoever asks for it."""

from engine.commands import proposal
from engine.commands.proposal import StoredFile
from tests.api.office_given import Doors

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def given_file(doors: Doors, code: str) -> int:
    """A file attached to a draft; its id."""
    scene = doors.scene
    sha256, size = doors.app.state.installation.files.keep(PDF)
    with scene.database.unit_of_work() as session:
        file = StoredFile("Minh chứng – số 1.pdf", "application/pdf", size, sha256)
        row = proposal.attach(
            session, scene.actor("clerk-cs", session), code, item_key="minh-chung", file=file, now=scene.now
        )
        return row.id or 0
