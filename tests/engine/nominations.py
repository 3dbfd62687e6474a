"""Sound nominations of the shipped reviews, to be spoiled by tests."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from config.files import read_folder
from engine.definition import Definition, Question, Rule
from engine.definition.entries import RulesFile
from engine.definition.files import load
from engine.definition.lines import read
from engine.eligibility import Finding, NominationFacts, PastAward

FILES = read_folder(Path(__file__).parents[2] / "config")
FINAL = load(FILES, "ntm-2025-tong-ket")
YEARLY = load(FILES, "hang-nam-2025")
INTERIM = load(FILES, "ntm-2023-so-ket")

GOOD = {"xep_loai": "xuat_sac", "dang_xem_xet": "no", "don_thu": "no", "da_khen": "no"}
REPORT, MINUTES = "bao-cao-thanh-tich", "bien-ban-hop-phong"
ITEMS = frozenset({REPORT, MINUTES})
SUMMARY = (
    "Tham mưu ban hành kế hoạch lồng ghép nguồn vốn ba chương trình mục tiêu quốc gia, trực tiếp hướng dẫn "
    "tám xã vùng đặc biệt khó khăn hoàn thành tiêu chí thu nhập, giao thông và thông tin "
    "trong giai đoạn 2021 – 2025."
)
MOVEMENT = NominationFacts(
    code="DN-001",
    nominee_kind="person",
    nominee_key="p:1",
    nominee_name="Hoàng Thị Nhung",
    person_known=True,
    department_key="chinh-sach",
    award_key="bang-khen-tinh",
    type_key="chuyen_de",
    legal_point="74.1.a",
    period_from=date(2021, 1, 1),
    period_to=date(2025, 12, 31),
    summary=SUMMARY,
    answers=GOOD,
    files=ITEMS,
)
REGULAR = replace(
    MOVEMENT,
    award_key="ldtt",
    type_key="cong_trang",
    legal_point="24.1",
    period_from=date(2025, 1, 1),
    answers={**GOOD, "can_cu_chuyen_de": "no"},
)
FIGHTER = replace(
    REGULAR,
    award_key="cstdcs",
    legal_point="23",
    answers={**REGULAR.answers, "sang_kien": "no", "de_tai": "no"},
)
MERIT = replace(
    REGULAR,
    award_key="bang-khen-tinh",
    legal_point="74.1.d",
    answers={**REGULAR.answers, "so_lan_cstdcs": "2", "so_nam_xuat_sac": "0", "so_sang_kien": "0"},
)
UNIT = replace(
    REGULAR,
    nominee_kind="collective",
    nominee_key="c:chinh-sach:phong chinh sach dan toc",
    nominee_name="Phòng Chính sách Dân tộc",
    person_known=None,
    award_key="ttldtt",
    legal_point="28",
    answers={**REGULAR.answers, "ty_le_ldtt": "80"},
)


def answered(facts: NominationFacts, **answers: str) -> NominationFacts:
    return replace(facts, answers={**facts.answers, **answers})


def ids(found: tuple[Finding, ...]) -> set[str]:
    return {finding.rule_id for finding in found}


def past(year: int, **changes: Any) -> PastAward:
    one = PastAward(nominee_key="p:1", award_key="cstdcs", type_key="cong_trang", year=year)
    return replace(one, **changes)


def pack_rule(key: str, rule_id: str) -> Rule:
    path = f"config/rules/{key}.yaml"
    pack = RulesFile.model_validate(read(path, FILES[path]).data)
    entry = next(rule for rule in pack.rules if rule.id == rule_id)
    return Rule(**entry.model_dump(exclude={"valid_from", "valid_to"}))


def with_rule(definition: Definition, rule: Rule, *questions: str) -> Definition:
    asked = tuple(Question(key=key, label=key, kind="number") for key in questions)
    rules = definition.rules.model_copy(update={"rules": (rule,)})
    return definition.model_copy(update={"rules": rules, "questions": definition.questions + asked})
