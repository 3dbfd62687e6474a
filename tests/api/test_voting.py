"""The vote as Văn phòng, the secretary, the head and the council see it from outside."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from engine.commands import linking, rounds
from engine.database import Database
from engine.models import Link, Voting
from engine.stages import Stage, State
from tests.api.office_given import Doors, queries, words
from tests.factories import (
    SEATS,
    Scene,
    cast,
    close_vote,
    given_frozen_list,
    given_nomination,
    given_result,
    given_round,
    given_vote,
    person,
    small_definition,
)


def opened(database: Database, tmp_path: Path) -> tuple[Doors, Scene, list[str], str]:
    scene, codes, hash_ = given_vote(database)
    return Doors(scene, tmp_path), scene, codes, hash_


def votes(scene: Scene) -> int:
    with scene.database.read() as session:
        found: int = session.execute(select(func.count()).select_from(Voting)).scalar_one()
        return found


@pytest.fixture
def frozen(sqlite_database: Database) -> Scene:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    given_nomination(scene, who="kh1", award="giay-khen", state=State.accepted)
    given_nomination(scene, who="cs1", state=State.accepted)
    given_frozen_list(scene)
    return scene


def test_the_preview_says_what_the_council_gets_then_the_vote_opens(frozen: Scene, tmp_path: Path) -> None:
    desk = Doors(frozen, tmp_path).at("office")
    at = f"/vp/dot/{frozen.key}/mo-bo-phieu"
    said = words(desk.get(at))
    assert "cần ít nhất 4/5 thành viên gửi phiếu (2/3 số thành viên); 5 người nhận được thư → đủ" in said
    assert "cần 4/5 đồng ý — 80 % trên tổng số thành viên" in said
    assert "cần 3/5 đồng ý — hơn 50 % trên tổng số thành viên" in said
    assert "Hạn gửi phiếu, nếu mở hôm nay" in said
    assert "Nông Đức CS 1" in said
    assert votes(frozen) == 0
    for _ in range(2):  # pressed twice: one vote
        assert desk.post(at).headers["location"] == f"/vp/dot/{frozen.key}/tien-do-phieu"
    assert votes(frozen) == 1


def test_no_vote_on_a_list_that_is_not_frozen(sqlite_database: Database, tmp_path: Path) -> None:
    scene = given_round(sqlite_database, stage=Stage.proposal)
    given_nomination(scene, who="cs1", state=State.accepted)
    scene.close_proposal()
    desk = Doors(scene, tmp_path).at("office")
    at = f"/vp/dot/{scene.key}/mo-bo-phieu"
    page = desk.get(at)
    assert "Danh sách phải được lập, công khai và chốt" in words(page)
    assert 'method="post"' not in page.text.split("<main", 1)[1]
    refused = desk.post(at)
    assert refused.status_code == 409
    assert "Cần chốt danh sách trước" in words(refused)


def test_no_vote_without_a_possible_quorum(frozen: Scene, tmp_path: Path) -> None:
    with frozen.database.unit_of_work() as session:
        for n in (1, 2):
            someone = person(session, f"seat{n}")
            someone.email = None
            session.add(someone)
    desk = Doors(frozen, tmp_path).at("office")
    at = f"/vp/dot/{frozen.key}/mo-bo-phieu"
    page = words(desk.get(at))
    assert "3 người nhận được thư → không đủ" in page
    assert "Chưa có địa chỉ thư" in page
    refused = desk.post(at)
    assert refused.status_code == 422
    assert "3/5 thành viên Hội đồng nhận được thư" in words(refused)
    assert votes(frozen) == 0


def test_only_the_office_opens(frozen: Scene, tmp_path: Path) -> None:
    doors = Doors(frozen, tmp_path)
    for who in ("clerk-cs", "seat2", "seat3", "head"):
        assert doors.at(who).post(f"/vp/dot/{frozen.key}/mo-bo-phieu").status_code == 403
    assert doors.at("head").get(f"/vp/dot/{frozen.key}/mo-bo-phieu").status_code == 200


def test_turnout_names_who_sent_and_no_choice(sqlite_database: Database, tmp_path: Path) -> None:
    doors, scene, codes, hash_ = opened(sqlite_database, tmp_path)
    cast(scene, 2, dict.fromkeys(codes, "no"), hash_)
    for who in ("office", "seat3", "head"):
        page = doors.at(who).get(f"/vp/dot/{scene.key}/tien-do-phieu")
        said = words(page)
        assert "1/5 thành viên đã gửi phiếu" in said
        assert "Ủy viên 2 Phó Chủ tịch Hội đồng Đã gửi" in said
        assert "còn thiếu 3" in said
        assert "hông đồng ý" not in said
    assert doors.at("seat4").get(f"/vp/dot/{scene.key}/tien-do-phieu").status_code == 403
    assert doors.at("clerk-cs").get(f"/vp/dot/{scene.key}/tien-do-phieu").status_code == 403


def test_results_wait_for_the_close(sqlite_database: Database, tmp_path: Path) -> None:
    doors, scene, codes, hash_ = opened(sqlite_database, tmp_path)
    cast(scene, 1, dict.fromkeys(codes, "no"), hash_)
    said = words(doors.at("office").get(f"/vp/dot/{scene.key}/ket-qua"))
    assert "Chưa có kết quả: Hội đồng đang bỏ phiếu" in said
    assert "chậm nhất lúc 17 giờ 00" in said
    assert "Nông Đức CS 1" not in said


def test_the_secretary_closes_when_all_have_voted(sqlite_database: Database, tmp_path: Path) -> None:
    doors, scene, codes, hash_ = opened(sqlite_database, tmp_path)
    at = f"/vp/dot/{scene.key}/tien-do-phieu"
    for seat in range(1, SEATS):
        cast(scene, seat, {codes[0]: "yes" if seat < 4 else "no", codes[1]: "yes"}, hash_)
    early = doors.at("seat3").post(f"{at}/ket-thuc")
    assert early.status_code == 409
    assert "Còn thành viên chưa gửi phiếu" in words(early)
    cast(scene, SEATS, {codes[0]: "abstain", codes[1]: "no"}, hash_)
    assert doors.at("office").post(f"{at}/ket-thuc").status_code == 403
    assert "Kết thúc và kiểm phiếu" not in words(doors.at("office").get(at))
    assert "Kết thúc và kiểm phiếu" in words(doors.at("seat3").get(at))
    assert doors.at("seat3").post(f"{at}/ket-thuc").headers["location"] == f"/vp/dot/{scene.key}/ket-qua"
    for who in ("office", "head", "seat3", "seat4"):
        page = doors.at(who).get(f"/vp/dot/{scene.key}/ket-qua")
        # On a phone a cell is a grid of label and value: bar and sentence are one value.
        cells = re.findall(r'data-label="Đồng ý">(.*?)</td>', page.text, re.DOTALL)
        assert cells
        assert all(cell.startswith("<div>") and cell.endswith("</div>") for cell in cells)
        said = words(page)
        assert "3/5, cần 4 — 80 % trên tổng số thành viên" in said
        assert "thiếu 1 phiếu đồng ý" in said
        assert "4/5, cần 3 — hơn 50 % trên tổng số thành viên" in said
        assert "Bằng khen của Chủ tịch UBND tỉnh: 0/1 được Hội đồng đề nghị khen" in said
        assert "Giấy khen của Trưởng Ban: 1/1 được Hội đồng đề nghị khen" in said
    assert doors.at("clerk-cs").get(f"/vp/dot/{scene.key}/ket-qua").status_code == 403
    assert "Đã kết thúc" in words(doors.at("office").get(at))


def test_a_ballot_session_reads_its_own_rounds_results_only(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """The link's session carries membership of its round, and nothing else of its person."""
    doors, scene, codes, hash_ = opened(sqlite_database, tmp_path)
    with scene.database.read() as session:
        mine = col(Link.person_id) == person(session, "seat2").id
        link = session.execute(select(Link).where(col(Link.purpose) == "ballot", mine)).scalar_one()
    browser = doors.nobody()
    assert browser.post(f"/l/{linking.token_of(scene.keys, link)}").status_code == 303
    for seat in range(1, SEATS + 1):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    assert close_vote(scene)
    assert "5/5, cần 4" in words(browser.get(f"/vp/dot/{scene.key}/ket-qua"))
    assert browser.get(f"/vp/dot/{scene.key}").status_code == 401
    with scene.database.unit_of_work() as session:
        office = scene.actor("office", session)
        other = small_definition("dot-khac")
        before = scene.now - timedelta(days=30)  # its departments' deadline
        rounds.plan(session, office, other, calendar=scene.calendar, now=before)
    assert browser.get("/vp/dot/dot-khac/ket-qua").status_code == 403


