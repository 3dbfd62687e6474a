"""The round is defined by files: checked with file, line and remedy; pinned by the hash of its content."""

import shutil
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from api.cli import app
from engine.definition import content_hash
from engine.definition.files import load
from engine.errors import NotNow
from engine.models import Definition, Round
from tests.stories.acts import HEAD, OFFICE, OFFICE_ROUND, ROUND, open_round
from tests.stories.world import CONFIG, FINAL, World

INTERIM, YEARLY, SUDDEN = "ntm-2023-so-ket", "hang-nam-2025", "dot-xuat-2025"
FINAL_FILE, COUNCIL_FILE = f"reviews/{FINAL}.yaml", "agency/ban-dan-toc-lang-son/council.yaml"


def check(folder: Path) -> tuple[int, str]:
    ran = CliRunner().invoke(app, ["check", "--config", str(folder)])
    return ran.exit_code, ran.output


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The shipped definitions, to be broken."""
    folder = tmp_path / "config"
    shutil.copytree(CONFIG, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return folder


def _break(folder: Path, file: str, before: str, after: str) -> int:
    """Write a fault into a file; the line it stands on."""
    path = folder / file
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))
    return text[: text.index(before)].count("\n") + 1


def test_the_shipped_definitions_have_no_fault() -> None:
    code, said = check(CONFIG)

    assert code == 0, said
    assert all(key in said for key in (FINAL, INTERIM, YEARLY))


@pytest.mark.parametrize(
    ("file", "before", "after", "named", "above"),
    [
        (FINAL_FILE, "quorum: 2/3", "quorum: 5/3", "5/3", {0}),
        (FINAL_FILE, "denominator: all_seats", "denominator: everybody", "everybody", {0}),
        (FINAL_FILE, "    due: 2025-12-12", "    due: 2025-11-12", "sớm hơn ngày mở 24/11/2025", {0}),
        (FINAL_FILE, "points: [74.1.a]", "points: [74.1.zz]", "74.1.zz", {0}),
        (FINAL_FILE, "kind: open", "kind: secret", "bỏ phiếu kín", {0}),
        (FINAL_FILE, "agency: ban-dan-toc-lang-son", "agency: ban-dan-toc-cao-bang", "cao-bang", {0}),
        (COUNCIL_FILE, "person: nong-van-thang", "person: nguoi-la", "nguoi-la", {0}),
        (COUNCIL_FILE, "role: chair", "role: member", "Hội đồng chưa có Chủ tịch", {2}),  # “seats:” lacks one
    ],
)
def test_a_fault_is_named_with_file_line_and_remedy(  # noqa: PLR0917 — columns of the table above
    copy: Path, file: str, before: str, after: str, named: str, above: set[int]
) -> None:
    """`above`: how many lines above the fault it may be told."""
    line = _break(copy, file, before, after)

    code, said = check(copy)

    assert code == 1
    faults = [each for each in said.splitlines() if file.rpartition("/")[2] in each]
    assert faults, said
    lines = [int(number) for each in faults for number in each.split(":")[1:2] if number.strip().isdecimal()]
    assert lines, said
    assert {line - number for number in lines} <= above, said
    assert named in said
    assert "Có " in said
    assert "chỗ phải sửa" in said


def test_a_file_that_is_no_yaml_is_named_and_nothing_else_is_hidden_by_it(copy: Path) -> None:
    _break(copy, FINAL_FILE, "stages:", "stages: [")
    line = _break(copy, f"reviews/{YEARLY}.yaml", "threshold: 2/3", "threshold: nhiều")

    code, said = check(copy)

    assert code == 1
    assert f"{FINAL}.yaml" in said
    assert f"{YEARLY}.yaml:{line}" in said


def test_every_round_loads_and_is_planned_from_the_page(world: World) -> None:
    """Nothing is hard-wired: an interim review under older law, the final, a yearly and a sudden one."""
    world.load_people()
    planned = (
        (INTERIM, "Sơ kết", "02/10/2023"),
        (YEARLY, "Xét danh hiệu", "03/11/2025"),
        (SUDDEN, "Xét khen thưởng đột xuất", "28/11/2025"),
    )
    for key, title, day in planned:
        world.at(day, "09:00")
        office = world.visitor(OFFICE)
        office.open("/vp/dot").press(f"Lập đợt xét này: {title}")
        assert office.place == f"/vp/dot/{key}"
    world.plan(FINAL)
    world.time()

    with world.database.read() as session:
        rounds = {row.key: row.definition_hash for row in session.exec(select(Round)).all()}
    texts = world.installation.texts
    assert rounds == {key: content_hash(load(texts, key)) for key in (FINAL, INTERIM, YEARLY, SUDDEN)}
    assert len(set(rounds.values())) == 4
    titles = {key: office.open(f"/dot/{key}").page.xpath("string(//h1)") for key in rounds}
    assert titles[INTERIM].startswith("Sơ kết")
    assert len(set(titles.values())) == 4


def test_a_round_whose_deadline_is_over_is_not_planned(world: World) -> None:
    """It would open at once and tell every department of a deadline nobody has set."""
    world.load_people()
    office = world.visitor(OFFICE).open("/vp/dot")
    assert "Hạn nộp đề nghị của đợt này" in office.words
    assert "config/reviews/ntm-2023-so-ket.yaml" in office.words
    office.send({"method": "POST", "url": "/vp/dot", "data": {"key": INTERIM}}, status=422)
    assert "đã qua" in office.errors[0]
    with world.database.read() as session:
        assert session.exec(select(Round)).all() == []


def test_a_running_round_keeps_the_definition_it_was_planned_under(world: World) -> None:
    """Files may change; the round does not: neither its rules nor its people's titles in it."""
    open_round(world)
    before = content_hash(load(world.installation.texts, FINAL))
    world.edit_file(FINAL_FILE, "threshold: 80%", "threshold: 90%")
    world.edit_file(FINAL_FILE, "Tổng kết NTM", "Xét lại NTM")
    assert content_hash(load(world.installation.texts, FINAL)) != before

    with pytest.raises(NotNow, match="keeps the definition it opened with"):
        world.plan(FINAL)  # planned again, from the changed files: the round stands as it stood

    with world.database.read() as session:
        pinned = session.exec(select(Round.definition_hash).where(Round.key == FINAL)).one()
        bodies = {row.hash: row.body for row in session.exec(select(Definition)).all()}
    assert "80%" in str(bodies[pinned]) or "4/5" in str(bodies[pinned])
    assert "Xét lại NTM" not in world.visitor(HEAD).open(ROUND).words
    assert "Xét lại NTM" not in world.visitor(OFFICE).open(OFFICE_ROUND).words


