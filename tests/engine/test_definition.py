"""Reading definitions: each fault has its file, line and remedy; what is dated resolves on the day."""

import random
import re
import unicodedata
from datetime import date
from pathlib import Path

import pytest

from config.files import read_folder
from engine.definition import Definition, content_hash, from_body, to_body
from engine.definition.files import DefinitionFaults, Fault, check, load, people
from tests.engine.seeded_faults import (
    AGENCY,
    COUNCIL,
    DEPARTMENTS,
    FINAL,
    OLD_PACK,
    PACK,
    PEOPLE,
    SEEDED,
    YEARLY,
)

SHIPPED = read_folder(Path(__file__).parents[2] / "config")


def changed(file: str, old: str, new: str) -> dict[str, str]:
    assert old in SHIPPED[file], f"{old!r} is no longer in {file}"
    return {**SHIPPED, file: SHIPPED[file].replace(old, new, 1)}


def line_of(text: str, marker: str) -> int:
    return text[: text.index(marker)].count("\n") + 1


@pytest.mark.parametrize(("file", "old", "new", "marker", "sentence", "remedy"), SEEDED)
def test_a_seeded_fault_is_named(  # noqa: PLR0917 — columns of the table above
    file: str, old: str, new: str, marker: str, sentence: str, remedy: str
) -> None:
    files = changed(file, old, new)
    found = check(files)
    shown = "\n".join(map(str, found))
    mine = [fault for fault in found if fault.file == file and sentence in fault.sentence]
    assert mine, shown
    if marker in files[file]:
        assert line_of(files[file], marker) in {fault.line for fault in mine}, shown
    assert any(remedy in fault.remedy for fault in mine), shown
    assert all(fault.sentence and fault.remedy for fault in found)
    assert all(re.match(r"\S+:\d+: .+ → .+", str(fault)) for fault in found)


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        (AGENCY, "email: van-phong@", "email: văn-phòng@", "“văn-phòng@"),
        (FINAL, "quorum: 2/3", "quorum: 0.66", "“0.66”"),
        (COUNCIL, "role: chair\n", "role: chairman\n", "“chairman”"),
    ],
)
def test_a_fault_inside_a_list_is_not_told_as_a_list_too_short(
    file: str, old: str, new: str, sentence: str
) -> None:
    assert old in SHIPPED[file], f"{old!r} is no longer in {file}"
    found = check({**SHIPPED, file: SHIPPED[file].replace(old, new)})  # in every item: none of them counts
    mine = [fault for fault in found if fault.file == file]
    assert mine
    assert all(sentence in fault.sentence for fault in mine), "\n".join(map(str, mine))


def test_a_list_that_is_empty_is_still_told() -> None:
    text = SHIPPED[FINAL].partition("\nawards:")[0] + "\nawards: []\n"
    (fault,) = [f for f in check({**SHIPPED, FINAL: text}) if f.file == FINAL]
    assert (fault.line, fault.remedy) == (line_of(text, "awards: []"), "Ghi ít nhất một mục")


def test_fault_reads_as_one_line() -> None:
    fault = Fault("config/reviews/x.yaml", 41, "Khóa “a” không có trong quy cách", "Có phải là “b”?")
    assert str(fault) == "config/reviews/x.yaml:41: Khóa “a” không có trong quy cách → Có phải là “b”?"


def test_a_gap_between_packs_is_told_at_the_review() -> None:
    files = changed(PACK, "valid_from: 2025-07-01", "valid_from: 2025-12-01")
    (fault, *_) = [f for f in check(files) if f.file == FINAL]
    assert "24/11/2025" in fault.sentence
    assert fault.line == line_of(files[FINAL], "on: 2025-11-24")


def test_two_packs_on_the_day_are_told_at_the_review() -> None:
    files = changed(OLD_PACK, "valid_to: 2025-06-30", "valid_to: 2026-06-30")
    assert any(f.file == FINAL and "2 bộ quy tắc" in f.sentence for f in check(files))


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (FINAL, "decided_by: Chủ tịch UBND tỉnh", "decided_by: Trưởng Ban Thi đua – Khen thưởng Trung ương"),
        (FINAL, "decided_by: Trưởng Ban Dân tộc tỉnh", "decided_by: Quyền Trưởng Ban Dân tộc tỉnh"),
        (AGENCY, "    parent: UBND tỉnh Lạng Sơn      # in capitals at the head of a document\n", ""),
    ],
)
def test_what_is_right_is_no_fault(file: str, old: str, new: str) -> None:
    assert check(changed(file, old, new)) == []


def test_an_agency_of_a_chairman_under_another_chairman() -> None:
    files = changed(AGENCY, "title: Trưởng Ban\n", "title: Chủ tịch\n")
    for file, text in files.items():
        if "/reviews/" in file:
            files[file] = text.replace("decided_by: Trưởng Ban Dân tộc tỉnh", "decided_by: Chủ tịch UBND xã")
    assert check(files) == []


