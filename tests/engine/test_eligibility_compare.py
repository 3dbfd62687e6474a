"""A nomination beside others: one achievement, one form; copied reports; shares of a list; and the cost."""

import time
from dataclasses import replace
from datetime import date

from engine.eligibility import NominationFacts, Severity, findings, list_findings
from tests.engine.nominations import (
    FIGHTER,
    FINAL,
    MOVEMENT,
    REGULAR,
    SUMMARY,
    YEARLY,
    answered,
    ids,
    pack_rule,
    past,
    with_rule,
)


def test_one_achievement_one_form() -> None:
    other = replace(MOVEMENT, code="DN-002", award_key="giay-khen", legal_point="75.2-chuyen-de")
    (finding,) = findings(FINAL, MOVEMENT, [other])
    assert finding.rule_id == "R5-trung"
    assert "Giấy khen" in finding.sentence
    assert findings(FINAL, MOVEMENT, [replace(other, nominee_key="p:2", summary="")]) == ()
    held = past(2023, award_key="giay-khen", type_key="chuyen_de", achievement_key="cau-na-sam")
    named = replace(MOVEMENT, achievement_key="cau-na-sam")
    assert ids(findings(FINAL, named, (), [held])) == {"R5-trung"}
    assert findings(FINAL, named, (), [replace(held, revoked=True)]) == ()
    assert findings(FINAL, MOVEMENT, (), [held]) == (), "an interim award is another achievement"


def test_a_title_and_a_form_for_regular_work_may_stand_together() -> None:
    assert findings(YEARLY, REGULAR, [replace(FIGHTER, code="DN-002")]) == ()


def test_movement_results_are_no_evidence_for_regular_merit() -> None:
    held = past(2024, award_key="giay-khen", type_key="chuyen_de", achievement_key="cau-na-sam")
    found = ids(findings(YEARLY, replace(REGULAR, achievement_key="cau-na-sam"), (), [held]))
    assert "R6-lich-su" in found
    regular = replace(held, type_key="cong_trang")
    assert "R6-lich-su" not in ids(findings(YEARLY, replace(REGULAR, achievement_key="cau"), (), [regular]))


def test_the_same_nominee_twice_for_one_award() -> None:
    assert "nominated-twice" in ids(findings(YEARLY, REGULAR, [replace(REGULAR, code="DN-002")]))


def test_a_copied_report_is_a_warning_that_names_nobody_of_another_department() -> None:
    other = replace(MOVEMENT, code="DN-002", nominee_key="p:2", nominee_name="Mã Văn Tiến")
    (same,) = findings(FINAL, MOVEMENT, [replace(other, summary=SUMMARY.upper())])
    assert (same.rule_id, same.severity, same.field) == ("R52", Severity.warn, "summary")
    assert "Mã Văn Tiến" in same.sentence
    (foreign,) = findings(FINAL, MOVEMENT, [replace(other, department_key="thanh-tra")])
    assert "Mã Văn Tiến" not in foreign.sentence
    own = "Vận động đồng bào hiến đất mở đường, thành lập tổ truyền thông cộng đồng, biên soạn tài liệu "
    assert findings(FINAL, MOVEMENT, [replace(other, summary=own * 2)]) == ()


def grades(excellent: int, good: int) -> list[NominationFacts]:
    given = ["xuat_sac"] * excellent + ["tot"] * good
    return [answered(replace(REGULAR, nominee_key=f"p:{i}"), xep_loai=g) for i, g in enumerate(given)]


def test_share_of_excellent_grades_on_a_list() -> None:
    definition = with_rule(YEARLY, pack_rule("luat-2022-nd152-2025", "R21"))
    assert list_findings(definition, grades(2, 10)) == ()
    (finding,) = list_findings(definition, grades(3, 10))
    assert (finding.rule_id, finding.severity) == ("R21", Severity.warn)
    assert "tối đa 2" in finding.sentence


def test_quota_of_one_award_in_another() -> None:
    advanced = [replace(REGULAR, nominee_key=f"p:{i}") for i in range(20)]
    fighters = [replace(FIGHTER, nominee_key=f"p:{i}") for i in range(4)]
    assert list_findings(YEARLY, advanced + fighters[:3]) == ()
    (finding,) = list_findings(YEARLY, advanced + fighters)
    assert finding.rule_id == "quota-share"
    assert "đề nghị 4, tối đa 3 (15 % của 20)" in finding.sentence


def test_shares_of_women_and_of_those_who_do_not_lead() -> None:
    staff = [replace(MOVEMENT, nominee_key=f"p:{i}", leader=i < 5, woman=i < 3) for i in range(10)]
    assert list_findings(FINAL, staff) == ()
    staff = [replace(one, leader=True, woman=False) for one in staff]
    assert ids(list_findings(FINAL, staff)) == {"R51-khong-lanh-dao", "R51-nu"}
    unknown = [replace(one, leader=None, woman=None) for one in staff]
    assert list_findings(FINAL, unknown) == ()


def test_cost_among_fifty() -> None:
    """0.3 ms of CPU for one nomination among 50 while typing; measured as the best of several runs."""
    words = [f"việc{i} nghiêng{i} tháng{i % 7} nhiệm{i % 5} vụ" for i in range(70)]
    others = [
        replace(MOVEMENT, nominee_key=f"p:{n + 2}", summary=" ".join(words[n : n + 50])) for n in range(50)
    ]
    findings(FINAL, MOVEMENT, others)

    def once(turn: int) -> float:
        typed = replace(MOVEMENT, summary=f"{SUMMARY} {SUMMARY} {turn} {SUMMARY} {SUMMARY}")
        begun = time.process_time()
        findings(FINAL, typed, others)
        return time.process_time() - begun

    assert min(once(turn) for turn in range(200)) < 0.000_3


def test_an_unsent_draft_of_the_same_achievement_only_warns_and_says_which() -> None:
    other = replace(MOVEMENT, code="dn002", award_key="giay-khen", legal_point="75.2-chuyen-de")
    draft = replace(other, drafted=date(2025, 10, 6))
    (warned,) = findings(FINAL, MOVEMENT, [draft])
    assert (warned.rule_id, warned.severity, warned.other) == ("R5-trung", Severity.warn, "dn002")
    assert "bản nháp của phòng lập ngày 06/10/2025, mã dn002" in warned.sentence
    assert "đã được đề nghị" not in warned.sentence
    assert "rút" in warned.remedy
    (blocked,) = findings(FINAL, MOVEMENT, [other])
    assert (blocked.severity, blocked.other) == (Severity.block, "dn002")
    assert "mã dn002" in blocked.sentence
    assert [f.severity for f in findings(FINAL, MOVEMENT, [draft, other])] == [Severity.block]


def test_a_draft_of_another_department_is_not_given_away() -> None:
    draft = replace(MOVEMENT, code="dn002", award_key="giay-khen", department_key="thanh-tra")
    (warned,) = findings(FINAL, MOVEMENT, [replace(draft, drafted=date(2025, 10, 6))])
    assert (warned.severity, warned.other) == (Severity.warn, "")
    assert "dn002" not in warned.sentence
    assert "06/10/2025" not in warned.sentence
