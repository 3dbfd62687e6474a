"""A number put right or taken back stays to be seen: an inspector may hold the paper of before."""

from engine.queries.timeline import remark_of


def test_what_a_decision_said_before_is_told_beside_what_it_says_now() -> None:
    facts = {
        "before": "128/QĐ-BDT",
        "before_date": "2025-12-15",
        "number": "129/QĐ-BDT",
        "date": "2025-12-16",
        "reason": "Ghi nhầm số.",
    }
    assert remark_of(facts) == "128/QĐ-BDT ngày 15/12/2025 → 129/QĐ-BDT ngày 16/12/2025. Ghi nhầm số."


def test_an_answer_taken_back_keeps_its_number() -> None:
    facts = {"from": "awarded", "reason": "Nhầm dòng.", "number": "2500/QĐ-UBND", "date": "2025-12-20"}
    assert remark_of(facts) == "2500/QĐ-UBND ngày 20/12/2025. Nhầm dòng."
