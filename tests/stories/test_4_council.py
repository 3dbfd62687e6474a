"""Each seat votes by a personal link, per nomination, until the close; the tally stands against its rule."""

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

from sqlmodel import col, select

from engine.models import Ballot, Event, Nomination
from tests.stories.acts import (
    BALLOT,
    CAST,
    COLLECTIVE,
    COUNCIL,
    OFFICE,
    OFFICE_ROUND,
    OWN_LINE,
    PLANNER,
    SECRETARY,
    close,
    to_council,
    votable,
    vote,
)
from tests.stories.test_2_department import state_of
from tests.stories.visitor import Visitor
from tests.stories.world import FINAL, World, text_of

MEMBER = "hoang-thi-sim"  # a seat without a nomination of her own
TURNOUT = f"{OFFICE_ROUND}/tien-do-phieu"


def sent(world: World) -> int:
    with world.database.read() as session:
        return len(session.exec(select(Ballot.id).where(col(Ballot.sent_at).is_not(None))).all())


def test_a_member_reads_chooses_reviews_sends_gets_a_receipt_and_changes_the_ballot(world: World) -> None:
    codes = to_council(world, PLANNER, COLLECTIVE)
    member = world.at_ballot(MEMBER)
    assert member.place == BALLOT
    assert not any(box.get("checked") for box in member.page.xpath("//input[@type='radio']"))
    report = member.page.xpath("//a[contains(@href,'/tep/')]/@href")[0]
    assert member.client.get(report).content.startswith(b"%PDF")
    member.open(f"{BALLOT}/de-nghi/{codes[0]}")
    assert "Thành tích" in member.words

    member.open(BALLOT).press("Xem lại và gửi", {f"v-{codes[0]}": "yes"})
    assert "Còn 1 đề nghị chưa chọn ý kiến" in member.words
    member.open(BALLOT)
    assert member.shown(f"v-{codes[0]}") == "yes"
    member.press("Xem lại và gửi", {f"v-{codes[1]}": "no"})
    seen = len(world.postbox.letters)
    member.press("Gửi phiếu")
    receipt = member.page.xpath("string(//*[contains(@class,'govuk-panel__body')]//strong)")
    world.time()

    [letter] = [each for each in world.postbox.letters[seen:] if "Đã nhận phiếu" in str(each["Subject"])]
    assert receipt in text_of(letter)
    assert "Không đồng ý" not in text_of(letter)

    member.open(BALLOT).press("Xem lại và gửi", {f"v-{codes[1]}": "abstain"}).press("Gửi phiếu")
    assert "lần gửi thứ 2" in member.words
    assert sent(world) == 1


def test_the_link_of_the_letter_opens_that_ballot_and_nothing_else(world: World) -> None:
    [code] = to_council(world, PLANNER)
    head_as_member = world.at_ballot("vi-minh-tu")
    for page in ("/viec", f"/ky/{FINAL}", OFFICE_ROUND, f"/de-nghi/{code}", f"{OFFICE_ROUND}/han"):
        head_as_member.open(page, status=401)
    head_as_member.open(BALLOT)


def test_ones_own_nomination_is_locked_and_does_not_count_against_it(world: World) -> None:
    own, _other = to_council(world, OWN_LINE, COLLECTIVE)
    member = world.at_ballot("lam-van-huu")
    assert f"v-{own}" not in votable(member)
    assert "Đây là đề nghị của chính ông/bà" in member.words

    request = member.filled("Xem lại và gửi", dict.fromkeys(votable(member), "yes"))
    member.send(request)
    forged = member.filled("Gửi phiếu")
    forged["data"][f"v-{own}"] = ["yes"]
    member.send(forged, status=422)
    assert any("của chính ông/bà" in error for error in member.errors), member.errors
    assert sent(world) == 0
    member.press("Xem lại và gửi").press("Gửi phiếu")
    assert sent(world) == 1


