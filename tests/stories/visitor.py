"""Somebody at a browser without scripts: reads pages, fills the forms found on them, presses their buttons.

A form is sent as a browser sends it: hidden fields, prefilled values and the pressed button's own value
included. Whoever fills a field or presses a button that the page does not have has found a fault.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from fastapi.testclient import TestClient
from lxml import html
from lxml.html import FormElement, HtmlElement

File: TypeAlias = tuple[str, bytes]  # name, content
Value: TypeAlias = str | Sequence[str] | File | bool
Request: TypeAlias = dict[str, Any]


class Visitor:
    """`answer` is what the last request gave, `page` the page it shows."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.answer: Any = None
        self.page: HtmlElement = html.fromstring("<html></html>")

    def open(self, path: str, *, status: int = 200) -> "Visitor":
        return self._shown(self.client.get(path), status)

    def press(
        self, button: str, fields: Mapping[str, Value] | None = None, *, status: int = 200
    ) -> "Visitor":
        """Fill the form that has this button, and press it. Redirects are followed."""
        return self.send(self.filled(button, fields), status=status)

    def filled(self, button: str, fields: Mapping[str, Value] | None = None) -> Request:
        """The request that pressing the button would send."""
        pressed = self._button(button)
        form = self._form_of(pressed)
        given = dict(fields or {})
        pairs, files = _successful(form, given)
        if pressed.get("name"):
            pairs.append((pressed.get("name"), pressed.get("value", "")))
        said: dict[str, list[str]] = {}
        for name, value in pairs:
            said.setdefault(name, []).append(value)
        path = form.get("action") or str(self.answer.url.path)
        if (form.get("method") or "get").lower() == "get":
            return {"method": "GET", "url": path, "params": said}
        return {"method": "POST", "url": path, "data": said, **({"files": files} if files else {})}

    def send(self, request: Request, *, status: int = 200) -> "Visitor":
        """Send what `filled` gave; twice for a double press."""
        return self._shown(self.client.request(**request), status)

    def _shown(self, answer: Any, status: int) -> "Visitor":
        self.answer = answer
        text = answer.text if "html" in answer.headers.get("content-type", "") else ""
        self.page = html.fromstring(text or "<html></html>")
        assert answer.status_code == status, f"{answer.status_code} {answer.url}: {self.words or answer.text}"
        for link in self.page.xpath("//*[contains(@class,'govuk-error-summary')]//a/@href"):
            assert self.page.xpath("//*[@id=$id]", id=link.removeprefix("#")), (
                f"{answer.url}: no field {link}"
            )
        return self

    @property
    def words(self) -> str:
        """What the page's main part says."""
        found = self.page.xpath("//main") or [self.page]
        return _plain(found[0])

    @property
    def errors(self) -> list[str]:
        """The page's summary of what is wrong."""
        return [
            _plain(each) for each in self.page.xpath("//*[contains(@class,'govuk-error-summary__list')]/li")
        ]

    @property
    def place(self) -> str:
        """The address shown, without the query."""
        return str(self.answer.url.path)

    def shown(self, name: str) -> str | list[str]:
        """What a field holds now; the chosen values of boxes to tick."""
        for form in self.page.forms:
            if name in form.inputs.keys():  # noqa: SIM118 — lxml's own mapping has no __contains__
                values = [value for key, value in form.form_values() if key == name]
                boxes = form.xpath(".//input[@name=$name and @type='checkbox']", name=name)
                return values if boxes else "".join(values).replace("\r\n", "\n").removeprefix("\n")
        raise AssertionError(f"no field {name} on {self.place}: {self.words}")

    def buttons(self) -> list[str]:
        return [_plain(button) for button in self.page.xpath("//button")]

    def _button(self, text: str) -> HtmlElement:
        found = [b for b in self.page.xpath("//button") if _plain(b) == text]
        found = found or [b for b in self.page.xpath("//button") if _plain(b).startswith(text)]
        assert len(found) == 1, (
            f"{len(found)} buttons “{text}” among {self.buttons()} on {self.place}: {self.words}"
        )
        return found[0]

    def _form_of(self, button: HtmlElement) -> FormElement:
        if button.get("form"):
            form: FormElement = self.page.xpath("//form[@id=$id]", id=button.get("form"))[0]
            return form
        return next(each for each in button.iterancestors("form"))


def _plain(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def _successful(form: FormElement, given: dict[str, Value]) -> tuple[list[tuple[str, str]], list[Any]]:
    """The controls a browser would send, with `given` typed over them; files apart."""
    pairs = [(name, value or "") for name, value in form.form_values()]
    files: list[Any] = []
    empty = form.xpath(".//input[@type='file']/@name") if form.get("enctype") else []
    for name, value in given.items():
        controls = form.xpath(".//*[(self::input or self::select or self::textarea) and @name=$n]", n=name)
        assert controls, f"no field {name} in {form.get('action')}"
        kind = controls[0].get("type", controls[0].tag)
        pairs = [pair for pair in pairs if pair[0] != name]
        if kind == "file":
            assert isinstance(value, tuple)
            files.append((name, (value[0], value[1], "application/octet-stream")))
            continue
        offered = _offered(controls, kind)
        if isinstance(value, bool):
            value = offered if value else []  # noqa: PLW2901 — a box ticked or not
        for each in [value] if isinstance(value, str) else value:
            assert offered is None or each in offered, f"{name} does not offer {each}: {offered}"
            pairs.append((name, str(each).replace("\n", "\r\n")))
    if files:
        # A browser sends an empty part for a file that was not chosen.
        files += [(name, ("", b"", "application/octet-stream")) for name in empty if name not in given]
    return pairs, files


def _offered(controls: list[HtmlElement], kind: str) -> list[str] | None:
    if kind in {"radio", "checkbox"}:
        return [control.get("value", "on") for control in controls if control.get("disabled") is None]
    if kind == "select":
        return [option.get("value", "") for option in controls[0].xpath(".//option")]
    return None
