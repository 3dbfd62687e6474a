"""The files pages need: unbranded, named by content, served for ever."""

import asyncio
import gzip
import hashlib
import json
import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from api import assets
from engine.stages import State
from tests.api.cli_given import tdkt

TEMPLATES = Path(assets.__file__).parent / "templates"
NEUTRAL = {State.draft, State.withdrawn}


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    assets.build(dist=folder)
    return folder


def stylesheet(dist: Path) -> str:
    return (dist / assets.asset("pages.css", dist).removeprefix("/static/")).read_text("utf-8")


def get(dist: Path, path: str, **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        app = Starlette(routes=[Mount("/static", assets.static_app(dist))])
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(ask())


def test_stylesheet_has_no_foreign_brand_and_asks_for_nothing_elsewhere(dist: Path) -> None:
    css = stylesheet(dist)
    assert "GDS Transport" not in css
    assert "url(/assets/" not in css
    assert not re.search(r"crown|crest|govuk-logo|@import|data:", css)
    assert all(target.startswith("./") for target in re.findall(r'url\(["\']?([^"\')]+)', css))
    assert '"Be Vietnam Pro",arial,sans-serif' in css


def test_unbranding_keeps_balanced_rules(dist: Path) -> None:
    css = stylesheet(dist)
    assert css.count("{") == css.count("}")
    for kept in (
        ".govuk-radios__input",
        ".govuk-error-summary",
        ".govuk-task-list",
        "@media print",
        "@font-face",
    ):
        assert kept in css
    for gone in (".govuk-header", ".govuk-footer", ".govuk-cookie-banner"):
        assert gone not in css


def test_every_reference_between_files_is_a_built_file(dist: Path) -> None:
    for built in (*dist.glob("*.css"), *dist.glob("*.js")):
        for name in re.findall(r'(?:url\(|from )"\./([^"]+)"', built.read_text("utf-8")):
            assert (dist / name).is_file(), f"{built.name} asks for {name}"
    assert len(re.findall(r'url\("\./be-vietnam-pro', stylesheet(dist))) == 4


def test_names_carry_the_hash_of_the_content(dist: Path) -> None:
    manifest = json.loads((dist / "manifest.json").read_text("utf-8"))
    assert {"pages.css", "pages.js", "govuk.js", "htmx.js", "icon.svg"} <= manifest.keys()
    for file in manifest.values():
        digest = hashlib.sha256((dist / file).read_bytes()).hexdigest()
        assert Path(file).stem.endswith(f"-{digest[:12]}")


def test_building_again_writes_nothing_and_drops_what_is_stale(tmp_path: Path) -> None:
    first = assets.build(dist=tmp_path)
    written = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    (tmp_path / "pages-000000000000.css").write_text("old", "utf-8")
    assert assets.build(dist=tmp_path) == first
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == written


def test_whole_times_compatible_faces_for_pdf(dist: Path) -> None:
    faces = sorted(path.name for path in assets.pdf_fonts(dist).iterdir())
    assert faces == [
        "Tinos_400Regular.ttf",
        "Tinos_400Regular_Italic.ttf",
        "Tinos_700Bold.ttf",
        "Tinos_700Bold_Italic.ttf",
    ]


def test_missing_packages_and_missing_build_say_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(assets.AssetsMissingError, match="make setup") as told:
        assets.build(node_modules=tmp_path / "none", dist=tmp_path / "dist")
    assert "\n" not in str(told.value)
    with pytest.raises(assets.AssetsMissingError, match=r"python -m api\.assets"):
        assets.asset("pages.css", tmp_path / "nowhere")


def test_served_for_ever_and_compressed_only_where_accepted(dist: Path) -> None:
    path = assets.asset("pages.css", dist)
    packed = get(dist, path, **{"accept-encoding": "br, gzip"})
    plain = get(dist, path, **{"accept-encoding": "gzip;q=0"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.text == plain.text == stylesheet(dist)
    for answer in (packed, plain):
        assert answer.headers["content-type"] == "text/css; charset=utf-8"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["vary"] == "Accept-Encoding"
    again = get(dist, path, **{"accept-encoding": "gzip", "if-none-match": packed.headers["etag"]})
    assert again.status_code == 304
    script = get(dist, assets.asset("pages.js", dist))
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"


@pytest.mark.parametrize(
    "path", ["/manifest.json", "/fonts-pdf/Tinos_700Bold.ttf", "/../assets.py", "/x.css", "/"]
)
def test_nothing_but_the_manifest_is_served(dist: Path, path: str) -> None:
    assert get(dist, f"/static{path}").status_code == 404


def test_packed_copies_are_the_same_bytes(dist: Path) -> None:
    packed = list(dist.glob("*.gz"))
    assert packed
    for copy in packed:
        assert gzip.decompress(copy.read_bytes()) == copy.with_suffix("").read_bytes()


def test_our_stylesheet_stays_small_and_knows_every_state() -> None:
    sources = list(assets.SOURCE.glob("*.css"))
    assert sum(path.stat().st_size for path in sources) <= 10 * 1024
    coloured = set(re.findall(r"\.tag--([a-z_]+)", "".join(path.read_text("utf-8") for path in sources)))
    assert set(State) - coloured == NEUTRAL


def test_templates_hold_no_inline_style_or_script_and_no_foreign_address() -> None:
    templates = list(TEMPLATES.rglob("*.html"))
    assert templates
    for path in templates:
        text = path.read_text("utf-8")
        assert not re.search(r"<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:", text), path
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), path
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text), path


@pytest.mark.parametrize("lost", ["manifest.json", "pages-*.css", "fonts-pdf/Tinos_700Bold.ttf"])
@pytest.mark.usefixtures("nothing_set")
def test_nothing_starts_without_built_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """One line with the remedy, before any sample is made; the web process would die again and again."""
    broken = tmp_path / "dist"
    assets.build(dist=broken)
    assets.demand_built(broken)
    for path in broken.glob(lost):
        path.unlink()
    monkeypatch.setattr(assets, "DIST", broken)
    assets._manifest.cache_clear()
    monkeypatch.setenv("TDKT_SECRET", "s" * 40)
    monkeypatch.setenv("TDKT_SMTP_URL", "smtp://127.0.0.1:25")
    for said in (tdkt("demo", "--data", str(tmp_path / "demo")), tdkt("serve")):
        assert said.exit_code == 2
        assert said.stderr.strip() == assets.NOT_BUILT
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dist"]
