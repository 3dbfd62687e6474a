"""Fixed sentences of the documents, kept as text an agency may change without touching code.

A file is a flat YAML mapping of key → sentence or list of sentences. The only thing in a sentence that is
not literal is a named placeholder `{ten}`. Each is checked when the files are loaded, not when a document
is due.
"""

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import yaml

from engine.dossier.view import plain

_NAME = re.compile(r"[a-z_]+")


class WordingError(ValueError):
    """A fault in a wording file; the message names file, line, key and what to do, in Vietnamese."""


class Entry(NamedTuple):
    """What code expects of one key: its own placeholders, and whether it is a list of sentences."""

    placeholders: frozenset[str] = frozenset()
    many: bool = False


Expected = Mapping[str, Mapping[str, Entry]]
"""File name → key → entry."""


@dataclass(frozen=True)
class Wording:
    """Checked sentences of one document."""

    file: str
    sentences: Mapping[str, tuple[str, ...]]

    def one(self, key: str, values: Mapping[str, str]) -> str:
        """The sentence of `key` with its placeholders filled; values are never read as templates."""
        return _fill(self.sentences[key][0], values, file=self.file, key=key)

    def many(self, key: str, values: Mapping[str, str]) -> tuple[str, ...]:
        """All sentences of a list, filled."""
        return tuple(_fill(each, values, file=self.file, key=key) for each in self.sentences[key])


def load_wording(files: Mapping[str, str], expected: Expected) -> dict[str, Wording]:
    """Wordings by file name, from a mapping of file name → YAML text.

    Raises WordingError for a missing file or key, a key nobody uses, or an unknown placeholder.
    """
    loaded = {}
    for file, keys in expected.items():
        if file not in files:
            msg = f"Thiếu tệp câu chữ {file}; hãy khôi phục tệp này trong thư mục config/documents."
            raise WordingError(msg)
        loaded[file] = _parse(file, files[file], keys)
    return loaded


def _parse(file: str, text: str, keys: Mapping[str, Entry]) -> Wording:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as fault:
        msg = f"{file}: không đọc được YAML — {fault}"
        raise WordingError(msg) from fault
    if not isinstance(root, yaml.MappingNode):
        msg = f"{file}: tệp phải gồm các dòng dạng “khóa: câu chữ”."
        raise WordingError(msg)
    sentences: dict[str, tuple[str, ...]] = {}
    for key_node, value in root.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key not in keys or key in sentences:
            fault_text = "lặp lại" if key in sentences else "không được dùng ở đâu"
            msg = f"{file}, dòng {line}: khóa “{key}” {fault_text}; hãy bỏ hoặc sửa tên khóa."
            raise WordingError(msg)
        sentences[key] = tuple(_sentences(file, key, value, keys[key]))
    missing = sorted(set(keys) - set(sentences))
    if missing:
        msg = f"{file}: thiếu khóa {', '.join(f'“{key}”' for key in missing)}."
        raise WordingError(msg)
    return Wording(file, sentences)


def _sentences(file: str, key: str, node: yaml.Node, entry: Entry) -> list[str]:
    nodes = node.value if isinstance(node, yaml.SequenceNode) and entry.many else [node]
    found = []
    for each in nodes:
        line = each.start_mark.line + 1
        if not isinstance(each, yaml.ScalarNode):
            wanted = "danh sách câu chữ" if entry.many else "một câu chữ"
            msg = f"{file}, dòng {line}: khóa “{key}” phải là {wanted}."
            raise WordingError(msg)
        sentence = plain(str(each.value))
        if not sentence.strip():
            msg = f"{file}, dòng {line}: khóa “{key}” để trống; hãy ghi câu chữ, hoặc khôi phục tệp mẫu."
            raise WordingError(msg)
        for name in _placeholders(sentence, f"{file}, dòng {line}, khóa “{key}”"):
            if name not in entry.placeholders:
                allowed = ", ".join(f"{{{each_name}}}" for each_name in sorted(entry.placeholders))
                msg = (
                    f"{file}, dòng {line}, khóa “{key}”: không có chỗ điền {{{name}}}; "
                    f"dùng được: {allowed or 'không có'}."
                )
                raise WordingError(msg)
        found.append(sentence)
    return found


def _placeholders(sentence: str, where: str) -> list[str]:
    try:
        fields = [field[1:] for field in string.Formatter().parse(sentence) if field[1] is not None]
    except ValueError as fault:
        msg = f"{where}: dấu ngoặc nhọn không khớp; muốn in dấu ngoặc hãy viết {{{{ hoặc }}}}."
        raise WordingError(msg) from fault
    names = []
    for name, spec, conversion in fields:
        # A bare name only: "{a.b}", "{a[0]}", "{a!r}" and "{a:>9}" would reach into the values.
        if name is None or spec or conversion or not _NAME.fullmatch(name):
            msg = f"{where}: chỗ điền “{{{name}}}” chỉ được là tên viết thường, ví dụ {{co_quan}}."
            raise WordingError(msg)
        names.append(name)
    return names


def _fill(sentence: str, values: Mapping[str, str], *, file: str, key: str) -> str:
    try:
        return sentence.format_map(values)
    except KeyError as missing:
        msg = f"{file}, khóa “{key}”: không có giá trị cho chỗ điền {{{missing.args[0]}}}."
        raise WordingError(msg) from missing
