"""A letter from its templates, and the bytes that go to the mail server.

`render` is done once, when the letter is planned; its result is kept. `compose` is done at every attempt:
the same letter, envelope and link give the same bytes, so that a repeated delivery is a copy and not a second
letter. The personal link is put in only here and is never kept.
"""

import base64
import hashlib
import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.policy import compat32
from email.utils import format_datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined, UndefinedError, select_autoescape
from markupsafe import Markup, escape

from notifications.calendar_entry import CalendarEntry
from notifications.headers import (
    checked_message_id,
    checked_text,
    is_unprintable,
    mailbox_header,
    text_header,
)

if TYPE_CHECKING:
    from css_inline import CSSInliner

LINK = "[[link]]"

_POLICY = compat32.clone(linesep="\r\n")
_MEDIA_TYPE = re.compile(r"([a-z]+)/([A-Za-z0-9][A-Za-z0-9.+-]*)")

# What a letter may leave out; `to`, `agency`, `office` and `reason` must always be given.
_OPTIONAL: dict[str, Any] = {
    "round_title": None,
    "button": None,
    "deadline": None,
    "facts": (),
    "items": (),
    "note": None,
}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file with a letter: `name` as the reader sees it, `media_type` such as `application/zip`."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What is said, before it is addressed. Where a personal link goes, `text` and `html` hold `[[link]]`."""

    subject: str
    text: str
    html: str
    calendar: CalendarEntry | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who writes to whom, and the marks that stay the same however often the letter is sent.

    `message_id` is `<local@domain>`. `date` is aware. Boundaries are derived from `message_id`.
    """

    message_id: str
    date: datetime
    from_name: str
    from_address: str
    to_name: str
    to_address: str
    reply_to_name: str
    reply_to_address: str


def make_environment() -> Environment:
    """The templates of letters: a missing value is an error, HTML is escaped, plain text is not."""
    environment = Environment(
        loader=PackageLoader("notifications"),
        autoescape=select_autoescape(("html",), default=False),
        finalize=_given,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["upper_first"] = lambda text: text[:1].upper() + text[1:]
    environment.filters["lower_first"] = lambda text: text[:1].lower() + text[1:]
    environment.filters["with_breaks"] = lambda text: Markup("<br>").join(
        escape(line) for line in text.split("\n")
    )
    return environment


def render(environment: Environment, name: str, context: Mapping[str, Any]) -> Letter:
    """The letter `templates/<name>/{subject.txt, body.txt, body.html}` filled with `context`.

    `context` is plain data (text, numbers, None, lists, mappings), described in `templates/README.md`. All
    becomes NFC without control characters, and a `[[link]]` typed by a person loses its meaning. Raises
    jinja2.TemplateNotFound, jinja2.UndefinedError for a missing value, TypeError for other than plain data.
    """
    facts: dict[str, Any] = _OPTIONAL | {key: _plain(value) for key, value in context.items()}
    if facts["button"] and context["button"]["href"] == LINK:
        facts["button"]["href"] = LINK
    facts["you"] = facts["to"]["salutation"] or "quý đơn vị"
    subject, text, page = (
        environment.get_template(f"{name}/{part}").render(facts)
        for part in ("subject.txt", "body.txt", "body.html")
    )
    return Letter(
        subject=" ".join(_nfc(subject).split()),
        text=re.sub(r"\n{3,}", "\n\n", _nfc(text)).strip() + "\n",
        html=_nfc(_inliner().inline(page)),
    )


def _given(value: Any) -> Any:
    """A letter never says "None": what a sentence needs must be there."""
    if value is None:
        raise UndefinedError("a letter's sentence needs a value that is None")
    return value


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int():
            return value
        case str() if value.isprintable():  # nothing in it that would be left out: nearly every text
            return _nfc(value).replace(LINK, "[link]")
        case str():
            kept = "".join(c for c in value.replace("\r\n", "\n") if c in "\n\t" or not is_unprintable(c))
            return _nfc(kept).replace(LINK, "[link]")
        case Mapping():
            return {key: _plain(item) for key, item in value.items()}
        case Iterable() if not isinstance(value, bytes):
            return [_plain(item) for item in value]
    raise TypeError(f"a letter takes plain data, not {type(value).__name__}")


@cache
def _inliner() -> "CSSInliner":
    """Imported at the first letter only: the web process shows pages long before it lays out a letter."""
    from css_inline import CSSInliner  # noqa: PLC0415 — see above

    return CSSInliner(load_remote_stylesheets=False)


def compose(letter: Letter, envelope: Envelope, link: str | None) -> bytes:
    """The whole message: 7-bit, CRLF, lines under 998 bytes; the same arguments give the same bytes.

    Raises ValueError when a header would carry a line break, an address is malformed, or the letter has a
    place for a personal link and none is given.
    """
    if link is None and LINK in letter.text + letter.html:
        raise ValueError("Thư này cần đường dẫn riêng của người nhận, nhưng chưa có đường dẫn.")
    address = "" if link is None else checked_text(link)
    body = MIMEMultipart("mixed", boundary=_boundary(envelope, "mixed"))
    body.attach(_alternatives(letter, envelope, address))
    if letter.calendar:
        body.attach(_calendar_part(letter.calendar))
    for attachment in letter.attachments:
        body.attach(_attachment_part(attachment))
    # The parts' own headers are plain ASCII and safe in the library's hands; the letter's are ours.
    return _headers(letter, envelope) + body.as_bytes(policy=_POLICY)


def _headers(letter: Letter, envelope: Envelope) -> bytes:
    if envelope.date.tzinfo is None:
        raise ValueError("Ngày gửi thư phải có múi giờ.")
    lines = [
        f"Date: {format_datetime(envelope.date.astimezone(UTC).replace(microsecond=0))}",
        mailbox_header("From", envelope.from_name, envelope.from_address),
        mailbox_header("To", envelope.to_name, envelope.to_address),
        mailbox_header("Reply-To", envelope.reply_to_name, envelope.reply_to_address),
        text_header("Subject", letter.subject),
        f"Message-ID: {checked_message_id(envelope.message_id)}",
        "Auto-Submitted: auto-generated",  # RFC 3834
        "X-Auto-Response-Suppress: OOF, AutoReply",  # not All: that would suppress bounces too
        "Content-Language: vi",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _alternatives(letter: Letter, envelope: Envelope, link: str) -> MIMEMultipart:
    part = MIMEMultipart("alternative", boundary=_boundary(envelope, "alternative"))
    part.attach(_text_part("plain", letter.text.replace(LINK, link)))
    part.attach(_text_part("html", letter.html.replace(LINK, html.escape(link))))
    del part["MIME-Version"]
    return part


def _text_part(kind: str, text: str) -> MIMEBase:
    canonical = _nfc(text).replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")  # RFC 2046 §4.1.1
    return _part("text", kind, canonical.encode(), charset="utf-8")


def _calendar_part(entry: CalendarEntry) -> MIMEBase:
    # RFC 6047 §2.4: the method named here is the one inside.
    part = _part("text", "calendar", entry.content, method=entry.method, charset="utf-8")
    part.add_header("Content-Disposition", "attachment", filename="han.ics")
    return part


def _attachment_part(attachment: Attachment) -> MIMEBase:
    match = _MEDIA_TYPE.fullmatch(attachment.media_type)
    if match is None:
        raise ValueError(f"Loại tệp đính kèm {attachment.media_type!a} không hợp lệ.")
    name = _nfc(checked_text(attachment.name))
    part = _part(match[1], match[2], attachment.content)
    part.add_header(
        "Content-Disposition",
        "attachment",
        filename=name if name.isascii() else ("utf-8", "", name),  # RFC 2231
    )
    return part


def _part(main: str, sub: str, content: bytes, **parameters: str) -> MIMEBase:
    """One leaf, in base64 whatever it holds: no server on the way has a reason to rewrite it."""
    part = MIMEBase(main, sub, policy=_POLICY, **parameters)
    del part["MIME-Version"]
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(base64.encodebytes(content).decode("ascii"))
    return part


def _boundary(envelope: Envelope, part: str) -> str:
    """A line that no base64 body can hold ("=_"), fixed by the Message-ID."""
    digest = hashlib.sha256(f"{part} {envelope.message_id}".encode()).hexdigest()
    return f"=_{digest[:32]}"


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
