"""What the fields of a nomination are called where Văn phòng's comments on them are read."""

from collections.abc import Mapping

from engine.definition import Definition

WORDS = {
    "nominee_name": "Cá nhân, tập thể",
    "nominee_title": "Chức vụ",
    "nominee_unit": "Đơn vị",
    "award_key": "Hình thức khen thưởng",
    "legal_point": "Căn cứ",
    "period_from": "Thời gian tính thành tích",
    "summary": "Tóm tắt thành tích",
    "achievements": "Thành tích",
}


def beside_fields(definition: Definition, comments: Mapping[str, str]) -> str:
    """Comments by field, each on a line of its own behind the field's name; "" is the whole nomination."""
    names = WORDS | {f"answers.{q.key}": q.label for q in definition.questions}
    names |= {f"files.{item.key}": item.label for item in definition.checklist}
    return "\n".join(_after(names.get(field, ""), said) for field, said in comments.items())


def _after(name: str, said: str) -> str:
    return f"{name[0].upper()}{name[1:]}: {said}" if name else said
