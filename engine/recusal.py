"""Who may not vote on a nomination: the nominee. Settled when the vote opens, and kept (`models.Recusal`)."""

from typing import Protocol

from engine.text import same_name


class Nominee(Protocol):
    """A nomination, or a row with these columns of one."""

    @property
    def person_id(self) -> int | None: ...
    @property
    def nominee_kind(self) -> str: ...
    @property
    def nominee_name(self) -> str: ...


def is_own(nominee: Nominee, *, person_id: int | None, name: str) -> bool:
    """Whether a voter is the nominee: the same person of the roster, or a name typed by hand that is theirs.

    Two people of the roster may be namesakes; a nominee the roster does not know has nothing but the name.
    """
    if nominee.person_id is not None:
        return nominee.person_id == person_id
    return nominee.nominee_kind == "person" and same_name(nominee.nominee_name) == same_name(name)
