"""What changed between two definitions, in lines a person can read."""

from collections.abc import Iterator
from typing import Any

from engine.definition import Definition, to_body

SECTIONS = {
    "title": "Tên đợt xét",
    "on": "Ngày áp dụng quy định",
    "agency": "Cơ quan",
    "departments": "Phòng",
    "former_departments": "Phòng đã giải thể",
    "council": "Hội đồng",
    "movement": "Phong trào",
    "awards": "Hình thức khen thưởng",
    "stages": "Giai đoạn",
    "checklist": "Danh mục hồ sơ",
    "questions": "Câu hỏi",
    "rules": "Bộ quy tắc",
}


def compare(old: Definition, new: Definition) -> list[str]:
    """One line for each difference: "Giai đoạn › council › working_days: 5 → 7". Empty if nothing did.

    Entries of a list are told apart by their key, so moving one is told as its new place, not as a rewrite.
    """
    before, after = to_body(old), to_body(new)
    return [
        f"{' › '.join((SECTIONS.get(path[0], path[0]), *path[1:]))}: {words}"
        for path, words in _differences(before, after, ())
    ]


def _differences(old: Any, new: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if old == new:
        return
    if isinstance(old, list) and isinstance(new, list):
        before, after = _by_key(old), _by_key(new)
        if before is None or after is None:
            yield path, f"{_shown(old)} → {_shown(new)}"
            return
        yield from _differences(before, after, path)
        kept_before = [key for key in before if key in after]
        kept_after = [key for key in after if key in before]
        if kept_before != kept_after:
            yield path, f"đổi thứ tự: {', '.join(kept_before)} → {', '.join(kept_after)}"
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            if key not in new:
                yield (*path, key), "đã bỏ"
            elif key not in old:
                yield (*path, key), f"thêm mới{_named(new[key])}"
            else:
                yield from _differences(old[key], new[key], (*path, key))
    else:
        yield path, f"{_shown(old)} → {_shown(new)}"


def _by_key(items: list[Any]) -> dict[str, Any] | None:
    for name in ("key", "id", "person"):
        if all(isinstance(item, dict) and name in item for item in items):
            return {str(item[name]): item for item in items}
    return None


def _named(value: Any) -> str:
    if isinstance(value, dict):
        name = value.get("name") or value.get("label") or value.get("sentence")
        return f": {name}" if name else ""
    return f": {_shown(value)}"


def _shown(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "trống"
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return str(value)
