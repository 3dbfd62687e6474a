"""One grammar of addresses: what a definition takes, a letter can be sent to."""

import pytest
from pydantic import TypeAdapter, ValidationError

from engine.definition.parts import Email
from notifications.headers import checked_address

SHAPES = [
    "a@b.vn", "van.phong+x@bdt.langson.gov.vn", "o'neill@x-y.vn", "a/b=c@x.vn",
    "văn-phòng@b.vn", "a@bộ.vn", "a..b@c.vn", ".a@b.vn", "a.@b.vn", "a@-b.vn", "a@b-.vn", "a@b..vn", "a@b.v.",
    'a"b@c.vn', "a:b@c.vn", "a(b)@c.vn", "a@b_c.vn", "a\u200b@b.vn", "a@b@c.vn", "a b@c.vn", "a@[127.0.0.1]",
    "x" * 65 + "@b.vn", "a@" + "b." * 127 + "vn", "", "a",
]  # fmt: skip


@pytest.mark.parametrize("text", SHAPES)
def test_a_definition_takes_what_letters_take(text: str) -> None:
    try:
        checked_address(text)
    except ValueError:
        with pytest.raises(ValidationError):
            TypeAdapter(Email).validate_python(text)
    else:
        assert TypeAdapter(Email).validate_python(text) == text


def test_an_agencys_address_names_a_domain_with_a_dot() -> None:
    assert checked_address("root@localhost")
    with pytest.raises(ValidationError):
        TypeAdapter(Email).validate_python("root@localhost")
