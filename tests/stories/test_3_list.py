"""Văn phòng orders, publishes, freezes and unfreezes the list; opens the vote."""

import hashlib

from sqlmodel import col, select

from engine.models import ListLine, Nomination, NominationList
from tests.stories.acts import CAST, COLLECTIVE, OFFICE, PLANNER, accept, freeze
from tests.stories.test_2_department import state_of
from tests.stories.test_3_office import LIST, OPEN_VOTE, OTHER_OFFICER, proposed
from tests.stories.world import World


def frozen(world: World) -> list[str]:
    codes = proposed(world, PLANNER, COLLECTIVE)
    accept(world, *codes)
    freeze(world)
    return codes


def test_the_list_is_ordered_published_frozen_under_its_hash_and_told_to_departments(world: World) -> None:
    codes = proposed(world, *CAST)
    accept(world, *codes)
    office = world.visitor(OFFICE).open(LIST)
    office.press("Lập danh sách", {f"place-{codes[0]}": "một"}, status=422)
    assert "không phải là số thứ tự" in office.errors[0]
    assert office.shown(f"place-{codes[0]}") == "một"
    wished = list(reversed(codes))
    office.press("Lập danh sách", {f"place-{code}": str(place) for place, code in enumerate(wished, 1)})
    seen = len(world.postbox.letters)
    office.press("Công khai danh sách")
    world.time()
    office.open(LIST).press("Chốt danh sách")

    assert any("Xem danh sách" in subject for _, subject in world.letters_since(seen))
    with world.database.read() as session:
        row = session.exec(select(NominationList)).one()
        lines = session.exec(select(ListLine).order_by(col(ListLine.position))).all()
        by_id = {n.id: n.code for n in session.exec(select(Nomination)).all()}
    assert [by_id[line.nomination_id] for line in lines] == wished
    assert row.state == "frozen"
    assert row.hash in office.words
    assert {state_of(world, code) for code in codes} == {"listed"}


def test_nothing_is_frozen_while_something_is_unsettled(world: World) -> None:
    accepted, waiting = proposed(world, COLLECTIVE, PLANNER)
    accept(world, accepted)
    office = world.visitor(OFFICE).open(LIST).press("Lập danh sách").press("Công khai danh sách")

    assert "Chốt danh sách" not in office.buttons()
    assert "Còn 1 đề nghị chưa xử lý xong" in office.words
    data = {"act": "freeze", "seen": office.shown("seen")}
    request = {"method": "POST", "url": LIST, "data": data}
    office.send(request, status=422)
    assert any("Lộc Thị Hiền" in error for error in office.errors), office.errors
    assert state_of(world, waiting) == "proposed"


def test_a_page_opened_before_the_freeze_changes_nothing_after_it(world: World) -> None:
    codes = proposed(world, COLLECTIVE, PLANNER)
    accept(world, *codes)
    stale_list = world.visitor(OTHER_OFFICER).open(LIST).press("Lập danh sách")
    kept = stale_list.page
    review = (
        world.visitor(OTHER_OFFICER)
        .open(f"/vp/de-nghi/{codes[0]}")
        .filled("Tạm dừng xét", {"reason": "Chờ xác minh."})
    )
    world.visitor(OFFICE).open(LIST).press("Công khai danh sách").press("Chốt danh sách")

    stale_list.page = kept
    stale_list.press("Lập lại theo thứ tự này", {f"place-{codes[0]}": "2"}, status=409)
    assert "Danh sách đã được chốt sau khi ông/bà mở trang" in stale_list.errors[0]
    stale_list.send(review, status=409)
    assert "Chờ xác minh." in stale_list.answer.text
    assert {state_of(world, code) for code in codes} == {"listed"}


def test_unfreezing_wants_a_reason_and_makes_a_new_version(world: World) -> None:
    frozen(world)
    office = world.visitor(OFFICE).open(LIST)
    office.press("Mở chốt danh sách", status=422)
    assert office.errors
    office.press("Mở chốt danh sách", {"reason": "Phòng bổ sung minh chứng."})

    assert "Bản 2" in office.words
    office.press("Công khai danh sách").press("Chốt danh sách")
    with world.database.read() as session:
        states = session.exec(select(NominationList.state).order_by(col(NominationList.version))).all()
    assert states[-1] == "frozen"


def test_the_vote_opens_once_with_a_personal_letter_to_each_seat(world: World) -> None:
    frozen(world)
    seen = len(world.postbox.letters)
    office = world.visitor(OFFICE).open(OPEN_VOTE)
    request = office.filled("Mở bỏ phiếu, gửi thư cho 11 thành viên")
    office.send(request)
    office.open(OPEN_VOTE)
    assert "Bỏ phiếu đã mở" in office.words
    office.client.request(**request)
    world.time()

    ballots = [to for to, subject in world.letters_since(seen) if "Bỏ phiếu" in subject]
    assert len(ballots) == len(set(ballots)) == 11


def test_a_quorum_that_cannot_be_reached_is_told_before_the_vote_opens(world: World) -> None:
    """Too few of the seated members are still there: the vote does not open, and the page says what to do."""
    frozen(world)
    roles = {"hoang-thi-bich-lien": "vice_chair", "nong-van-thang": "member", "vy-thi-thanh-tam": "member",
             "dinh-thi-lan-huong": "member"}  # fmt: skip
    for key, role in roles.items():
        address = f"    email: {key}@bandantoc-langson.example\n"
        world.edit_file("people.yaml", address, address + "    active: false\n")
        world.edit_file("council.yaml", f"      - person: {key}\n        role: {role}\n", "")
    world.load_people()
    office = world.visitor(OFFICE).open(OPEN_VOTE)

    assert "không đủ" in office.words
    assert "Chưa có địa chỉ thư" in office.words or "Không còn làm việc" in office.words
    office.press("Mở bỏ phiếu", status=422)
    assert office.errors
    with world.database.read() as session:
        assert session.exec(select(NominationList.state)).one() == "frozen"
    assert "Bỏ phiếu đã mở" not in office.open(OPEN_VOTE).words


def test_what_was_frozen_is_what_the_hash_says(world: World) -> None:
    """The hash can be checked by anybody from what the record keeps: its lines' fingerprints, in order."""
    frozen(world)
    with world.database.read() as session:
        row = session.exec(select(NominationList)).one()
        lines = session.exec(select(ListLine.fingerprint).order_by(col(ListLine.position))).all()
    assert len(lines) == 2
    assert row.hash == hashlib.sha256("\n".join(lines).encode()).hexdigest()
