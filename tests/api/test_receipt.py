"""A receipt says what was signed: the same count and sums whatever is added or taken off afterwards."""

import re
from datetime import timedelta
from pathlib import Path

from engine.commands import office, proposal
from engine.database import Database
from engine.stages import Stage
from tests.api.office_given import Doors, words
from tests.engine.commands.test_completion import FILE, sent_back
from tests.factories import Scene, given_nomination, given_round, return_to_department


def put(scene: Scene, who: str, code: str, number: int) -> int:
    """Somebody attaches file `number` (its hash is the number), a minute after what was done before."""
    stored = proposal.StoredFile(f"tep-{number}.pdf", "application/pdf", 10, f"{number:064x}")
    scene.clock.push(minutes=1)
    with scene.database.unit_of_work() as session:
        actor = scene.actor(who, session)
        row = proposal.attach(session, actor, code, item_key="minh-chung", file=stored, now=scene.now)
        return row.id or 0


def sign(scene: Scene, code: str) -> None:
    scene.clock.push(minutes=1)
    with scene.database.unit_of_work() as session:
        clerk, chief = scene.actor("clerk-cs", session), scene.actor("chief-cs", session)
        proposal.finish(session, clerk, code, now=scene.now)
        proposal.sign_off(session, chief, scene.key, department="cs", codes=[code], now=scene.now)


def receipt(doors: Doors, code: str) -> str:
    """The receipt's part of the page; the timeline after it names every file there ever was."""
    page = words(doors.at("clerk-cs").get(f"/de-nghi/{code}"))
    return page.partition("Biên nhận")[2].partition("Diễn biến")[0]


def told(said: str) -> tuple[list[str], list[str]]:
    """Files named as signed, and as added later."""
    before, _, after = said.partition("Bổ sung sau khi gửi")
    return re.findall(r"tep-\d", before), re.findall(r"tep-\d", after)


def test_files_of_a_returned_nomination_do_not_change_what_was_signed(
    sqlite_database: Database, tmp_path: Path
) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    doors = Doors(scene, tmp_path / "data")
    code = given_nomination(scene)
    never, _kept, taken = (put(scene, "clerk-cs", code, number) for number in (1, 2, 3))
    with sqlite_database.unit_of_work() as session:
        proposal.detach(session, scene.actor("clerk-cs", session), code, attachment_id=never, now=scene.now)
    assert "Biên nhận" not in words(doors.at("clerk-cs").get(f"/de-nghi/{code}"))
    sign(scene, code)
    first = receipt(doors, code)
    assert told(first) == (["tep-2", "tep-3"], [])
    assert f"{code} ; 2 tệp" in first
    scene.clock.push(hours=1)
    return_to_department(scene, code)
    put(scene, "chief-cs", code, 4)
    with sqlite_database.unit_of_work() as session:
        proposal.detach(session, scene.actor("clerk-cs", session), code, attachment_id=taken, now=scene.now)
    meanwhile = receipt(doors, code)
    assert told(meanwhile) == (["tep-2", "tep-3"], ["tep-4"])
    assert f"{code} ; 2 tệp" in meanwhile
    assert f"{4:064x} , Trưởng phòng cs tải lên 10 giờ 05, thứ Hai 06/10/2025" in meanwhile
    sign(scene, code)
    again = receipt(doors, code)
    assert told(again) == (["tep-2", "tep-4"], []), "a new signature, a new receipt"
    with sqlite_database.unit_of_work() as session:
        office.hold(session, scene.actor("office", session), code, reason="Xác minh.", now=scene.now)
    assert told(receipt(doors, code)) == told(again)


def test_what_so_noi_vu_asked_for_stands_apart(sqlite_database: Database, tmp_path: Path) -> None:
    scene, (code, _other) = sent_back(sqlite_database)
    doors = Doors(scene, tmp_path / "data")
    before = receipt(doors, code)
    assert "Bổ sung sau khi gửi" not in before
    count = re.findall(r"; (\d+) tệp", before)
    for days, who in enumerate(("clerk-cs", "office")):
        scene.clock.now += timedelta(days=days)
        put(scene, who, code, 5 + days)
    after = receipt(doors, code)
    assert re.findall(r"; (\d+) tệp", after) == count
    assert told(after) == ([], ["tep-5", "tep-6"])
    assert "Lâm Thị Phượng tải lên" in after
    assert FILE.sha256 not in after
