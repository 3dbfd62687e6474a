"""Two at the dossier's workshop: nobody sends an archive unseen, nobody undoes another's facts unawares."""

import re
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import col

from engine.database import Database
from engine.models import Dossier, Event
from engine.stages import State
from tests.api.dossier_given import MEETING, ROOT, Office, agreed, keep, mark, send, state_of, voted
from tests.api.office_given import Doors, words
from tests.factories import person


def form(**changes: str | list[str]) -> dict[str, str | list[str]]:
    return {**MEETING, "present": ["1", "2", "3", "4"], **changes}


def built(desk: TestClient, **changes: str | list[str]) -> str:
    """The archive of these facts; its SHA-256 as the page shows it."""
    assert keep(desk, form(**changes)).status_code == 303
    assert desk.post(f"{ROOT}/ho-so/tao").status_code == 303
    return mark(desk, "archive")


def dossier(doors: Doors) -> Dossier:
    with doors.scene.database.read() as session:
        found: Dossier = session.execute(select(Dossier)).scalar_one()
        return found


def test_an_archive_rebuilt_by_another_is_not_sent_unseen(office: Office) -> None:
    doors, codes, desk = office
    first = built(desk)
    second = built(doors.at("office"), submission_number="6")
    assert second != first
    for stale in (first, ""):
        refused = send(desk, archive=stale, channel="other", channel_number="88/BDT")
        assert refused.status_code == 409
        assert "bộ hồ sơ đã được tạo lại lúc" in words(refused)
        assert "nay là Tờ trình số 06/TTr-BDT ngày 17/10/2025" in words(refused)
        assert 'value="88/BDT"' in refused.text, "what was typed is kept"
        assert f'name="archive" value="{second}"' in refused.text
    assert dossier(doors).state == "draft"
    assert state_of(doors, codes[0]) == State.approved
    assert send(desk, archive=second).status_code == 303


def test_an_archive_no_longer_valid_is_told_as_such(office: Office) -> None:
    doors, _codes, desk = office
    first = built(desk)
    keep(doors.at("office"), form(submission_number="6"))
    refused = send(desk, archive=first, channel="other", channel_number="88/BDT")
    assert refused.status_code == 409
    assert "không còn dùng được. Hồ sơ chưa được gửi. Tạo lại bộ hồ sơ" in words(refused)
    assert "ông/bà vừa ghi: 88/BDT" in words(refused)


def test_who_sends_after_another_is_told_that_it_was_another_archive(office: Office) -> None:
    doors, _codes, desk = office
    first = built(desk)
    other = doors.at("office")
    second = built(other, submission_number="6")
    assert send(other, archive=second).status_code == 303
    refused = send(desk, archive=first)
    assert refused.status_code == 409
    assert "bản 1 đã được gửi, với bộ hồ sơ khác bộ ông/bà xem" in words(refused)
    assert send(desk, archive=second).status_code == 303, "safe to repeat"


def test_an_old_form_of_facts_does_not_undo_what_another_saved(office: Office) -> None:
    doors, _codes, desk = office
    assert keep(desk, form()).status_code == 303
    opened = mark(desk, "seen")
    theirs = form(submission_number="6", submission_date="", present=["1", "2", "3", "4", "5"])
    assert keep(doors.at("office"), theirs).status_code == 303
    mine = form(meeting_place="Hội trường", away_5="Đi công tác") | {"seen": opened}
    refused = desk.post(f"{ROOT}/ho-so", data=mine)
    assert refused.status_code == 409
    with doors.scene.database.read() as session:
        office_ = person(session, "office").name
        fifth = person(session, "seat5").name
    assert f"{office_} đã lưu thông tin hồ sơ lúc" in words(refused)
    assert "Số tờ trình: bản đang lưu ghi “6”." in words(refused)
    assert "Ngày tờ trình: bản đang lưu để trống." in words(refused)
    assert re.search(rf"Thành viên có mặt: bản đang lưu ghi “[^”]*{fifth}”", words(refused))
    assert "Địa điểm: bản" not in words(refused), "nobody else has touched it"
    assert 'href="#submission_date_day"' in refused.text
    for kept in ('value="5"', 'value="Hội trường"', 'value="Đi công tác"'):
        assert kept in refused.text
    assert dossier(doors).facts["submission_number"] == "6"
    fresh = re.search(r'name="seen" value="([^"]+)"', refused.text)
    assert fresh
    assert fresh[1] != opened
    assert desk.post(f"{ROOT}/ho-so", data=mine | {"seen": fresh[1]}).status_code == 303, "now it is a choice"
    assert dossier(doors).facts["submission_number"] == "5"