def test_a_lost_link_is_replaced_by_office_or_secretary(sqlite_database: Database, tmp_path: Path) -> None:
    doors, scene, _codes, _hash = opened(sqlite_database, tmp_path)
    at = f"/vp/dot/{scene.key}/tien-do-phieu"
    with scene.database.read() as session:
        member = str(person(session, "seat4").id)
        old = session.execute(
            select(Link).where(col(Link.purpose) == "ballot", col(Link.person_id) == int(member))
        ).scalar_one()
    assert doors.at("clerk-cs").post(f"{at}/duong-dan", data={"person": member}).status_code == 403
    assert doors.at("seat2").post(f"{at}/duong-dan", data={"person": member}).status_code == 403
    for who in ("office", "seat3"):
        for _twice in range(2):
            assert doors.at(who).post(f"{at}/duong-dan", data={"person": member}).status_code == 303
        scene.clock.push(minutes=2)
    assert "Đường dẫn thứ 3" in words(doors.at("office").get(at))
    assert doors.nobody().post(f"/l/{linking.token_of(scene.keys, old)}").status_code == 410
    for wrong in ("999999", "x"):
        assert doors.at("office").post(f"{at}/duong-dan", data={"person": wrong}).status_code == 404


def test_the_vote_is_extended_with_a_reason(sqlite_database: Database, tmp_path: Path) -> None:
    doors, scene, _codes, _hash = opened(sqlite_database, tmp_path)
    at = f"/vp/dot/{scene.key}/tien-do-phieu"
    desk = doors.at("office")
    for typed in (
        {"due": "", "reason": "x"},
        {"due": "mai", "reason": "x"},
        {"due": "31/10/2025", "reason": ""},
    ):
        answer = desk.post(f"{at}/gia-han", data=typed)
        assert answer.status_code == 422
        assert f'value="{typed["due"]}"' in answer.text
    assert (
        desk.post(f"{at}/gia-han", data={"due": "31/10/2025", "reason": "Ba người đi công tác."}).status_code
        == 303
    )
    assert "17 giờ 00, thứ Sáu 31/10/2025" in words(desk.get(at))
    assert (
        doors.at("seat3").post(f"{at}/gia-han", data={"due": "31/10/2025", "reason": "x"}).status_code == 403
    )


@pytest.mark.parametrize("page", ["mo-bo-phieu", "tien-do-phieu", "ket-qua"])
def test_as_many_queries_for_four_lines_as_for_one(
    sqlite_database: Database, migrated_sqlite: Path, tmp_path: Path, page: str
) -> None:
    (tmp_path / "other.db").write_bytes(migrated_sqlite.read_bytes())
    other = Database(f"sqlite:///{tmp_path / 'other.db'}")
    people = ("cs1", "cs2", "kh1", "kh2")
    counts = []
    for database, nominees in ((sqlite_database, people[:1]), (other, people)):
        scene, _ = given_result(database, nominees=[(who, "bang-khen") for who in nominees])
        desk = Doors(scene, tmp_path).at("office")
        address = f"/vp/dot/{scene.key}/{page}"
        desk.get(address)
        with queries(database) as sent:
            assert desk.get(address).status_code == 200
        counts.append(len(sent))
    other.dispose()
    assert counts[0] == counts[1]
