"""Steps of a draft: what each form carries, how it lies over what is stored, where two versions differ."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from api.forms import Form
from engine.commands.drafting import Twin
from engine.commands.proposal import Draft
from engine.definition import Definition
from engine.eligibility import Finding
from engine.errors import Incomplete, NotNow
from engine.queries.nominations import NominationSeen
from engine.queries.people import Colleague
from engine.stages import State
from engine.text import same_name

NOT_LISTED = "-"  # the choice "not on the roster"
WHO, DEEDS, FILES = "nguoi", "thanh-tich", "tep"
LABELS = {
    "nominee": "Cá nhân, tập thể",
    "nominee_title": "Chức vụ",
    "nominee_unit": "Đơn vị công tác",
    "award_key": "Hình thức khen thưởng",
    "legal_point": "Căn cứ đề nghị",
    "period_from": "Thành tích từ ngày",
    "period_to": "Thành tích đến ngày",
    "summary": "Tóm tắt thành tích",
    "achievements": "Thành tích cụ thể",
}
_OR_PERSON = "hoặc chọn Cá nhân."
_NOMINEE = ("nominee_kind", "person_key", "nominee_name")


@dataclass(frozen=True)
class Difference:
    """A field in which my form and the stored draft differ, both in words."""

    id: str
    label: str
    mine: str
    theirs: str


def demand_one_nominee(form: Form, colleagues: Iterable[Colleague], *, home: str) -> None:
    """Raises Incomplete where a form names two: neither name may be dropped without a word.

    The same name twice is no contradiction, nor is a field the form does not carry, nor the department's own
    name (`home`): the form fills it in for a collective left blank.
    """
    listed = {c.key: c.name for c in colleagues}.get(form.text("person_key"), "")
    typed, group = form.text("person_name"), form.text("collective_name")
    faults = {}
    if form.text("nominee_kind") == "collective":
        if listed:
            faults["person_key"] = f"Ông/bà chọn Tập thể mà còn chọn {listed}: bỏ chọn người, {_OR_PERSON}"
        if typed:
            faults["person_name"] = f"Ông/bà chọn Tập thể mà còn ghi tên “{typed}”: xóa tên này, {_OR_PERSON}"
    elif form.text("nominee_kind") == "person":
        if listed and typed and same_name(typed) != same_name(listed):
            faults["person_name"] = (
                f"Ông/bà chọn {listed} mà còn ghi tên “{typed}”: xóa tên đã ghi, "
                "hoặc chọn “Không có trong danh sách” ở ô trên."
            )
        if group and same_name(group) != same_name(home):
            faults["collective_name"] = (
                f"Ông/bà chọn Cá nhân mà còn ghi tập thể “{group}”: xóa tên này, hoặc chọn Tập thể."
            )
    if faults:
        raise Incomplete(faults)


def read_who(form: Form, stored: Draft | None = None) -> dict[str, Any]:
    """Who is proposed for which award. A field the form does not carry stays as stored.

    Another person brings another title, unless one was typed.
    """
    kept = EMPTY if stored is None else values_of(stored)

    def said(name: str) -> str:
        return form.text(name) if name in form.data else kept[name]

    kind = said("nominee_kind")
    listed = said("person_key") if kind == "person" else ""
    person = "" if listed == NOT_LISTED else listed
    name = said("collective_name" if kind == "collective" else "person_name")
    title = said("nominee_title") if kind == "person" else ""
    if stored is not None and person and person != stored.person_key and title == stored.nominee_title:
        title = ""
    return {
        "nominee_kind": kind,
        "person_key": person,
        "nominee_name": "" if person else name,
        "nominee_title": title,
        "nominee_unit": said("nominee_unit"),
        "award_key": said("award_key"),
    }


def read_deeds(form: Form, stored: Draft) -> dict[str, Any]:
    """What was done, when, on which point of law. A field the form does not carry stays as stored;
    so does what is no date, and `form.errors` says so.
    """
    typed: dict[str, Any] = {
        "legal_point": form.text("legal_point") or stored.legal_point,
        "answers": {**(stored.answers or {}), **form.begins("answers.")},
    }
    for name in ("summary", "achievements"):
        if name in form.data:
            typed[name] = form.text(name, lines=True)
    for name in ("period_from", "period_to"):
        if not any(part in form.data for part in (name, *(f"{name}_{p}" for p in ("day", "month", "year")))):
            continue
        day = form.date(name)
        if name not in form.errors:
            typed[name] = day
    return typed


def read_step(form: Form, step: str, stored: Draft) -> Draft:
    """The stored draft with one step's form laid over it."""
    return replace(stored, **(read_who(form, stored) if step == WHO else read_deeds(form, stored)))


def values_of(draft: Draft) -> dict[str, str]:
    """A draft as the values of its form's fields."""
    other = draft.nominee_kind == "person" and not draft.person_key
    values = {
        "nominee_kind": draft.nominee_kind,
        "person_key": NOT_LISTED if other else draft.person_key,
        "person_name": draft.nominee_name if other else "",
        "collective_name": draft.nominee_name if draft.nominee_kind == "collective" else "",
        "nominee_title": draft.nominee_title,
        "nominee_unit": draft.nominee_unit,
        "award_key": draft.award_key,
        "legal_point": draft.legal_point,
        "summary": draft.summary,
        "achievements": draft.achievements,
        **{f"answers.{key}": value for key, value in (draft.answers or {}).items()},
    }
    for name, day in (("period_from", draft.period_from), ("period_to", draft.period_to)):
        parts = (str(day.day), str(day.month), str(day.year)) if day else ("", "", "")
        values |= {f"{name}_{part}": text for part, text in zip(("day", "month", "year"), parts, strict=True)}
    return values


EMPTY = values_of(Draft("", person_key="?")) | {"person_key": ""}


