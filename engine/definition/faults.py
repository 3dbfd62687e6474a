"""What pydantic found wrong, as a Vietnamese sentence with a remedy, at the line it stands on."""

import re
import types
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from typing_extensions import is_typeddict

from engine.definition.lines import Fault, Location, Source

_LONG = 80  # characters of a wrong value that are shown


def nearest(word: str, known: Iterable[str]) -> str:
    """The nearest known word as a question, or the list of known words when none is near."""
    choices = sorted(set(known))
    close = get_close_matches(word, choices, n=1, cutoff=0.6)
    if close:
        return f"Có phải là “{close[0]}”?"
    return f"Dùng một trong: {', '.join(choices)}" if choices else "Xóa dòng này"


def of_validation(source: Source, model: type[BaseModel], error: ValidationError) -> list[Fault]:
    """One fault for each error, in the order of the file."""
    details = error.errors(include_url=False)
    found = [_of_one(source, model, detail) for detail in details if not _only_follows(detail)]
    return sorted(found, key=lambda fault: fault.line)


def empties(source: Source, value: object, at: Location = (), *, named: bool = True) -> Iterator[Fault]:
    """Texts that must say something and are empty: papers and pages are made of them.

    A text the file may leave out may also be empty, and so may the source of a rule that has none.
    """
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            must = field.is_required() and name != "source"
            yield from empties(source, getattr(value, name), (*at, name), named=must)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from empties(source, each, (*at, key))
    elif isinstance(value, (list, tuple)):
        for index, each in enumerate(value):
            yield from empties(source, each, (*at, index))
    elif isinstance(value, str) and named and not value.strip():
        key = next((str(part) for part in reversed(at) if isinstance(part, str)), "")
        yield source.fault(at, f"“{key}” để trống", "Ghi nội dung của dòng này")


def _only_follows(detail: ErrorDetails) -> bool:
    """Whether a list is called too short only because its faulty items were not counted.

    Each of those has its own fault; telling people to add one would send them the wrong way.
    """
    written, wanted = detail["input"], detail.get("ctx", {}).get("min_length", 0)
    return detail["type"] == "too_short" and isinstance(written, list) and len(written) >= wanted


def _of_one(source: Source, model: type[BaseModel], detail: ErrorDetails) -> Fault:
    location: Location = detail["loc"]
    sentence, remedy = _words(model, location, detail)
    return source.fault(location, sentence, remedy)


def _words(model: type[BaseModel], location: Location, detail: ErrorDetails) -> tuple[str, str]:
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    names = [str(step) for step in location if isinstance(step, str) and step != "[key]"]
    name = names[-1] if names else ""
    if kind == "missing":
        return f"Thiếu khóa “{name}”", f"Thêm dòng “{name}: …”"
    if kind == "extra_forbidden":
        return f"Khóa “{name}” không có trong quy cách", nearest(name, _fields_at(model, location[:-1]))
    if kind in {"value_error", "assertion_error"}:
        return split_sentence(str(context.get("error", detail["msg"])))
    return f"“{name}” không nhận giá trị {_shown(value)}", _wanted(kind, value, context)


def split_sentence(words: str) -> tuple[str, str]:
    """Sentence and remedy of "…; hãy …"."""
    sentence, found, remedy = words.partition("; hãy ")
    if not found:
        return _capital(sentence), "Sửa lại theo tệp mẫu"
    return _capital(sentence), _capital(f"hãy {remedy}")


def _wanted(kind: str, value: object, context: Mapping[str, Any]) -> str:
    if kind in {"enum", "literal_error"}:
        return nearest(str(value), re.findall(r"'([^']*)'", str(context.get("expected", ""))))
    if kind.startswith("date"):
        return "Viết ngày có thật theo dạng năm-tháng-ngày, ví dụ 2025-11-24"
    if kind.startswith("time"):
        return "Viết giờ theo dạng 17:00"
    if kind in {"greater_than_equal", "less_than_equal", "greater_than", "less_than"}:
        bound = next(iter(context.values()), "")
        return f"Viết số {'không nhỏ hơn' if kind.startswith('greater') else 'không lớn hơn'} {bound}"
    if kind == "string_too_long":
        return f"Viết ngắn lại, không quá {context.get('max_length')} chữ cái"
    return _REMEDY.get(kind, "Sửa lại theo tệp mẫu")


_REMEDY = {
    "string_type": "Viết thành chữ; nếu là số thì đặt trong dấu nháy",
    "string_pattern_mismatch": "Viết đúng dạng, ví dụ van-thu@langson.example",
    "int_type": "Viết một số nguyên, không đặt trong dấu nháy",
    "int_parsing": "Viết một số nguyên",
    "int_from_float": "Viết một số nguyên",
    "bool_type": "Viết true hoặc false",
    "bool_parsing": "Viết true hoặc false",
    "tuple_type": "Viết thành danh sách: mỗi mục một dòng, bắt đầu bằng dấu gạch ngang",
    "list_type": "Viết thành danh sách: mỗi mục một dòng, bắt đầu bằng dấu gạch ngang",
    "dict_type": "Viết thành các dòng “khóa: giá trị” thụt vào trong",
    "model_type": "Viết thành các dòng “khóa: giá trị” thụt vào trong",
    "model_attributes_type": "Viết thành các dòng “khóa: giá trị” thụt vào trong",
    "too_short": "Ghi ít nhất một mục",
}


def _shown(value: object) -> str:
    if value is None:
        return "trống"
    if isinstance(value, dict):
        return "là một nhóm khóa"
    if isinstance(value, list | tuple):
        return "là một danh sách"
    text = str(value)
    return f"“{text[:_LONG]}{'…' if len(text) > _LONG else ''}”"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _fields_at(model: type[BaseModel], location: Location) -> tuple[str, ...]:
    """Names the model knows at the place a fault points to."""
    current: Any = _bare(model)
    for step in location:
        inner = [argument for argument in get_args(current) if argument is not Ellipsis]
        current = _bare(_members(current).get(str(step), inner[-1] if inner else None))
    return tuple(_members(current))


def _members(current: Any) -> dict[str, Any]:
    if isinstance(current, type) and issubclass(current, BaseModel):
        return {name: field.annotation for name, field in current.model_fields.items()}
    return dict(get_type_hints(current)) if is_typeddict(current) else {}


def _bare(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType}:
        return _bare(next((part for part in get_args(annotation) if part is not type(None)), None))
    return annotation
