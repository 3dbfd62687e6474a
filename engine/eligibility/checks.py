"""The named checks rules are made of. Each looks at one case and says what does not hold, nothing else.

Which checks apply, with what figures, sentence and source, is data (`config/rules/`); none cites law itself.
Field names given in hits are those of the form; an answer is `answers.<key>`, a file `files.<key>`.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator
from typing_extensions import TypedDict  # pydantic reads typing's own only from Python 3.12 on

from engine.eligibility.findings import Case, Hit, PastAward, check
from engine.text import same_name

FIELD_WORDS = {
    "nominee_name": "tên cá nhân hoặc tập thể",
    "department_key": "phòng đề nghị",
    "award_key": "hình thức khen thưởng",
    "type_key": "loại hình khen thưởng",
    "legal_point": "căn cứ (điểm của điều luật) đề nghị",
    "period_from": "ngày bắt đầu của thời gian tính thành tích",
    "period_to": "ngày kết thúc của thời gian tính thành tích",
    "summary": "tóm tắt thành tích",
    "achievements": "nội dung thành tích",
}
KIND_WORDS = {"person": "cá nhân", "collective": "tập thể"}


@check("truong")
def missing_field(case: Case, *, fields: list[str]) -> Iterator[Hit]:
    """A field of the form left empty."""
    for name in fields:
        if not getattr(case.facts, name):
            yield Hit(name, {"truong": FIELD_WORDS[name]})


@check("cau_hoi")
def unanswered(case: Case) -> Iterator[Hit]:
    """A required question without an answer."""
    for question in case.questions():
        if question.required and not case.answer(question.key):
            yield Hit(f"answers.{question.key}", {"cau_hoi": question.label})


@check("cau_hoi", "can")
def bad_answer(case: Case) -> Iterator[Hit]:
    """An answer that is none of the choices, or not a number."""
    for question in case.questions():
        given, wanted = case.answer(question.key), ""
        if question.kind == "choice" and given not in question.options:
            wanted = "một trong các lựa chọn"
        elif question.kind == "yesno" and given not in {"yes", "no"}:
            wanted = "Có hoặc Không"
        elif question.kind == "number" and not re.fullmatch(r"\d{1,6}", given, re.ASCII):
            wanted = "một số không âm"
        if given and wanted:
            yield Hit(f"answers.{question.key}", {"cau_hoi": question.label, "can": wanted})


@check("ten")
def unknown_nominee(case: Case, *, unless_answered: str = "") -> Iterator[Hit]:
    """A person who is not on the agency's roster, unless an explanation is given."""
    facts = case.facts
    explained = bool(unless_answered and case.answer(unless_answered))
    stranger = facts.nominee_kind == "person" and facts.person_known is False
    if stranger and facts.nominee_name and not explained:
        yield Hit("nominee_name", {"ten": facts.nominee_name})


@check("hinh_thuc")
def award_not_given(case: Case) -> Iterator[Hit]:
    """An award this round does not give."""
    if case.facts.award_key and case.facts.award_key not in case.definition.award_keys:
        yield Hit("award_key", {"hinh_thuc": case.facts.award_key})


@check("hinh_thuc", "loai")
def award_not_for_kind(case: Case) -> Iterator[Hit]:
    """An award that is not for this kind of nominee."""
    facts = case.facts
    if facts.award_key in case.definition.award_keys:
        award = case.definition.award(facts.award_key)
        if facts.nominee_kind not in award.nominees:
            kind = KIND_WORDS.get(facts.nominee_kind, facts.nominee_kind)
            yield Hit("award_key", {"hinh_thuc": award.name, "loai": kind})