def test_the_tally_shows_each_nomination_against_its_rule_in_words(world: World) -> None:
    """Bằng khen needs 9 of 11 (80 % of all seats), Giấy khen 6 (more than half): exact integers."""
    own, collective, planner, adviser = to_council(world, *CAST)
    for place, key in enumerate(COUNCIL):
        choices = {collective: "yes" if place < 9 else "no", adviser: "yes" if place < 8 else "abstain"}
        vote(world, key, **choices, **{planner: "yes" if place < 5 else "no"})
    member = world.at_ballot(MEMBER)
    results = close(world)

    assert {code: state_of(world, code) for code in (own, collective, planner, adviser)} == {
        own: "recommended",  # 10 of the 10 who may vote
        collective: "recommended",
        planner: "not_recommended",  # 5 of 11 is not more than half
        adviser: "not_recommended",
    }
    said = results.words
    assert "9/11, cần 9 — 80 % trên tổng số thành viên" in said
    assert "8/11, cần 9 — 80 % trên tổng số thành viên" in said
    assert "5/11, cần 6 — hơn 50 % trên tổng số thành viên" in said
    assert Fraction(9, 11) >= Fraction(80, 100) > Fraction(8, 11)
    member.open(f"{BALLOT}/ket-qua")
    assert "Hội đồng đề nghị khen 10/11, cần 6" in member.words
    seen = len(world.postbox.letters)
    world.time()
    told = [letter for letter in world.postbox.letters[seen:] if "Kết quả bỏ phiếu" in str(letter["Subject"])]
    to = {letter["To"].addresses[0].addr_spec for letter in told}
    assert {world.email_of(key) for key in (PLANNER.clerk, PLANNER.head)} <= to
    assert not {world.email_of(key) for key in (COLLECTIVE.clerk, COLLECTIVE.head, MEMBER, OFFICE)} & to
    for letter in told:
        assert "5/11, cần 6" in text_of(letter)
        assert "8/11, cần 9" in text_of(letter)


def test_choices_are_nobodys_business_before_the_close(world: World) -> None:
    to_council(world, PLANNER)
    vote(world, MEMBER)
    page = world.visitor(OFFICE).open(TURNOUT)
    assert "1/11" in page.words
    assert "Kết thúc và kiểm phiếu" not in page.buttons()
    assert "Đồng ý" not in page.words
    assert "Kết thúc 9 giờ" not in world.visitor(OFFICE).open(f"{OFFICE_ROUND}/ket-qua").words
    with world.database.read() as session:
        facts = [str(e.facts) for e in session.exec(select(Event).where(Event.kind == "ballot_sent")).all()]
    assert facts
    assert not any("yes" in each for each in facts)


def test_the_secretary_cannot_end_it_before_everybody_has_voted(world: World) -> None:
    [code] = to_council(world, PLANNER)
    vote(world, MEMBER)
    secretary = world.visitor(SECRETARY).open(TURNOUT)
    secretary.send({"method": "POST", "url": f"{TURNOUT}/ket-thuc"}, status=409)
    assert state_of(world, code) == "listed"


def test_the_deadline_ends_the_vote_by_itself_and_locks_ballots(world: World) -> None:
    [code] = to_council(world, PLANNER)
    for key in COUNCIL[:8]:
        vote(world, key)
    late = world.at_ballot(COUNCIL[9])
    ready = late.press("Xem lại và gửi", dict.fromkeys(votable(late), "no")).filled("Gửi phiếu")
    world.at("22/12/2025", "16:50")
    late = world.at_ballot(COUNCIL[9])
    world.at("22/12/2025", "17:00")
    late.send(ready, status=409)

    assert "Đã hết thời gian bỏ phiếu" in late.words
    assert "Thư ký Hội đồng" in late.words
    assert state_of(world, code) == "recommended"
    late.open(BALLOT)
    assert "Phiếu đã khoá" in late.words
    assert sent(world) == 8


