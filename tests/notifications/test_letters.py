"""Every letter, filled with everything and with as little as allowed."""

import re
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from jinja2 import TemplateNotFound, UndefinedError

import notifications
from notifications.compose import make_environment, render

FOLDER = Path(notifications.__file__).parent / "templates"
LETTERS = sorted(path.parent.name for path in FOLDER.glob("*/subject.txt"))
ENVIRONMENT = make_environment()
WITHOUT_ROUND = {"signin", "link_replaced"}

MINIMAL: dict[str, Any] = {
    "to": {"salutation": "", "name": "Phòng Chính sách Dân tộc", "role": ""},
    "agency": {"name": "Ban Dân tộc tỉnh Lạng Sơn"},
    "office": {"name": "Văn phòng Ban", "phone": None, "email": None},
    "round_title": "Xây dựng nông thôn mới 2025",
    "reason": "Đơn vị nhận thư này vì thuộc đợt đang mở.",
}
FULL: dict[str, Any] = MINIMAL | {
    "to": {"salutation": "bà", "name": "Lâm Thị Phượng", "role": "Uỷ viên Hội đồng"},
    "office": {"name": "Văn phòng Ban", "phone": "0205 3812 345", "email": "vanphong@bdt.langson.gov.vn"},
    "button": {"text": "Mở trang", "href": "[[link]]"},
    "deadline": {
        "words": "17 giờ 00, thứ Năm 26/11/2026",
        "remaining": "còn 3 ngày làm việc",
        "level": "soon",
    },
    "facts": [("Đã bỏ phiếu", "7/11 uỷ viên"), ("Số đề nghị", 8)],
    "items": ["Ông A & bà B <thôn Bản Chúc>: thiếu báo cáo\nvà bằng chứng", 'Tập thể "Tổ 3"'],
    "note": "Lời nhắn riêng.",
}


AGREED = """
signin round_opened proposal_reminder proposal_late proposal_received returned declined held office_reminder
office_late list_published ballot ballot_reminder ballot_receipt ballot_closed_secretary escalation
head_reminder decision_made dossier dossier_reminder completion_asked outcome deadline_moved link_replaced
not_recommended left_out refused revoked lapsed leave_given corrected seat_taken supplied
answer_withdrawn round_ended mended
"""


def test_the_letters_agreed_upon_are_there() -> None:
    assert sorted(AGREED.split()) == LETTERS


@pytest.mark.parametrize("name", LETTERS)
def test_a_full_letter(name: str) -> None:
    letter = render(ENVIRONMENT, name, FULL)
    action, remaining, *_ = letter.subject.split(" – ")
    assert action[0].isupper()
    assert remaining == "còn 3 ngày làm việc"
    assert "\n" not in letter.subject
    for part in (letter.text, letter.html):
        for words in (
            "Kính gửi bà Lâm Thị Phượng – Uỷ viên Hội đồng,", "17 giờ 00, thứ Năm 26/11/2026",
            "Còn 3 ngày làm việc",
            "7/11 uỷ viên", "Lời nhắn riêng.", "Mở trang", "[[link]]", FULL["reason"], "0205 3812 345",
            "vanphong@bdt.langson.gov.vn", "xin đừng chuyển tiếp",
        ):  # fmt: skip
            assert words in part
        assert unicodedata.is_normalized("NFC", part)
        assert "None" not in part
        assert "{{" not in part
        assert "{%" not in part
    assert "Ông A & bà B <thôn Bản Chúc>: thiếu báo cáo\n  và bằng chứng" in letter.text
    assert not re.search(r"&\w+;|<(?!thôn)|\n{3}", letter.text)
    assert "Ông A &amp; bà B &lt;thôn Bản Chúc&gt;: thiếu báo cáo<br>và bằng chứng" in letter.html


@pytest.mark.parametrize("name", LETTERS)
def test_a_minimal_letter(name: str) -> None:
    context = {
        key: value for key, value in MINIMAL.items() if name not in WITHOUT_ROUND or key != "round_title"
    }
    letter = render(ENVIRONMENT, name, context)
    assert "Kính gửi Phòng Chính sách Dân tộc," in letter.text
    for part in (letter.subject, letter.text, letter.html):
        assert "None" not in part
        assert "[[link]]" not in part
    assert 'class="button"' not in letter.html
    assert "xin đừng chuyển tiếp" not in letter.text


@pytest.mark.parametrize("name", LETTERS)
def test_the_page_is_made_for_mail_programs(name: str) -> None:
    page = render(ENVIRONMENT, name, FULL).html
    assert page.startswith("<!DOCTYPE html>")
    assert '<html lang="vi">' in page
    assert 'width="600"' in page
    assert page.count('class="button"') == 1
    assert page.count("[[link]]") == 2  # the button, and the address under it
    assert "@media (prefers-color-scheme: dark)" in page
    assert re.search(r'<td class="press-cell" style="[^"]*background: #14532d', page)
    assert not re.search(
        r"<img|<script|<link|@import|src=|url\(", page
    )  # nothing is fetched, nobody is tracked
    tables = re.findall(r"<table[^>]*>", page)
    assert sum('role="presentation"' not in table for table in tables) == 1  # only the facts are a real table
    assert len(page.encode()) < 16_000


def test_a_value_that_is_missing_is_an_error() -> None:
    for name in ("to", "agency", "office", "reason", "round_title"):
        with pytest.raises((UndefinedError, KeyError)):
            render(ENVIRONMENT, "ballot", {key: value for key, value in MINIMAL.items() if key != name})
    with pytest.raises(TemplateNotFound):
        render(ENVIRONMENT, "no_such_letter", MINIMAL)


def test_what_people_type_stays_text() -> None:
    typed = '<script>alert(1)</script>{{ 7 * 7 }} [[link]] \x00\u202e"Bcc'
    context = FULL | {
        "note": typed,
        "items": [typed],
        "facts": [(typed, typed)],
        "round_title": f"Đợt\r\n{typed}",
    }
    letter = render(ENVIRONMENT, "ballot", context)
    assert "<script" not in letter.html
    assert "{{ 7 * 7 }} [link]" in letter.html
    assert (letter.text.count("[[link]]"), letter.html.count("[[link]]")) == (1, 2)
    for part in (letter.subject, letter.text, letter.html):
        assert "\x00" not in part
        assert "\u202e" not in part
    assert "\n" not in letter.subject


def test_a_plain_address_is_kept_and_escaped() -> None:
    button = {"text": "Mở", "href": "https://thidua.vn/x?a=1&b=2"}
    letter = render(ENVIRONMENT, "returned", FULL | {"button": button})
    assert "https://thidua.vn/x?a=1&b=2\n" in letter.text
    assert 'href="https://thidua.vn/x?a=1&amp;b=2"' in letter.html
    assert "xin đừng chuyển tiếp" not in letter.text


def test_text_becomes_nfc() -> None:
    decomposed = {
        key: unicodedata.normalize("NFD", value) if isinstance(value, str) else value
        for key, value in FULL.items()
    }
    assert render(ENVIRONMENT, "ballot", decomposed) == render(ENVIRONMENT, "ballot", FULL)


def test_only_plain_data_is_taken() -> None:
    with pytest.raises(TypeError, match="plain data"):
        render(ENVIRONMENT, "ballot", FULL | {"note": object()})
    with pytest.raises(TypeError, match="plain data"):
        render(ENVIRONMENT, "ballot", FULL | {"note": b"x"})


def test_the_inliner_is_loaded_with_the_first_letter_only() -> None:
    code = (
        "import sys, notifications.compose as c; c.make_environment(); sys.exit('css_inline' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=FOLDER.parents[1])
