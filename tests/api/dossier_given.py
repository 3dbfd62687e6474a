"""A round after its vote with the people who act next at their doors."""

import io
import re
from collections.abc import Mapping

import docx
from fastapi.testclient import TestClient
from httpx import Response

from engine.commands import submission
from engine.database import Database
from engine.definition import Definition
from tests.api.office_given import Doors
from tests.factories import (
    SEATS,
    Scene,
    cast,
    close_vote,
    given_vote,
    nomination,
)

KEY = "thu-nghiem-2025"
ROOT = f"/vp/dot/{KEY}"
Office = tuple[Doors, list[str], TestClient]  # the doors, the codes and the browser of Văn phòng
NOMINEES = (("cs1", "bang-khen"), ("cs2", "bang-khen"), ("kh1", "giay-khen"), ("kh2", "giay-khen"))
MEETING = {
    "submission_number": "5",
    "submission_date": "17/10/2025",
    "minutes_number": "02",
    "meeting_way": "meeting",
    "meeting_date": "17/10/2025",
    "meeting_start": "8 giờ 00",
    "meeting_end": "9h30",
    "meeting_place": "Phòng họp Ban Dân tộc",
}


def voted(database: Database, *, definition: Definition | None = None) -> tuple[Scene, list[str]]:
    """Everybody agreed on everything but the last nomination, which nobody wanted."""
    scene, codes, hash_ = given_vote(database, nominees=NOMINEES, definition=definition)
    for seat in range(1, SEATS + 1):
        cast(scene, seat, dict.fromkeys(codes[:-1], "yes") | {codes[-1]: "no"}, hash_)
    assert close_vote(scene)
    return scene, codes


def agreed(scene: Scene, codes: list[str]) -> None:
    """The head agrees with the council on these."""
    with scene.database.unit_of_work() as session:
        submission.approve(session, scene.actor("head", session), scene.key, codes=codes, now=scene.now)


def mark(desk: TestClient, name: str) -> str:
    """What a form of the dossier page carries: `seen` of the facts, `archive` of the one to be sent."""
    found = re.search(rf'name="{name}" value="([^"]*)"', desk.get(f"{ROOT}/ho-so").text)
    return found[1] if found else ""


def keep(desk: TestClient, facts: Mapping[str, str | list[str]]) -> Response:
    """The facts saved from a page opened just now."""
    return desk.post(f"{ROOT}/ho-so", data={**facts, "seen": mark(desk, "seen")})


def send(desk: TestClient, version: int = 1, **fields: str) -> Response:
    """The archive on a page opened just now is sent, by letter unless told otherwise."""
    fields = {"channel": "email", **fields}
    if "archive" not in fields:
        fields["archive"] = mark(desk, "archive")
    return desk.post(f"{ROOT}/ho-so/gui", data={"version": str(version), **fields})


def id_of(doors: Doors, code: str) -> str:
    """The nomination as a form names it."""
    with doors.scene.database.read() as session:
        return str(nomination(session, code).id)


def state_of(doors: Doors, code: str) -> str:
    with doors.scene.database.read() as session:
        return nomination(session, code).state


def text_of(data: bytes) -> str:
    """The words of a DOCX document, tables included."""
    document = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return " ".join(" ".join([*(p.text for p in document.paragraphs), *cells]).split())
