"""What is shipped under config/ is right, complete, and different enough to prove nothing is hard-wired."""

import re
from datetime import date
from pathlib import Path

import pytest

from api.checking import all_faults
from config.files import read_folder
from engine.ballot import Council, Denominator, sentence, tally
from engine.definition import Definition
from engine.definition.files import check, load, people, review_keys
from engine.eligibility import CHECKS
from engine.stages import Stage

FILES = read_folder(Path(__file__).parent.parent / "config")
AGENCY = "ban-dan-toc-lang-son"
REVIEWS = ("dot-xuat-2025", "hang-nam-2025", "ntm-2023-so-ket", "ntm-2025-tong-ket")


def shipped(key: str) -> Definition:
    return load(FILES, key)


def test_no_faults() -> None:
    assert [str(fault) for fault in check(FILES)] == []


def test_shipped_reviews() -> None:
    assert review_keys(FILES) == REVIEWS


def test_final_review_is_the_real_plan() -> None:
    definition = shipped("ntm-2025-tong-ket")
    assert definition.agency.name == "Ban Dân tộc tỉnh Lạng Sơn"
    assert (definition.agency.head.title, definition.agency.head.name) == ("Trưởng Ban", "Vi Minh Tú")
    assert "146/KH-UBND" in " ".join(definition.movement.legal_basis)
    assert "587/QĐ-TTg" in " ".join(definition.movement.legal_basis)
    assert {award.name: award.level for award in definition.awards} == {
        "Bằng khen của Chủ tịch UBND tỉnh": "province",
        "Giấy khen của Trưởng Ban Dân tộc tỉnh": "agency",
    }
    assert definition.stages[Stage.proposal].opens == date(2025, 11, 24)
    assert [definition.stages[stage].due for stage in (Stage.proposal, Stage.office, Stage.submission)] == [
        date(2025, 12, 12),
        date(2025, 12, 19),
        date(2025, 12, 31),
    ]
    assert definition.stages[Stage.council].working_days == 5
    assert definition.award("bang-khen-tinh").points[0].key == "74.1.a"
    assert definition.award("bang-khen-tinh").points[0].type == "chuyen_de"


@pytest.mark.parametrize("key", REVIEWS)
def test_what_the_office_ticks_is_true_of_an_outsider_with_a_reason_too(key: str) -> None:
    definition = shipped(key)
    assert "ly_do_ngoai_bien_che" in {question.key for question in definition.questions}
    ticks = [item.label for item in definition.checklist if "biên chế" in item.label]
    assert ticks
    assert all("hoặc có lý do đề nghị người ngoài cơ quan" in label for label in ticks)


def test_rounds_differ_in_everything_a_round_may_set() -> None:
    rounds = [shipped(key) for key in REVIEWS]
    assert len({definition.rules.key for definition in rounds}) == 2
    assert len({definition.stages[Stage.proposal].remind for definition in rounds}) > 1
    sudden, yearly, interim, final = rounds
    assert {award.level for award in sudden.awards} == {"agency"}, "nothing of it goes to the province"
    assert yearly.award_keys != final.award_keys
    assert {award.ballot.denominator for award in yearly.awards} == set(Denominator)
    assert interim.award("bang-khen-tinh").ballot.threshold != final.award("bang-khen-tinh").ballot.threshold
    assert {q.key for q in yearly.questions} != {q.key for q in final.questions}


def test_ninety_percent_of_eleven_is_ten() -> None:
    rule = shipped("ntm-2023-so-ket").award("bang-khen-tinh").ballot.rule()
    seats = tuple(range(11))
    assert sentence(tally(rule, Council(seats, 0), {})) == "0/11, cần 10 — 90 % trên tổng số thành viên"


@pytest.mark.parametrize("key", REVIEWS)
def test_council_of_eleven_with_chair_the_head(key: str) -> None:
    definition = shipped(key)
    roles = [seat.role for seat in definition.council.seats]
    assert len(roles) == 11
    assert {role: roles.count(role) for role in ("chair", "vice_chair", "standing", "secretary")} == {
        "chair": 1,
        "vice_chair": 1,
        "standing": 1,
        "secretary": 1,
    }
    assert definition.council.seats[0].person == definition.agency.head.person


def test_people_reach_every_department() -> None:
    staff = people(FILES, AGENCY)
    assert len(staff) >= 30
    assert len({person.key for person in staff}) == len({person.email for person in staff}) == len(staff)
    assert all(person.email and person.email.endswith(".example") for person in staff)
    grants = {grant for person in staff for grant in person.grants}
    for department in shipped("ntm-2025-tong-ket").departments:
        assert ("department_head", department.key) in grants
        assert ("clerk", department.key) in grants
    assert {("office", ""), ("head", ""), ("admin", "")} <= grants


@pytest.mark.parametrize("key", REVIEWS)
def test_what_is_not_verified_cites_nothing(key: str) -> None:
    law = re.compile(r"Điều|Đ\.\d|Luật|Nghị định|NĐ")
    definition = shipped(key)
    for rule in definition.rules.rules:
        assert rule.confidence != "C" or not law.search(rule.source), rule.id
        assert rule.check in CHECKS
    for item in definition.checklist:
        assert item.confidence != "C" or not law.search(item.source), item.key


def test_no_rule_asks_for_a_lower_award_first() -> None:
    """NĐ 152/2025 Đ.4: a lower award is not required before a higher one."""
    for key in REVIEWS:
        for rule in shipped(key).rules.rules:
            for path in rule.params.get("paths", []):
                past = {c["past_award"] for c in path["all"] if "past_award" in c}
                assert past <= {"cstdcs"}, "only the title chain named by Đ.74.1.d"


def test_the_draft_of_the_amending_law_is_never_chosen() -> None:
    assert all("R14" not in {rule.id for rule in shipped(key).rules.rules} for key in REVIEWS)


def test_calendar_documents_and_words_on_screen_have_no_faults() -> None:
    assert [str(fault) for fault in all_faults(FILES)] == []
