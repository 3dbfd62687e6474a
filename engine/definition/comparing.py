"""What differs between two readings of a review's files, and what a round that is open cannot take over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.definition import Definition
from engine.stages import Stage

# What names an entry of a list, so that one line put in above is not told as a change of all below.
_NAMES = ("key", "id", "person")
ORDER = "thứ tự"
_VOTED_ON = frozenset({Stage.council, Stage.submission})
PARTS = {
    "title": "Tên đợt xét",
    "short_title": "Tên gọi tắt",
    "on": "Ngày áp dụng",
    "agency": "Cơ quan",
    "departments": "Các phòng",
    "former_departments": "Các phòng đã hết hiệu lực",
    "council": "Hội đồng",
    "movement": "Phong trào",
    "awards": "Hình thức khen thưởng",
    "stages": "Thời hạn",
    "return_days": "Số ngày bổ sung",
    "summary_min": "Độ dài tóm tắt",
    "summary_max": "Độ dài tóm tắt",
    "checklist": "Danh mục hồ sơ",
    "questions": "Câu hỏi",
    "rules": "Bộ quy tắc",
    "close_of_office": "Giờ làm việc",
    "morning": "Giờ làm việc",
    "close_when_all_voted": "Cách kết thúc bỏ phiếu",
    "acts_off": "Các bước không dùng",
}


@dataclass(frozen=True)
class Difference:
    """One place of the definition: what stood there, what stands there now; None where nothing does."""

    path: tuple[str, ...]
    before: Any
    after: Any

    @property
    def sentence(self) -> str:
        where = " › ".join((PARTS.get(self.path[0], self.path[0]), *self.path[1:]))
        return f"{where}: {_short(self.before)} → {_short(self.after)}"


def differences(old: Definition, new: Definition) -> tuple[Difference, ...]:
    """Every place that differs, in the order of the definition."""
    return tuple(_between((), old.model_dump(mode="json"), new.model_dump(mode="json")))


def refusals(found: tuple[Difference, ...], stage: Stage) -> tuple[str, ...]:
    """Why a round in `stage` cannot take these over, and what to do instead; each sentence once."""
    said = (_refusal(each, stage) for each in found)
    return tuple(dict.fromkeys(sentence for sentence in said if sentence))


def _refusal(found: Difference, stage: Stage) -> str:
    said = ""
    match found.path:
        case ("agency", "key"):
            said = "Đợt của cơ quan khác là một đợt khác: lập đợt mới."
        case ("stages" | "close_of_office" | "morning", *_):
            said = "Thời hạn của đợt đang chạy đã báo cho mọi người: đổi hạn ở trang Thời hạn, giữ tệp cũ."
        case ("council", "seats", *_):
            said = "Thành viên Hội đồng của đợt đang chạy: thay ở trang Hội đồng, giữ tệp cũ."
        case ("awards", name) if name != ORDER:
            said = "Không thêm, bớt hình thức khen thưởng khi đợt đã mở: lập đợt mới cho hình thức ấy."
        case ("awards", _, "level"):
            said = "Không đổi cấp quyết định của một hình thức khi đợt đã mở."
        case ("awards", _, "ballot", *_) if stage in _VOTED_ON:
            said = "Hội đồng đang hoặc đã bỏ phiếu: không đổi thể lệ biểu quyết."
        case ("departments", name) if name != ORDER:
            said = "Không thêm, bớt phòng khi đợt đã mở: phòng mới đề nghị ở đợt sau, giữ tệp cũ."
    return said


def _between(path: tuple[str, ...], old: Any, new: Any) -> Iterator[Difference]:
    if old == new:
        return
    one, two = _named(old), _named(new)
    if one is None or two is None:
        yield Difference(path, old, new)
        return
    for name in dict.fromkeys((*one, *two)):
        yield from _between((*path, name), one.get(name), two.get(name))
    if isinstance(old, list) and set(one) == set(two) and list(one) != list(two):
        yield Difference((*path, ORDER), list(one), list(two))


def _named(value: Any) -> Mapping[str, Any] | None:
    """A group by its names, a list by what names its entries; None for what is compared as a whole."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        name = next((name for name in _NAMES if name in value[0]), "")
        return {str(each[name]): each for each in value} if name else None
    return None


def _short(value: Any) -> str:
    if value is None:
        return "không có"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    if isinstance(value, dict):
        text = str(value.get("name") or value.get("label") or value.get("sentence") or "có")
    return f"“{text[:90]}…”" if len(text) > 90 else f"“{text}”"  # noqa: PLR2004 — a line of a terminal
