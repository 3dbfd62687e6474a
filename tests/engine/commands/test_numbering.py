"""One way to write a document's number, so that one document has one number."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from engine.commands import submission
from engine.commands.numbering import written
from engine.database import Database
from engine.errors import Incomplete
from engine.models import Decision
from tests.factories import Scene, given_result, given_sealed_dossier, nomination

OWN = "QĐ-BDT"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("41", "41/QĐ-BDT"),
        (" 041 / QĐ-BDT ", "41/QĐ-BDT"),
        ("41/qđ - bdt", "41/QĐ-BDT"),
        ("41/QĐ–BDT", "41/QĐ-BDT"),
        ("41/Q\u00d0-BDT", "41/QĐ-BDT"),
        ("5/QĐ-BDT", "05/QĐ-BDT"),
        ("4 1", ""),
        ("41 QĐ-BDT", ""),
        ("41/QĐ-UBND", ""),
        ("41/QĐ", ""),
        ("41/", ""),
        ("41/41/QĐ-BDT", ""),
        ("00", ""),
        ("²", ""),
        ("", ""),
        ("9" * 7, ""),
    ],
)
def test_the_agencys_own_number(typed: str, number: str) -> None:
    assert written(typed, OWN) == number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1234/QĐ-UBND", "1234/QĐ-UBND"),
        ("07 / QĐ-CTN", "07/QĐ-CTN"),
        ("1234/qđ-ubnd", "1234/QĐ-UBND"),
        ("12/QĐ-ttg", "12/QĐ-TTg"),
        ("12/TTR-ubnd", "12/TTr-UBND"),
        ("1234", ""),
        ("1234/QĐ UBND", ""),
        ("12/2025", ""),
        ("QĐ-UBND", ""),
        ("/QĐ-UBND", ""),
    ],
)
def test_a_number_of_a_higher_level(typed: str, number: str) -> None:
    assert written(typed) == number


def decide(scene: Scene, codes: list[str], number: str) -> None:
    with scene.database.unit_of_work() as session:
        boss = scene.actor("office", session)
        submission.decide(
            session, boss, scene.key, codes=codes, number=number, dated=scene.now.date(), now=scene.now
        )


def test_however_it_is_typed_one_decision_is_one(sqlite_database: Database) -> None:
    agency = (("cs1", "giay-khen"), ("kh1", "giay-khen"))
    scene, codes = given_result(sqlite_database, nominees=agency, approved=True)
    for wrong in ("4 1", "41 QĐ-BDT", "41/QĐ-UBND"):
        with pytest.raises(Incomplete) as refused:
            decide(scene, codes, wrong)
        assert refused.value.fields == {"number": "Ghi số như 41/QĐ-BDT."}
    decide(scene, codes[:1], "41")
    decide(scene, codes[1:], "041 / QĐ-BDT")
    with sqlite_database.unit_of_work() as session:
        assert session.execute(select(col(Decision.number))).scalars().all() == ["41/QĐ-BDT"]
        boss = scene.actor("office", session)
        with pytest.raises(Incomplete) as refused:
            submission.correct_award(
                session,
                boss,
                codes[0],
                number="14/QĐ-UBND",
                dated=scene.now.date(),
                reason="Nhầm.",
                now=scene.now,
            )
        assert refused.value.fields == {"number": "Ghi số như 41/QĐ-BDT."}
        row = submission.correct_award(
            session, boss, codes[0], number="14", dated=scene.now.date(), reason="Nhầm.", now=scene.now
        )
        assert row.decision_number == "14/QĐ-BDT"


def test_an_answer_names_its_decision_in_full(sqlite_database: Database) -> None:
    scene, codes = given_result(sqlite_database, nominees=(("cs1", "bang-khen"),), approved=True)
    given_sealed_dossier(scene)
    with sqlite_database.unit_of_work() as session:
        boss = scene.actor("office", session)
        submission.send_dossier(session, boss, scene.key, version=1, channel="email", now=scene.now)

    def award(number: str) -> int:
        with sqlite_database.unit_of_work() as session:
            return submission.record_answer(
                session,
                boss,
                scene.key,
                codes=codes,
                answer="awarded",
                number=number,
                dated=scene.now.date(),
                now=scene.now,
            )

    for wrong in ("1234", "1234 QĐ-UBND", "1234/QĐ UBND"):
        with pytest.raises(Incomplete) as refused:
            award(wrong)
        assert refused.value.fields == {"number": "Ghi cả số và ký hiệu viết liền, như 1234/QĐ-UBND."}
    with pytest.raises(Incomplete) as refused:
        award("41/QĐ-BDT")
    assert "do cơ quan mình ban hành" in refused.value.fields["number"]
    assert award("01234 / qđ-ubnd") == 1
    assert award("1234/QĐ-UBND") == 0
    with sqlite_database.unit_of_work() as session, pytest.raises(Incomplete) as refused:
        submission.correct_award(
            session, boss, codes[0], number="41/QĐ-BDT", dated=scene.now.date(), reason="Nhầm.", now=scene.now
        )
    assert "do cơ quan mình ban hành" in refused.value.fields["number"]


def test_a_second_submission_has_a_number_and_date_of_its_own(sqlite_database: Database) -> None:
    scene, codes = given_result(sqlite_database, nominees=(("cs1", "bang-khen"),), approved=True)
    facts = {"submission_number": "12", "submission_date": "2025-10-17", "minutes_number": "03"}
    with sqlite_database.unit_of_work() as session:
        boss = scene.actor("office", session)
        submission.prepare_dossier(session, boss, scene.key, facts=facts, now=scene.now)
    scene.clock.push(hours=24)
    given_sealed_dossier(scene)
    sent_on = scene.now.date()
    with sqlite_database.unit_of_work() as session:
        submission.send_dossier(session, boss, scene.key, version=1, channel="email", now=scene.now)
        submission.record_answer(
            session, boss, scene.key, codes=codes, answer="completion", reason="Thiếu.", now=scene.now
        )
    scene.clock.push(hours=24)

    def seal(number: str, back: int) -> None:
        with sqlite_database.unit_of_work() as session:
            second = submission.prepare_dossier(session, boss, scene.key, facts={}, now=scene.now)
            assert second.facts == {"minutes_number": "03", "place": "Lạng Sơn"}
            submission.seal_dossier(
                session,
                boss,
                scene.key,
                version=2,
                number=number,
                dated=scene.now.date() - timedelta(days=back),
                sha256="cd" * 32,
                size=9,
                now=scene.now,
            )

    with pytest.raises(Incomplete) as refused:
        seal("12/TTr-BDT", 2)
    assert refused.value.fields == {
        "number": "Số 12/TTr-BDT đã dùng cho bản 1; mỗi văn bản một số.",
        "dated": f"Ngày tờ trình không thể trước ngày của tờ trình bản 1 ({sent_on:%d/%m/%Y}).",
    }
    with pytest.raises(Incomplete) as refused:
        seal("13/QĐ-BDT", 0)
    assert refused.value.fields == {"number": "Ghi số như 41/TTr-BDT."}
    seal("13/TTr-BDT", 1)


def corrected(scene: Scene, code: str, number: str, *, whole: bool) -> None:
    with scene.database.unit_of_work() as session:
        submission.correct_award(
            session,
            scene.actor("office", session),
            code,
            number=number,
            dated=scene.now.date(),
            reason="Gõ nhầm.",
            whole=whole,
            now=scene.now,
        )


def numbers(scene: Scene, codes: list[str]) -> list[str]:
    with scene.database.read() as session:
        return [nomination(session, code).decision_number for code in codes]


def test_a_slip_in_a_decision_is_put_right_for_all_it_gave(sqlite_database: Database) -> None:
    agency = (("cs1", "giay-khen"), ("cs2", "giay-khen"), ("kh1", "giay-khen"))
    scene, codes = given_result(sqlite_database, nominees=agency, approved=True)
    decide(scene, codes, "128")
    corrected(scene, codes[0], "182", whole=True)
    assert numbers(scene, codes) == ["182/QĐ-BDT"] * 3
    corrected(scene, codes[0], "182", whole=True)
    corrected(scene, codes[2], "183", whole=False)
    assert numbers(scene, codes) == ["182/QĐ-BDT", "182/QĐ-BDT", "183/QĐ-BDT"]
    with sqlite_database.read() as session:
        asked = select(col(Decision.number)).order_by(col(Decision.id))
        assert session.execute(asked).scalars().all() == ["182/QĐ-BDT", "183/QĐ-BDT"]


def test_a_slip_in_a_decision_of_the_province_too(sqlite_database: Database) -> None:
    scene, codes = given_result(
        sqlite_database, nominees=(("cs1", "bang-khen"), ("cs2", "bang-khen")), approved=True
    )
    given_sealed_dossier(scene)
    with sqlite_database.unit_of_work() as session:
        boss = scene.actor("office", session)
        submission.send_dossier(session, boss, scene.key, version=1, channel="email", now=scene.now)
        submission.record_answer(
            session,
            boss,
            scene.key,
            codes=codes,
            answer="awarded",
            number="51/QĐ-UBND",
            dated=scene.now.date(),
            now=scene.now,
        )
    corrected(scene, codes[1], "15/QĐ-UBND", whole=True)
    assert numbers(scene, codes) == ["15/QĐ-UBND"] * 2