def test_a_ballot_pressed_twice_is_one_ballot_with_one_receipt(world: World) -> None:
    to_council(world, PLANNER)
    member = world.at_ballot(MEMBER)
    request = member.press("Xem lại và gửi", dict.fromkeys(votable(member), "yes")).filled("Gửi phiếu")
    with ThreadPoolExecutor(2) as hands:
        answers = list(hands.map(lambda _: member.client.request(**request), range(2)))

    assert {answer.status_code for answer in answers} == {200}
    with world.database.read() as session:
        assert session.exec(select(Ballot.times_sent).where(col(Ballot.sent_at).is_not(None))).all() == [1]
        assert len(session.exec(select(Event).where(Event.kind == "ballot_sent")).all()) == 1


def test_a_replaced_link_stops_and_a_new_one_comes_by_letter(world: World) -> None:
    to_council(world, PLANNER)
    old = world.ballot_links(MEMBER)[-1]
    inside = world.at_ballot(MEMBER)
    secretary = world.visitor(SECRETARY).open(TURNOUT)
    secretary.press("Gửi đường dẫn mới cho Hoàng Thị Sim")
    world.time()

    gone = Visitor(world.browser()).open(old, status=410)
    assert "Đường dẫn không còn hiệu lực" in gone.words
    assert Visitor(world.browser()).client.post(old).status_code == 410
    assert inside.client.get(BALLOT).status_code == 401, (
        "a session of the replaced link still opens the ballot"
    )
    assert world.ballot_links(MEMBER)[-1] != old
    vote(world, MEMBER)
    assert sent(world) == 1


def test_an_expired_link_offers_a_new_one_to_the_registered_address(world: World) -> None:
    to_council(world, PLANNER)
    old = world.ballot_links(MEMBER)[-1]
    world.visitor(SECRETARY).open(TURNOUT).press("Gửi đường dẫn mới cho Hoàng Thị Sim")
    world.time()
    world.at("15/12/2025", "09:10")
    before = len(world.ballot_links(MEMBER))
    gone = Visitor(world.browser()).open(old, status=410)
    gone.press("Gửi lại đường dẫn bỏ phiếu")
    world.time()

    assert len(world.ballot_links(MEMBER)) == before + 1
    vote(world, MEMBER)


def test_a_foreign_link_opens_nothing_of_mine(world: World) -> None:
    """Another member's link opens that member's ballot, by name, never mine; a made-up one opens nothing."""
    to_council(world, PLANNER)
    stranger = Visitor(world.browser()).open(world.ballot_links("nong-van-thang")[-1])
    assert "Nông Văn Thắng" in stranger.words
    made_up = world.ballot_links(MEMBER)[-1][:-4] + "abcd"
    Visitor(world.browser()).open(made_up, status=410)
    clerk = world.visitor("hoang-thi-nhung")
    clerk.open(BALLOT, status=404)
    assert "không phải thành viên Hội đồng" in clerk.words
    clerk.send({"method": "POST", "url": BALLOT, "data": {"next": "review"}}, status=404)


def test_a_lost_session_keeps_the_choices_made(world: World) -> None:
    [code] = to_council(world, PLANNER)
    member = world.at_ballot(MEMBER)
    typed = member.filled("Xem lại và gửi", {f"v-{code}": "no"})
    world.at("15/12/2025", "10:00")  # idle for longer than a ballot's session lasts
    member.send(typed, status=401)
    assert "nội dung vừa gõ còn nguyên" in member.words
    kept = member.page

    again = world.at_ballot(MEMBER)
    member.client.cookies = again.client.cookies
    member.page = kept
    member.press("Gửi lại")
    assert member.place == f"{BALLOT}/xem-lai"
    assert "Không đồng ý" in member.words


def test_looking_at_a_link_again_and_again_changes_nothing(world: World) -> None:
    """Mail scanners fetch every link; only a person's click acts."""
    to_council(world, PLANNER)
    link = world.ballot_links(MEMBER)[-1]
    with world.database.read() as session:
        before = len(session.exec(select(Event.id)).all())
    for _ in range(3):
        scanner = Visitor(world.browser()).open(link)
        assert "Xem trang này chưa ghi nhận gì." in scanner.words
        scanner.open(BALLOT, status=401)
    with world.database.read() as session:
        assert len(session.exec(select(Event.id)).all()) == before
        assert session.exec(select(Nomination.state)).all() == ["listed"]
    vote(world, MEMBER)
