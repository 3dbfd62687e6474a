"""Whatever passed: the council's minutes have their facts, their page and their papers."""

import re
from pathlib import Path

from engine.commands import submission
from engine.database import Database
from engine.stages import Stage
from tests.api.dossier_given import MEETING, ROOT, agreed, keep, send, text_of
from tests.api.office_given import Doors, words
from tests.factories import SEATS, Scene, cast, close_vote, given_result, given_vote, small_definition

MINUTES = {name: said for name, said in MEETING.items() if not name.startswith("submission")}
HELD = {**MINUTES, "paper": "minutes", "present": ["1", "2", "3", "4"]}
OF_AGENCY = (("kh1", "giay-khen"),)


def closed(database: Database) -> Scene:
    """One Giấy khen, decided: its last word, and the round is over."""
    scene, (code,) = given_result(database, nominees=OF_AGENCY, approved=True)
    with database.unit_of_work() as session:
        office = scene.actor("office", session)
        decision = {"codes": [code], "number": "77", "dated": scene.now.date(), "now": scene.now}
        submission.decide(session, office, scene.key, **decision)
    with database.read() as session:
        assert scene.ground(session).stage == Stage.closed
    return scene


def test_a_closed_round_without_a_dossier_gets_its_minutes(sqlite_database: Database, tmp_path: Path) -> None:
    doors = Doors(closed(sqlite_database), tmp_path / "data")
    desk = doors.at("office")
    assert f'href="{ROOT}/ho-so"' in desk.get(f"{ROOT}/quyet-dinh").text.partition("<h1")[2]
    page = desk.get(f"{ROOT}/ho-so")
    assert "Thiếu số biên bản của Hội đồng" in words(page)
    assert "Thiếu số tờ trình" not in words(page)
    assert 'name="submission_number"' not in page.text
    assert "…/BB-" in text_of(desk.get(f"{ROOT}/ho-so/bien-ban.docx").content), "a draft until then"
    assert keep(desk, HELD).status_code == 303
    page = desk.get(f"{ROOT}/ho-so")
    assert "Biên bản còn thiếu" not in words(page)
    assert 'value="Phòng họp Ban Dân tộc"' in page.text
    told = text_of(desk.get(f"{ROOT}/ho-so/bien-ban.docx").content)
    assert "02/BB-" in told
    assert "Có mặt: 4/5 thành viên" in told
    assert "tặng Giấy khen của Trưởng Ban cho 01 trường hợp" in told
    pdf = desk.get(f"{ROOT}/ho-so/bien-ban.pdf")
    assert pdf.content.startswith(b"%PDF")
    assert 'filename="bien-ban.pdf"' in pdf.headers["content-disposition"]
    assert desk.get(f"{ROOT}/ho-so/bien-ban.xlsx").status_code == 404
    head = doors.at("head")
    assert head.get(f"{ROOT}/ho-so/bien-ban.pdf").status_code == 200
    assert head.post(f"{ROOT}/ho-so", data=HELD).status_code == 403
    assert doors.at("clerk-kh").get(f"{ROOT}/ho-so/bien-ban.pdf").status_code == 403


def test_where_nothing_passed_the_minutes_say_so(sqlite_database: Database, tmp_path: Path) -> None:
    scene, codes, hash_ = given_vote(sqlite_database)
    for seat in range(1, SEATS + 1):
        cast(scene, seat, dict.fromkeys(codes, "no"), hash_)
    assert close_vote(scene)
    desk = Doors(scene, tmp_path / "data").at("office")
    assert keep(desk, HELD).status_code == 303
    told = text_of(desk.get(f"{ROOT}/ho-so/bien-ban.docx").content)
    assert "Không có trường hợp nào đủ tỷ lệ phiếu" in told
    assert "08 giờ 00, thứ Sáu 17/10/2025" in told


