"""What `tdkt check` reads, and how it names what is wrong: file, line, sentence and remedy."""

import ast
import re
from pathlib import Path
from shutil import copytree

import pytest

from api.checking import LABELS
from config.settings import CONFIG_FOLDER
from tests.api.cli_given import FINAL, ROOT, tdkt, with_change


def test_check_says_what_was_checked() -> None:
    said = tdkt("check")
    assert said.exit_code == 0
    assert f"không có lỗi. 4 đợt xét: dot-xuat-2025, hang-nam-2025, ntm-2023-so-ket, {FINAL}." in said.output


def test_check_names_file_line_and_remedy(tmp_path: Path) -> None:
    config = copytree(CONFIG_FOLDER, tmp_path / "agency files")
    review = config / "reviews" / f"{FINAL}.yaml"
    lines = review.read_text("utf-8").splitlines()
    line = next(n for n, text in enumerate(lines) if "movement: " in text)
    lines[line] = "movement: ntm-2021-2052"
    review.write_text("\n".join(lines), "utf-8")
    said = tdkt("check", "--config", str(config))
    assert said.exit_code == 1
    assert f"{review}:{line + 1}: " in said.output.replace("\n", ""), "the file that was checked"
    assert " → " in said.output
    assert "ntm-2021-2025" in said.output
    assert "Có 1 chỗ phải sửa." in said.output


WRONG = [
    ("calendar/viet-nam.yaml", "country: VN", "country: [VN", 15, "YAML", "dấu nháy"),
    ("calendar/viet-nam.yaml", "- date: 2024-04-29", "- date: 2024-04-31", 0, "2024-04-31", "tệp mẫu"),
    (
        "calendar/viet-nam.yaml",
        "exchanged_with: 2024-05-04",
        "exchanged_with: 2024-05-05",
        0,
        "05-05",
        "kind: working",
    ),
    ("calendar/viet-nam.yaml", "\nswitches:", "\nswitch:", 0, "switch", "bỏ đi"),
    ("documents/bao-cao.yaml", "\nsubject:", "\nsubjct:", 0, "subjct", "sửa tên khóa"),
    ("documents/bao-cao.yaml", "tên: {ten}", "tên: {tn}", 0, "{tn}", "Dùng được: {ten}"),
    ("documents/bao-cao.yaml", "\nsubject:", '\nsubject: "', 0, "YAML", "dấu nháy"),
    ("documents/to-trinh.yaml", "\ntitle:", "\ntitle: ''\n#", 0, "“title” để trống", "câu chữ"),
    ("documents/layout.yaml", "margin_top: 20", "margin_top: !!float x", 0, "dấu chấm than", "dấu nháy"),
    ("locale/site.yaml", "agency_name: ", "agency_name: !!bool ", 0, "dấu chấm than", "dấu nháy"),
    ("calendar/viet-nam.yaml", "\nannounced_through:", "\n#", 0, "announced_through", "tệp mẫu"),
    ("documents/layout.yaml", "margin_top: 20", "margin_top: 2", 0, "từ 20 đến 25", "tệp mẫu"),
    ("documents/layout.yaml", "margin_top:", "margn_top:", 0, "margn_top", "tệp mẫu"),
    ("locale/vi.yaml", "  refused: T", "  refusd: T", 0, "state.refused", "Có phải là “refusd”?"),
    ("locale/vi.yaml", '"yes": Đồng ý', "yes: Đồng ý", 0, "choice.yes", '"yes"'),
    ("locale/vi.yaml", "  draft: Nháp", "  draft: 1", 0, "state.draft", "cụm từ"),
    ("locale/vi.yaml", "\nseat:", "\nseats:", 0, "“seat”", "seat:"),
    ("locale/vi.yaml", "  reminded:", "  remindd:", 0, "event.reminded", "remindd"),
    ("locale/site.yaml", "support:", "suport:", 0, "suport", "support"),
    ("locale/site.yaml", "  email: ", "  mail: ", 0, "office.email", "dòng chữ"),
    ("locale/site.yaml", "@", " at ", 0, "địa chỉ thư", "@"),
    ("locale/site.yaml", "  email: ", "  email: văn-", 0, "địa chỉ thư", "@"),
]