def test_a_mistake_is_put_right_in_a_running_round_by_an_operator_with_a_reason(world: World) -> None:
    """Looked at first; then the pages say what the corrected files say, the journal who did it and why."""
    open_round(world)
    world.edit_file(FINAL_FILE, "Tổng kết NTM", "Tổng kết nông thôn mới")
    reason = "Tên gọi tắt ghi chưa rõ."
    for given, short in (("", "Tổng kết NTM"), (reason, "Tổng kết nông thôn mới")):
        found = world.move(FINAL, given)
        assert [each.path for each in found.differences] == [("short_title",)]
        assert short in world.visitor(OFFICE).open(OFFICE_ROUND).words
    journal = world.visitor(OFFICE).open(f"{OFFICE_ROUND}/nhat-ky").words
    assert "Áp dụng quy trình đã sửa" in journal
    assert reason in journal


def test_a_faulty_file_is_told_to_the_office_and_plans_nothing(world: World) -> None:
    """Malformed config, at the page: file, line and remedy; no half a round."""
    world.plan(FINAL)
    world.edit_file(f"{YEARLY}.yaml", "threshold: 2/3", "threshold: 7/3")

    office = world.visitor(OFFICE).open("/vp/dot")
    assert f"{YEARLY}.yaml" in office.words
    office.send({"method": "POST", "url": "/vp/dot", "data": {"key": YEARLY}}, status=422)

    assert any(f"{YEARLY}.yaml, dòng " in error and "7/3" in error for error in office.errors), office.errors
    with world.database.read() as session:
        assert session.exec(select(Round.key)).all() == [FINAL]