def test_a_seat_without_an_address_or_no_longer_there() -> None:
    address = "    email: lam-van-huu@bandantoc-langson.example\n"
    for new, words in (("", "chưa có địa chỉ"), (address + "    active: false\n", "không còn công tác")):
        found = check(changed(PEOPLE, address, new))
        (fault,) = [f for f in found if f.file == COUNCIL]
        assert words in fault.sentence
        assert fault.line == line_of(SHIPPED[COUNCIL], "person: lam-van-huu")


@pytest.mark.parametrize("role", ["office", "head"])
def test_a_round_nobody_could_lead_further(role: str) -> None:
    files = {**SHIPPED, PEOPLE: re.sub(rf"role: {role}\b", "role: admin", SHIPPED[PEOPLE])}
    (fault,) = check(files)
    assert f"Chưa ai có vai {role}" in fault.sentence
    assert (fault.file, fault.line) == (PEOPLE, line_of(SHIPPED[PEOPLE], "people:"))


def test_a_department_that_ended_before_the_review() -> None:
    old = "name: Thanh tra Ban\n    valid_from: 2022-01-01"
    files = changed(DEPARTMENTS, old, f"{old}\n    valid_to: 2025-06-30\n    successor: van-phong")
    found = check(files)
    assert {f.file for f in found} == {PEOPLE}
    assert any("30/06/2025" in f.sentence and "Chuyển sang phòng" in f.remedy for f in found)


def test_unused_and_missing_files_are_told() -> None:
    assert any("đuôi .yaml" in f.sentence for f in check({**SHIPPED, "config/reviews/x.yml": "key: x"}))
    assert any("chỗ đặt" in f.sentence for f in check({**SHIPPED, "config/rules/a/x.yaml": "key: x"}))
    without = {path: text for path, text in SHIPPED.items() if path != COUNCIL}
    assert any(f.file == COUNCIL and "thiếu tệp" in f.sentence for f in check(without))
    assert any("trống" in f.sentence for f in check({**SHIPPED, FINAL: "# nothing\n"}))


def test_a_second_agency_is_refused_until_grants_say_whose_department_they_mean() -> None:
    ours = {path: text for path, text in SHIPPED.items() if path.startswith("config/agency/")}
    other = {path: text.replace("ban-dan-toc-lang-son", "zz-khac") for path, text in ours.items()}
    moved = {path.replace("ban-dan-toc-lang-son", "zz-khac"): text for path, text in other.items()}
    both = {**SHIPPED, **moved}
    assert {(fault.file.split("/")[2], fault.sentence) for fault in check(both)} == {
        ("zz-khac", "Một bản cài đặt chỉ dùng cho một cơ quan")
    }
    for refused in (lambda: people(both, "zz-khac"), lambda: load(both, "ntm-2025-tong-ket")):
        with pytest.raises(DefinitionFaults, match="một cơ quan"):
            refused()


