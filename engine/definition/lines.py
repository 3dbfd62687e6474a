"""YAML with line numbers: plain data, the line of every entry, and a fault for what cannot be read.

Only true/false, whole numbers, null and text exist here: "17:00", "on", "0,8" and dates stay text until a
part says what they are (YAML 1.1 would silently make 1020, True and a float of them).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import yaml

Location = tuple[str | int, ...]


@dataclass(frozen=True, order=True)
class Fault:
    """Something wrong in a file: where (line from 1), what, and what to do about it."""

    file: str
    line: int
    sentence: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence} → {self.remedy}"


@dataclass(frozen=True)
class Source:
    """One file as read: its data (None when unreadable) and the line of every entry."""

    file: str
    data: Any
    lines: Mapping[Location, int]
    faults: tuple[Fault, ...] = ()

    def line(self, *location: str | int) -> int:
        """The line of the entry, or of the nearest entry around it that the file has."""
        for length in range(len(location), -1, -1):
            if location[:length] in self.lines:
                return self.lines[location[:length]]
        return 1

    def fault(self, location: Location, sentence: str, remedy: str) -> Fault:
        return Fault(self.file, self.line(*location), sentence, remedy)


class _Loader(yaml.SafeLoader):
    """Reads nodes only; repeated names (& and *) and tags (!!) are refused: every line says what it means."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.composer.ComposerError(None, None, _NO_ALIAS, event.start_mark)
        if getattr(event, "tag", None):
            raise yaml.composer.ComposerError(None, None, _NO_TAG, event.start_mark)
        return super().compose_node(parent, index)


class _Values(yaml.SafeLoader):
    """As the pages read a file: a value nobody can have meant (a 31st of November) is told with its place."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 — PyYAML's
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, OverflowError) as wrong:
            raise yaml.constructor.ConstructorError(None, None, str(wrong), node.start_mark) from wrong


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
_INT = re.compile(r"^-?(0|[1-9]\d{0,8})$")
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", _INT, list("-0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(null|~|)$"), ["n", "~", ""])

_NO_ALIAS = "không dùng được ký hiệu & và * để lặp lại một đoạn"
_NO_TAG = "không dùng được nhãn bắt đầu bằng dấu chấm than (!)"
_REMEDIES = {_NO_ALIAS: "Viết đầy đủ đoạn ấy ra", _NO_TAG: "Xoá nhãn, hoặc đặt cả giá trị trong dấu nháy"}
# Characters nobody sees: control, format (zero width, direction), half a pair, line and paragraph separators.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
PAPERS = re.compile(r"config/documents/")  # their paragraphs may turn lines
_INVALID = "Kiểm tra thụt đầu dòng, dấu hai chấm, dấu nháy và ký tự tab ở dòng này"


@dataclass
class _Reading:
    file: str
    lines: dict[Location, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def value(self, node: yaml.Node, at: Location) -> Any:
        self.lines.setdefault(at, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*at, index)) for index, item in enumerate(node.value)]
        found = _scalar(node)
        if isinstance(found, str):
            self.faults += self._unfit(found, node)
        return found

    def _unfit(self, text: str, node: yaml.Node) -> Iterator[Fault]:
        """Names and words end up in headers of letters and in cells: one line each, nothing hidden."""
        line = node.start_mark.line + 1
        if any(unicodedata.category(c) in _HIDDEN for c in text if c != "\n"):
            what = "Có ký tự không nhìn thấy được trong dòng này"
            yield Fault(self.file, line, what, "Xoá rồi gõ lại cả dòng")
        elif "\n" in text and not PAPERS.match(self.file):
            yield Fault(self.file, line, "Nội dung này xuống dòng", "Viết trên một dòng, hoặc dùng “>-”")

    def _mapping(self, node: yaml.MappingNode, at: Location) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line, key = key_node.start_mark.line + 1, str(key_node.value)
            if isinstance(key_node, yaml.ScalarNode):
                self.faults += self._unfit(key, key_node)
            if key in found:
                self.faults.append(
                    Fault(
                        self.file,
                        line,
                        f"Khóa “{key}” được ghi hai lần (lần đầu ở dòng {self.lines[(*at, key)]})",
                        "Giữ một dòng, xóa dòng kia",
                    )
                )
                continue
            self.lines[(*at, key)] = line
            found[key] = self.value(value_node, (*at, key))
        return found


def _scalar(node: yaml.Node) -> Any:
    if node.tag.endswith(":int"):
        return int(node.value)
    if node.tag.endswith(":bool"):
        return node.value == "true"
    if node.tag.endswith(":null"):
        return None
    return node.value


def as_pages_read(text: str) -> Any:
    """The data of a file as the pages read it: an unquoted yes or date is no word there.

    Raises MarkedYAMLError, which has the line, for a value of no meaning.
    """
    return yaml.load(text, Loader=_Values)  # noqa: S506 — a safe loader


def line_of(wrong: yaml.MarkedYAMLError) -> int:
    """The line a file cannot be read at, from 1."""
    mark = wrong.problem_mark or wrong.context_mark
    return mark.line + 1 if mark else 1


@lru_cache(maxsize=64)
def read(file: str, text: str) -> Source:
    """The data of one file, NFC; never raises: what cannot be read is a fault with its line.

    Kept per text (reading costs about 10 ms a file); nobody may change what is returned.
    """
    text = unicodedata.normalize("NFC", text)
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as wrong:
        problem = wrong.problem or ""
        what = problem if problem in _REMEDIES else f"không đọc được YAML ({problem})"
        remedy = _REMEDIES.get(problem, _INVALID)
        return Source(file, None, {}, (Fault(file, line_of(wrong), f"Tệp {what}", remedy),))
    except RecursionError:
        return Source(file, None, {}, (Fault(file, 1, "Tệp lồng quá nhiều lớp", "Viết lại theo tệp mẫu"),))
    except yaml.reader.ReaderError as wrong:
        line = text.count("\n", 0, int(wrong.position)) + 1
        return Source(
            file, None, {}, (Fault(file, line, "Tệp có ký tự không đọc được", "Lưu lại tệp bằng mã UTF-8"),)
        )
    if not isinstance(node, yaml.MappingNode):
        fault = Fault(
            file, 1, "Tệp trống hoặc không phải là các dòng “khóa: giá trị”", "Viết lại theo tệp mẫu"
        )
        return Source(file, None, {}, (fault,))
    reading = _Reading(file)
    data = reading.value(node, ())
    return Source(file, data, reading.lines, tuple(reading.faults))
