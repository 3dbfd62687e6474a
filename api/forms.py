"""Forms: reading what was typed, showing it again with errors, taking uploaded files in."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from fastapi import Depends, Path, Request
from starlette.datastructures import FormData, UploadFile

from api.guard import TooLarge, too_long
from api.rendering import ngay
from engine.commands.proposal import StoredFile
from engine.errors import Incomplete
from engine.file_kinds import kept_name
from engine.files import FileStore
from engine.text import clean

MOST_FIELDS, MOST_FILES = 1000, 20
MOST_BESIDE_FILES, LONGEST_BESIDE_FILES = 100, 2**16  # fields of a form with files, bytes of one
MOST_TEXT = (
    500_000  # letters of a whole form: 25 texts of the longest kind (20,000); all of it may be shown again
)
MOST_DIGITS = 9
FIRST_YEAR = 1000  # of four digits
Number = Annotated[int, Path(ge=0, lt=10**MOST_DIGITS)]
"""A whole number in an address; a longer one is no row of any table, and the page is not there."""


def page_number(asked: str) -> int:
    """The page of a list that an address asks for, from 1; anything but a number of one is the first."""
    return max(int(asked), 1) if asked.isdecimal() and len(asked) <= MOST_DIGITS else 1


@dataclass
class Form:
    """One submitted form. `errors` collects (field, sentence) for the page's error summary.

    `example`: today, as a date is to be typed.
    """

    data: FormData
    errors: dict[str, str] = field(default_factory=dict)
    example: str = "24/11/2026"

    def text(self, name: str, *, lines: bool = False) -> str:
        value = self.data.get(name, "")
        return clean(value, lines=lines) if isinstance(value, str) else ""

    def many(self, name: str) -> list[str]:
        return [clean(value) for value in self.data.getlist(name) if isinstance(value, str)]

    def begins(self, prefix: str) -> dict[str, str]:
        """Fields named `prefix` + key, by key: choices of a ballot, comments beside fields."""
        return {
            name.removeprefix(prefix): value
            for name, value in self.data.items()
            if name.startswith(prefix) and isinstance(value, str)
        }

    def number(self, name: str) -> int | None:
        """A whole number of at most nine digits; None for anything else."""
        value = self.text(name)
        return int(value) if value.isdecimal() and len(value) <= MOST_DIGITS else None

    def date(self, name: str) -> date | None:
        """A date typed as 24/11/2026 (or in three fields name_day, name_month, name_year).

        Something that is no date, or has a shortened year, goes to `errors`; nothing typed is None.
        """
        parts = [self.text(f"{name}_{part}") for part in ("day", "month", "year")]
        typed = "/".join(parts) if any(parts) else self.text(name)
        if not typed:
            return None
        try:
            day, month, year = (int(part) for part in typed.replace("-", "/").replace(".", "/").split("/"))
            found = date(year, month, day)
        except (ValueError, OverflowError):
            self.errors[name] = f"“{typed[:40]}” không phải là ngày. Ghi như {self.example}."
            return None
        if year < FIRST_YEAR:  # "25" is no year of the first century
            self.errors[name] = f"Ghi năm bằng bốn chữ số, ví dụ {self.example[-4:]}."
            return None
        return found

    def files(self, name: str) -> list[UploadFile]:
        """Files really chosen (a browser sends an empty part for none)."""
        return [f for f in self.data.getlist(name) if isinstance(f, UploadFile) and f.filename]

    def typed(self) -> dict[str, str]:
        """Everything typed, to show the form again."""
        return {name: value for name, value in self.data.items() if isinstance(value, str)}

    def pairs(self) -> list[tuple[str, str]]:
        """Everything typed, field by field as it came, to be sent again."""
        return [(name, value) for name, value in self.data.multi_items() if isinstance(value, str)]


@asynccontextmanager
async def form_of(request: Request) -> AsyncIterator[Form]:
    """The form a request carries, with limits on its fields and files; temporary files go at the end.

    Raises TooLarge for more text than any form asks for: nobody needs a session to have it shown again.
    """
    with_files = request.headers.get("content-type", "").lower().startswith("multipart/form-data")
    fields, longest = (MOST_BESIDE_FILES, LONGEST_BESIDE_FILES) if with_files else (MOST_FIELDS, 2**20)
    async with request.form(max_files=MOST_FILES, max_fields=fields, max_part_size=longest) as data:
        if sum(len(name) + len(v) for name, v in data.multi_items() if isinstance(v, str)) > MOST_TEXT:
            raise TooLarge(too_long(f"{MOST_TEXT:,} ký tự".replace(",", ".")))
        yield Form(data, example=ngay(request.app.state.installation.clock()))


async def _typed(request: Request) -> AsyncIterator[Form]:
    async with form_of(request) as form:
        # A refusal shows it again (api/app.py): nothing typed is lost.
        request.state.typed = form.pairs()
        yield form


Typed = Annotated[Form, Depends(_typed)]


def summary_of(faults: Mapping[str, str]) -> list[tuple[str, str]]:
    """Faults for the page's error summary, each with the box to go to: the first of three for a date."""
    return [("dated_day" if name == "dated" else name, sentence) for name, sentence in faults.items()]


def take_in(store: FileStore, upload: UploadFile, *, field_name: str, limit: int) -> StoredFile:
    """Check an uploaded file by content and keep it; `limit` in bytes. Raises Incomplete for `field_name`."""
    name = kept_name(upload.filename or "")
    if upload.size is not None and upload.size > limit:
        sentence = f"Tệp {name} quá lớn: tối đa {limit // 2**20} MB. Nén hoặc tách tệp rồi tải lại."
        raise Incomplete({field_name: sentence})
    try:
        kept = store.take_in(upload.file, name=name, limit=limit)
    except Incomplete as refused:
        raise Incomplete({field_name: refused.sentence}, rule=refused.rule) from refused
    return StoredFile(name=name, media_type=kept.media_type, size=kept.size, sha256=kept.sha256)
