"""Excel's formulas, links and connections: none that calls another program or fetches by itself."""

import re

from engine.file_kinds.wrong import TOO_MUCH, WrongFileError

CALLS_A_PROGRAM = (
    "có liên kết tự gọi chương trình khác (DDE, OLE). "
    "Ngắt liên kết (Data, Edit Links, Break Link), lưu lại rồi tải lên."
)
FORMULA_REACHES_OUT = (
    "có công thức tự gọi chương trình khác hoặc lấy số liệu từ máy khác. "
    "Chép rồi dán lại thành giá trị (Paste Values), lưu lại rồi tải lên."
)
CONNECTED = (
    "có kết nối tự lấy số liệu từ nơi khác. Xóa kết nối (Data, Queries & Connections), lưu lại rồi tải lên."
)
LONGEST_FORMULA = 2**20  # characters; Excel takes 8,192
# Cells, names, rules of cells and of input, columns of tables, charts.
_FORMULAS = frozenset({"f", "definedName", "formula", "formula1", "formula2", "oldFormula"}) | {
    "calculatedColumnFormula",
    "totalsRowFormula",
}
_NAMES = r"WEBSERVICE|RTD|IMAGE|IMPORTTEXT|IMPORTCSV|DDE|CALL|EXEC|REGISTER(?:\.ID)?|SQL\.REQUEST"
_NAMED = re.compile(_NAMES)
# In the file newer functions carry a prefix; one handed to another function stands without "(".
_CALLED = re.compile(
    rf"(?<![\w.])(?:(?:_XLFN|_XLWS|_XLUDF)\.)*(?:{_NAMES})\s*\(|(?<!\w)_XLETA\.(?:{_NAMES})(?![\w.])"
)
# A string, the name of a sheet, a column of a table: whatever stands in them is no call. Always matches.
_QUOTED = re.compile(r"""("[^"]*"?)|('[^']*'?)|\[(?:[^\[\]']+|'.)*\]?""", re.DOTALL)


class Formulas:
    """Reads one part of a workbook. Raises WrongFileError at what acts."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._connections = False

    def start(self, name: str, _attributes: dict[str, str]) -> bool:
        """Whether the text inside this element is wanted."""
        if name in _FORMULAS:
            self._pieces, self._length = [], 0
            return True
        if name in {"ddeLink", "oleLink"}:
            raise WrongFileError(CALLS_A_PROGRAM)
        if name == "queryTable" or (name == "connection" and self._connections):
            raise WrongFileError(CONNECTED)
        self._connections = self._connections or name == "connections"
        return False

    def text(self, piece: str) -> None:
        self._length += len(piece)
        if self._length > LONGEST_FORMULA:
            raise WrongFileError(TOO_MUCH)
        self._pieces.append(piece)

    def end(self, name: str) -> None:
        if name in _FORMULAS and reaches_out("".join(self._pieces)):
            raise WrongFileError(FORMULA_REACHES_OUT)

    def close(self) -> None:
        pass


def reaches_out(formula: str) -> bool:
    """Whether it calls a program (`cmd|'/c …'!A0`; outside names "|" has no other meaning) or fetches."""
    capitals = formula.upper()
    if "|" not in capitals and not _NAMED.search(capitals):
        return False
    bare = _QUOTED.sub("''", capitals)
    return "|" in bare or bool(_CALLED.search(bare))
