import re

import pytest

from engine.dossier.layout import LayoutError, load_layout
from engine.dossier.texts import load_texts
from engine.dossier.wording import Entry, WordingError, load_wording

EXPECTED = {"x.yaml": {"a": Entry(frozenset({"ten"})), "many": Entry(frozenset(), many=True)}}


def wording(text: str) -> object:
    return load_wording({"x.yaml": text}, EXPECTED)["x.yaml"]


def test_placeholders_are_filled_and_values_never_read_as_templates() -> None:
    loaded = load_wording({"x.yaml": "a: 'Ông {ten}'\nmany: [b, c]"}, EXPECTED)["x.yaml"]
    assert loaded.one("a", {"ten": "{ten} {x} {{7*7}}"}) == "Ông {ten} {x} {{7*7}}"
    assert loaded.many("many", {}) == ("b", "c")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: '{hoten}'\nmany: []", "x.yaml, dòng 1, khóa “a”: không có chỗ điền {hoten}"),
        ("many: []\na: '{ten.x}'", "x.yaml, dòng 2, khóa “a”"),
        ("a: '{ten!r}'\nmany: []", "tên viết thường"),
        ("a: '{ten:>9}'\nmany: []", "tên viết thường"),
        ("a: '{0}'\nmany: []", "tên viết thường"),
        ("a: '{ten'\nmany: []", "không khớp"),
        ("a: b", "thiếu khóa “many”"),
        ("a: b\nmany: []\nc: d", "dòng 3: khóa “c” không được dùng"),
        ("a: b\na: c\nmany: []", "lặp lại"),
        ("a: [b]\nmany: []", "phải là một câu chữ"),
        ("a: {b: c}\nmany: []", "phải là một câu chữ"),
        ("- a", "khóa: câu chữ"),
        ("a: 'b", "không đọc được YAML"),
    ],
)
def test_a_fault_is_named_with_its_place(text: str, told: str) -> None:
    with pytest.raises(WordingError, match=re.escape(told)):
        wording(text)


def test_a_missing_file_is_named(wording_files: dict[str, str]) -> None:
    with pytest.raises(WordingError, match=re.escape("bien-ban.yaml")):
        load_texts({name: text for name, text in wording_files.items() if name != "bien-ban.yaml"})


def test_the_layout_is_held_to_the_decree(wording_files: dict[str, str]) -> None:
    text = wording_files["layout.yaml"]
    assert load_layout(text).width(landscape=False) == 165
    with pytest.raises(LayoutError, match="margin_left phải từ 30 đến 35"):
        load_layout(text.replace("margin_left: 30", "margin_left: 25"))
    with pytest.raises(LayoutError, match="page_number phải từ 13"):
        load_layout(text.replace("page_number: 14", "page_number: true"))
    with pytest.raises(LayoutError, match=re.escape("thiếu ['body']")):
        load_layout(text.replace("body: 14", "bodi: 14"))
