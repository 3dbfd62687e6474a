"""What `tdkt check` refuses in a file does not stop a round that already runs on it."""

import re
from datetime import date, time
from pathlib import Path
from typing import Any

from config.files import read_folder
from engine.definition import Definition, content_hash, from_body, to_body
from engine.definition.files import check, load
from engine.stages import Stage
from tests.engine.seeded_faults import AGENCY, FINAL
from tests.small_agency import small_definition

SHIPPED = read_folder(Path(__file__).parents[2] / "config")
RECIPIENT, OFFICE = "thi-dua-khen-thuong@sonoivu-langson.example", "van-phong@bandantoc-langson.example"


def _pinned(**changes: Any) -> Definition:
    return from_body({**to_body(small_definition()), **changes})


def test_a_pinned_body_loads_as_it_was_written() -> None:
    body = to_body(small_definition())
    agency = body["agency"]
    old = _pinned(
        short_title="Đợt " * 100,
        summary_max=99_999_999,
        morning="08:00:00Z",
        close_of_office="17:00:00Z",
        agency={**agency, "name": "Ban\nDân tộc", "recipient": {**agency["recipient"], **agency["office"]}},
        stages={**body["stages"], "submission": {"due": "9999-12-31"}},
    )
    assert old.agency.name == "Ban\nDân tộc"
    assert old.stages[Stage.submission].due == date(9999, 12, 31)
    assert old.morning.replace(tzinfo=None) == time(8)
    assert content_hash(from_body(to_body(old))) == content_hash(old)


def test_only_a_round_that_sends_nothing_may_name_its_own_office() -> None:
    files = {file: text for file, text in SHIPPED.items() if "/reviews/" not in file or "/movements/" in file}
    files[AGENCY] = SHIPPED[AGENCY].replace(RECIPIENT, OFFICE)
    (fault,) = check({**files, FINAL: SHIPPED[FINAL]})
    assert fault.file == AGENCY
    own_awards = re.sub(
        r"  - key: bang-khen-tinh.*?(?=  - key: giay-khen)", "", SHIPPED[FINAL], flags=re.DOTALL
    )
    assert check({**files, FINAL: own_awards}) == []
    assert load({**files, FINAL: own_awards}, "ntm-2025-tong-ket").agency.recipient.email == OFFICE