def test_a_deputy_may_sign_the_decision_of_a_round_that_sends_nothing(
    sqlite_database: Database, tmp_path: Path
) -> None:
    scene, _codes = given_result(sqlite_database, nominees=OF_AGENCY, approved=True)
    desk = Doors(scene, tmp_path / "data").at("office")
    assert f'href="{ROOT}/ho-so">trang lập biên bản' in desk.get(f"{ROOT}/quyet-dinh").text
    nameless = keep(desk, {**HELD, "signer_name": "Hoàng Thị Bích Liên"})
    assert "Ghi cả chức vụ của người này." in words(nameless)
    deputy = {"signer_name": "Hoàng Thị Bích Liên", "signer_title": "Phó Trưởng Ban"}
    assert keep(desk, {**HELD, **deputy}).status_code == 303
    assert 'value="Phó Trưởng Ban"' in desk.get(f"{ROOT}/ho-so").text
    signed = text_of(desk.get(f"{ROOT}/quyet-dinh/du-thao.docx").content)
    assert "KT. TRƯỞNG BAN PHÓ TRƯỞNG BAN" in signed
    assert "Hoàng Thị Bích Liên" in signed


def test_a_dossier_goes_on_from_the_minutes_made_before_it(sqlite_database: Database, tmp_path: Path) -> None:
    """The head has not considered anything yet: the minutes are made first, as in a council's own order."""
    scene, codes = given_result(sqlite_database)
    desk = Doors(scene, tmp_path / "data").at("office")
    assert "1 đề nghị đang đợi Thủ trưởng xem xét" in words(desk.get(f"{ROOT}/ho-so"))
    wrong = keep(desk, {**HELD, "meeting_end": "7 giờ"})
    assert wrong.status_code == 422
    assert 'href="#meeting_end"' in wrong.text
    assert keep(desk, HELD).status_code == 303
    assert desk.post(f"{ROOT}/ho-so/tao").status_code == 422, "minutes are no dossier"
    assert "Hồ sơ chưa được tạo" in words(
        desk.post(f"{ROOT}/ho-so/gui", data={"version": "1", "channel": "email", "archive": ""})
    )
    agreed(scene, codes)
    page = desk.get(f"{ROOT}/ho-so")
    assert "Bản 1: 1 đề nghị" in words(page)
    assert "Còn thiếu 2 mục" in words(page), "number and date of the tờ trình alone"
    assert 'value="Phòng họp Ban Dân tộc"' in page.text
    numbers = {"submission_number": "5", "submission_date": "17/10/2025"}
    assert keep(desk, {**MEETING, **numbers, "present": ["1", "2", "3", "4"]}).status_code == 303
    assert keep(desk, HELD).status_code == 303, "saved from a page opened before the head agreed"
    field = re.search(r'<input[^>]*name="submission_number"[^>]*>', desk.get(f"{ROOT}/ho-so").text)
    assert field
    assert 'value="5"' in field[0], "what that page did not ask for stays"
    alone = desk.get(f"{ROOT}/ho-so/bien-ban.docx").content
    assert desk.post(f"{ROOT}/ho-so/tao").status_code == 303
    assert desk.get(f"{ROOT}/ho-so/1/03-bien-ban/bien-ban.docx").content == alone
    assert send(desk).status_code == 303
    refused = desk.post(f"{ROOT}/ho-so", data=HELD)
    assert refused.status_code == 409
    assert "Biên bản đã gửi kèm hồ sơ bản 1" in words(refused)


def test_no_minutes_before_the_vote_is_over(sqlite_database: Database, tmp_path: Path) -> None:
    scene, _codes, _hash = given_vote(sqlite_database)
    desk = Doors(scene, tmp_path / "data").at("office")
    assert desk.get(f"{ROOT}/ho-so/bien-ban.docx").status_code == 409
    assert desk.post(f"{ROOT}/ho-so", data=HELD).status_code == 409


def test_where_nothing_can_go_to_the_province_the_tab_is_that_of_the_minutes(
    sqlite_database: Database, tmp_path: Path
) -> None:
    own = [award.model_dump(mode="json") for award in small_definition().awards if award.level == "agency"]
    scene, codes, hash_ = given_vote(
        sqlite_database, nominees=OF_AGENCY, definition=small_definition(awards=own)
    )
    for seat in range(1, SEATS + 1):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    assert close_vote(scene)
    page = Doors(scene, tmp_path / "data").at("office").get(f"{ROOT}/ho-so")
    assert f'href="{ROOT}/ho-so" aria-current="page"><strong>Biên bản</strong>' in page.text
    assert f'href="{ROOT}/tra-loi"' not in page.text
    assert "Hồ sơ trình" not in words(page)
    assert "Biên bản còn thiếu" in words(page)
