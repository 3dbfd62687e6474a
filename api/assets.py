"""Files the pages need, taken from node_modules and `api/static/src`: `python -m api.assets` at set-up.

Each file is named by its content, so a browser may keep it for ever; `manifest.json` maps the logical name
(`pages.css`) to the one on disk. Nothing written elsewhere is committed: the packages are the source.
"""

import gzip
import hashlib
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from os import PathLike
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

ROOT = Path(__file__).parent.parent
NODE_MODULES = ROOT / "node_modules"
SOURCE = Path(__file__).parent / "static" / "src"
DIST = Path(__file__).parent / "static" / "dist"
PDF_FONTS = "fonts-pdf"
URL = "/static/"
NOT_BUILT = "Chưa dựng tệp giao diện: hãy chạy `python -m api.assets` (`make demo`, `make run` tự làm)."

_GOVUK = "govuk-frontend/dist/govuk/govuk-frontend.min"
_WEB_FONTS = tuple(
    f"be-vietnam-pro-{subset}-{weight}-normal.woff2"
    for subset in ("latin", "vietnamese")
    for weight in (400, 700)
)
_FAMILY = '"Be Vietnam Pro",arial,sans-serif'
_TINOS = ("400Regular", "400Regular_Italic", "700Bold", "700Bold_Italic")
# Components no page uses, and everything that carries the crown or the crest of another state.
_UNUSED = re.compile(
    r"crown|crest|logo|govuk-(header|generic-header|footer|service-navigation|cookie-banner|exit-this-page"
    r"|phase-banner|tabs|accordion|password-input|breadcrumbs|panel)(?![a-z])"
)
_CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
}
_FOR_EVER = "public, max-age=31536000, immutable"


class AssetsMissingError(Exception):
    """Packages or built files are not there; the message is one line and says what to run."""


def build(node_modules: Path = NODE_MODULES, source: Path = SOURCE, dist: Path = DIST) -> dict[str, str]:
    """Write everything into `dist`, drop what is stale, and return the manifest (logical → file name).

    Raises AssetsMissingError if the packages are not installed. Safe to run twice and at the same time.
    """
    packages = _Packages(node_modules)
    dist.mkdir(parents=True, exist_ok=True)
    manifest: dict[str, str] = {}
    for name, content in _files(packages, source, manifest):
        stem, dot, suffix = name.rpartition(".")
        manifest[name] = f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}{dot}{suffix}"
        _write(dist / manifest[name], content)
        if suffix != "woff2":  # woff2 is compressed already
            _write(dist / f"{manifest[name]}.gz", gzip.compress(content, mtime=0))
    for face in _TINOS:
        font = f"Tinos_{face}.ttf"
        _write(dist / PDF_FONTS / font, packages.read(f"@expo-google-fonts/tinos/{face}/{font}"))
    _write(dist / "manifest.json", json.dumps(manifest, indent=1, sort_keys=True).encode())
    wanted = {*manifest.values(), *(f"{file}.gz" for file in manifest.values()), "manifest.json"}
    for path in dist.iterdir():
        if path.is_file() and path.name not in wanted and not path.name.startswith("."):
            path.unlink(missing_ok=True)
    return manifest


def demand_built(dist: Path = DIST) -> None:
    """Raises AssetsMissingError unless everything the pages and papers need has been built."""
    found = (dist / name for name in _manifest(dist).values())
    fonts = (dist / PDF_FONTS / f"Tinos_{face}.ttf" for face in _TINOS)
    if not all(path.is_file() for path in (*found, *fonts)):
        raise AssetsMissingError(NOT_BUILT)


def asset(name: str, dist: Path = DIST) -> str:
    """Address of a built file: `asset("pages.css")` → `/static/pages-<hash>.css`.

    Raises AssetsMissingError before the build has run, KeyError for a name the build does not make.
    """
    return URL + _manifest(dist)[name]


def pdf_fonts(dist: Path = DIST) -> Path:
    """Folder of whole Tinos TTF files, metric-compatible with Times New Roman, for typst."""
    return dist / PDF_FONTS


def static_app(dist: Path = DIST) -> ASGIApp:
    """Application to mount at `/static`: only files of the manifest, gzip where accepted, cached for ever."""
    return _Hashed(dist)


class _Packages:
    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, path: str) -> bytes:
        try:
            return (self._root / path).read_bytes()
        except FileNotFoundError:
            raise AssetsMissingError(
                f"Thiếu gói giao diện: {self._root / path}. Hãy chạy `make setup` (npm ci) rồi thử lại."
            ) from None


