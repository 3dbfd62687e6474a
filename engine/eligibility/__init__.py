"""Rules applied to a nomination: what blocks it, what parks it, what deserves a look. Pure and quick.

Rules come from the pack of the review's date; what any form needs (names, dates, answers, files) is asked
even if a pack forgets it. Where a pack says the same with its source, the pack speaks.
"""

from collections.abc import Iterable, Iterator, Sequence

from engine.definition import Definition, Rule
from engine.eligibility import checks as eligibility_checks
from engine.eligibility import comparisons as eligibility_compare
from engine.eligibility.findings import (
    CHECKS,
    Case,
    Finding,
    Hit,
    NominationFacts,
    PastAward,
    Severity,
    to_finding,
    told_once,
)

__all__ = [
    "CHECKS",
    "Finding",
    "NominationFacts",
    "PastAward",
    "Severity",
    "findings",
    "list_findings",
    "told_once",
]

REGISTERED_BY = (eligibility_checks, eligibility_compare)
ORDER = list(Severity)
IN_PARTS = frozenset({"missing_field", "missing_item"})  # a pack's rule may name some of them only


def _always(check: str, sentence: str, remedy: str, **params: object) -> Rule:
    return Rule(
        id=check.replace("_", "-"),
        severity="block",
        check=check,
        params=params,
        sentence=sentence,
        remedy=remedy,
        source="",
        confidence="C",
    )


FORM_RULES = (
    _always(
        "missing_field",
        "Chưa có {truong}.",
        "Điền {truong}.",
        fields=[
            "nominee_name",
            "department_key",
            "award_key",
            "type_key",
            "legal_point",
            "period_from",
            "period_to",
            "summary",
        ],
    ),
    _always("unanswered", "Chưa trả lời: {cau_hoi}", "Chọn hoặc điền câu trả lời."),
    _always("bad_answer", "Câu trả lời chưa đúng: {cau_hoi}", "Ghi {can}."),
    _always(
        "unknown_nominee",
        "{ten} không có trong danh sách công chức, người lao động của cơ quan.",
        "Chọn tên trong danh sách, hoặc báo Văn phòng bổ sung danh sách.",
    ),
    _always("unknown_department", "Phòng đề nghị không có trong đợt xét này.", "Chọn lại phòng đề nghị."),
    _always(
        "award_not_given",
        "Đợt xét này không có hình thức “{hinh_thuc}”.",
        "Chọn một hình thức khen thưởng của đợt.",
    ),
    _always(
        "award_not_for_kind",
        "{hinh_thuc} không dành cho {loai}.",
        "Chọn hình thức khen thưởng khác, hoặc sửa loại đối tượng.",
    ),
    _always(
        "point_not_of_award",
        "Căn cứ hoặc loại hình đã chọn không phải của {hinh_thuc}.",
        "Chọn: {can}.",
    ),
    _always(
        "period_backwards",
        "Thời gian tính thành tích kết thúc trước khi bắt đầu.",
        "Sửa ngày bắt đầu hoặc ngày kết thúc.",
    ),
    _always(
        "period_outside_movement",
        "Thời gian tính thành tích nằm ngoài thời gian {tu} – {den} của {phong_trao}.",
        "Ghi thời gian trong khoảng {tu} – {den}.",
    ),
    _always(
        "summary_length",
        "Tóm tắt thành tích có {co} ký tự; cần từ {it_nhat} đến {nhieu_nhat} ký tự.",
        "Viết lại tóm tắt thành tích.",
    ),
    _always("missing_item", "Chưa có {muc}.", "Tải tệp lên mục “{muc}”."),
    _always(
        "nominated_twice",
        "{ten} đã được đề nghị {hinh_thuc} trong đợt này.",
        "Giữ một đề nghị, rút đề nghị kia.",
    ),
    _always(
        "dissolved_unit",
        "{phong} không còn hoạt động từ sau ngày {ngay}{ke_thua}.",
        "Chọn đơn vị đang hoạt động.",
    ),
)
LIST_RULES = (
    Rule(
        id="quota-share",
        severity="warn",
        check="quota_share",
        sentence="{hinh_thuc}: đề nghị {so}, tối đa {toi_da} ({phan_tram} % của {tren}).",
        remedy="Rà soát lại danh sách với chỉ tiêu của đợt.",
        source="",
        confidence="C",
    ),
)


def findings(
    definition: Definition,
    facts: NominationFacts,
    others: Sequence[NominationFacts] = (),
    history: Sequence[PastAward] = (),
) -> tuple[Finding, ...]:
    """What the rules say of one nomination, BLOCK first, then HOLD, then WARN.

    `others`: live nominations of the same round, this one not among them. `history`: past awards, of anybody.
    A half-filled draft is no error: what is empty is a BLOCK with the name of its field.
    """
    case = Case(definition, facts, others, history)
    pack = [rule for rule in definition.rules.rules if _applies(rule, facts)]
    spoken = {rule.check for rule in pack} - IN_PARTS
    form = [rule for rule in FORM_RULES if rule.check not in spoken]
    return _in_order(
        (rule, hit)
        for rule in (*pack, *form)
        if not CHECKS[rule.check].of_list
        for hit in CHECKS[rule.check].run(case, **rule.params)
    )


def list_findings(definition: Definition, listed: Sequence[NominationFacts]) -> tuple[Finding, ...]:
    """What the rules say of a compiled list as a whole: quotas and shares."""
    return _in_order(
        (rule, hit)
        for rule in (*definition.rules.rules, *LIST_RULES)
        if CHECKS[rule.check].of_list
        for hit in CHECKS[rule.check].run(
            definition, [facts for facts in listed if _applies(rule, facts)], **rule.params
        )
    )


def _applies(rule: Rule, facts: NominationFacts) -> bool:
    """A rule without awards, types or points is for all; an empty field of a draft meets no such limit."""
    return (
        facts.nominee_kind in rule.nominees
        and (not rule.awards or facts.award_key in rule.awards)
        and (not rule.types or facts.type_key in rule.types)
        and (not rule.points or facts.legal_point in rule.points)
    )


def _in_order(found: Iterable[tuple[Rule, Hit]]) -> tuple[Finding, ...]:
    return tuple(sorted(_once(found), key=lambda finding: ORDER.index(finding.severity)))


def _once(found: Iterable[tuple[Rule, Hit]]) -> Iterator[Finding]:
    """Two rules may both ask for a field or a file; the first, which is the pack's, speaks for both."""
    said: set[tuple[str, str]] = set()
    for rule, hit in found:
        place = (rule.check, hit.field)
        if place in said and rule.check in IN_PARTS:
            continue
        said.add(place)
        yield to_finding(rule, hit)
