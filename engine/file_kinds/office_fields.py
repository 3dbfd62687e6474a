"""Word's fields: none that calls another program, none that fetches from another machine."""

import re

from engine.file_kinds.own_disk import on_own_disk
from engine.file_kinds.wrong import REACHES_OUT, TOO_MUCH, TWISTED, WrongFileError

CALLS_A_PROGRAM = (
    "có trường tự gọi chương trình khác (DDE). Xóa trường đó hoặc lưu lại bằng bản PDF thường rồi tải lên."
)
LONGEST_INSTRUCTION = 2**20  # characters; a reference manager's citation has some ten thousand
MOST_OPEN = 1000  # fields within one another; Word works out twenty
DEEPEST_WORKED_OUT = 20
_INSTRUCTION, _SHOWN = frozenset({"instrText", "delInstrText"}), frozenset({"t", "delText"})
_SPACES = frozenset({"p", "tab", "br", "cr", "ptab"})
_FETCHES = frozenset({"INCLUDE", "INCLUDETEXT", "INCLUDEPICTURE", "IMPORT", "LINK", "RD"})
_DDE = re.compile(r"\bDDE(AUTO)?\b", re.IGNORECASE)
# Fields whose words are an address, a name or a citation and never become the code of another field.
_ONLY_NAME = frozenset(
    "HYPERLINK MERGEFIELD REF PAGEREF NOTEREF STYLEREF SEQ TOC TC XE INDEX TOA TA ADDIN CITATION BIBLIOGRAPHY"
    " DOCPROPERTY DOCVARIABLE".split()
)
_COMPUTED = "\ufffc"  # stands for what another field will say
_KEYWORD = re.compile(r'[\s"]*([^\s"\\]*)')
_WORDS = re.compile(r'"((?:[^"\\]|\\.)*)"?|([^\s"]+)', re.DOTALL)
_CURLY = str.maketrans("“”„", '"""')


class _Field:
    """One field being read: `codes` is what its instrText says, `said` adds text shown between them."""

    def __init__(self, *, telling: bool) -> None:
        self.telling = telling  # before its result begins
        self.codes: list[str] = []
        self.said: list[str] = []
        self._length = 0

    def add(self, piece: str, *, code: bool) -> None:
        self._length += len(piece)
        if self._length > LONGEST_INSTRUCTION:
            if code:
                raise WrongFileError(TOO_MUCH)
            return  # a field that never ends takes all the text behind it for its own
        self.said.append(piece)
        if code:
            self.codes.append(piece)


class Fields:
    """Reads the fields of one part (ECMA-376 part 1, §17.16). Raises WrongFileError at one that acts.

    A field's instruction is spread over runs and paragraphs and may hold other fields.
    """

    def __init__(self) -> None:
        self._open = [_Field(telling=False)]  # the first is no field: it takes instructions that stand alone
        self._code = False

    def start(self, name: str, attributes: dict[str, str]) -> bool:
        """Whether the text inside this element is wanted."""
        innermost = self._open[-1]
        if name == "fldChar":
            self._turn(_attribute(attributes, "fldCharType"))
        elif name == "fldSimple":
            instruction = _attribute(attributes, "instr")
            _judge([instruction])
            self._tell_outer(instruction)
        elif name in _SPACES and innermost.telling:
            innermost.add(" ", code=True)
        self._code = name in _INSTRUCTION
        return self._code or (name in _SHOWN and innermost.telling)

    def text(self, piece: str) -> None:
        self._open[-1].add(piece, code=self._code)

    def end(self, name: str) -> None:
        pass

    def close(self) -> None:
        """At the end of the part. Of a field that never ended only its own codes count, not the text behind."""
        for field in self._open:
            _judge(field.codes)

    def _turn(self, kind: str) -> None:
        if kind == "begin":
            if len(self._open) > MOST_OPEN:
                raise WrongFileError(TWISTED)
            self._open.append(_Field(telling=True))
        elif kind == "separate" and len(self._open) > 1:
            self._open[-1].telling = False
        elif kind == "end" and len(self._open) > 1:
            ended = self._open.pop()
            _judge(ended.said)
            self._tell_outer("".join(ended.said))

    def _tell_outer(self, instruction: str) -> None:
        """A field within another's instruction: Word works it out first and reads its result there."""
        if self._open[-1].telling and len(self._open) <= DEEPEST_WORKED_OUT:
            self._open[-1].add(_outcome(instruction), code=True)


def _attribute(attributes: dict[str, str], name: str) -> str:
    return next((value for key, value in attributes.items() if key.rpartition(":")[2] == name), "")


def _judge(pieces: list[str]) -> None:
    """Both with and without the spaces around each piece: they count only where xml:space keeps them."""
    for instruction in {"".join(pieces), "".join(piece.strip() for piece in pieces)}:
        _judge_instruction(instruction)


def _judge_instruction(instruction: str) -> None:
    keyword, words = _parsed(instruction)
    if _COMPUTED in keyword or (keyword not in _ONLY_NAME and _DDE.search(instruction)):
        raise WrongFileError(CALLS_A_PROGRAM)
    if keyword == "DATABASE" or (keyword in _FETCHES and not all(_near(word) for word in words)):
        raise WrongFileError(REACHES_OUT)


def _near(word: str) -> bool:
    """Switches and names are near too; "Sheet1!R1C1:R9C2" is a place within what LINK names."""
    return not word.startswith(_COMPUTED) and (
        on_own_disk(word) or bool(re.fullmatch(r"[^/\\:]*!\w+:\w+", word))
    )


def _outcome(instruction: str) -> str:
    """What a field will say: QUOTE says its words and the characters of its numbers, others nobody knows."""
    keyword, words = _parsed(instruction)
    return "".join(_character(word) for word in words) if keyword == "QUOTE" else _COMPUTED


def _character(word: str) -> str:
    if not re.fullmatch(r"\d{1,6}|0x[0-9a-fA-F]{1,5}", word, re.ASCII):
        return word
    number = int(word, 16 if word[:2] == "0x" else 10)
    return chr(number) if number < 0x110000 else ""


def _parsed(instruction: str) -> tuple[str, list[str]]:
    """A field's first word in capitals and, where they matter, the words after it without their quotes."""
    plain = instruction.translate(_CURLY)
    found = _KEYWORD.match(plain)
    if found is None:
        return "", []
    keyword = found[1].upper()
    if keyword != "QUOTE" and keyword not in _FETCHES:
        return keyword, []
    return keyword, [quoted or bare for quoted, bare in _WORDS.findall(plain, found.end())]