def summary_rows(nomination: NominationSeen) -> list[tuple[str, str, str, str]]:
    """(field, label, words, step) of everything but the files, in the order of the form."""
    draft, definition = nomination.draft, nomination.definition
    rows = [(key, label, _words(draft, key, definition)) for key, label in LABELS.items()]
    if draft.nominee_kind == "collective":
        rows = [row for row in rows if row[0] != "nominee_title"]
    rows += [
        (f"answers.{q.key}", q.label, _words(draft, f"answers.{q.key}", definition))
        for q in nomination.questions
    ]
    return [(key, label, words, _step_of(key)) for key, label, words in rows]


def differences(mine: Draft, theirs: Draft, definition: Definition) -> list[Difference]:
    """Where two versions of a draft differ, field by field."""
    keys = [*LABELS, *(f"answers.{q.key}" for q in definition.questions)]
    labels = LABELS | {f"answers.{q.key}": q.label for q in definition.questions}
    return [
        Difference(key, labels[key], _words(mine, key, definition), _words(theirs, key, definition))
        for key in keys
        if _value(mine, key) != _value(theirs, key)
    ]


def chosen(mine: Draft, theirs: Draft, keep: Mapping[str, str], definition: Definition) -> Draft:
    """The stored version, with mine wherever `keep` says so."""
    merged = theirs
    for difference in differences(mine, theirs, definition):
        if keep.get(difference.id) != "mine":
            continue
        if difference.id == "nominee":
            merged = replace(merged, **{name: getattr(mine, name) for name in _NOMINEE})
        elif difference.id.startswith("answers."):
            key = difference.id.removeprefix("answers.")
            answers = {**(merged.answers or {}), key: (mine.answers or {}).get(key, "")}
            merged = replace(merged, answers=answers)
        else:
            merged = replace(merged, **{difference.id: getattr(mine, difference.id)})
    return merged


def field_of(finding: Finding) -> str:
    """The form's field a finding belongs beside: the type of commendation comes with its legal point."""
    return {"type_key": "legal_point", "department_key": "nominee_name"}.get(finding.field, finding.field)


def beside(findings: Iterable[Finding], draft: Draft) -> dict[str, list[Finding]]:
    """Findings by field, for fields that hold something: an empty form is not scolded before it is typed."""
    placed: dict[str, list[Finding]] = {}
    for finding in findings:
        field = field_of(finding)
        key = "nominee" if field == "nominee_name" else field
        if not key or key.startswith("files.") or _value(draft, key):
            placed.setdefault(field, []).append(finding)
    return placed


def shut(nomination: NominationSeen, *, doing: str = "sửa") -> NotNow:
    """Why nothing may be typed now, and who can open it again: before the signature the department."""
    if nomination.state == State.ready:
        return NotNow(
            f"Đề nghị này đang chờ Trưởng phòng ký nên không {doing} được. "
            "Mở trang đề nghị, bấm “Mở lại để sửa” rồi làm tiếp.",
            rule="Trình tự, thời hạn của đợt xét",
            help_from=f"Trưởng phòng ({nomination.department_name})",
        )
    return NotNow(
        f"Đề nghị này hiện không {doing} được. Mở trang đề nghị để xem tình trạng và việc có thể làm.",
        rule="Trình tự, thời hạn của đợt xét",
        help_from="Văn phòng",
    )


def due_of(nomination: NominationSeen, now: datetime) -> tuple[datetime | None, str, str]:
    """The time a department has for a nomination, for `Visit.banner`: its own date once it was returned."""
    back_by = nomination.return_until if nomination.state == State.returned else None
    if back_by is not None and now < back_by:
        return back_by, "", "Hạn bổ sung"
    return nomination.until, "", "Hạn nộp đề nghị"


def _value(draft: Draft, key: str) -> object:
    if key == "nominee":
        # A listed person is the same person whatever stands in the name's own field.
        listed = draft.nominee_kind == "person" and draft.person_key
        return (draft.nominee_kind, draft.person_key, "" if listed else draft.nominee_name)
    if key.startswith("answers."):
        return (draft.answers or {}).get(key.removeprefix("answers."), "")
    return getattr(draft, key, "")


def _words(draft: Draft, key: str, definition: Definition) -> str:
    """One field as people read it."""
    value = draft.nominee_name or draft.person_key if key == "nominee" else _value(draft, key)
    if isinstance(value, date):
        return f"{value.day:02}/{value.month:02}/{value.year}"
    said = str(value or "")
    return _choices(key, definition).get(said, said)


def _choices(key: str, definition: Definition) -> dict[str, str]:
    """What the values of a field with choices are called."""
    if key == "award_key":
        return {award.key: award.name for award in definition.awards}
    if key == "legal_point":
        return {point.key: point.words for award in definition.awards for point in award.points}
    question = next((q for q in definition.questions if f"answers.{q.key}" == key), None)
    if question is None:
        return {}
    return {"yes": "Có", "no": "Không"} if question.kind == "yesno" else question.options


def _step_of(key: str) -> str:
    return WHO if key in {"nominee", "nominee_title", "nominee_unit", "award_key"} else DEEDS


def twin_in(refused: Incomplete) -> str:
    """The code of the nomination that a refused one repeats; "" for any other refusal."""
    return refused.other if isinstance(refused, Twin) else ""


def placed(refused: Incomplete, form: Form) -> list[tuple[str, str]]:
    """A refusal's fields as the steps' forms name them, for the error summary."""
    group = form.text("nominee_kind") == "collective"
    named = {
        "nominee_name": "collective_name" if group else "person_name",
        "period_from": "period_from_day",
        "period_to": "period_to_day",
    }
    return [(named.get(field, field), sentence) for field, sentence in refused.fields.items()]
