"""Tally arithmetic: exact boundaries, recusal, denominators, ties, early end, and the words for it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ballot import (
    BallotRule,
    Choice,
    Comparator,
    Council,
    Denominator,
    Tally,
    TieRule,
    parse_fraction,
    quorum_possible,
    sentence,
    share_words,
    tally,
    votes_needed,
)

YES, NO, ABSTAIN = Choice.yes, Choice.no, Choice.abstain
MAJORITY = {"threshold": Fraction(1, 2), "comparator": Comparator.more_than}


def rule(**changes: object) -> BallotRule:
    return BallotRule(**({"quorum": Fraction(2, 3), "threshold": Fraction(9, 10)} | changes))


def council(size: int) -> Council[int]:
    return Council(tuple(range(1, size + 1)), chair=1)


def count(of: BallotRule, size: int, yes: int, no: int = 0, abstain: int = 0, *, recused: int = 0) -> Tally:
    """The first seats say yes (the chair first), then no, then abstain; the last ones are recused."""
    choices = [YES] * yes + [NO] * no + [ABSTAIN] * abstain
    votes = dict(enumerate(choices, start=1))
    return tally(of, council(size), votes, set(range(size - recused + 1, size + 1)))


def test_needed_is_exactly_the_boundary_for_every_council_and_percent() -> None:
    for percent in range(1, 101):
        at_least = rule(threshold=Fraction(percent, 100))
        for base in range(1, 201):
            needed = votes_needed(at_least, base)
            assert 100 * needed >= percent * base > 100 * (needed - 1)
        if percent < 100:
            more = rule(threshold=Fraction(percent, 100), comparator=Comparator.more_than)
            for base in range(1, 201):
                needed = votes_needed(more, base)
                assert 100 * needed > percent * base >= 100 * (needed - 1)
                assert needed <= base


@pytest.mark.parametrize(
    ("threshold", "comparator", "size", "needed"),
    [
        ("90 %", Comparator.at_least, 15, 14),  # NĐ 91/2017
        ("90 %", Comparator.at_least, 29, 27),  # 26 of 29 is 89.66 %
        ("90 %", Comparator.at_least, 30, 27),
        ("80 %", Comparator.at_least, 11, 9),  # NĐ 98/2023 practice
        ("80 %", Comparator.at_least, 15, 12),
        ("90 %", Comparator.more_than, 30, 28),  # Kiểm toán nhà nước 2014
        ("50 %", Comparator.more_than, 10, 6),
        ("50 %", Comparator.more_than, 11, 6),
        ("70 %", Comparator.at_least, 11, 8),  # Bộ Giáo dục và Đào tạo 2015
        ("2/3", Comparator.at_least, 11, 8),
    ],
)
def test_thresholds_seen_in_the_field(threshold: str, comparator: Comparator, size: int, needed: int) -> None:
    of = rule(threshold=parse_fraction(threshold), comparator=comparator)

    below, reached = count(of, size, needed - 1, size - needed + 1), count(of, size, needed, size - needed)

    assert (reached.needed, reached.passed, below.passed) == (needed, True, False)
    assert below.reason == "thiếu 1 phiếu đồng ý"


rules = st.builds(
    BallotRule,
    quorum=st.fractions(0, 1, max_denominator=10),
    threshold=st.fractions(Fraction(1, 20), Fraction(19, 20), max_denominator=20),
    comparator=st.sampled_from(Comparator),
    denominator=st.sampled_from(Denominator),
    recused_count_in_denominator=st.booleans(),
    chair_must_agree=st.booleans(),
) | st.builds(
    rule,
    threshold=st.just(Fraction(1, 2)),
    comparator=st.just(Comparator.more_than),
    tie_rule=st.just(TieRule.chair_decides),
    denominator=st.sampled_from(Denominator),
    chair_must_agree=st.booleans(),
)
# per seat: a choice, None for silence, "away" for recused and silent, "sent" for recused with a ballot
positions = st.lists(st.sampled_from([*Choice, None, "away", "sent"]), min_size=1, max_size=30)


def split(seats: list[object]) -> tuple[dict[int, Choice], set[int], set[int]]:
    votes = {n: c for n, c in enumerate(seats, 1) if isinstance(c, Choice)}
    recused = {n for n, c in enumerate(seats, 1) if c in ("away", "sent")}
    return votes, recused, votes.keys() | {n for n, c in enumerate(seats, 1) if c == "sent"}


@given(rules, positions)
def test_counts_add_up_and_needed_decides(of: BallotRule, seats: list[object]) -> None:
    votes, recused, sent = split(seats)

    result = tally(of, council(len(seats)), votes, recused, sent=sent)

    assert result.yes + result.no + result.abstain + result.silent + result.recused == len(seats)
    assert result.passed == (result.reason == "")
    assert not (result.passed and not result.quorum_met)
    if not (of.chair_must_agree or result.decided_by_chair):
        tied_away = of.tie_rule == TieRule.chair_decides and 2 * result.yes == result.base
        assert result.passed == (result.quorum_met and result.yes >= result.needed and not tied_away)


@given(rules, positions)
def test_one_more_yes_never_turns_a_pass_into_a_fail(of: BallotRule, seats: list[object]) -> None:
    votes, recused, sent = split(seats)
    before = tally(of, council(len(seats)), votes, recused, sent=sent).passed

    for number, said in enumerate(seats, start=1):
        if said in (NO, ABSTAIN, None):
            more = tally(of, council(len(seats)), {**votes, number: YES}, recused, sent=sent | {number})
            assert more.passed or not before


def test_recusal_leaves_or_keeps_the_denominator() -> None:
    kept = count(rule(threshold=Fraction(4, 5)), 11, 8, recused=1)
    left_out = count(rule(threshold=Fraction(4, 5), recused_count_in_denominator=False), 11, 8, recused=1)

    assert (kept.base, kept.needed, kept.passed) == (11, 9, False)
    assert (left_out.base, left_out.needed, left_out.passed) == (10, 8, True)


def test_recused_seat_that_sent_its_ballot_counts_towards_the_quorum() -> None:
    votes = dict.fromkeys(range(1, 8), YES)
    of = rule(threshold=Fraction(1, 2))

    assert not tally(of, council(11), votes, {8}).quorum_met
    assert tally(of, council(11), votes, {8}, sent=set(range(1, 9))).quorum_met


def test_of_ballots_cast_only_recused_seats_that_sent_one_count() -> None:
    of = rule(denominator=Denominator.cast)
    votes = dict.fromkeys(range(1, 9), YES)

    assert tally(of, council(11), votes, {9, 10}, sent={*votes, 9}).base == 9
    assert tally(of, council(11), votes, {9, 10}).base == 8


def test_denominators_disagree_about_the_same_ballots() -> None:
    bases = {kind: count(rule(denominator=kind), 15, 9, 1, 2).base for kind in Denominator}

    assert bases == {Denominator.all_seats: 15, Denominator.cast: 12, Denominator.valid: 10}


def test_a_vote_nobody_cast_never_passes() -> None:
    none = {"quorum": Fraction(0), "denominator": Denominator.valid}

    for of in (rule(**none), rule(**none, **MAJORITY, tie_rule=TieRule.chair_decides)):
        nobody = count(of, 5, 0)
        assert (nobody.base, nobody.needed, nobody.passed) == (0, 1, False)
        assert nobody.reason == "thiếu 1 phiếu đồng ý"


def test_failed_quorum_is_said_in_words() -> None:
    result = count(rule(threshold=Fraction(1, 2)), 11, 7)

    assert (result.quorum_needed, result.passed) == (8, False)
    assert result.reason == "không đủ số thành viên tham gia: 7/11, cần 8"


CHAIR_WORDS = [(NO, "không đồng ý"), (ABSTAIN, "không có ý kiến"), (None, "không gửi phiếu")]


@pytest.mark.parametrize(("said", "words"), CHAIR_WORDS)
def test_chair_must_agree(said: Choice | None, words: str) -> None:
    votes = dict.fromkeys(range(2, 12), YES) | ({1: said} if said else {})

    result = tally(rule(chair_must_agree=True), council(11), votes)

    assert (result.passed, result.reason) == (False, f"Chủ tịch Hội đồng {words}")


def test_recused_chair_is_not_asked_to_agree() -> None:
    of = rule(chair_must_agree=True, recused_count_in_denominator=False)

    assert tally(of, council(11), dict.fromkeys(range(2, 12), YES), {1}).passed


def test_chair_decides_a_tie() -> None:
    of = rule(**MAJORITY, tie_rule=TieRule.chair_decides)
    five_five = dict.fromkeys(range(1, 6), YES) | dict.fromkeys(range(6, 11), NO)
    against = {seat: NO if said == YES else YES for seat, said in five_five.items()}

    won, lost = tally(of, council(10), five_five), tally(of, council(10), against)
    plain = tally(rule(**MAJORITY), council(10), five_five)

    assert sentence(won) == (
        "5/10, cần 6 — hơn 50 % trên tổng số thành viên; hoà phiếu, Chủ tịch Hội đồng quyết định"
    )
    assert won.passed
    assert (lost.passed, lost.reason) == (False, "hoà phiếu 5/10, Chủ tịch Hội đồng không đồng ý")
    assert (plain.passed, plain.reason) == (False, "thiếu 1 phiếu đồng ý")


def test_sentences() -> None:
    failed = count(rule(), 15, 12, 3)
    reduced = count(rule(threshold=Fraction(2, 3), recused_count_in_denominator=False), 12, 8, 3, recused=1)

    assert sentence(failed) == "12/15, cần 14 — 90 % trên tổng số thành viên"
    assert failed.reason == "thiếu 2 phiếu đồng ý"
    assert sentence(reduced) == "8/11, cần 8 — 2/3 trên tổng số thành viên được biểu quyết"
    assert sentence(count(rule(denominator=Denominator.cast), 12, 9, 1)) == (
        "9/10, cần 9 — 90 % trên số thành viên đã gửi phiếu"
    )


def test_shares_are_read_exactly_and_shown_the_vietnamese_way() -> None:
    shown = {"2/3": "2/3", " 3 / 4 ": "75 %", "80%": "80 %", "90 %": "90 %", "66,5 %": "66,5 %"}
    shown |= {"33.25%": "33,25 %", "5,05%": "5,05 %", "100%": "100 %", "33,333%": "33333/100000"}

    assert {text: share_words(parse_fraction(text)) for text in shown} == shown
    assert parse_fraction("66,5 %") == Fraction(665, 1000)


@pytest.mark.parametrize("text", ["80", "0.8", "2/0", "101%", "3/2", "-5%", "", "%", "hai phần ba", "٣/٤"])
def test_guesses_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"hãy viết"):
        parse_fraction(text)


@pytest.mark.parametrize(
    "changes",
    [
        {"threshold": Fraction(0)},
        {"quorum": Fraction(3, 2)},
        {"threshold": Fraction(1), "comparator": Comparator.more_than},
        {"tie_rule": TieRule.chair_decides},
    ],
)
def test_rules_that_make_no_sense_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        rule(**changes)


def test_floats_are_refused() -> None:
    with pytest.raises(TypeError):
        rule(threshold=0.9)


CONTRADICTIONS = [({99: YES}, (), None), ({2: YES}, {2}, None), ({2: YES}, (), {2, 3}), ({2: "?"}, (), None)]


@pytest.mark.parametrize(("votes", "recused", "sent"), CONTRADICTIONS)
def test_records_that_contradict_themselves_are_refused(
    votes: dict[int, Choice], recused: set[int], sent: set[int] | None
) -> None:
    with pytest.raises(ValueError, match=r"[Pp]hiếu"):
        tally(rule(), council(5), votes, recused, sent=sent)


def test_a_council_without_chair_cannot_follow_a_rule_that_needs_one() -> None:
    with pytest.raises(ValueError, match="chưa có Chủ tịch"):
        tally(rule(chair_must_agree=True), Council((1, 2, 3)), {1: YES})


def test_choices_kept_as_plain_text_count_the_same() -> None:
    assert tally(rule(), council(2), {1: "yes", 2: "yes"}).passed


def test_quorum_possible_counts_reachable_seats_once() -> None:
    assert quorum_possible(rule(), council(11), range(1, 9))
    assert not quorum_possible(rule(), council(11), [1, 1, 2, 3, 4, 5, 6, 7, 99])
