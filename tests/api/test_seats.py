"""The council's seats on a page: who holds them, and one given to another."""

import re
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from engine.commands import ending, linking
from engine.database import Database
from engine.models import Link
from engine.stages import Stage
from tests.api.office_given import Doors, words
from tests.factories import SEATS, cast, given_round, given_vote, person


def test_a_member_who_left_is_replaced_on_a_page(sqlite_database: Database, tmp_path: Path) -> None:
    scene, codes, hash_ = given_vote(sqlite_database)
    cast(scene, 1, dict.fromkeys(codes, "yes"), hash_)
    with sqlite_database.unit_of_work() as session:
        person(session, "seat4").active = False
        new = str(person(session, "cs4").id)
        old = select(Link).where(
            col(Link.purpose) == "ballot", col(Link.person_id) == person(session, "seat4").id
        )
        token = linking.token_of(scene.keys, session.execute(old).scalar_one())
    doors = Doors(scene, tmp_path / "data")
    desk, address = doors.at("office"), f"/vp/dot/{scene.key}/hoi-dong"
    turnout = desk.get(f"/vp/dot/{scene.key}/tien-do-phieu")
    assert f'href="{address}"' in turnout.text
    assert "Không còn trong danh sách nhân sự" in words(turnout)
    page = desk.get(address).text
    assert "Ủy viên 1 –" not in page, "a ballot that was sent cannot change hands"
    found = re.search(r'<option value="(\d+-\d+)"[^>]*>\s*Ủy viên 4', page)
    assert found is not None
    faulty = desk.post(address, data={"seat": "", "person": new, "reason": "QĐ 12."})
    assert faulty.status_code == 422
    assert "Chọn thành viên cần thay" in words(faulty)
    assert "QĐ 12." in faulty.text
    assert desk.post(address, data={"seat": found[1], "person": new, "reason": ""}).status_code == 422
    assert doors.at("head").get(address).status_code == 200
    assert "Thay thành viên</button>" not in doors.at("head").get(address).text
    sent = {"seat": found[1], "person": new, "reason": "QĐ 12."}
    assert doors.at("head").post(address, data=sent).status_code == 403
    assert doors.at("clerk-cs").get(address).status_code == 403
    assert desk.post(address, data=sent).status_code == 303
    assert desk.post(address, data=sent).status_code == 303, "pressed twice"
    changed = words(desk.get(address))
    assert re.search(
        r"Đã thay Ủy viên 4 → Nông Đức CS 4 \(Ủy viên\), \d\d/\d\d/2025\. Căn cứ: QĐ 12\.", changed
    )
    assert changed.count("→") == 1
    with sqlite_database.read() as session:
        sent["person"] = str(person(session, "kh4").id)
    stale = desk.post(address, data=sent)
    assert stale.status_code == 409, "nobody unseats somebody they have not seen"
    assert "vừa được người khác trao cho Nông Đức CS 4" in words(stale)
    assert "QĐ 12." in stale.text
    gone = doors.nobody().get(f"/l/{token}")
    assert gone.status_code == 410
    assert "Thành viên khác đã thay ông/bà" in words(gone)
    assert "Gửi lại đường dẫn" not in gone.text, "there is none to ask for"
    assert "Ủy viên 4 → Nông Đức CS 4. QĐ 12." in words(desk.get(f"/vp/dot/{scene.key}"))
    assert "Nông Đức CS 4" in words(desk.get(f"/vp/dot/{scene.key}/tien-do-phieu"))


def test_past_the_deadline_the_page_promises_no_letter(sqlite_database: Database, tmp_path: Path) -> None:
    scene, codes, hash_ = given_vote(sqlite_database)
    doors, address = Doors(scene, tmp_path / "data"), f"/vp/dot/{scene.key}/hoi-dong"
    assert "Người mới nhận thư mời có đường dẫn riêng" in words(doors.at("office").get(address))
    scene.clock.push(days=10)
    missed = words(doors.at("office").get(address))
    assert "thư mời và đường dẫn tới người mới khi Văn phòng gia hạn" in missed
    scene.clock.push(days=-10)
    for seat in range(1, SEATS):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    scene.clock.push(days=10)
    settled = doors.at("office").get(address)
    assert "hệ thống đang kiểm phiếu, thành phần không đổi nữa" in words(settled)
    assert "Thay thành viên</button>" not in settled.text


def test_a_round_ended_without_a_vote_says_so(sqlite_database: Database, tmp_path: Path) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    scene.close_proposal()
    with sqlite_database.unit_of_work() as session:
        ending.end_round(
            session, scene.actor("office", session), scene.key, reason="Không có.", now=scene.now
        )
    page = words(Doors(scene, tmp_path / "data").at("office").get(f"/vp/dot/{scene.key}/hoi-dong"))
    assert "kết thúc không qua bỏ phiếu" in page
    assert "Không gửi phiếu" not in page