def _files(packages: _Packages, source: Path, manifest: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Yield name and content, in an order where each file comes after those it refers to.

    `manifest` grows while this runs: references are rewritten to the hashed names met so far.
    """
    for font in _WEB_FONTS:
        yield font, packages.read(f"@fontsource/be-vietnam-pro/files/{font}")
    yield "htmx.js", packages.read("htmx.org/dist/htmx.min.js")
    yield "govuk.js", _without_source_map(packages.read(f"{_GOVUK}.js").decode()).encode()
    theme = "".join(_stripped(path.read_text("utf-8")) for path in sorted(source.glob("*.css")))
    base = _unbranded(packages.read(f"{_GOVUK}.css").decode())
    yield "pages.css", _linked(f"{base}\n{theme}", manifest).encode()
    for file in sorted((*source.glob("*.svg"), *source.glob("*.js"))):
        yield file.name, _linked(file.read_text("utf-8"), manifest).encode()


def _unbranded(css: str) -> str:
    """govuk-frontend's stylesheet without GDS Transport (licensed to GOV.UK only), brand and unused parts."""

    def kept(rule: re.Match[str]) -> str:
        selectors = rule[1].split(",")
        drop = rule[1].strip() == "@font-face" or all(_UNUSED.search(selector) for selector in selectors)
        return "" if drop else rule[0]

    css = re.sub(r'@charset "UTF-8";|/\*.*?\*/', "", css, flags=re.DOTALL)
    css = re.sub(r"([^{}]+)\{[^{}]*\}", kept, css)
    while (smaller := re.sub(r"@[^{};]+\{\s*\}", "", css)) != css:
        css = smaller
    # Print too: the platform's own sans-serif may lack stacked Vietnamese marks.
    return re.sub(r"font-family:(GDS Transport,arial,)?sans-serif", f"font-family:{_FAMILY}", css)


def _without_source_map(script: str) -> str:
    return re.sub(r"//# sourceMappingURL=\S+", "", script)


def _stripped(css: str) -> str:
    """Our own stylesheet without comments and indentation."""
    lines = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL).splitlines()
    return "".join(f"{line.strip()}\n" for line in lines if line.strip())


def _linked(text: str, manifest: Mapping[str, str]) -> str:
    """Turn `"./name"`, as written in a source file, into the hashed name beside it."""
    return re.sub(r'"\./([^"]+)"', lambda match: f'"./{manifest[match[1]]}"', text)


def _write(path: Path, content: bytes) -> None:
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as new:
        new.write(content)
    Path(new.name).chmod(0o644)
    Path(new.name).replace(path)


@cache
def _manifest(dist: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((dist / "manifest.json").read_text("utf-8"))
    except FileNotFoundError:
        raise AssetsMissingError(NOT_BUILT) from None
    return found


class _Hashed(StaticFiles):
    def __init__(self, dist: Path) -> None:
        super().__init__(directory=dist, check_dir=False)
        self._served = frozenset(_manifest(dist).values())

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        if path not in self._served:  # no manifest, no fonts for PDF, no file left by an older build
            raise HTTPException(status_code=404)
        return super().lookup_path(path)

    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        path = Path(full_path)
        packed = path.with_name(f"{path.name}.gz")
        zipped = _accepts_gzip(Headers(scope=scope).get("accept-encoding", "")) and packed.exists()
        if zipped:
            response = super().file_response(packed, packed.stat(), scope, status_code)
            response.headers["Content-Encoding"] = "gzip"
        else:
            response = super().file_response(path, stat_result, scope, status_code)
        response.headers["Content-Type"] = _CONTENT_TYPES[path.suffix]
        response.headers["Cache-Control"] = _FOR_EVER
        response.headers["Vary"] = "Accept-Encoding"
        return response


def _accepts_gzip(header: str) -> bool:
    choices = [choice.replace(" ", "") for choice in header.lower().split(",")]
    return any(
        name == "gzip" and weight not in {"q=0", "q=0.0"}
        for name, _, weight in (c.partition(";") for c in choices)
    )


def main() -> int:
    """Build; on failure print one line that says what to do."""
    try:
        manifest = build()
    except AssetsMissingError as missing:
        print(missing, file=sys.stderr)  # noqa: T201 — a command speaks on its terminal
        return 1
    print(f"{len(manifest)} tệp giao diện trong {DIST.relative_to(ROOT)}")  # noqa: T201 — a command speaks on its terminal
    return 0


if __name__ == "__main__":
    sys.exit(main())