@check("hinh_thuc", "can")
def point_not_of_award(case: Case) -> Iterator[Hit]:
    """A legal point the award does not rest on, or a type that is not the point's."""
    facts = case.facts
    if facts.award_key not in case.definition.award_keys or not facts.legal_point:
        return
    award = case.definition.award(facts.award_key)
    point = next((point for point in award.points if point.key == facts.legal_point), None)
    if point is None:
        known = "; ".join(point.words for point in award.points)
        yield Hit("legal_point", {"hinh_thuc": award.name, "can": known})
    elif facts.type_key and point.type != facts.type_key:
        words = case.definition.rules.types.get(point.type, point.type)
        yield Hit("type_key", {"hinh_thuc": award.name, "can": words})


@check("tu", "den", "phong_trao")
def period_outside_movement(case: Case) -> Iterator[Hit]:
    """A period that ends before it begins, or reaches outside the movement."""
    movement, facts = case.definition.movement, case.facts
    words = {
        "tu": f"{movement.period_from:%d/%m/%Y}",
        "den": f"{movement.period_to:%d/%m/%Y}",
        "phong_trao": movement.title,
    }
    if facts.period_from and not movement.period_from <= facts.period_from <= movement.period_to:
        yield Hit("period_from", words)
    if facts.period_to and not movement.period_from <= facts.period_to <= movement.period_to:
        yield Hit("period_to", words)


@check()
def period_backwards(case: Case) -> Iterator[Hit]:
    """A period that ends before it begins."""
    facts = case.facts
    if facts.period_from and facts.period_to and facts.period_to < facts.period_from:
        yield Hit("period_to")


@check("co", "it_nhat", "nhieu_nhat")
def summary_length(case: Case) -> Iterator[Hit]:
    """A summary too short to say anything or too long for the list; counted in characters."""
    length, least, most = len(case.facts.summary), case.definition.summary_min, case.definition.summary_max
    if length and not least <= length <= most:
        yield Hit("summary", {"co": length, "it_nhat": least, "nhieu_nhat": most})


@check("muc")
def missing_item(case: Case, *, items: list[str] | None = None) -> Iterator[Hit]:
    """A required file that is not there; the citation is the checklist item's own."""
    definition, facts = case.definition, case.facts
    for item in definition.items_for(award=facts.award_key, nominee_kind=facts.nominee_kind):
        wanted = item.kind == "file" and item.required and (items is None or item.key in items)
        if wanted and item.key not in facts.files:
            yield Hit(f"files.{item.key}", {"muc": item.label}, item.source or None, item.confidence)


@check("phong", "ngay", "ke_thua")
def dissolved_unit(case: Case) -> Iterator[Hit]:
    """A unit that no longer exists on the review's date, as proposer or as nominee."""
    facts, folded = case.facts, ""
    for unit in case.definition.former_departments:
        field = "department_key" if facts.department_key == unit.key else ""
        if facts.nominee_kind == "collective":
            folded = folded or same_name(facts.nominee_name)
            if facts.nominee_key == unit.key or folded == same_name(unit.name):
                field = "nominee_name"
        if field:
            heir = f"; đơn vị kế thừa: {unit.successor}" if unit.successor else ""
            yield Hit(field, {"phong": unit.name, "ngay": f"{unit.until:%d/%m/%Y}", "ke_thua": heir})


@check()
def unknown_department(case: Case) -> Iterator[Hit]:
    """A proposing department the review does not know."""
    known = {department.key for department in case.definition.departments}
    known |= {department.key for department in case.definition.former_departments}
    if case.facts.department_key and case.facts.department_key not in known:
        yield Hit("department_key")


@check("xep_loai", "can")
def grade_at_least(case: Case, *, question: str, least: str, order: list[str]) -> Iterator[Hit]:
    """A grade below `least`; `order` runs from the lowest grade to the highest."""
    given = case.answer(question)
    if given in order and order.index(given) < order.index(least):
        words = next((q.options for q in case.definition.questions if q.key == question), {})
        yield Hit(
            f"answers.{question}", {"xep_loai": words.get(given, given), "can": words.get(least, least)}
        )


