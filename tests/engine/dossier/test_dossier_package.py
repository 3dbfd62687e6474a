import hashlib
import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from dossier_sample import DAY

from engine.dossier.archive import zip_bytes
from engine.dossier.names import file_name, is_safe_path, slug
from engine.dossier.package import INDEX, SUMS, Folder, PackageFile, build_package, verify_package
from engine.dossier.required import RequiredItem, missing_items

FILES = [
    PackageFile(Folder.EVIDENCE, "../../etc/Ảnh chụp.JPG", "Minh chứng", b"jpg", 2, "Nông Đức Ưởng"),
    PackageFile(Folder.REPORTS, "bao-cao.pdf", "Báo cáo thành tích", b"a", 2, "Nông Đức Ưởng"),
    PackageFile(Folder.REPORTS, "bao-cao.pdf", "Báo cáo thành tích", b"b", 2, "Nông Đức Ưởng"),
    PackageFile(Folder.SUBMISSION, "Tờ trình 128.docx", "Tờ trình", b"c"),
    PackageFile(Folder.LIST, "danh-sach.xlsx", "Danh sách", b"d"),
    PackageFile(Folder.MINUTES, "bien-ban.pdf", "Biên bản", b"e"),
]
TITLE = "Hồ sơ khen thưởng đợt tổng kết năm 2025"


def entries(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sum_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_the_tree_is_ordered_ascii_and_stays_inside() -> None:
    package = build_package(TITLE, FILES, day=DAY)
    assert package.paths == (
        INDEX,
        SUMS,
        "01-to-trinh/to-trinh-128.docx",
        "02-danh-sach/danh-sach.xlsx",
        "03-bien-ban/bien-ban.pdf",
        "04-bao-cao-thanh-tich/02-nong-duc-uong/bao-cao-2.pdf",
        "04-bao-cao-thanh-tich/02-nong-duc-uong/bao-cao.pdf",
        "05-minh-chung/02-nong-duc-uong/anh-chup.jpg",
    )
    assert list(entries(package.data)) == list(package.paths)
    index = entries(package.data)[INDEX].decode()
    assert "Báo cáo thành tích – Nông Đức Ưởng" in index
    assert TITLE in index


def test_the_same_files_in_any_order_give_the_same_bytes() -> None:
    package = build_package(TITLE, FILES, day=DAY)
    assert build_package(TITLE, FILES[::-1], day=DAY).data == package.data
    assert verify_package(package.data, sha256=sum_of(package.data)) == []
    with pytest.raises(ValueError, match="chưa có tài liệu"):
        build_package(TITLE, [], day=DAY)


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not on this machine")
def test_sha256sum_agrees(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(build_package(TITLE, FILES, day=DAY).data)) as archive:
        archive.extractall(tmp_path)
    command = ["sha256sum", "--strict", "-c", SUMS]
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 0
    (tmp_path / "03-bien-ban" / "bien-ban.pdf").write_bytes(b"other")
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 1


def test_tampering_is_found() -> None:
    package = build_package(TITLE, FILES, day=DAY)
    held = entries(package.data)

    def faults(changed: dict[str, bytes]) -> str:
        return " ".join(verify_package(zip_bytes(changed.items(), DAY)))

    minutes = "03-bien-ban/bien-ban.pdf"
    assert f"Nội dung tệp đã thay đổi: {minutes}" in faults(held | {minutes: b"x"})
    assert f"Nội dung tệp đã thay đổi: {INDEX}" in faults(held | {INDEX: b"x"})
    missing = faults({k: v for k, v in held.items() if k != minutes})
    assert f"Thiếu tệp có trong mục lục: {minutes}" in missing
    assert "Tệp không có trong mục lục: 03-bien-ban/la.pdf" in faults(held | {"03-bien-ban/la.pdf": b""})
    assert "Tên tệp không an toàn" in faults(held | {"../la.pdf": b""})
    assert f"Thiếu tệp {SUMS}" in faults({k: v for k, v in held.items() if k != SUMS})
    assert "Dòng không hợp lệ" in faults(held | {SUMS: held[SUMS] + b"abc\n"})
    assert "Không mở được" in " ".join(verify_package(b"PK not a zip"))
    assert "Không mở được" in " ".join(verify_package(package.data[:-40]))
    # Whoever rewrites the index as well is found by the sum recorded outside.
    forged = build_package(TITLE, FILES[:-1], day=DAY)
    assert verify_package(forged.data) == []
    assert "không trùng" in verify_package(forged.data, sha256=sum_of(package.data))[0]


def test_one_flipped_bit_anywhere_is_found() -> None:
    package = build_package(TITLE, FILES, day=DAY)
    for at in range(0, len(package.data), 7):
        flipped = bytearray(package.data)
        flipped[at] ^= 1
        assert verify_package(bytes(flipped), sha256=sum_of(package.data))


@pytest.mark.parametrize(
    ("typed", "safe"),
    [
        ("Bằng chứng.PDF", "bang-chung.pdf"),
        ("..\\..\\Đất đai.docx", "dat-dai.docx"),
        ("a.tar.gz", "a-tar.gz"),
        (".htaccess", "htaccess"),
        ("漢.pdf", "khong-ten.pdf"),
        ("", "khong-ten"),
        ("x.p/../d f", "d-f"),
        ("CON.pdf", "tep-con.pdf"),
        ("Lpt9", "tep-lpt9"),
        (".Aux", "tep-aux"),
        ("con.tar.gz", "con-tar.gz"),
        ("Cơn.pdf", "tep-con.pdf"),
        ("com10.pdf", "com10.pdf"),
    ],
)
def test_file_names(typed: str, safe: str) -> None:
    assert file_name(typed) == safe
    assert is_safe_path(safe)


def test_slugs() -> None:
    assert slug("Nông Đức Ưởng") == "nong-duc-uong"
    assert slug("đ" * 100) == "d" * 60
    assert not is_safe_path("/etc")
    assert not is_safe_path("a/../b")
    assert not is_safe_path("a\\b")
    assert not is_safe_path("C:/a")


def test_what_is_missing_is_told_with_whose_and_where() -> None:
    report = RequiredItem(
        "report:2", "báo cáo thành tích", "Đề nghị 02", "ông Nông Đức Ưởng", "Luật TĐKT, Điều 84"
    )
    minutes = RequiredItem("minutes", "biên bản họp Hội đồng", "Hội đồng › Biên bản")
    found = missing_items([report, minutes, report], present={"list"})
    assert [each.sentence for each in found] == [
        "Thiếu báo cáo thành tích của ông Nông Đức Ưởng (theo Luật TĐKT, Điều 84). Bổ sung tại: Đề nghị 02.",
        "Thiếu biên bản họp Hội đồng. Bổ sung tại: Hội đồng › Biên bản.",
    ]
    assert missing_items([report, minutes], present={"minutes", "report:2"}) == []
