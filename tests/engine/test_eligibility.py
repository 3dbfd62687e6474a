"""Each rule with a case that passes and one that does not; drafts, order and sources."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from engine.definition import Definition, FormerDepartment
from engine.eligibility import NominationFacts, Severity, findings
from engine.eligibility.findings import NOT_LAW
from tests.engine.nominations import (
    FIGHTER,
    FINAL,
    INTERIM,
    MERIT,
    MINUTES,
    MOVEMENT,
    REGULAR,
    REPORT,
    UNIT,
    YEARLY,
    answered,
    ids,
    pack_rule,
    past,
    with_rule,
)


@pytest.mark.parametrize(
    ("definition", "facts"),
    [(FINAL, MOVEMENT), (YEARLY, REGULAR), (YEARLY, FIGHTER), (YEARLY, MERIT), (YEARLY, UNIT)],
)
def test_a_sound_nomination_has_no_findings(definition: Definition, facts: NominationFacts) -> None:
    assert findings(definition, facts) == ()


def changed(facts: NominationFacts, **changes: Any) -> NominationFacts:
    return replace(facts, **changes)


OUTSIDE = "period-outside-movement"
# definition, facts, rule, severity, field
FAILING = [
    (FINAL, changed(MOVEMENT, type_key=""), "R4", "block", "type_key"),
    (FINAL, changed(MOVEMENT, legal_point=""), "R4", "block", "legal_point"),
    (FINAL, changed(MOVEMENT, person_known=False), "R3", "block", "nominee_name"),
    (FINAL, answered(MOVEMENT, da_khen="yes"), "R5-da-khen", "block", "answers.da_khen"),
    (FINAL, answered(MOVEMENT, dang_xem_xet="yes"), "R7-xem-xet", "hold", "answers.dang_xem_xet"),
    (FINAL, answered(MOVEMENT, don_thu="yes"), "R7-don-thu", "hold", "answers.don_thu"),
    (FINAL, answered(MOVEMENT, het_ky_luat="30/06/2022"), "R8", "block", "period_from"),
    (FINAL, answered(MOVEMENT, het_ky_luat="01/01/2021"), "R8", "block", "period_from"),
    (FINAL, answered(MOVEMENT, het_ky_luat="năm ngoái"), "R8", "block", "answers.het_ky_luat"),
    (FINAL, answered(MOVEMENT, het_ky_luat="31/02/2024"), "R8", "block", "answers.het_ky_luat"),
    (FINAL, changed(MOVEMENT, files=frozenset({MINUTES})), "R26", "block", f"files.{REPORT}"),
    (FINAL, changed(MOVEMENT, files=frozenset({REPORT})), "R25", "block", f"files.{MINUTES}"),
    (YEARLY, changed(REGULAR, files=frozenset({REPORT})), "R24", "block", f"files.{MINUTES}"),
    (YEARLY, answered(REGULAR, can_cu_chuyen_de="yes"), "R6-tra-loi", "block", "answers.can_cu_chuyen_de"),
    (YEARLY, answered(REGULAR, xep_loai="hoan_thanh"), "R12", "block", "answers.xep_loai"),
    (YEARLY, answered(FIGHTER, xep_loai="tot"), "R13", "block", "answers.xep_loai"),
    (YEARLY, answered(MERIT, so_lan_cstdcs="1"), "R17", "block", "answers.so_lan_cstdcs"),
    (YEARLY, answered(UNIT, ty_le_ldtt="49"), "R-TTLDTT", "block", "answers.ty_le_ldtt"),
    (FINAL, changed(MOVEMENT, nominee_name=""), "missing-field", "block", "nominee_name"),
    (FINAL, changed(MOVEMENT, period_to=None), "missing-field", "block", "period_to"),
    (FINAL, changed(MOVEMENT, summary=""), "missing-field", "block", "summary"),
    (FINAL, changed(MOVEMENT, summary="Tốt."), "summary-length", "block", "summary"),
    (FINAL, changed(MOVEMENT, summary="a" * 2001), "summary-length", "block", "summary"),
    (FINAL, answered(MOVEMENT, don_thu=""), "unanswered", "block", "answers.don_thu"),
    (FINAL, answered(MOVEMENT, xep_loai="gioi"), "bad-answer", "block", "answers.xep_loai"),
    (FINAL, answered(MOVEMENT, don_thu="maybe"), "bad-answer", "block", "answers.don_thu"),
    (YEARLY, answered(MERIT, so_sang_kien="-1"), "bad-answer", "block", "answers.so_sang_kien"),
    (FINAL, changed(MOVEMENT, award_key="cstdcs"), "award-not-given", "block", "award_key"),
    (YEARLY, changed(UNIT, award_key="ldtt"), "award-not-for-kind", "block", "award_key"),
    (FINAL, changed(MOVEMENT, legal_point="74.1.d"), "point-not-of-award", "block", "legal_point"),
    (FINAL, changed(MOVEMENT, type_key="dot_xuat"), "point-not-of-award", "block", "type_key"),
    (FINAL, changed(MOVEMENT, period_from=date(2020, 12, 31)), OUTSIDE, "block", "period_from"),
    (FINAL, changed(MOVEMENT, period_to=date(2026, 1, 1)), OUTSIDE, "block", "period_to"),
    (FINAL, changed(MOVEMENT, period_to=date(2020, 1, 1)), "period-backwards", "block", "period_to"),
    (FINAL, changed(MOVEMENT, department_key="phong-la"), "unknown-department", "block", "department_key"),
]  # fmt: skip


@pytest.mark.parametrize(("definition", "facts", "rule", "severity", "field"), FAILING)
def test_a_rule_that_does_not_hold(
    definition: Definition, facts: NominationFacts, rule: str, severity: str, field: str
) -> None:
    found = [finding for finding in findings(definition, facts) if finding.rule_id == rule]
    assert [(finding.severity, finding.field) for finding in found] == [(Severity(severity), field)]
    assert all((found[0].sentence, found[0].remedy, found[0].source_words))
    assert "{" not in found[0].sentence + found[0].remedy


def test_achievements_count_from_the_day_after_discipline_ends() -> None:
    assert MOVEMENT.period_from == date(2021, 1, 1)
    assert findings(FINAL, answered(MOVEMENT, het_ky_luat="31/12/2020")) == ()


def test_no_path_is_said_to_be_missing_while_the_answer_it_depends_on_is() -> None:
    (found,) = findings(YEARLY, answered(FIGHTER, xep_loai=""))
    assert (found.rule_id, found.field) == ("unanswered", "answers.xep_loai")
    assert "R13" in ids(findings(YEARLY, answered(FIGHTER, xep_loai="tot")))


def test_a_person_from_outside_with_a_reason_is_allowed() -> None:
    facts = answered(replace(MOVEMENT, person_known=False), ly_do_ngoai_bien_che="Biệt phái từ 2023")
    assert findings(FINAL, facts) == ()


@pytest.mark.parametrize(
    "answers",
    [
        {"so_lan_cstdcs": "0", "so_nam_xuat_sac": "2", "so_sang_kien": "2"},
        {"so_lan_cstdcs": "1", "so_nam_xuat_sac": "1", "so_sang_kien": "1"},
    ],
)
def test_each_path_to_a_regular_bang_khen(answers: dict[str, str]) -> None:
    assert findings(YEARLY, answered(MERIT, **answers)) == ()


@pytest.mark.parametrize("answers", [{"sang_kien": "yes"}, {"de_tai": "yes"}])
def test_each_path_to_grassroots_fighter(answers: dict[str, str]) -> None:
    assert findings(YEARLY, answered(FIGHTER, xep_loai="tot", **answers)) == ()


def test_consecutive_years_come_from_the_record() -> None:
    facts = answered(MERIT, so_lan_cstdcs="0")
    assert findings(YEARLY, facts, (), [past(2024), past(2025)]) == ()
    assert findings(YEARLY, facts, (), [past(2023), past(2024)]) == ()
    for broken in (
        [past(2022), past(2024)],
        [past(2022), past(2023)],
        [past(2023), past(2024, revoked=True)],
        [past(2023), past(2024, nominee_key="p:2")],
        [past(2023), past(2024, type_key="chuyen_de")],
    ):
        assert ids(findings(YEARLY, facts, (), broken)) == {"R17"}


def test_movement_launched_by_another_level() -> None:
    own = FINAL.model_copy(update={"movement": FINAL.movement.model_copy(update={"launched_by": "agency"})})
    (finding,) = findings(own, MOVEMENT)
    assert (finding.rule_id, finding.field) == ("R18", "legal_point")
    assert "do cơ quan phát động" in finding.sentence


def test_a_dissolved_unit() -> None:
    gone = FormerDepartment(key="cu", name="Phòng Cũ", until=date(2025, 2, 28), successor="Văn phòng Ban")
    definition = YEARLY.model_copy(update={"former_departments": (gone,)})
    (nominee,) = findings(definition, replace(UNIT, nominee_key="c:x:phong cu", nominee_name="PHÒNG CŨ"))
    assert (nominee.rule_id, nominee.field) == ("R37", "nominee_name")
    assert "28/02/2025" in nominee.sentence
    assert "Văn phòng Ban" in nominee.sentence
    (proposer,) = findings(definition, replace(REGULAR, department_key="cu"))
    assert proposer.field == "department_key"
    assert findings(definition, UNIT) == ()


def test_excellent_collective() -> None:
    rule = pack_rule("luat-2022-nd152-2025", "R16").model_copy(update={"awards": ("ttldtt",)})
    definition = with_rule(YEARLY, rule, "ty_le_hoan_thanh", "so_cstdcs")
    good = answered(UNIT, ty_le_hoan_thanh="100", ty_le_ldtt="70", so_cstdcs="1")
    assert findings(definition, good) == ()
    for short in ({"ty_le_hoan_thanh": "99"}, {"ty_le_ldtt": "69"}, {"so_cstdcs": "0"}):
        assert ids(findings(definition, answered(good, **short))) == {"R16"}


def test_the_draft_rule_asks_for_both() -> None:
    definition = with_rule(YEARLY, pack_rule("du-thao-sua-doi-luat", "R14"))
    assert ids(findings(definition, FIGHTER)) == {"R14"}
    assert findings(definition, answered(FIGHTER, sang_kien="yes")) == ()


@pytest.mark.parametrize("definition", [FINAL, YEARLY, INTERIM])
@pytest.mark.parametrize("kind", ["person", "collective"])
def test_an_empty_draft_names_its_fields(definition: Definition, kind: str) -> None:
    found = findings(definition, NominationFacts(nominee_kind=kind))
    assert {finding.severity for finding in found} == {Severity.block}
    fields = [finding.field for finding in found]
    assert len(fields) == len(set(fields)), "nobody is told the same twice"
    assert {
        "nominee_name",
        "award_key",
        "type_key",
        "legal_point",
        "period_from",
        "period_to",
        "summary",
    } <= {*fields}
    assert {"answers.xep_loai", "files.bao-cao-thanh-tich"} <= set(fields)


def test_every_half_filled_draft_is_answered() -> None:
    names = [name for name in vars(MERIT) if name not in {"nominee_kind", "code"}]
    for name in names:
        empty: Mapping[str, Any] = {name: getattr(NominationFacts(), name)}
        for definition, facts in ((YEARLY, MERIT), (YEARLY, UNIT), (FINAL, MOVEMENT)):
            findings(definition, replace(facts, **empty), [MOVEMENT, REGULAR], [past(2024)])


def test_blocks_come_first_then_holds_then_warnings() -> None:
    copied = replace(MOVEMENT, nominee_key="p:2")
    found = findings(FINAL, answered(replace(MOVEMENT, type_key=""), don_thu="yes"), [copied])
    assert [finding.severity for finding in found] == [Severity.block, Severity.hold, Severity.warn]


def test_what_nobody_verified_never_looks_like_law() -> None:
    law = re.compile(r"Điều|Đ\.\d|Luật|Nghị định|NĐ")
    unverified = {
        rule.id for d in (FINAL, YEARLY, INTERIM) for rule in d.rules.rules if rule.confidence == "C"
    }
    drafts = [NominationFacts(), replace(MOVEMENT, files=frozenset(), person_known=False), UNIT]
    for definition in (FINAL, YEARLY, INTERIM):
        for facts in drafts:
            for finding in findings(definition, facts, [replace(MOVEMENT, nominee_key="p:2")]):
                if finding.rule_id in unverified:
                    assert not law.search(finding.source_words) or finding.field.startswith("files.")
                assert finding.source_words
    (copied,) = findings(FINAL, MOVEMENT, [replace(MOVEMENT, nominee_key="p:2")])
    assert copied.source_words == NOT_LAW
    lying = pack_rule("luat-2022-nd152-2025", "R52").model_copy(update={"source": "Luật 2022, Đ.1"})
    (finding,) = findings(with_rule(FINAL, lying), MOVEMENT, [replace(MOVEMENT, nominee_key="p:2")])
    assert finding.source_words == NOT_LAW


def test_a_verified_rule_cites_its_article() -> None:
    (finding,) = findings(FINAL, answered(MOVEMENT, don_thu="yes"))
    assert finding.source_words == "Nghị định 152/2025/NĐ-CP, Đ.4"


def test_a_missing_file_cites_its_own_source() -> None:
    found = findings(INTERIM, NominationFacts(award_key="giay-khen"))
    files = {f.field: f.source_words for f in found if f.field.startswith("files.")}
    assert set(files.values()) == {NOT_LAW}
