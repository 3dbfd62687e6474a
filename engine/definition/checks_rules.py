"""Faults inside rule packs: unknown checks, figures and placeholders that do not fit, citations left out."""

import string
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from pydantic import ValidationError

from engine.definition.checks_keys import duplicates
from engine.definition.entries import RuleEntry, RulesFile
from engine.definition.faults import nearest, of_validation
from engine.definition.library import Entry
from engine.definition.lines import Fault, Location, Source
from engine.eligibility import CHECKS
from engine.eligibility.checks import FIELD_WORDS


def pack_faults(packs: Mapping[str, Entry[RulesFile]]) -> Iterator[Fault]:
    """Everything wrong in the rule packs, whatever the reviews."""
    for pack in packs.values():
        yield from duplicates(pack, "rules", [rule.id for rule in pack.value.rules], "id")
        yield from duplicates(pack, "points", [point.key for point in pack.value.points], "key")
        for index, point in enumerate(pack.value.points):
            if point.type not in pack.value.types:
                yield pack.fault(
                    f"Không có loại hình “{point.type}”",
                    nearest(point.type, pack.value.types),
                    *("points", index, "type"),
                )
        for index, rule in enumerate(pack.value.rules):
            yield from _rule(pack, index, rule)
    yield from _overlaps(list(packs.values()))


def _overlaps(packs: list[Entry[RulesFile]]) -> Iterator[Fault]:
    for one, two in combinations(packs, 2):
        for first, second in ((one, two), (two, one)):
            start = second.value.valid_from
            if second.value.in_force and start and first.value.valid_on(start):
                yield second.fault(
                    f"Từ {start:%d/%m/%Y} có hai bộ quy tắc cùng hiệu lực: “{first.value.key}” và tệp này",
                    "Sửa valid_from, valid_to để hai bộ nối tiếp nhau",
                    "valid_from",
                )
                break


def _rule(pack: Entry[RulesFile], index: int, rule: RuleEntry) -> Iterator[Fault]:
    at: Location = ("rules", index)
    for name, used, known in (
        ("awards", rule.awards, list(pack.value.awards)),
        ("types", rule.types, list(pack.value.types)),
        ("points", rule.points, [point.key for point in pack.value.points]),
    ):
        for place, key in enumerate(used):
            if key not in known:
                yield pack.fault(
                    f"Quy tắc {rule.id} nói đến “{key}” nhưng {name} của bộ quy tắc không có mục ấy",
                    nearest(key, known),
                    *at,
                    name,
                    place,
                )
    if rule.confidence != "C" and not rule.source:
        yield pack.fault(
            f"Quy tắc {rule.id} có độ tin cậy {rule.confidence} nhưng không ghi nguồn",
            "Ghi source, hoặc hạ xuống confidence: C",
            *at,
            "source",
        )
    if rule.valid_from and rule.valid_to and rule.valid_to < rule.valid_from:
        yield pack.fault(
            f"Quy tắc {rule.id} hết hiệu lực trước khi bắt đầu", "Sửa valid_from, valid_to", *at, "valid_to"
        )
    if rule.check not in CHECKS:
        yield pack.fault(f"Không có phép kiểm tra “{rule.check}”", nearest(rule.check, CHECKS), *at, "check")
        return
    yield from _params(pack, at, rule)
    yield from _placeholders(pack, at, rule)


def _params(pack: Entry[RulesFile], at: Location, rule: RuleEntry) -> Iterator[Fault]:
    model = CHECKS[rule.check].params
    try:
        model.model_validate(rule.params)
    except ValidationError as wrong:
        inner = {
            location[len(at) + 1 :]: line
            for location, line in pack.source.lines.items()
            if location[: len(at) + 1] == (*at, "params")
        }
        lines = {(): pack.source.line(*at, "params"), **inner}
        yield from of_validation(Source(pack.source.file, {}, lines), model, wrong)
    for place, name in enumerate(_list(rule.params.get("fields"))):
        if isinstance(name, str) and name not in FIELD_WORDS:
            yield pack.fault(
                f"Biểu mẫu không có ô “{name}”",
                nearest(name, FIELD_WORDS),
                *at,
                "params",
                "fields",
                place,
            )


def _placeholders(pack: Entry[RulesFile], at: Location, rule: RuleEntry) -> Iterator[Fault]:
    says = CHECKS[rule.check].says
    for part in ("sentence", "remedy"):
        text = getattr(rule, part)
        try:
            used = [part for part in string.Formatter().parse(text) if part[1] is not None]
        except ValueError:
            yield pack.fault(f"Dấu ngoặc nhọn trong {part} không khớp", "Viết như {ten}", *at, part)
            continue
        for _, name, shape, conversion in used:
            if shape or conversion:
                yield pack.fault(
                    f"Chỗ điền “{name}” chỉ được ghi tên, không kèm cách trình bày",
                    f"Viết {{{name}}}",
                    *at,
                    part,
                )
            elif name not in says:
                known = ", ".join(f"{{{one}}}" for one in sorted(says)) or "không có"
                yield pack.fault(
                    f"Phép kiểm tra “{rule.check}” không có chỗ điền {{{name}}}",
                    f"Dùng được: {known}",
                    *at,
                    part,
                )


def questions_of(rule: RuleEntry) -> set[str]:
    """Keys of the questions whose answers a rule reads; none where its figures do not fit its check."""
    if rule.check not in CHECKS:
        return set()
    try:
        CHECKS[rule.check].params.model_validate(rule.params)
    except ValidationError:
        return set()
    found = {str(rule.params[key]) for key in ("question", "unless_answered") if rule.params.get(key)}
    for path in _list(rule.params.get("paths")):
        found |= {str(condition["question"]) for condition in path["all"] if "question" in condition}
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
