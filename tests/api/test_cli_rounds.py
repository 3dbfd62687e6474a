"""`tdkt round`: on the calendar, planned anew, moved to corrected files."""

from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import select

from engine.database import Database
from engine.models import Event, Person, Round
from tests.api.cli_given import FINAL, tdkt, with_change


def database(data: Path) -> Database:
    return Database(f"sqlite:///{data / 'tdkt.db'}")


def test_from_people_to_a_planned_round(data: Path) -> None:
    assert tdkt("round", "plan", FINAL).exit_code == 1  # its council is not on the roster yet
    loaded = tdkt("people", "load")
    assert loaded.output == "ban-dan-toc-lang-son: 33 people.\n"
    assert tdkt("people", "load").output == loaded.output
    planned = tdkt("round", "plan", FINAL)
    assert "opens 8 giờ 00, thứ Hai 24/11/2025" in planned.output
    assert tdkt("round", "plan", FINAL).exit_code == 0
    listed = tdkt("round", "list").output
    assert f"{FINAL}: chưa mở, 0 đề nghị" in listed
    assert "tdkt round plan hang-nam-2025" in listed
    with database(data).read() as session:
        assert session.exec(select(Event.kind, Event.door)).all() == [
            ("roster_loaded", "cli"),
            ("planned", "cli"),
        ]
        assert session.exec(select(Person.active)).all() == [True] * 33


def test_corrected_files_reach_a_planned_round_and_no_later_one(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tdkt("people", "load")
    tdkt("round", "plan", FINAL)
    corrected = with_change(tmp_path, f"reviews/{FINAL}.yaml", "opens: 2025-11-24", "opens: 2025-11-25")
    monkeypatch.setenv("TDKT_CONFIG", str(corrected))
    assert "opens 8 giờ 00, thứ Ba 25/11/2025" in tdkt("round", "plan", FINAL).output
    opened = database(data)
    with opened.unit_of_work() as session:
        session.execute(update(Round).values(stage="proposal"))
    opened.dispose()
    again = with_change(tmp_path / "again", f"reviews/{FINAL}.yaml", "opens: 2025-11-24", "opens: 2025-11-26")
    monkeypatch.setenv("TDKT_CONFIG", str(again))
    said = tdkt("round", "plan", FINAL)
    assert said.exit_code == 1
    assert "has opened: it keeps the definition" in said.output
    told = tdkt("round", "move", FINAL)
    assert (told.exit_code, "đổi hạn ở trang Thời hạn" in told.output) == (1, True)
    agency = corrected / "agency" / "ban-dan-toc-lang-son" / "agency.yaml"
    agency.write_text(agency.read_text("utf-8").replace("@sonoivu-langson", "@moi-langson"), "utf-8")
    monkeypatch.setenv("TDKT_CONFIG", str(corrected))
    assert f"(tệp đã sửa: tdkt round move {FINAL})" in tdkt("round", "list").output
    looked = tdkt("round", "move", FINAL)
    assert (looked.exit_code, "Chưa ghi gì." in looked.output) == (0, True)
    assert "email: “thi-dua-khen-thuong@sonoivu-langson.example” → “" in looked.output
    assert tdkt("round", "move", FINAL).output == looked.output
    assert "Đã áp dụng." in tdkt("round", "move", FINAL, "--reason", "Sở đổi địa chỉ.").output
    assert "tệp đã sửa" not in tdkt("round", "list").output
    assert tdkt("round", "move", FINAL).output == "Đợt đang chạy đúng theo các tệp này.\n"


def test_a_round_whose_time_is_over_is_refused_with_the_file_to_mend(data: Path) -> None:
    tdkt("people", "load")
    said = tdkt("round", "plan", "ntm-2023-so-ket")
    assert said.exit_code == 1
    assert "config/reviews/ntm-2023-so-ket.yaml" in said.output


def test_an_unknown_round_is_refused_with_the_known_ones(data: Path) -> None:
    said = tdkt("round", "plan", "nope")
    assert said.exit_code == 1
    assert FINAL in said.output
