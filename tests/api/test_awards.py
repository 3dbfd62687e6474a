"""After an award: its decision put right or cancelled, at their pages."""

import re
from pathlib import Path

from engine.database import Database
from engine.stages import State
from tests.api.dossier_given import ROOT, Office, state_of
from tests.api.office_given import Doors, words
from tests.factories import given_result


def test_a_slip_in_a_decisions_number_is_put_right_on_a_page(office: Office) -> None:
    doors, codes, desk = office
    desk.post(f"{ROOT}/quyet-dinh", data={"codes": codes[2], "number": "128", "dated": "17/10/2025"})
    address = f"{ROOT}/sua/{codes[2]}"
    (cell,) = re.findall(r'data-label="Việc khác">(.*?)</td>', desk.get(f"{ROOT}/quyet-dinh").text, re.DOTALL)
    assert cell.count("<a ") == 2
    assert "·" not in cell, "on a narrow page it would stand on a line of its own"
    assert address in desk.get(f"{ROOT}/quyet-dinh").text
    assert address not in doors.at("head").get(f"{ROOT}/quyet-dinh").text, "the office's act, not the head's"
    assert doors.at("head").get(address).status_code == 403
    assert 'value="128/QĐ-BDT"' in desk.get(address).text
    wrong = desk.post(address, data={"number": "182/QĐ-BDT", "dated": "17/10/2025", "reason": ""})
    assert wrong.status_code == 422
    assert 'value="182/QĐ-BDT"' in wrong.text
    right = {"number": "182/QĐ-BDT", "dated": "17/10/2025", "reason": "Gõ nhầm."}
    assert desk.post(address, data=right).status_code == 303
    assert "Quyết định số 182/QĐ-BDT ngày 17/10/2025" in words(desk.get(f"{ROOT}/quyet-dinh"))
    assert desk.post(address, data=right).status_code == 303, "safe to repeat"


def test_a_whole_decision_put_right_is_counted(sqlite_database: Database, tmp_path: Path) -> None:
    nominees = tuple((who, "giay-khen") for who in ("cs1", "cs2", "kh1"))
    scene, codes = given_result(sqlite_database, nominees=nominees, approved=True)
    scene.clock.push(days=3)
    desk = Doors(scene, tmp_path / "data").at("office")
    desk.post(f"{ROOT}/quyet-dinh", data={"codes": codes, "number": "128", "dated": "20/10/2025"})
    address, page = f"{ROOT}/sua/{codes[0]}", f"{ROOT}/quyet-dinh"
    right = {"number": "182/QĐ-BDT", "dated": "20/10/2025", "reason": "Gõ nhầm.", "whole": "yes"}
    assert desk.post(address, data=right).status_code == 303
    assert "Đã sửa quyết định của 3 đề nghị." in words(desk.get(page))
    right |= {"dated": "17/10/2025", "whole": "no"}
    assert desk.post(address, data=right).status_code == 303
    assert "Đã sửa quyết định của 3 đề nghị." in words(desk.get(page)), "the day is the whole decision's"
    right |= {"number": "183/QĐ-BDT"}
    assert desk.post(address, data=right).status_code == 303
    assert "Đã sửa quyết định của Nông Đức CS 1." in words(desk.get(page))


def test_an_award_is_revoked_with_its_ground(office: Office) -> None:
    doors, codes, desk = office
    desk.post(f"{ROOT}/quyet-dinh", data={"codes": codes[2], "number": "128", "dated": "17/10/2025"})
    assert desk.post(f"{ROOT}/huy/{codes[2]}", data={"reason": ""}).status_code == 422
    assert doors.at("clerk-kh").get(f"{ROOT}/huy/{codes[2]}").status_code == 403
    assert desk.post(f"{ROOT}/huy/{codes[2]}", data={"reason": "Kê khai sai."}).status_code == 303
    assert state_of(doors, codes[2]) == State.revoked
    assert "Kê khai sai." in words(desk.get(f"{ROOT}/quyet-dinh"))
