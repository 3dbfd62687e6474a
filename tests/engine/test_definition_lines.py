"""Files nobody can have meant are told as a fault with a line, never as an error of the program."""

import pytest

from engine.definition.lines import read


@pytest.mark.parametrize("text", ["a: " + "[" * 1000, "a: " + "{b: " * 1000 + "1" + "}" * 1000])
def test_a_file_nested_without_end_is_told_and_not_an_error(text: str) -> None:
    source = read("quy-trinh.yaml", text)
    assert source.data is None
    (fault,) = source.faults
    assert str(fault) == "quy-trinh.yaml:1: Tệp lồng quá nhiều lớp → Viết lại theo tệp mẫu"
    assert source.line("a", 0) == 1
