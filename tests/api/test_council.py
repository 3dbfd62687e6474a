"""The council's ballot through its doors: by link and as staff, from the first look to the closed vote."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import event, select
from sqlmodel import Session, col

from engine.commands import linking
from engine.database import Database
from engine.models import Attachment, Ballot, Nomination, Vote
from tests.api.council_given import Council
from tests.api.office_given import hidden, words
from tests.factories import cast, close_vote, given_vote, nomination, person

KEY = "thu-nghiem-2025"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def council(sqlite_database: Database, tmp_path: Path) -> Council:
    """Three nominations under vote; the last is of seat 5 itself."""

    def plant(session: Session, nominations: Sequence[Nomination]) -> None:
        # Who sits on the council is rarely nominated in the small agency: here it is, straight in the record.
        nominations[2].person_id = person(session, "seat5").id

    nominees = (("cs1", "bang-khen"), ("cs2", "giay-khen"), ("kh1", "giay-khen"))
    scene, codes, hash_ = given_vote(sqlite_database, nominees=nominees, plant=plant)
    doors = Council(scene, tmp_path / "data")
    doors.codes, doors.hash = codes, hash_
    return doors


def choices(codes: list[str], said: str = "yes") -> dict[str, str]:
    return {f"v-{code}": said for code in codes}


def test_nothing_is_chosen_at_first(council: Council) -> None:
    page = council.by_link(1).get(f"/phieu/{KEY}")
    assert page.status_code == 200
    assert " checked" not in page.text
    assert page.text.count('type="radio"') == 9
    assert "Nông Đức CS 1" in words(page)
    assert "Hạn bỏ phiếu" in words(page)


def test_autosave_keeps_a_choice_and_counts_for_nothing(council: Council) -> None:
    browser = council.by_link(1)
    saved = browser.post(f"/phieu/{KEY}/luu", data=choices(council.codes[:1], "no"), headers=HTMX)
    assert "Đã lưu nháp" in saved.text
    assert "<html" not in saved.text
    page = browser.get(f"/phieu/{KEY}")
    assert re.findall(r'id="v-(\w+)-n"[^>]* checked', page.text) == council.codes[:1]
    with council.scene.database.read() as session:
        assert session.execute(select(Vote)).all() == []


def test_save_for_later_without_script(council: Council) -> None:
    browser = council.by_link(1)
    answer = browser.post(f"/phieu/{KEY}", data={**choices(council.codes[:2]), "next": "later"})
    assert answer.headers["location"] == f"/phieu/{KEY}"
    assert "Phiếu chưa gửi" in words(browser.get(f"/phieu/{KEY}"))


def test_review_names_what_is_unanswered_and_offers_no_sending(council: Council) -> None:
    browser = council.by_link(1)
    assert (
        browser.post(f"/phieu/{KEY}", data={**choices(council.codes[:2]), "next": "review"})
        .headers["location"]
        .endswith("/xem-lai")
    )
    page = browser.get(f"/phieu/{KEY}/xem-lai")
    assert "Còn 1 đề nghị chưa chọn ý kiến" in words(page)
    assert f"#d-{council.codes[2]}" in page.text
    assert "Gửi phiếu" not in words(page)


def test_read_choose_review_send_and_change(council: Council) -> None:
    browser = council.by_link(1)
    browser.post(f"/phieu/{KEY}", data={**choices(council.codes), "next": "review"})
    page = browser.get(f"/phieu/{KEY}/xem-lai")
    form = {"list_hash": hidden(page, "list_hash"), **choices(council.codes)}
    assert all(hidden(page, f"v-{code}") == "yes" for code in council.codes)
    assert browser.post(f"/phieu/{KEY}/xem-lai", data=form).headers["location"].endswith("/da-gui")
    receipt = words(browser.get(f"/phieu/{KEY}/da-gui"))
    code = re.search(r"Mã biên nhận ([0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4})", receipt)
    assert code
    assert "Đồng ý" in receipt
    assert "sửa và gửi lại đến" in receipt
    # Sent twice by a nervous thumb: one ballot, the same receipt.
    browser.post(f"/phieu/{KEY}/xem-lai", data=form)
    assert code[1] in words(browser.get(f"/phieu/{KEY}/da-gui"))
    # A change of mind is a new ballot in the place of the old one.
    browser.post(f"/phieu/{KEY}/xem-lai", data={**form, **choices(council.codes[:1], "no")})
    changed = words(browser.get(f"/phieu/{KEY}/da-gui"))
    assert code[1] not in changed
    assert "lần gửi thứ 2" in changed
    with council.scene.database.read() as session:
        assert sorted(session.execute(select(col(Vote.choice))).scalars()) == ["no", "yes", "yes"]


def test_sending_does_not_depend_on_the_draft(council: Council) -> None:
    form = {"list_hash": council.hash, **choices(council.codes)}
    assert council.by_link(1).post(f"/phieu/{KEY}/xem-lai", data=form).status_code == 303


def test_changed_but_not_sent_again_is_said(council: Council) -> None:
    browser = council.by_link(1)
    browser.post(f"/phieu/{KEY}/xem-lai", data={"list_hash": council.hash, **choices(council.codes)})
    browser.post(f"/phieu/{KEY}", data={**choices(council.codes[:1], "no"), "next": "later"})
    assert "chưa gửi lại" in words(browser.get(f"/phieu/{KEY}/da-gui"))


def test_a_missing_choice_links_to_its_row_and_keeps_the_others(council: Council) -> None:
    browser = council.by_link(1)
    form = {"list_hash": council.hash, **choices(council.codes[:2], "abstain")}
    page = browser.post(f"/phieu/{KEY}/xem-lai", data=form)
    assert page.status_code == 422
    assert f'href="#v-{council.codes[2]}"' in page.text
    assert len(re.findall(r'-a"[^>]* checked', page.text)) == 2
    assert "Lỗi:" in page.text
    with council.scene.database.read() as session:
        assert session.execute(select(Vote)).all() == []


def test_own_nomination_has_no_choice_and_takes_none(council: Council) -> None:
    browser = council.by_link(5)
    page = browser.get(f"/phieu/{KEY}")
    assert f'name="v-{council.codes[2]}"' not in page.text
    assert "đề nghị của chính ông/bà" in words(page)
    forged = browser.post(f"/phieu/{KEY}/xem-lai", data={"list_hash": council.hash, **choices(council.codes)})
    assert forged.status_code == 422
    assert f'href="#own-{council.codes[2]}"' in forged.text
    sent = browser.post(
        f"/phieu/{KEY}/xem-lai", data={"list_hash": council.hash, **choices(council.codes[:2])}
    )
    assert sent.status_code == 303


def test_a_stale_list_is_told_and_choices_stay(council: Council) -> None:
    form = {"list_hash": "0" * 64, **choices(council.codes)}
    page = council.by_link(1).post(f"/phieu/{KEY}/xem-lai", data=form)
    assert page.status_code == 409
    assert "Danh sách lấy phiếu đã thay đổi" in words(page)
    assert page.text.count(" checked") == 3


def test_after_the_close_the_ballot_is_locked_and_the_result_is_shown(council: Council) -> None:
    for seat in range(1, 5):
        cast(council.scene, seat, dict.fromkeys(council.codes, "yes"), council.hash)
    cast(council.scene, 5, dict.fromkeys(council.codes[:2], "yes"), council.hash)
    browser = council.by_link(1)
    assert browser.get(f"/phieu/{KEY}/ket-qua").status_code == 303
    assert close_vote(council.scene)
    page = words(browser.get(f"/phieu/{KEY}"))
    assert "Phiếu đã khoá" in page
    assert "mã biên nhận" in page
    outcome = words(browser.get(f"/phieu/{KEY}/ket-qua"))
    assert "5/5, cần 4 — 80 % trên tổng số thành viên" in outcome
    late = browser.post(f"/phieu/{KEY}/xem-lai", data={"list_hash": council.hash, **choices(council.codes)})
    assert late.status_code == 409
    assert "hết thời gian bỏ phiếu" in words(late)
    saved = browser.post(f"/phieu/{KEY}/luu", data=choices(council.codes), headers=HTMX)
    assert "Chưa lưu được" in saved.text


def test_past_the_deadline_nothing_can_be_chosen(council: Council) -> None:
    browser = council.by_link(2)
    council.scene.clock.push(days=10)
    page = browser.get(f"/phieu/{KEY}")
    if page.status_code == 200:
        assert "Phiếu đã khoá" in words(page)
        assert 'type="radio"' not in page.text
    else:
        assert page.status_code == 401


def test_reports_and_files_are_read_on_the_ballot_alone(council: Council) -> None:
    browser = council.by_link(1)
    page = browser.get(f"/phieu/{KEY}/de-nghi/{council.codes[2]}")  # the list goes award by award
    assert "Đề nghị 2/3" in words(page)
    assert "Đề nghị trước" in words(page)
    assert "Đề nghị sau" in words(page)
    assert browser.get(f"/phieu/{KEY}/de-nghi/khong-co").status_code == 404
    assert browser.get(f"/phieu/{KEY}/tep/999").status_code == 404
    assert browser.get("/viec").status_code == 401


def test_a_file_comes_as_a_download_that_runs_nothing(council: Council) -> None:
    store = council.app.state.installation.files
    sha256, size = store.keep(b"%PDF-1.4 ...")
    with council.scene.database.unit_of_work() as session:
        kept = Attachment(
            nomination_id=nomination(session, council.codes[0]).id or 0,
            item_key="minh-chung",
            name="Báo cáo “đẹp”.pdf",
            media_type="application/pdf",
            size=size,
            sha256=sha256,
            uploaded_at=council.scene.now,
        )
        session.add(kept)
        session.flush()
        file_id = kept.id
    browser = council.by_link(1)
    assert f"/phieu/{KEY}/tep/{file_id}" in browser.get(f"/phieu/{KEY}").text
    answer = browser.get(f"/phieu/{KEY}/tep/{file_id}")
    assert answer.content == b"%PDF-1.4 ..."
    assert answer.headers["content-disposition"].startswith('attachment; filename="bao cao dep.pdf"')
    assert "sandbox" in answer.headers["content-security-policy"]
    assert council.at("clerk-cs").get(f"/phieu/{KEY}/tep/{file_id}").status_code == 404


def test_the_ballot_of_another_vote_opens_nothing_here(council: Council) -> None:
    stranger = council.by_link(1, scope="77")
    for address in (f"/phieu/{KEY}", f"/phieu/{KEY}/xem-lai", f"/phieu/{KEY}/de-nghi/{council.codes[0]}"):
        assert stranger.get(address).status_code == 404
    form = {"list_hash": council.hash, **choices(council.codes)}
    assert stranger.post(f"/phieu/{KEY}/xem-lai", data=form).status_code == 404
    assert stranger.post(f"/phieu/{KEY}", data=form).status_code == 404


def test_no_seat_and_no_round_look_the_same(council: Council) -> None:
    clerk = council.at("clerk-cs")
    without, unknown = clerk.get(f"/phieu/{KEY}"), clerk.get("/phieu/khong-co")
    assert without.status_code == unknown.status_code == 404
    assert words(without) == words(unknown)


def test_staff_on_the_council_vote_without_a_link(council: Council) -> None:
    form = {"list_hash": council.hash, **choices(council.codes)}
    assert council.at("seat2").post(f"/phieu/{KEY}/xem-lai", data=form).status_code == 303


def test_a_replaced_link_ends_the_session_it_opened(council: Council) -> None:
    browser = council.by_link(1)
    assert browser.get(f"/phieu/{KEY}").status_code == 200
    with council.scene.database.unit_of_work() as session:
        office = council.scene.actor("office", session)
        linking.replace_ballot_link(
            session,
            office,
            council.scene.keys,
            KEY,
            person_id=person(session, "seat1").id or 0,
            now=council.scene.now,
        )
    gone = browser.post(f"/phieu/{KEY}/xem-lai", data={"list_hash": council.hash, **choices(council.codes)})
    assert gone.status_code == 401
    # What was chosen is kept in the page that asks to sign in.
    assert f"v-{council.codes[0]}" in gone.text


def test_work_on_the_ballot_keeps_its_session_alive(council: Council) -> None:
    browser = council.by_link(1)
    for _ in range(4):
        council.scene.clock.push(minutes=25)
        assert browser.post(f"/phieu/{KEY}/luu", data=choices(council.codes[:1])).status_code == 200


def test_looking_changes_nothing(council: Council) -> None:
    browser = council.by_link(1)
    for address in ("", "/xem-lai", "/da-gui", "/ket-qua", f"/de-nghi/{council.codes[0]}"):
        browser.get(f"/phieu/{KEY}{address}")
    with council.scene.database.read() as session:
        ballots = session.execute(select(Ballot)).scalars().all()
        assert all(not ballot.draft and ballot.sent_at is None for ballot in ballots)


def test_the_number_of_queries_does_not_grow_with_the_list(sqlite_database: Database, tmp_path: Path) -> None:
    many = tuple((f"{unit}{n}", "giay-khen") for unit in ("cs", "kh") for n in range(1, 5))
    scene, _codes, _hash = given_vote(sqlite_database, nominees=many)
    browser = Council(scene, tmp_path / "data").by_link(1)
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(scene.database.engine, "before_cursor_execute", note)
    try:
        assert browser.get(f"/phieu/{KEY}").status_code == 200
    finally:
        event.remove(scene.database.engine, "before_cursor_execute", note)
    assert len([statement for statement in asked if statement.startswith("SELECT")]) <= 10


def test_the_time_of_the_receipt_is_told_in_vietnam(council: Council) -> None:
    browser = council.by_link(1)
    browser.post(f"/phieu/{KEY}/xem-lai", data={"list_hash": council.hash, **choices(council.codes)})
    told = words(browser.get(f"/phieu/{KEY}/da-gui"))
    assert re.search(r"Nhận lúc \d+ giờ \d\d, thứ \w+ \d\d/\d\d/2025", told)
