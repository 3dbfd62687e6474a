"""Word's fields: none that calls another program, none that fetches from another machine."""

import re
from enum import StrEnum

from engine.file_kinds.own_disk import on_own_disk
from engine.file_kinds.wrong import REACHES_OUT, TOO_MUCH, TWISTED, WrongFileError

CALLS_A_PROGRAM = (
    "có trường tự gọi chương trình khác (DDE). Xóa trường đó hoặc lưu lại bằng bản PDF thường rồi tải lên."
)
LONGEST_INSTRUCTION = 2**20  # characters; a reference manager's citation has some ten thousand
MOST_OPEN = 1000  # fields within one another; Word works out twenty
_INSTRUCTION, _SHOWN = frozenset({"instrText", "delInstrText"}), frozenset({"t", "delText"})
_DELETIONS = frozenset({"del", "moveFrom"})
_BREAKS, _BREAK = frozenset({"p", "tab", "br", "cr", "ptab"}), "\v"  # white space no XML can hold
_COMPUTED = "\ufffc"  # stands for what a field within the instruction will say
_DDE = re.compile(r"\bDDE(AUTO)?\b", re.IGNORECASE)
_FETCHES = frozenset({"INCLUDE", "INCLUDETEXT", "INCLUDEPICTURE", "IMPORT", "LINK", "RD"})
_ACTS = ("DDEAUTO", "DDE", "DATABASE", *sorted(_FETCHES, reverse=True))
# Fields whose words are an address, a name or a citation and never become the code of another field.
_ONLY_NAMES = re.compile(
    "HYPERLINK|MERGEFIELD|(PAGE|NOTE|STYLE)?REF|SEQ|TOC|TC|XE|INDEX|TOA|TA|ADDIN|CITATION|BIBLIOGRAPHY"
    "|DOCPROPERTY|DOCVARIABLE"
)
_KEYWORD = re.compile(r'[\s"]*([^\s"\\]*)')
_KEYWORD_UNSPACED = re.compile(rf'[\s"]*({"|".join(_ACTS)}|)', re.IGNORECASE)
_WORDS = re.compile(r'"((?:[^"\\]|\\.)*)"?|([^\s"]+)', re.DOTALL)
_CURLY = str.maketrans("“”„", '"""')


class _Piece(StrEnum):
    CODE = "code"
    DELETED = "deleted"  # struck out by a tracked change, which may be taken back
    SHOWN = "shown"  # ordinary text between the codes
    COMPUTED = "computed"


# Which pieces a program reads is its own choice: every choice is judged.
_ENDED = [
    {_Piece.CODE, _Piece.COMPUTED, *more}
    for more in ((), (_Piece.DELETED,), (_Piece.SHOWN,), (_Piece.DELETED, _Piece.SHOWN))
]
_NEVER_ENDED = [{_Piece.CODE}, {_Piece.CODE, _Piece.DELETED}]  # not all the text behind it


class _Field:
    """One field being read."""

    def __init__(self, *, telling: bool) -> None:
        self.telling = telling  # before its result begins
        self._pieces: list[tuple[_Piece, str]] = []
        self._length = 0

    def add(self, kind: _Piece, text: str) -> None:
        self._length += len(text)
        if self._length <= LONGEST_INSTRUCTION:
            self._pieces.append((kind, text))
        elif kind in {_Piece.CODE, _Piece.DELETED} and text != _BREAK:  # no text behind a field without end
            raise WrongFileError(TOO_MUCH)

    def judge(self, readings: list[set[_Piece]]) -> None:
        for read in {tuple(text for kind, text in self._pieces if kind in reading) for reading in readings}:
            _judge(read)


