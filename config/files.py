"""Reads a folder of settings files as text; what they mean is not decided here."""

from pathlib import Path

SUFFIXES = frozenset({".yaml", ".yml"})


def read_folder(folder: Path) -> dict[str, str]:
    """Path as the project names it ("config/reviews/x.yaml", wherever the folder is), to text.

    Bytes that are not UTF-8 are kept as escapes, so that whoever reads the text can name file and line.
    Raises FileNotFoundError when there is no such folder.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"Không có thư mục {folder}")
    return {
        f"config/{path.relative_to(folder).as_posix()}": path.read_text(
            encoding="utf-8-sig", errors="surrogateescape"
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in SUFFIXES
    }
