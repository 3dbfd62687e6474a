"""What must be left when the story is over: the record, the archive on disk, letters in a mailbox."""

import hashlib
from io import BytesIO
from zipfile import ZipFile

from sqlmodel import select

from api import operations
from engine.models import Dossier, Nomination, Round
from tests.browser.hall import Hall
from tests.stories.test_5_submission import PROVINCE
from tests.stories.world import FINAL


def check(hall: Hall) -> None:
    """The round is closed, the archive on disk is the one in the letter, the departments have been told."""
    world = hall.world
    with world.database.read() as session:
        assert session.exec(select(Round.stage).where(Round.key == FINAL)).one() == "closed"
        assert session.exec(select(Nomination.state)).all() == ["awarded", "awarded"]
        sha256 = session.exec(select(Dossier.sha256)).one()
        assert operations.broken_history(session)[2] == ""
    archive = world.installation.files.path(sha256).read_bytes()
    assert hashlib.sha256(archive).hexdigest() == sha256
    assert ZipFile(BytesIO(archive)).testzip() is None
    [letter] = world.postbox.to(PROVINCE)
    [attached] = list(letter.iter_attachments())
    assert attached.get_content() == archive
    outcome = [
        str(each["To"]) for each in world.postbox.letters if "Kết quả khen thưởng" in str(each["Subject"])
    ]
    assert any(world.email_of("hoang-thi-nhung") in to for to in outcome)
    assert hall.faults == []