@pytest.mark.parametrize(("file", "old", "new", "line", "sentence", "remedy"), WRONG)
def test_check_reads_every_file_it_counts(  # noqa: PLR0917 — columns of the table above
    tmp_path: Path, file: str, old: str, new: str, line: int, sentence: str, remedy: str
) -> None:
    config = with_change(tmp_path, file, old, new)
    said = tdkt("check", "--config", str(config))
    assert said.exit_code == 1, said.output
    there = f"{config}/{file}:"
    mine = [one for one in said.output.splitlines() if one.startswith(there) and sentence in one]
    assert mine, said.output
    assert any(remedy in one.partition(" → ")[2] for one in mine), mine
    assert all(re.match(r"\S+:\d+: .+ → .+", one) for one in mine)
    if line:
        assert mine[0].startswith(f"{there}{line}: ")


@pytest.mark.parametrize(
    ("file", "old"),
    [
        ("calendar/viet-nam.yaml", "- date: 2024-04-29"),
        ("documents/bao-cao.yaml", '{ten}"\nname_coll'),
        ("documents/layout.yaml", "margin_top: 20"),
        ("locale/site.yaml", "@"),
    ],
)
def test_the_line_is_the_entrys_own(tmp_path: Path, file: str, old: str) -> None:
    new = {"@": "", "margin_top: 20": "margin_top: 2", "- date: 2024-04-29": "- date: 29/04/2024"}
    config = with_change(tmp_path, file, old, new.get(old, old.replace("{ten}", "{tn}")))
    line = (CONFIG_FOLDER / file).read_text("utf-8").partition(old)[0].count("\n") + 1
    assert f"config/{file}:{line}: " in tdkt("check", "--config", str(config)).output


def test_a_file_that_is_missing_or_that_nobody_reads_is_named(tmp_path: Path) -> None:
    config = with_change(tmp_path, "locale/vi.yaml", "state:", "state:")
    (config / "documents" / "layout.yaml").unlink()
    (config / "locale" / "en.yaml").write_text("a: b", "utf-8")
    said = tdkt("check", "--config", str(config)).output
    assert "config/documents/layout.yaml:1: Thiếu tệp này" in said
    assert "config/locale/en.yaml:1: Tệp không được dùng" in said
    assert "Có 2 chỗ phải sửa." in said


def test_every_kind_of_event_the_code_records_has_words() -> None:
    """Kinds are written as texts where they are recorded; a new one must be on the list that is checked."""
    recording = {"note", "note_round", "record", "record_many"}
    kinds = set()
    for path in (ROOT / "engine").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(call, ast.Call)
                and getattr(call.func, "attr", getattr(call.func, "id", "")) in recording
            ):
                kinds |= {
                    a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
                }
    assert len(kinds) > 15
    assert kinds <= set(LABELS["event"])


def test_check_needs_no_settings_but_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = tdkt("check", "--config", "nowhere")
    assert said.exit_code == 2
    assert "TDKT_CONFIG" in said.output


def test_check_finds_the_folder_where_the_settings_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = with_change(tmp_path, "locale/site.yaml", "support:", "suport:")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TDKT_CONFIG", raising=False)
    (tmp_path / ".env").write_text(f"TDKT_CONFIG={config}\nTDKT_SECRET=short\n", "utf-8")
    said = tdkt("check")
    assert said.exit_code == 1, said.output
    assert "suport" in said.output
    monkeypatch.setenv("TDKT_CONFIG", str(CONFIG_FOLDER))
    assert tdkt("check").exit_code == 0, "the environment goes before the file"