@check()
def flag(case: Case, *, question: str, when: str = "yes") -> Iterator[Hit]:
    """A yes-or-no question answered with `when`."""
    if case.answer(question) == when:
        yield Hit(f"answers.{question}")


@check("ngay")
def period_before_date(case: Case, *, question: str) -> Iterator[Hit]:
    """Achievements counted from before the day given as an answer (dd/mm/yyyy)."""
    given, start = case.answer(question), case.facts.period_from
    if not given:
        return
    day = _day(given)
    if day is None:
        yield Hit(f"answers.{question}", {"ngay": f"{given} (chưa đúng dạng 31/12/2025)"})
    elif start and start <= day:
        yield Hit("period_from", {"ngay": f"{day:%d/%m/%Y}"})


def _day(text: str) -> date | None:
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text, re.ASCII)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else None
    except ValueError:
        return None


@check("muc")
def movement_level(case: Case, *, launched_by: str) -> Iterator[Hit]:
    """A movement launched by another level than the legal point asks for."""
    if case.definition.movement.launched_by != launched_by:
        words = {"central": "Trung ương", "province": "tỉnh", "agency": "cơ quan"}
        yield Hit("legal_point", {"muc": words[case.definition.movement.launched_by]})


def _one_form(condition: Any) -> Any:
    forms = ({"question", "is"}, {"question", "at_least"}, {"past_award", "in_a_row"})
    if condition.keys() - {"types"} not in forms:
        raise ValueError(
            "điều kiện viết chưa đúng; hãy ghi question với is hoặc at_least, hoặc past_award với in_a_row"
        )
    return condition


Condition = TypedDict(
    "Condition",
    {
        "question": str,
        "is": list[str],
        "at_least": int,
        "past_award": str,
        "in_a_row": int,
        "types": list[str],
    },
    total=False,
)


class Path(TypedDict):
    words: str
    all: list[Annotated[Condition, AfterValidator(_one_form)]]


@check("cac_cach")
def none_of_paths(case: Case, *, paths: list[Path]) -> Iterator[Hit]:
    """None of several ways is met. A path is {"words": …, "all": [condition, …]}; a condition is
    {"question", "is": [answers]}, {"question", "at_least": number} or {"past_award", "in_a_row", "types"}.

    Silent while a required question it depends on is unanswered: that is reported by itself.
    """
    conditions = [condition for path in paths for condition in path["all"]]
    required = {question.key for question in case.questions() if question.required}
    asked = [condition["question"] for condition in conditions if "question" in condition]
    if any(key in required and not case.answer(key) for key in asked):
        return
    if not any(all(_met(case, condition) for condition in path["all"]) for path in paths):
        field = f"answers.{asked[0]}" if asked else "legal_point"
        yield Hit(field, {"cac_cach": "; hoặc ".join(path["words"] for path in paths)})


def _met(case: Case, condition: Condition) -> bool:
    if "past_award" in condition:
        held = _years_in_a_row(case, condition["past_award"], condition.get("types", []))
        return held >= condition["in_a_row"]
    given = case.answer(condition["question"])
    if "at_least" in condition:
        return given.isascii() and given.isdigit() and int(given) >= condition["at_least"]
    return given in condition["is"]


def _years_in_a_row(case: Case, award: str, types: list[str]) -> int:
    """Consecutive years up to the last before the counted period ends; other types do not count as
    evidence (results of sudden and movement awards stay out of the chain of regular merit).
    """
    years = {
        past.year
        for past in case.history
        if _of_nominee(case, past) and past.award_key == award and (not types or past.type_key in types)
    }
    last = case.facts.period_to.year if case.facts.period_to else case.definition.on.year
    year = last if last in years else last - 1
    count = 0
    while year - count in years:
        count += 1
    return count


def _of_nominee(case: Case, past: PastAward) -> bool:
    return not past.revoked and past.nominee_key == case.facts.nominee_key
