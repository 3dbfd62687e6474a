"""What the users of one story were told: every act that was acknowledged, to be held against the record."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Ballot:
    """What a member was told of each sending: the choices acknowledged, and the receipt shown."""

    choices: dict[str, str]
    receipt: str


@dataclass
class Told:
    """What users were told. `once`: acts by (kind, code or "") with how often they were acknowledged."""

    once: Counter[tuple[str, str]] = field(default_factory=Counter)
    texts: dict[str, tuple[str, str]] = field(default_factory=dict)  # code → department, summary
    files: set[tuple[str, str, bytes]] = field(default_factory=set)  # code, item, bytes
    ballots: dict[int, list[Ballot]] = field(default_factory=dict)  # person → sendings, oldest first
    results: dict[str, str] = field(default_factory=dict)  # code → last word
