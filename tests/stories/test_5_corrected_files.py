"""A mistake in the files is put right in the middle of a round; what people voted by is not."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document

from engine.errors import NotNow
from tests.stories.acts import (
    COLLECTIVE,
    COUNCIL,
    OFFICE,
    OFFICE_ROUND,
    approve,
    close,
    make_dossier,
    to_council,
    vote,
)
from tests.stories.test_2_department import state_of
from tests.stories.test_5_submission import DOSSIER, PROVINCE, TODAY, archive_of, send
from tests.stories.world import FINAL, World

AGENCY_FILE, PACK_FILE = "ban-dan-toc-lang-son/agency.yaml", "luat-2022-nd152-2025.yaml"
FINAL_FILE, NEW_ADDRESS = f"reviews/{FINAL}.yaml", "tiep-nhan@snv-langson.example"
OLD, NEW = "khen thưởng ngày 15 tháng 6", "khen thưởng số 06/2022/QH15 ngày 15 tháng 6"


def letter_in(archive: ZipFile) -> str:
    """The words of the tờ trình."""
    [paper] = [name for name in archive.namelist() if name.endswith("to-trinh.docx")]
    return "\n".join(p.text for p in Document(BytesIO(archive.read(paper))).paragraphs)


def test_a_citation_and_an_address_are_put_right_but_no_threshold_under_vote(world: World) -> None:
    [code] = to_council(world, COLLECTIVE)

    world.edit_file(FINAL_FILE, "threshold: 80%", "threshold: 90%")
    assert "không đổi thể lệ biểu quyết" in world.move(FINAL, "").refusals[0]
    with pytest.raises(NotNow, match="không đổi thể lệ biểu quyết"):
        world.move(FINAL, "Quy chế mới.")
    for key in COUNCIL:
        vote(world, key)
    close(world)
    world.time()
    approve(world)
    make_dossier(world, "12", TODAY)
    world.time()
    assert OLD in letter_in(archive_of(world))

    world.edit_file(FINAL_FILE, "threshold: 90%", "threshold: 80%")
    before = len(world.postbox.letters)
    world.edit_file(PACK_FILE, OLD, NEW)
    world.edit_file(AGENCY_FILE, PROVINCE, NEW_ADDRESS)
    moved = world.move(FINAL, "Thiếu số của Luật; Sở Nội vụ đổi địa chỉ.")
    assert {each.path[0] for each in moved.differences} == {"agency", "rules"}
    assert moved.touched == ()
    world.time()
    assert len(world.postbox.letters) == before, "nobody is written to about it"

    office = world.visitor(OFFICE).open(DOSSIER)
    assert "Gửi hồ sơ" not in office.buttons(), "what was made from the old files does not leave"
    assert NEW_ADDRESS in make_dossier(world, "12", TODAY).words
    send(world)
    assert world.postbox.to(PROVINCE) == []
    [letter] = world.postbox.to(NEW_ADDRESS)
    [attached] = list(letter.iter_attachments())
    said = letter_in(ZipFile(BytesIO(attached.get_content())))
    assert NEW in said
    assert OLD not in said
    journal = world.visitor(OFFICE).open(f"{OFFICE_ROUND}/nhat-ky").words
    assert "Áp dụng quy trình đã sửa" in journal
    assert "Thiếu số của Luật" in journal
    assert state_of(world, code) == "submitted"