class Fields:
    """Reads the fields of one part (ECMA-376 part 1, §17.16). Raises WrongFileError at one that acts.

    A field's instruction is spread over runs and paragraphs and may hold other fields.
    """

    def __init__(self) -> None:
        self._open = [_Field(telling=False)]  # the first is no field: it takes instructions that stand alone
        self._deletions = 0
        self._kind = _Piece.SHOWN

    def start(self, name: str, attributes: dict[str, str]) -> bool:
        """Whether the text inside this element is wanted."""
        innermost = self._open[-1]
        if name == "fldChar":
            self._turn(_attribute(attributes, "fldCharType"))
        elif name == "fldSimple":
            _judge((_attribute(attributes, "instr"),))
            self._tell_outer()
        elif name in _BREAKS and innermost.telling:
            innermost.add(_Piece.CODE, _BREAK)
        elif name in _DELETIONS:
            self._deletions += 1
        elif name in _INSTRUCTION:
            struck = self._deletions or name == "delInstrText"
            self._kind = _Piece.DELETED if struck else _Piece.CODE
            return True
        elif name in _SHOWN and innermost.telling:
            self._kind = _Piece.SHOWN
            return True
        return False

    def text(self, piece: str) -> None:
        self._open[-1].add(self._kind, piece)

    def end(self, name: str) -> None:
        if name in _DELETIONS:
            self._deletions -= 1

    def close(self) -> None:
        """At the part's end."""
        for field in self._open:
            field.judge(_NEVER_ENDED)

    def _turn(self, kind: str) -> None:
        if kind == "begin":
            if len(self._open) > MOST_OPEN:
                raise WrongFileError(TWISTED)
            self._open.append(_Field(telling=True))
        elif kind == "separate" and len(self._open) > 1:
            self._open[-1].telling = False
        elif kind == "end" and len(self._open) > 1:
            self._open.pop().judge(_ENDED)
            self._tell_outer()

    def _tell_outer(self) -> None:
        """A field within another's instruction: Word works it out first and reads its result there."""
        if self._open[-1].telling:
            self._open[-1].add(_Piece.COMPUTED, _COMPUTED)


def _attribute(attributes: dict[str, str], name: str) -> str:
    return next((value for key, value in attributes.items() if key.rpartition(":")[2] == name), "")


def _judge(pieces: tuple[str, ...]) -> None:
    """Spaces at the ends of a piece count only where xml:space keeps them, so it is read in both ways."""
    instruction = "".join(pieces).translate(_CURLY)
    keyword, rest = _keyword(_KEYWORD, instruction)
    if _may_become_one_that_acts(keyword) or (
        _DDE.search(instruction) and not _ONLY_NAMES.fullmatch(keyword)
    ):
        raise WrongFileError(CALLS_A_PROGRAM)
    _judge_what_acts(keyword, rest)
    unspaced = "".join(piece if piece == _BREAK else piece.strip() for piece in pieces).translate(_CURLY)
    if unspaced != instruction:
        _judge_what_acts(*_keyword(_KEYWORD_UNSPACED, unspaced))


def _keyword(pattern: re.Pattern[str], instruction: str) -> tuple[str, str]:
    """The first word in capitals, and what follows it."""
    found = pattern.match(instruction)
    return (found[1].upper(), instruction[found.end() :]) if found else ("", "")


def _judge_what_acts(keyword: str, rest: str) -> None:
    if keyword in {"DDE", "DDEAUTO"}:
        raise WrongFileError(CALLS_A_PROGRAM)
    if keyword == "DATABASE" or (keyword in _FETCHES and not _all_near(rest)):
        raise WrongFileError(REACHES_OUT)


def _may_become_one_that_acts(keyword: str) -> bool:
    """`{ D{ QUOTE 68 }E … }` and `{ { REF x } … }`, but not `{ ={ PAGE }-1 }` or `{ IF{ REF x }=1 … }`."""
    begun, computed, _ = keyword.partition(_COMPUTED)
    return bool(computed) and any(name.startswith(begun) for name in _ACTS)


def _all_near(words: str) -> bool:
    """Switches and names are near too; "Sheet1!R1C1:R9C2" is a place within what LINK names."""
    targets = (quoted or bare for quoted, bare in _WORDS.findall(words))
    return all(
        not target.startswith(_COMPUTED)
        and (on_own_disk(target) or re.fullmatch(r"[^/\\:]*!\w+:\w+", target) is not None)
        for target in targets
    )
