"""How many files a nomination holds."""

import pytest

from engine.commands import attachments
from engine.database import Database
from engine.errors import Incomplete
from engine.stages import Stage
from tests.engine.commands.test_completion import sent_back
from tests.factories import given_nomination, given_round


@pytest.mark.parametrize(
    ("asked_for", "said"),
    [(False, "Mỗi đề nghị tối đa 20 tệp"), (True, "Phần bổ sung của mỗi đề nghị tối đa 20 tệp")],
)
def test_twenty_files_and_no_more(sqlite_database: Database, asked_for: bool, said: str) -> None:  # noqa: FBT001 — a column of the table above
    if asked_for:
        scene, (code, _other) = sent_back(sqlite_database)
    else:
        scene = given_round(sqlite_database, stage=Stage.proposal)
        code = given_nomination(scene)
    with sqlite_database.unit_of_work() as session:
        clerk = scene.actor("clerk-cs", session)

        def attach(number: int) -> int:
            file = attachments.StoredFile(f"{number}.pdf", "application/pdf", 9, f"{number:064x}")
            row = attachments.attach(session, clerk, code, item_key="minh-chung", file=file, now=scene.now)
            return row.id or 0

        kept = [attach(number) for number in range(20)]
        with pytest.raises(Incomplete, match=said):
            attach(20)
        assert attach(0) == kept[0], "the same file again is no other one"
        attachments.detach(session, clerk, code, attachment_id=kept[0], now=scene.now)
        assert attach(20) not in kept
