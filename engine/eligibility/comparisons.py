"""Checks that hold a nomination against others: one achievement, one form; copied reports; shares."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from engine.definition import Definition
from engine.eligibility.checks import FIELD_WORDS
from engine.eligibility.findings import Case, Hit, NominationFacts, Severity, answer_of, check

ANCHOR_LETTERS = 5
RUN_OF_WORDS = 4
LEAST_ANCHORS = 8
Shingle = tuple[str, ...]


@check("ten", "hinh_thuc")
def nominated_twice(case: Case) -> Iterator[Hit]:
    """The same nominee for the same award, twice in the round."""
    for other in sorted(case.others, key=lambda one: one.drafted is not None):
        if _same_nominee(case.facts, other) and other.award_key == case.facts.award_key:
            yield _beside(case, other)
            return


@check("ten", "hinh_thuc")
def achievement_used_twice(case: Case, *, round_is_one_for: list[str]) -> Iterator[Hit]:
    """One achievement for two awards, in this round or before. For types in `round_is_one_for` the round is
    about one achievement by itself (a movement's result), so it needs no name.
    """
    facts = case.facts
    key = _achievement(case.definition, facts, round_is_one_for)
    if not key or not facts.nominee_key:
        return
    for other in sorted(case.others, key=lambda one: one.drafted is not None):
        same = _same_nominee(facts, other) and other.award_key != facts.award_key
        if same and key == _achievement(case.definition, other, round_is_one_for):
            yield _beside(case, other)
            return
    for past in case.history:
        if not past.revoked and past.nominee_key == facts.nominee_key and past.achievement_key == key:
            words = case.definition.rules.awards.get(past.award_key, past.award_key)
            yield Hit("award_key", {"ten": facts.nominee_name, "hinh_thuc": words})
            return


@check("hinh_thuc")
def evidence_of_other_type(case: Case, *, types: list[str]) -> Iterator[Hit]:
    """An achievement already rewarded under one of `types`, used as evidence here."""
    facts = case.facts
    for past in case.history:
        mine = not past.revoked and past.nominee_key == facts.nominee_key and past.type_key in types
        if mine and facts.achievement_key and past.achievement_key == facts.achievement_key:
            words = case.definition.rules.awards.get(past.award_key, past.award_key)
            yield Hit("type_key", {"hinh_thuc": words})
            return


@check("giong", "phan_tram", "truong")
def copied_report(case: Case, *, percent: int) -> Iterator[Hit]:
    """A text that shares `percent` or more of its runs of words with somebody else's."""
    mine, facts = _text(case.facts), case.facts
    sample = _sample(mine)
    if len(sample) < LEAST_ANCHORS:
        return
    for other in case.others:
        if _same_nominee(facts, other):
            continue
        theirs = _sample(_text(other))
        smaller = min(len(sample), len(theirs))
        if smaller < LEAST_ANCHORS:
            continue
        shared = 100 * len(sample & theirs) // smaller
        if shared >= percent:
            ours = other.department_key == facts.department_key
            whose = f"báo cáo của {other.nominee_name}" if ours else "một báo cáo của phòng khác"
            field = "achievements" if facts.achievements else "summary"
            yield Hit(field, {"giong": whose, "phan_tram": shared, "truong": FIELD_WORDS[field]})
            return


@check("hinh_thuc", "so", "tren", "toi_da", "phan_tram", of_list=True)
def quota_share(definition: Definition, listed: Sequence[NominationFacts]) -> Iterator[Hit]:
    """More nominations for an award than its quota allows."""
    for award in definition.awards:
        if award.quota_percent is None:
            continue
        base = [one for one in listed if not award.quota_of or one.award_key == award.quota_of]
        count = sum(one.award_key == award.key for one in listed)
        most = len(base) * award.quota_percent // 100
        if count > most:
            words = {"hinh_thuc": award.name, "so": count, "tren": len(base), "toi_da": most}
            yield Hit("award_key", {**words, "phan_tram": award.quota_percent})


@check("so", "tren", "phan_tram", of_list=True)
def share_of_persons(
    _definition: Definition, listed: Sequence[NominationFacts], *, of: str, percent: int
) -> Iterator[Hit]:
    """Too few non-leaders or women among the persons of a list; persons of whom it is not known stay out."""
    known = [
        not one.leader if of == "non_leaders" else one.woman
        for one in listed
        if one.nominee_kind == "person" and (one.leader if of == "non_leaders" else one.woman) is not None
    ]
    count = sum(map(bool, known))
    if known and 100 * count < percent * len(known):
        yield Hit("", {"so": count, "tren": len(known), "phan_tram": percent})


@check("so", "tren", "toi_da", "phan_tram", of_list=True)
def grade_share(
    _definition: Definition,
    listed: Sequence[NominationFacts],
    *,
    question: str,
    grade: str,
    of: str,
    percent: int,
) -> Iterator[Hit]:
    """More persons with `grade` than `percent` of those with grade `of`, on the list."""
    answers = [answer_of(one, question) for one in listed if one.nominee_kind == "person"]
    count, base = answers.count(grade), answers.count(of)
    most = base * percent // 100
    if count > most:
        yield Hit(f"answers.{question}", {"so": count, "tren": base, "toi_da": most, "phan_tram": percent})


def _beside(case: Case, other: NominationFacts) -> Hit:
    """What another nomination of the nominee does to this one; a draft is not proposed yet: it only warns.

    It is named by its code in its own department only; elsewhere nobody could open it.
    """
    facts, award = case.facts, _award(case, other)
    words = {"ten": facts.nominee_name, "hinh_thuc": award}
    ours = other.code if other.department_key == facts.department_key else ""
    if other.drafted is None:
        return Hit("award_key", {**words, "hinh_thuc": f"{award} (mã {ours})" if ours else award}, other=ours)
    draft = f"bản nháp của phòng lập ngày {other.drafted:%d/%m/%Y}, mã {ours}" if ours else "bản nháp"
    return Hit(
        "award_key",
        words,
        severity=Severity.warn,
        sentence=f"{facts.nominee_name} còn một đề nghị {award} chưa gửi ({draft}). "
        "Cùng một thành tích chỉ một trong hai được gửi đi.",
        remedy="Không dùng bản nháp kia thì rút nó.",
        other=ours,
    )


def _same_nominee(one: NominationFacts, other: NominationFacts) -> bool:
    same_kind = one.nominee_kind == other.nominee_kind
    return same_kind and bool(one.nominee_key) and one.nominee_key == other.nominee_key


def _achievement(definition: Definition, facts: NominationFacts, round_is_one_for: list[str]) -> str:
    if facts.achievement_key:
        return facts.achievement_key
    return f"round:{definition.key}" if facts.type_key in round_is_one_for else ""


def _award(case: Case, other: NominationFacts) -> str:
    if other.award_key in case.definition.award_keys:
        return case.definition.award(other.award_key).name
    return case.definition.rules.awards.get(other.award_key, other.award_key)


def _text(facts: NominationFacts) -> str:
    return facts.achievements or facts.summary


@lru_cache(maxsize=512)
def _sample(text: str) -> frozenset[Shingle]:
    """Runs of four words that start at a long word: the same places in equal texts, a fifth of the work.

    Kept per text, because 49 of 50 texts do not change while one is being typed.
    """
    words = text.casefold().split()
    runs = zip(*(words[start:] for start in range(RUN_OF_WORDS)), strict=False)
    return frozenset(run for run in runs if len(run[0]) >= ANCHOR_LETTERS)
