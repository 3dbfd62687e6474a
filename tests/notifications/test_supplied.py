"""What a department adds to what Sở Nội vụ sent back: the office is told, no more often than it helps."""

from sqlmodel import col, select

from engine.commands import proposal, submission
from engine.commands.dating import day_of
from engine.database import Database
from engine.models import Event, Message
from notifications.compose import make_environment
from notifications.planner import plan_letters
from tests.engine.commands.test_completion import answer, sent_back
from tests.factories import Scene
from tests.notifications.test_dossier_letter import HOUSE

ENVIRONMENT = make_environment()


def add(scene: Scene, who: str, code: str, file: int) -> list[tuple[str, str]]:
    """Somebody adds file number `file`; address and nomination line of the letters it has brought."""
    stored = proposal.StoredFile(f"{file}.pdf", "application/pdf", 10, f"{file:064x}")
    scene.clock.push(minutes=5)
    with scene.database.unit_of_work() as session:
        actor = scene.actor(who, session)
        row = proposal.attach(session, actor, code, item_key="minh-chung", file=stored, now=scene.now)
        assert row.supplement
    with scene.database.unit_of_work() as session:
        while plan_letters(session, ENVIRONMENT, house=HOUSE, calendar=scene.calendar, now=scene.now):
            pass
    with scene.database.read() as session:
        newest = select(Event.id).where(Event.kind == "attached").order_by(col(Event.id).desc())
        about = session.exec(newest).first()
        letters = session.exec(
            select(Message).where(Message.event_id == about, Message.state != "silent")
        ).all()
    for letter in letters:
        assert (letter.letter, letter.name) == ("supplied", "Lâm Thị Phượng")
        assert letter.subject.startswith("Đã có tệp bổ sung – ")
        assert f"https://thidua.example/vp/dot/{scene.key}/ho-so" in letter.text
        for part in (letter.text, letter.html):
            assert "vì Văn phòng là thường trực" in part
            assert "đủ thì tạo bản hồ sơ mới để trình" in part
    lines = [
        line.strip(" -") for letter in letters for line in letter.text.splitlines() if "Nông Đức" in line
    ]
    return [(letter.address, line) for letter, line in zip(letters, lines, strict=True)]


def test_the_office_is_told_once_of_each_person_and_nomination_in_each_return(
    sqlite_database: Database,
) -> None:
    scene, (first, second) = sent_back(sqlite_database)
    award = "Bằng khen của Chủ tịch UBND tỉnh"

    def told(name: str, by: str) -> list[tuple[str, str]]:
        return [("office@bdt.example", f"{name} – {award} ({by})")]

    assert add(scene, "office", first, 1) == [], "it knows what it has done itself"
    assert add(scene, "clerk-cs", first, 2) == told("Nông Đức CS 1", "Cán bộ cs")
    assert add(scene, "clerk-cs", first, 3) == [], "one page after the other"
    assert add(scene, "chief-cs", first, 4) == told("Nông Đức CS 1", "Trưởng phòng cs")
    assert add(scene, "clerk-cs", second, 5) == told("Nông Đức CS 2", "Cán bộ cs")
    with sqlite_database.unit_of_work() as session:
        office = scene.actor("office", session)
        submission.prepare_dossier(session, office, scene.key, facts={}, now=scene.now)
        submission.seal_dossier(
            session,
            office,
            scene.key,
            version=2,
            number="13/TTr-BDT",
            dated=day_of(scene.now),
            sha256="cd" * 32,
            size=9,
            now=scene.now,
        )
        submission.send_dossier(session, office, scene.key, version=2, channel="email", now=scene.now)
    answer(scene, [first], "completion", reason="Còn thiếu dấu.")
    assert add(scene, "clerk-cs", first, 6) == told("Nông Đức CS 1", "Cán bộ cs"), "asked for once more"
    assert add(scene, "clerk-cs", first, 7) == []