def test_the_same_again_is_no_conflict(office: Office) -> None:
    doors, _codes, desk = office
    opened = mark(desk, "seen")
    for _ in range(2):
        assert desk.post(f"{ROOT}/ho-so", data=form() | {"seen": opened}).status_code == 303
    with doors.scene.database.read() as session:
        prepared = session.execute(select(Event).where(col(Event.kind) == "dossier_prepared")).scalars().all()
    assert len(prepared) == 1


def test_a_form_refused_for_its_own_faults_keeps_its_mark(office: Office) -> None:
    """Otherwise a slip of one's own would be the licence to undo what another saved."""
    doors, _codes, desk = office
    opened = mark(desk, "seen")
    assert keep(doors.at("office"), form(submission_number="6")).status_code == 303
    page = desk.post(f"{ROOT}/ho-so", data=form(submission_number="năm") | {"seen": opened})
    assert page.status_code == 422
    assert f'name="seen" value="{opened}"' in page.text
    assert desk.post(f"{ROOT}/ho-so", data=form() | {"seen": opened}).status_code == 409


def test_what_was_typed_is_saved_before_an_archive_is_made_of_it(office: Office) -> None:
    """The button would make the archive of what is stored, not of what stands in the form."""
    _doors, _codes, desk = office
    wrong = form(submission_number="năm")
    assert keep(desk, form()).status_code == 303
    ready = desk.get(f"{ROOT}/ho-so")
    assert "Đủ thông tin" in words(ready)
    assert f'action="{ROOT}/ho-so/tao"' in ready.text
    refused = keep(desk, wrong)
    assert refused.status_code == 422
    assert "Đủ thông tin" not in words(refused)
    assert f'action="{ROOT}/ho-so/tao"' not in refused.text
    assert desk.post(f"{ROOT}/ho-so/tao").status_code == 303
    assert "Tạo lại bộ hồ sơ" in words(desk.get(f"{ROOT}/ho-so"))
    assert "Tạo lại bộ hồ sơ" not in words(keep(desk, wrong))
    assert "Tạo lại bộ hồ sơ" in words(desk.get(f"{ROOT}/ho-so")), "nothing was saved, nothing is lost"


def test_a_form_without_a_mark_undoes_nothing(office: Office) -> None:
    doors, _codes, desk = office
    assert keep(desk, form()).status_code == 303
    for seen in ("", "x", "1", "1.", f"1.{'9' * 40}", "7.0"):
        data = form(submission_number="6") | {"seen": seen}
        assert desk.post(f"{ROOT}/ho-so", data=data).status_code == 409, seen
    assert dossier(doors).facts["submission_number"] == "5"


def test_a_refused_sending_leaves_the_button_it_asks_to_press(
    sqlite_database: Database, tmp_path: Path
) -> None:
    scene, codes = voted(sqlite_database)
    agreed(scene, codes[:1])
    desk = Doors(scene, tmp_path / "data").at("office")
    first = built(desk)
    agreed(scene, codes[1:2])
    refused = send(desk, archive=first)
    assert refused.status_code == 422
    assert f'action="{ROOT}/ho-so/tao"' in refused.text
