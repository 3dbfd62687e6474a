"""Pages from templates: one environment, Vietnamese dates, numbers and labels."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined

from api.assets import asset

TEMPLATES = Path(__file__).parent / "templates"
_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
# Capitals as in NĐ 30/2020, Phụ lục II: "thứ Tư", "Chủ nhật".
_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_SWAP = str.maketrans(",.", ".,")
_KB = 1024

Labels = Mapping[str, Mapping[str, str]]


def make_environment(labels: Labels, *, demo: bool, support: str) -> Environment:
    """Environment for every page.

    `labels` maps kind → value → Vietnamese text; `support` is the contact in the footer.
    Templates never reload while the process runs; compiled ones stay in memory. A template that names an
    unknown variable fails (jinja2.UndefinedError), and so does a missing label (KeyError).
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(ngay=ngay, luc=luc, so=so, kich_co=kich_co, asset=asset, options=_options)
    environment.globals.update(label=_labeller(labels), govuk=_components(), demo=demo, support=support)
    return environment


def ngay(value: date) -> str:
    """Day in Vietnam: `24/11/2026`. A datetime must be aware (ValueError)."""
    day = _local(value) if isinstance(value, datetime) else value
    return f"{day.day:02}/{day.month:02}/{day.year}"


def luc(value: datetime) -> str:
    """Moment in Vietnam: `17 giờ 00, thứ Năm 26/11/2026`. The datetime must be aware (ValueError)."""
    local = _local(value)
    return f"{local.hour} giờ {local.minute:02}, {_WEEKDAYS[local.weekday()]} {ngay(local)}"


def so(value: float | Decimal, places: int | None = None) -> str:
    """Number as written in Vietnam: `1.234,5`. `places` fixes the decimals; otherwise as many as it has."""
    written = f"{value:,}" if places is None else f"{value:,.{places}f}"
    return written.translate(_SWAP)


def kich_co(size: int) -> str:
    """Size of a file given in bytes: `512 byte`, `240 KB`, `1,2 MB` (1 KB = 1024 bytes)."""
    if size < _KB:
        return f"{size} byte"
    if round(size / _KB) < _KB:
        return f"{round(size / _KB)} KB"
    return f"{so(size / _KB / _KB, 1).removesuffix(',0')} MB"


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone: it cannot be told as a moment in Vietnam")
    return moment.astimezone(_VIETNAM)


def _options(items: Iterable[tuple[str, ...]], chosen: Collection[str] = ()) -> list[dict[str, Any]]:
    """Turn (value, text) or (value, text, hint) into what the library calls items."""
    return [
        {
            "value": value,
            "text": text,
            "hint": {"text": hint[0]} if hint and hint[0] else None,
            **({"checked": True} if value in chosen else {}),
        }
        for value, text, *hint in items
    ]


def _labeller(labels: Labels) -> Callable[[str, str], str]:
    def label(kind: str, value: str) -> str:
        try:
            return labels[kind][value]
        except KeyError:
            raise KeyError(f"locale/vi.yaml has no label for {kind}.{value}") from None

    return label


def _components() -> Callable[[str, Mapping[str, Any]], str]:
    """Return `govuk("character-count", {...})`, which renders a component of govuk-frontend-jinja.

    Its macros rest on undefined options being false, so they live in an environment of their own and ours
    can stay strict.
    """
    library = Environment(
        loader=PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        autoescape=True,
        auto_reload=False,
    )

    def govuk(component: str, params: Mapping[str, Any]) -> str:
        template = library.get_template(f"govuk_frontend_jinja/components/{component}/macro.html")
        name = "govuk" + component.title().replace("-", "")
        rendered: str = getattr(template.module, name)(params)
        return rendered

    return govuk
