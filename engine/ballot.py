"""The tally: quorum, threshold, denominator, recusal and early end, in exact integers and fractions.

One tally answers for one nomination × award, never for a list as a whole. The thresholds in use differ
from rule to rule (90 %, 80 %, 70 %, a plain majority; of all members or of the ballots that came), so every
part of the rule is a parameter. No float may enter: 26 of 29 is 89.66 % and does not reach 90 %.
"""

import re
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from typing import Generic, TypeVar

S = TypeVar("S", bound=Hashable)
HALF = Fraction(1, 2)


class Choice(StrEnum):
    """What a seat said of one nomination; a seat that sent no ballot has no choice at all."""

    yes = "yes"
    no = "no"
    abstain = "abstain"


class Denominator(StrEnum):
    """What the threshold is a share of: every seat, seats that sent a ballot, or yes and no alone."""

    all_seats = "all_seats"
    cast = "cast"
    valid = "valid"  # a recused seat is never in it, whatever the rule says of recusal


class Comparator(StrEnum):
    """Whether reaching the threshold is enough (≥) or it must be passed (>)."""

    at_least = "at_least"
    more_than = "more_than"


class TieRule(StrEnum):
    """What happens when exactly half say yes and more than half is asked for."""

    fails = "fails"
    chair_decides = "chair_decides"


@dataclass(frozen=True, kw_only=True)
class BallotRule:
    """How one award is decided; shares are fractions from 0 to 1. Raises ValueError if it makes no sense."""

    quorum: Fraction
    threshold: Fraction
    comparator: Comparator = Comparator.at_least
    denominator: Denominator = Denominator.all_seats
    recused_count_in_denominator: bool = True
    chair_must_agree: bool = False
    tie_rule: TieRule = TieRule.fails

    def __post_init__(self) -> None:
        if not (isinstance(self.quorum, Fraction) and isinstance(self.threshold, Fraction)):
            raise TypeError("Tỷ lệ phải là phân số chính xác (Fraction), không phải số thực")
        if not 0 <= self.quorum <= 1:
            raise ValueError("Tỷ lệ thành viên tham gia phải từ 0 % đến 100 %")
        if not 0 < self.threshold <= 1:
            raise ValueError("Tỷ lệ đồng ý phải lớn hơn 0 % và không quá 100 %")
        more_than = self.comparator == Comparator.more_than
        if more_than and self.threshold == 1:
            raise ValueError("Không thể đòi hỏi hơn 100 %; hãy dùng “at_least” với 100 %")
        if self.tie_rule == TieRule.chair_decides and not (more_than and self.threshold == HALF):
            raise ValueError(
                "“chair_decides” chỉ dùng khi cần hơn 50 % (more_than); mức khác không có hoà phiếu"
            )


