import email
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from zoneinfo import ZoneInfo

import pytest

from notifications.calendar_entry import CalendarEntry
from notifications.compose import Attachment, Envelope, Letter, compose

LINK = "https://thidua.langson.gov.vn/p/b3J2-7Qk9?a=1&b=2"
LETTER = Letter(
    subject="Bỏ phiếu xét khen thưởng – còn 3 ngày làm việc – Xây dựng nông thôn mới 2025",
    text="Kính gửi bà Phượng,\n\n.một dòng bắt đầu bằng dấu chấm\n\n[[link]]\n" + "dài " * 600 + "\n",
    html='<!DOCTYPE html><html lang="vi"><body><a href="[[link]]">Bỏ phiếu</a> [[link]]</body></html>',
)
ENVELOPE = Envelope(
    message_id="<ballot.17.4.1@bdt.langson.gov.vn>",
    date=datetime(2026, 11, 23, 8, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")),
    from_name="Hội đồng Thi đua – Khen thưởng Ban Dân tộc tỉnh Lạng Sơn",
    from_address="thidua@bdt.langson.gov.vn",
    to_name="Lâm Thị Phượng",
    to_address="phuong@bdt.langson.gov.vn",
    reply_to_name="Văn phòng Ban",
    reply_to_address="vanphong@bdt.langson.gov.vn",
)
FULL = replace(
    LETTER,
    calendar=CalendarEntry("PUBLISH", b"BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nEND:VCALENDAR\r\n"),
    attachments=(
        Attachment("Hồ sơ trình 2025.zip", "application/zip", bytes(range(256)) * 40),
        Attachment(
            'danh "sach".xlsx', "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"x"
        ),
    ),
)


def read(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    assert not any(part.defects for part in message.walk())
    return message


def test_structure() -> None:
    message = read(compose(FULL, ENVELOPE, LINK))
    assert message.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in message.iter_parts()] == [
        "multipart/alternative",
        "text/calendar",
        "application/zip",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]
    alternative, calendar, archive, sheet = message.iter_parts()
    assert [part.get_content_type() for part in alternative.iter_parts()] == ["text/plain", "text/html"]
    assert calendar.get_param("method") == "PUBLISH"
    assert calendar.get_content() == "BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nEND:VCALENDAR\r\n"
    assert (archive.get_filename(), sheet.get_filename()) == ("Hồ sơ trình 2025.zip", 'danh "sach".xlsx')
    assert archive.get_payload(decode=True) == bytes(range(256)) * 40


def test_headers() -> None:
    message = read(compose(LETTER, ENVELOPE, LINK))
    assert message["Subject"] == LETTER.subject
    assert message["Message-ID"] == ENVELOPE.message_id
    assert message["Date"].datetime == ENVELOPE.date
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message["Reply-To"].addresses[0].addr_spec == "vanphong@bdt.langson.gov.vn"
    assert message["To"].addresses[0].display_name == "Lâm Thị Phượng"
    assert message["From"].addresses[0].addr_spec == "thidua@bdt.langson.gov.vn"
    assert len(message.keys()) == len(set(message.keys()))
    assert not {"Bcc", "Cc"} & set(message.keys())


def test_bodies_and_their_link() -> None:
    message = read(compose(LETTER, ENVELOPE, LINK))
    text, page = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content().replace("\r\n", "\n") == LETTER.text.replace("[[link]]", LINK)
    assert page.get_content().count(LINK.replace("&", "&amp;")) == 2
    assert b"\r\n\r\n.m" in (text.get_payload(decode=True) or b"")  # canonical line ends inside base64


def test_on_the_wire_it_is_seven_bit_short_lined_and_crlf() -> None:
    content = compose(FULL, ENVELOPE, LINK)
    assert content.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\x00", content)
    assert max(map(len, content.split(b"\r\n"))) <= 200
    assert content.endswith(b"\r\n")


def test_same_inputs_same_bytes() -> None:
    first = compose(FULL, ENVELOPE, LINK)
    assert first == compose(FULL, ENVELOPE, LINK)
    assert first == compose(FULL, replace(ENVELOPE, date=ENVELOPE.date.astimezone(UTC)), LINK)
    other = compose(FULL, replace(ENVELOPE, message_id="<other@bdt.langson.gov.vn>"), LINK)
    boundary = re.compile(rb"^--=_\w+", re.MULTILINE)
    assert set(boundary.findall(first)).isdisjoint(boundary.findall(other))


def test_text_is_nfc() -> None:
    message = read(compose(replace(LETTER, text=unicodedata.normalize("NFD", LETTER.text)), ENVELOPE, LINK))
    body = message.get_body(("plain",))
    assert body is not None
    assert unicodedata.is_normalized("NFC", body.get_content())


def test_a_letter_that_needs_a_link_is_not_sent_without() -> None:
    with pytest.raises(ValueError, match="đường dẫn riêng"):
        compose(LETTER, ENVELOPE, None)
    assert compose(Letter("a", "b", "c"), ENVELOPE, None)


BREAKS = ["a\r\nBcc: thief@example.com", "a\nX: y", "a\rX: y", "a\u2028b", "a\x00b", "a\x85b"]


@pytest.mark.parametrize("value", BREAKS)
@pytest.mark.parametrize(
    "field",
    ["from_name", "to_name", "reply_to_name", "message_id", "from_address", "to_address", "reply_to_address"],
)
def test_no_field_of_the_envelope_can_add_a_header(field: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"ký tự điều khiển|không hợp lệ"):
        compose(LETTER, replace(ENVELOPE, **{field: value}), LINK)


@pytest.mark.parametrize("value", BREAKS)
def test_no_field_of_the_letter_can_add_a_header(value: str) -> None:
    with pytest.raises(ValueError, match="ký tự điều khiển"):
        compose(replace(LETTER, subject=value), ENVELOPE, LINK)
    with pytest.raises(ValueError, match="ký tự điều khiển"):
        compose(replace(LETTER, attachments=(Attachment(value, "text/plain", b""),)), ENVELOPE, LINK)
    with pytest.raises(ValueError, match="không hợp lệ"):
        compose(replace(LETTER, attachments=(Attachment("a", f"text/{value}", b""),)), ENVELOPE, LINK)
    with pytest.raises(ValueError, match="không hợp lệ"):
        compose(LETTER, replace(ENVELOPE, message_id=value), LINK)
    with pytest.raises(ValueError, match="ký tự điều khiển"):
        compose(LETTER, ENVELOPE, value)


def test_a_naive_date_is_refused() -> None:
    with pytest.raises(ValueError, match="múi giờ"):
        compose(LETTER, replace(ENVELOPE, date=datetime(2026, 11, 23, 8, 0)), LINK)  # noqa: DTZ001 — the fault tested
