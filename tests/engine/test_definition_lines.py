"""Files nobody can have meant are told as a fault with a line, never as an error of the program."""

import pytest
import yaml

from engine.definition.lines import as_pages_read, read


@pytest.mark.parametrize("text", ["a: " + "[" * 1000, "a: " + "{b: " * 1000 + "1" + "}" * 1000])
def test_a_file_nested_without_end_is_told_and_not_an_error(text: str) -> None:
    source = read("quy-trinh.yaml", text)
    assert source.data is None
    (fault,) = source.faults
    assert str(fault) == "quy-trinh.yaml:1: Tệp lồng quá nhiều lớp → Viết lại theo tệp mẫu"
    assert source.line("a", 0) == 1


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("a: 1\nb: !!int abc", 2, "nhãn bắt đầu bằng dấu chấm than"),
        ("!!set {a, b}", 1, "nhãn bắt đầu bằng dấu chấm than"),
        ("a: !nhan x", 1, "nhãn bắt đầu bằng dấu chấm than"),
        ("a: |\n  Văn phòng\n  Ban Dân tộc", 1, "xuống dòng"),
        ('a: 1\nb: "Văn phòng\\u2028Ban"', 2, "không nhìn thấy được"),
        ('a: "Văn phòng\\u202eBan"', 1, "không nhìn thấy được"),
        ('a: "Văn phòng\\x0bBan"', 1, "không nhìn thấy được"),
        ('a: [1, "b\\u200b"]', 1, "không nhìn thấy được"),
        ('a: 1\n"b\\u200b": 2', 2, "không nhìn thấy được"),
    ],
)
def test_what_a_letters_header_could_not_hold_is_told_with_its_line(
    text: str, line: int, sentence: str
) -> None:
    """One such name, and every letter of the round would fail."""
    (fault,) = read("config/agency/bdt/agency.yaml", text).faults
    assert fault.line == line
    assert sentence in fault.sentence
    assert fault.remedy


def test_a_number_without_end_is_no_number() -> None:
    source = read("quy-trinh.yaml", f"a: {'9' * 5000}\nb: 999999999")
    assert isinstance(source.data["a"], str)
    assert source.data["b"] == 999_999_999


def test_a_text_may_be_long_and_a_paper_may_have_paragraphs() -> None:
    assert read("config/reviews/x.yaml", "a: >-\n  một\n  hai").faults == ()
    assert read("config/documents/to-trinh.yaml", "a: |\n  một\n  hai").faults == ()


def test_an_agency_may_not_turn_lines_whatever_its_name() -> None:
    (fault,) = read("config/agency/documents/agency.yaml", "name: |-\n  Ban\n  Dân tộc").faults
    assert "xuống dòng" in fault.sentence


@pytest.mark.parametrize("text", ["a: 1\nb: 2025-11-31", "a: 1\nb: " + "9" * 5000, "a: 1\n? [b]\n: 2"])
def test_a_value_of_no_meaning_has_a_line(text: str) -> None:
    """PyYAML itself says where for some, and raises a bare ValueError for others."""
    with pytest.raises(yaml.MarkedYAMLError) as wrong:
        as_pages_read(text)
    assert wrong.value.problem_mark
    assert wrong.value.problem_mark.line == 1