@dataclass(frozen=True)
class Council(Generic[S]):
    """The seats of one round in their order, and which of them is the chair (None if there is none)."""

    seats: tuple[S, ...]
    chair: S | None = None

    def __post_init__(self) -> None:
        if not self.seats or len(set(self.seats)) != len(self.seats):
            raise ValueError("Hội đồng phải có ít nhất một thành viên và không ai được ghi hai lần")
        if self.chair is not None and self.chair not in self.seats:
            raise ValueError("Chủ tịch phải là một thành viên của Hội đồng")


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Counts and outcome of one nomination × award; yes + no + abstain + silent + recused = seats.

    `needed` is the smallest yes-count that passes on this base; `sent` counts ballots towards the quorum.
    `reason` says why it failed, empty when it passed. Never says which seat chose what.
    """

    rule: BallotRule
    seats: int
    yes: int
    no: int
    abstain: int
    silent: int
    recused: int
    sent: int
    base: int
    needed: int
    quorum_needed: int
    quorum_met: bool
    decided_by_chair: bool
    passed: bool
    reason: str


def quorum_needed(rule: BallotRule, seats: int) -> int:
    """Smallest number of ballots that makes the vote valid: a share of all seats, recused or not."""
    return ceil(rule.quorum * seats)


def quorum_possible(rule: BallotRule, council: Council[S], seats_with_link: Collection[S]) -> bool:
    """Whether enough seats can be reached at all; asked before a vote is opened."""
    return len(set(seats_with_link) & set(council.seats)) >= quorum_needed(rule, len(council.seats))


def votes_needed(rule: BallotRule, base: int) -> int:
    """Smallest yes-count that passes on this base; at least 1, so that a vote nobody cast never passes."""
    exact = rule.threshold * base
    count = ceil(exact) if rule.comparator == Comparator.at_least else floor(exact) + 1
    return max(1, count)


def tally(
    rule: BallotRule,
    council: Council[S],
    votes: Mapping[S, Choice],
    recused: Collection[S] = (),
    *,
    sent: Collection[S] | None = None,
) -> Tally:
    """Count one nomination × award.

    `votes`: seat → choice for every seat that sent a ballot and may vote here. `recused`: seats that may not
    vote on this nomination (their own). `sent`: every seat whose ballot arrived, recused ones included — such
    a seat took part in the session and counts towards the quorum; by default the seats in `votes`.
    A recused chair is not asked to agree: otherwise nobody could ever be nominated while holding the chair.

    Raises ValueError if the record contradicts itself (vote of a stranger or of a recused seat, a ballot
    without a choice here, a rule that needs a chair in a council without one).
    """
    away, arrived = frozenset(recused), frozenset(votes if sent is None else sent)
    _check_record(rule, council, votes, away, arrived)
    yes, no, abstain = (sum(choice == kind for choice in votes.values()) for kind in Choice)
    base = {
        Denominator.all_seats: len(council.seats) - (0 if rule.recused_count_in_denominator else len(away)),
        Denominator.cast: len(votes) + (len(arrived & away) if rule.recused_count_in_denominator else 0),
        Denominator.valid: yes + no,
    }[rule.denominator]
    needed = votes_needed(rule, base)
    tied = rule.tie_rule == TieRule.chair_decides and 0 < base == 2 * yes
    chair_said = None if council.chair is None else votes.get(council.chair)
    chair_yes, chair_away = chair_said == Choice.yes, council.chair in away
    decided_by_chair = tied and chair_yes
    quorum = quorum_needed(rule, len(council.seats))
    reasons: list[str] = []
    if len(arrived) < quorum:
        reasons.append(f"không đủ số thành viên tham gia: {len(arrived)}/{len(council.seats)}, cần {quorum}")
    if tied and not chair_yes:
        reasons.append(f"hoà phiếu {yes}/{base}, {_chair_words(chair_said, recused=chair_away)}")
    elif yes < needed and not decided_by_chair:
        reasons.append(f"thiếu {needed - yes} phiếu đồng ý")
    if rule.chair_must_agree and not (chair_away or chair_yes or tied):
        reasons.append(_chair_words(chair_said, recused=chair_away))
    return Tally(
        rule=rule,
        seats=len(council.seats),
        yes=yes,
        no=no,
        abstain=abstain,
        silent=len(council.seats) - len(votes) - len(away),
        recused=len(away),
        sent=len(arrived),
        base=base,
        needed=needed,
        quorum_needed=quorum,
        quorum_met=len(arrived) >= quorum,
        decided_by_chair=decided_by_chair,
        passed=not reasons,
        reason="; ".join(reasons),
    )


def sentence(result: Tally) -> str:
    """The count against its rule: "12/15, cần 14 — 90 % trên tổng số thành viên"."""
    rule = result.rule
    share = share_words(rule.threshold)
    if rule.comparator == Comparator.more_than:
        share = f"hơn {share}"
    reduced = result.recused and not rule.recused_count_in_denominator
    of_what = {
        Denominator.all_seats: "tổng số thành viên" + (" được biểu quyết" if reduced else ""),
        Denominator.cast: "số thành viên đã gửi phiếu",
        Denominator.valid: "tổng số phiếu đồng ý và không đồng ý",
    }[rule.denominator]
    words = f"{result.yes}/{result.base}, cần {result.needed} — {share} trên {of_what}"
    return f"{words}; hoà phiếu, Chủ tịch Hội đồng quyết định" if result.decided_by_chair else words


def share_words(share: Fraction) -> str:
    """A share as the office writes it: "90 %", "66,5 %", and "2/3" where no short percentage is exact."""
    hundredths = share * 10_000
    if hundredths.denominator != 1:
        return f"{share.numerator}/{share.denominator}"
    whole, rest = divmod(int(hundredths), 100)
    return f"{whole},{rest:02d}".rstrip("0") + " %" if rest else f"{whole} %"


def parse_fraction(text: str) -> Fraction:
    """A share between 0 and 1 from "2/3", "80%", "90 %" or "66,5 %".

    Raises ValueError, with what to write instead, for anything else: a bare 80 or 0.8 is a guess.
    """
    written = re.fullmatch(r"(\d{1,6})\s*/\s*(\d{1,6})", text.strip(), re.ASCII)
    percent = re.fullmatch(r"(\d{1,3}(?:[.,]\d{1,6})?)\s*%", text.strip(), re.ASCII)
    if written and int(written[2]):
        share = Fraction(int(written[1]), int(written[2]))
    elif percent:
        share = Fraction(percent[1].replace(",", ".")) / 100
    else:
        raise ValueError(f"“{text}” không phải là tỷ lệ; hãy viết như “2/3” hoặc “80 %” (trong dấu nháy)")
    if share > 1:
        raise ValueError(f"“{text}” lớn hơn 100 %; hãy viết tỷ lệ từ 0 % đến 100 %")
    return share


def _check_record(
    rule: BallotRule,
    council: Council[S],
    votes: Mapping[S, Choice],
    recused: frozenset[S],
    sent: frozenset[S],
) -> None:
    if (votes.keys() | recused | sent) - set(council.seats):
        raise ValueError("Có phiếu hoặc trường hợp không biểu quyết của người ngoài Hội đồng")
    if votes.keys() & recused:
        raise ValueError("Thành viên không được biểu quyết về đề nghị của chính mình lại có phiếu")
    if sent - recused != votes.keys():
        raise ValueError("Phiếu đã gửi phải có đúng một lựa chọn cho mỗi đề nghị được biểu quyết")
    if not set(votes.values()) <= set(Choice):
        raise ValueError("Phiếu có lựa chọn không hợp lệ")
    if council.chair is None and (rule.chair_must_agree or rule.tie_rule == TieRule.chair_decides):
        raise ValueError("Quy tắc cần ý kiến Chủ tịch nhưng Hội đồng chưa có Chủ tịch")


def _chair_words(said: Choice | None, *, recused: bool) -> str:
    if recused:
        return "Chủ tịch Hội đồng không được biểu quyết"
    words = {Choice.yes: "đồng ý", Choice.no: "không đồng ý", Choice.abstain: "không có ý kiến"}
    return f"Chủ tịch Hội đồng {words[said] if said else 'không gửi phiếu'}"
