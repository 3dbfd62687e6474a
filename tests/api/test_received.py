"""Two versions on their way: each is received by itself, and the page names what it marks."""

import re
from pathlib import Path

from engine.commands import submission
from engine.database import Database
from engine.stages import State
from tests.api.dossier_given import ROOT, state_of
from tests.api.office_given import Doors, words
from tests.engine.commands.test_completion import answer, prepare, seal, sent


def test_each_version_has_its_own_receipt(sqlite_database: Database, tmp_path: Path) -> None:
    scene, codes = sent(sqlite_database)
    answer(scene, codes[:1], "completion", reason="Thiếu minh chứng.")
    scene.clock.push(hours=1)
    with sqlite_database.unit_of_work() as session:
        prepare(scene, session)
        seal(scene, session)
        office = scene.actor("office", session)
        submission.send_dossier(session, office, scene.key, version=2, channel="email", now=scene.now)
    doors = Doors(scene, tmp_path / "data")
    desk, page = doors.at("office"), f"{ROOT}/tra-loi"
    shown = desk.get(page)
    assert re.findall(r'name="version" value="(\d)"', shown.text) == ["2", "1"]
    ids = re.findall(r'\bid="([^"]+)"', shown.text)
    assert len(ids) == len(set(ids))
    assert "1 đề nghị của bản này được ghi là đã nhận: Nông Đức CS 1." in words(shown)
    form = {"version": "2", "receipt_number_2": "BN-2"}
    assert desk.post(f"{page}/da-nhan", data=form).status_code == 303
    assert [state_of(doors, code) for code in codes] == [State.received, State.submitted]
    shown = desk.get(page)
    assert "Đã ghi Sở Nội vụ nhận 1 đề nghị của hồ sơ bản 2." in words(shown)
    assert re.findall(r'name="version" value="(\d)"', shown.text) == ["1"]
    assert words(shown).count("Sở Nội vụ nhận ngày") == 1
    assert "số BN-2" in words(shown)
    assert not re.findall(r'name="version"', doors.at("head").get(page).text), "the office's own"
