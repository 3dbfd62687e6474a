"""Every change leaves one history event: who, through which door, what, when; the chain is whole."""

from collections import Counter
from datetime import datetime

import pytest
from sqlmodel import col, select

from api import operations
from engine.models import Event, Nomination, Person
from tests.stories.acts import (
    COLLECTIVE,
    COUNCIL,
    HEAD,
    OFFICE,
    OFFICE_ROUND,
    PLANNER,
    ROUND,
    SECRETARY,
    approve,
    close,
    dated,
    deeds,
    freeze,
    make_dossier,
    open_round,
    pdf,
    sign,
    ticks,
    votable,
    who,
)
from tests.stories.world import FINAL, World

NOT_HISTORY = {"signed_in", "sign_in_asked"}


class Record:
    """What the history has gained since it was last asked, signing in aside."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.last = 0

    def gained(self) -> list[Event]:
        with self.world.database.read() as session:
            found = session.exec(select(Event).where(col(Event.id) > self.last).order_by(col(Event.id))).all()
            session.expunge_all()
        self.last = max([self.last, *(event.id or 0 for event in found)])
        return [event for event in found if event.kind not in NOT_HISTORY]

    def kinds(self) -> Counter[str]:
        return Counter(event.kind for event in self.gained())


@pytest.fixture
def record(world: World) -> Record:
    open_round(world)
    made = Record(world)
    made.gained()
    return made


def whole(world: World) -> int:
    """Follow every chain; how many events there are."""
    with world.database.read() as session:
        _chains, events, broken = operations.broken_history(session)
    assert broken == ""
    return events


def test_every_press_leaves_its_event_and_only_its_event(  # noqa: PLR0915 — one life, press by press
    world: World, record: Record
) -> None:
    """One nomination through its whole life: after each press the history has gained exactly this."""
    clerk = world.visitor(COLLECTIVE.clerk).open(f"{ROUND}/de-nghi/moi?phong={COLLECTIVE.department}")
    clerk.press("Lưu và tiếp tục", who(COLLECTIVE))
    code = clerk.place.split("/")[2]
    [started] = record.gained()
    assert (started.kind, started.door, started.actor_name) == ("started", "page", "Hoàng Thị Nhung")
    assert started.at == world.now
    clerk.press("Lưu và tiếp tục", deeds(COLLECTIVE.award))
    assert record.kinds() == {"saved": 1}
    clerk.open(f"/de-nghi/{code}/thanh-tich").press("Lưu và tiếp tục")  # nothing new to say
    assert record.kinds() == {}
    items = ("bao-cao-thanh-tich", "bien-ban-hop-phong", "minh-chung-sang-kien")
    clerk.press("Tải lên và tiếp tục", {f"files.{item}": (f"{item}.pdf", pdf(item)) for item in items})
    assert record.kinds() == {"attached": 3}
    clerk.open(f"/de-nghi/{code}/tep").press("Gỡ minh-chung-sang-kien.pdf")
    assert record.kinds() == {"detached": 1}
    clerk.open(f"/de-nghi/{code}/kiem-tra").press("Kiểm tra xong, chuyển Trưởng phòng ký")
    assert record.kinds() == {"finish": 1}
    clerk.press("Mở lại để sửa")
    assert record.kinds() == {"reopen": 1}
    clerk.open(f"/de-nghi/{code}/kiem-tra").press("Kiểm tra xong, chuyển Trưởng phòng ký")
    record.gained()
    sign(world, COLLECTIVE)
    assert record.kinds() == {"sign_off": 1, "department_proposed": 1}
    nobody = world.visitor("le-van-cuong").open(f"{ROUND}/cua-phong?phong=thanh-tra")
    nobody.press("Báo phòng không có đề nghị")
    assert record.kinds() == {"department_proposed_nobody": 1}

    office = world.visitor(OFFICE).open(f"/vp/de-nghi/{code}")
    office.press("Trả lại phòng để bổ sung", {"comment-summary": "Viết rõ hơn."})
    assert record.kinds() == {"return_to_department": 1}
    clerk.open(f"/de-nghi/{code}/kiem-tra").press("Kiểm tra xong, chuyển Trưởng phòng ký")
    sign(world, COLLECTIVE)
    record.gained()
    office.open(f"/vp/de-nghi/{code}").press("Tạm dừng xét", {"reason": "Chờ xác minh."})
    assert record.kinds() == {"hold": 1}
    office.open(f"/vp/de-nghi/{code}").press("Xét tiếp", {"reason": "Đã xác minh."})
    assert record.kinds() == {"release": 1}
    world.visitor(HEAD).open(f"{OFFICE_ROUND}/han").press(
        "Đổi hạn", {"due": "15/12/2025", "reason": "Nghỉ bù."}
    )
    assert record.kinds() == {"deadline_moved": 1}
    world.at("15/12/2025", "17:00")  # rungs passed unseen stay silent once the deadline is over
    assert record.kinds() == {"proposal_closed": 1, "office_opened": 1}
    world.at("16/12/2025", "09:00")
    record.gained()
    office = world.visitor(OFFICE).open(f"/vp/de-nghi/{code}")
    office.press("Chấp nhận", ticks(office))
    assert record.kinds() == {"checked": 1, "accept": 1}
    freeze(world)
    assert record.kinds() == {"list_compiled": 1, "list_published": 1, "list_frozen": 1, "freeze": 1}
    world.visitor(OFFICE).open(f"{OFFICE_ROUND}/mo-bo-phieu").press("Mở bỏ phiếu")
    assert record.kinds() == {"council_opened": 1}
    world.time()

    for key in COUNCIL:
        member = world.at_ballot(key)
        member.press("Xem lại và gửi", dict.fromkeys(votable(member), "yes"))
        assert record.kinds() == {}  # choices not sent are nobody's act yet
        member.press("Gửi phiếu")
        assert record.kinds() == {"ballot_sent": 1}
    close(world)
    assert record.kinds() == {"vote_closed": 1, "recommend": 1, "submission_opened": 1}
    approve(world)
    assert record.kinds() == {"approve": 1, "head_approved": 1}
    make_dossier(world, "12", "16/12/2025")
    assert set(record.kinds()) == {"dossier_prepared", "dossier_built"}
    world.visitor(OFFICE).open(f"{OFFICE_ROUND}/ho-so").press("Gửi hồ sơ", {"channel": "email"})
    assert record.kinds() == {"dossier_sent": 1, "submit": 1}
    answers = world.visitor(OFFICE).open(f"{OFFICE_ROUND}/tra-loi").press("Ghi đã nhận")
    assert record.kinds() == {"dossier_received": 1, "receive": 1}
    given = {"codes": [code], "answer": "awarded", "number": "2105/QĐ-UBND"}
    answers.press("Ghi kết quả", given | dated("dated", "16/12/2025"))
    assert record.kinds() == {"answered": 1, "award": 1, "round_closed": 1}
    assert whole(world) > 60

    timeline = world.visitor(COLLECTIVE.clerk).open(f"/de-nghi/{code}")
    said = timeline.words[timeline.words.index("Diễn biến") :]
    for name in ("Hoàng Thị Nhung", "Lâm Văn Hữu", "Lý Thị Mai", "Vi Minh Tú", "Hội đồng"):
        assert name in said, said
    times = timeline.page.xpath("//*[contains(@class,'timeline')]//time/@datetime")
    assert times == sorted(times) or times == sorted(times, reverse=True)


def test_looking_leaves_nothing(world: World, record: Record) -> None:
    """GET never changes anything: every page of the round, twice, by everybody who may see it."""
    desk = (
        "",
        "/han",
        "/de-nghi",
        "/danh-sach",
        "/mo-bo-phieu",
        "/tien-do-phieu",
        "/thu",
        "/ho-so",
        "/tra-loi",
    )
    pages = ("/viec", "/dot", ROUND, f"{ROUND}/cua-phong", f"{ROUND}/de-nghi/moi", f"/ky/{FINAL}", "/vp/dot")
    pages += ("/qt/nguoi-dung", *(OFFICE_ROUND + page for page in desk))
    for key in (OFFICE, HEAD, SECRETARY, COLLECTIVE.clerk, PLANNER.head):
        client = world.visitor(key).client
        for page in pages * 2:
            assert client.get(page).status_code < 500, page
    assert record.gained() == []


def test_a_refused_act_leaves_nothing(world: World, record: Record) -> None:
    office = world.visitor(OFFICE)
    for address, data in (
        (f"{OFFICE_ROUND}/danh-sach", {"act": "freeze", "seen": "none"}),
        (f"{OFFICE_ROUND}/mo-bo-phieu", {}),
        (f"{OFFICE_ROUND}/ho-so/gui", {"version": "1", "channel": "email"}),
        (f"/ky/{FINAL}/dong-y", {"codes": ["khong-co"]}),
        (f"{OFFICE_ROUND}/han", {"due": "01/01/2020", "reason": "lùi lại"}),
    ):
        assert 400 <= office.client.post(address, data=data).status_code < 500, address
    assert record.gained() == []


def test_who_did_it_is_the_person_at_the_door(world: World, record: Record) -> None:
    """An operator's act is the operator's; time's act is time's; a link's act is the member's, by link."""
    with world.database.read() as session:
        events = session.exec(select(Event).where(col(Event.kind).in_(["planned", "proposal_opened"]))).all()
        doors = {event.kind: (event.door, event.actor_id) for event in events}
        assert session.exec(select(Person.id)).first() is not None
        assert session.exec(select(Nomination.id)).first() is None
    assert doors["planned"] == ("cli", None)
    assert doors["proposal_opened"][1] is None
    assert doors["proposal_opened"][0] != "cli"
    assert isinstance(world.now, datetime)