def test_bytes_that_are_not_text_are_told_with_their_line(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "reviews"
    folder.mkdir(parents=True)
    (folder / "x.yaml").write_bytes(b"key: x\ntitle: \xff\xfe\n")
    (fault,) = check(read_folder(tmp_path / "config"))
    assert (fault.file, fault.line) == ("config/reviews/x.yaml", 2)
    assert "UTF-8" in fault.remedy


def test_load_refuses_with_its_faults_and_nobody_elses() -> None:
    files = changed(FINAL, "kind: open", "kind: secret")
    with pytest.raises(DefinitionFaults, match="bỏ phiếu kín") as refused:
        load(files, "ntm-2025-tong-ket")
    assert {fault.file for fault in refused.value.faults} == {FINAL}
    assert load(files, "hang-nam-2025").key == "hang-nam-2025"
    with pytest.raises(DefinitionFaults, match="Có phải là “hang-nam-2025”"):
        load(SHIPPED, "hang-nam-2024")
    with pytest.raises(DefinitionFaults, match="ban-dan-toc-lang-son"):
        people(SHIPPED, "ban-dan-toc")


def final(files: dict[str, str] | None = None) -> Definition:
    return load(files or SHIPPED, "ntm-2025-tong-ket")


def test_the_same_said_otherwise_has_the_same_hash() -> None:
    text = SHIPPED[FINAL]
    head, rest = text.split("\nstages:\n")
    stages, tail = rest.split("\nawards:\n")
    reordered = f"# another comment\nawards:\n{tail}\n\nstages:\n{stages}\n{head}\n"
    reordered = reordered.replace("points: [74.1.a]", 'points:\n      - "74.1.a"')
    assert content_hash(final({**SHIPPED, FINAL: reordered})) == content_hash(final())
    decomposed = {path: unicodedata.normalize("NFD", text) for path, text in SHIPPED.items()}
    assert content_hash(final(decomposed)) == content_hash(final())


def test_anything_else_has_another_hash() -> None:
    other = final(changed(FINAL, "threshold: 80%", "threshold: 90%"))
    assert content_hash(other) != content_hash(final())


def test_body_round_trip() -> None:
    assert from_body(to_body(final())) == final()


def test_a_renamed_agency_resolves_on_the_day() -> None:
    """Test data only: nobody has shown us the deciding document of a real change of name."""
    first = "  - valid_from: 2022-01-01\n"
    version = SHIPPED[AGENCY].split("versions:\n")[1]
    later = version.replace("2022-01-01", "2025-03-01").replace("Ban Dân tộc", "Cơ quan Thử nghiệm")
    text = SHIPPED[AGENCY].replace(first, f"{first}    valid_to: 2025-02-28\n") + later
    files = {**SHIPPED, AGENCY: text}
    assert check(files) == []
    assert final(files).agency.name == "Cơ quan Thử nghiệm tỉnh Lạng Sơn"
    assert load(files, "ntm-2023-so-ket").agency.name == "Ban Dân tộc tỉnh Lạng Sơn"


def test_a_dissolved_department_is_kept_with_its_heir() -> None:
    old = SHIPPED[DEPARTMENTS]
    extra = "  - key: cu\n    name: Phòng Cũ\n    valid_from: 2022-01-01\n    valid_to: 2025-02-28\n"
    extra += "    successor: chinh-sach\n"
    definition = final({**SHIPPED, DEPARTMENTS: old + extra})
    (former,) = definition.former_departments
    assert (former.key, former.until) == ("cu", date(2025, 2, 28))
    assert former.successor == "Phòng Chính sách Dân tộc"
    with pytest.raises(KeyError):
        definition.department("cu")


def test_a_rule_may_start_inside_its_pack() -> None:
    """Grading by NĐ 335/2025 begins on 01/01/2026."""
    assert "R21" not in {rule.id for rule in final().rules.rules}
    later = changed(YEARLY, "on: 2025-11-10", "on: 2026-01-05")
    for old, new in (("2025-11-10", "2026-01-05"), ("2025-11-21", "2026-01-15"), ("2025-11-28", "2026-01-22"),
                     ("2025-12-31", "2026-02-27")):  # fmt: skip
        later[YEARLY] = later[YEARLY].replace(old, new)
    assert "R21" in {rule.id for rule in load(later, "hang-nam-2025").rules.rules}


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence", "remedy"),
    [
        (YEARLY, "remind: [4, 2, 1, 0]", "remind: []", "“proposal” không nhắc ai", "remind: [3, 1, 0]"),
        (YEARLY, "remind: [4, 2, 1, 0]", "remind: [10, 1]", "“proposal” dài 9 ngày", "lớn hơn 9"),
        (YEARLY, "remind: [2, 0]", "remind: [6]", "“office” dài 5 ngày", "lớn hơn 5"),
        (YEARLY, "remind: [2, 1, 0]", "remind: [30, 0]", "“council” dài 5 ngày", "lớn hơn 5"),
        (YEARLY, "remind: [10, 5, 1]", "remind: [19]", "“submission” dài 18 ngày", "lớn hơn 18"),
        (YEARLY, "remind: [2, 1, 0]", "late: [1]", "“council” kết thúc đúng hạn", "Bỏ dòng late"),
    ],
)
def test_a_ladder_reminds_somebody_within_its_stage(
    file: str, old: str, new: str, sentence: str, remedy: str
) -> None:
    """No step at all reminds nobody; a step before the stage opens is never sent."""
    files = changed(file, old, new)
    (fault,) = check(files)
    assert sentence in fault.sentence
    assert remedy in fault.remedy
    assert fault.line == line_of(files[file], new)


@pytest.mark.parametrize(
    ("old", "new"), [("remind: [2, 1, 0]", "remind: [5, 0]"), ("    remind: [2, 1, 0]\n", "")]
)
def test_a_ladder_as_long_as_its_stage_or_the_usual_one_is_right(old: str, new: str) -> None:
    assert check(changed(YEARLY, old, new)) == []


@pytest.mark.parametrize("seed", range(40))
def test_no_slip_of_the_pen_breaks_the_check(seed: int) -> None:
    """A line lost, emptied, or given a value of another shape: faults or none, never a crash."""
    chance = random.Random(seed)  # noqa: S311 — a repeatable choice, no secret
    file = chance.choice([path for path in SHIPPED if re.search(r"/(agency|reviews|rules)/", path)])
    lines = SHIPPED[file].split("\n")
    place = chance.randrange(len(lines))
    lines[place] = chance.choice(
        ["", re.sub(r":.*", ":", lines[place]), re.sub(r":.*", ": [1, {a: b}]", lines[place])]
    )
    files = {**SHIPPED, file: "\n".join(lines)}
    for fault in check(files):
        assert fault.sentence
        assert fault.remedy
        assert 1 <= fault.line <= files[fault.file].count("\n") + 1


@pytest.mark.parametrize("wrong", ["all: [1, {a: b}]", "all: 5", "all:", "al: []"])
def test_paths_of_a_rule_written_wrong(wrong: str) -> None:
    files = changed(PACK, "all: [{question: xep_loai, is: [xuat_sac]}]", wrong)
    assert any(f.file == PACK and abs(f.line - line_of(files[PACK], wrong)) <= 1 for f in check(files))
