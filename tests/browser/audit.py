"""Looks at a page the way those do who cannot look at it as we can: axe, narrow screens, keyboards."""

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.hall import DESK, PHONE

AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# preload would fetch every style sheet again, for a rule that is not among these and one about films.
RUN = (
    "tags => axe.run(document, "
    "{runOnly: {type: 'tag', values: tags}, resultTypes: ['violations'], preload: false})"
)
NARROWEST = 320
# A stop is hidden when what lies at its middle is the bar and not the stop itself.
HIDDEN = """() => {
  const stop = document.activeElement, bar = document.querySelector('.sticky');
  if (!stop || stop === document.body || bar.contains(stop)) return '';
  const at = stop.getBoundingClientRect(), edge = bar.getBoundingClientRect();
  const covered = at.bottom > edge.top + 1 && at.top < edge.bottom - 1;
  return covered ? (stop.id || stop.textContent || stop.tagName).trim() : '';
}"""


class Audit:
    """Call it with a page and its name; `faults` says what is wrong, `names` what was looked at."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.names: list[str] = []
        folder = os.environ.get("SHOTS")
        self.shots = Path(folder) if folder else None
        if self.shots:
            self.shots.mkdir(parents=True, exist_ok=True)

    def __call__(self, page: Page, name: str) -> None:
        if name in self.names:
            return
        self.names.append(name)
        before = page.viewport_size or {"width": DESK, "height": 900}
        for width in (PHONE, DESK):
            page.set_viewport_size({"width": width, "height": 844 if width == PHONE else 900})
            self._axe(page, f"{name} {width}")
            if self.shots:
                page.screenshot(path=self.shots / f"{len(self.names):02}-{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": NARROWEST, "height": 600})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > NARROWEST:
            self.faults.append(f"{name}: {wide} px wide on a screen of {NARROWEST}")
        page.set_viewport_size(before)

    def _axe(self, page: Page, where: str) -> None:
        if not page.evaluate("typeof axe === 'object'"):
            page.evaluate(AXE)
        found: dict[str, Any] = page.evaluate(RUN, TAGS)
        for violation in found["violations"]:
            at = violation["nodes"][0]["target"]
            self.faults.append(
                f"{where}: {violation['id']} ({len(violation['nodes'])}) {at}: {violation['help']}"
            )


def hidden_stops(page: Page, width: int) -> list[str]:
    """Tab through the whole page; stops that the bar at the bottom covers."""
    page.set_viewport_size({"width": width, "height": 844 if width == PHONE else 700})
    page.evaluate("window.scrollTo(0, 0); document.activeElement.blur()")
    found = []
    for _ in range(page.locator("a, button, input, summary, textarea, select").count() + 2):
        page.keyboard.press("Tab")
        found.append(page.evaluate(HIDDEN))
    return [each for each in found if each]
