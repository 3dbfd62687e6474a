"""Values and turns of phrase several documents share."""

from collections.abc import Sequence

from engine.dossier.dates import ZONE, count, long_date, spelled_out
from engine.dossier.facts import AgencyFacts, CouncilFacts, LineFacts, ResultFacts, RoundFacts
from engine.dossier.view import Paragraph, Signature, Style
from engine.dossier.wording import Entry

AGENCY = frozenset(
    {"co_quan", "ten_ngan", "cap_tren", "chuc_danh", "chuc_danh_day_du", "noi_trinh", "nguoi_quyet_dinh"}
    | {"don_vi_tham_muu", "phong_trao", "dot", "giai_doan"},
)
"""Placeholders every sentence of an agency's document may use."""

COUNCIL = frozenset({"hoi_dong", "ngay_hop", "nguong"})
AWARDED = frozenset({"so_luong", "de_nghi", "tang", "hinh_thuc", "doi_tuong"})


def one(*groups: frozenset[str]) -> Entry:
    """A single sentence that may use these groups of placeholders."""
    return Entry(frozenset().union(*groups))


def many(*groups: frozenset[str]) -> Entry:
    """A list of sentences that may use these groups of placeholders."""
    return Entry(frozenset().union(*groups), many=True)


def agency_values(agency: AgencyFacts, review: RoundFacts) -> dict[str, str]:
    """Values of AGENCY."""
    return {
        "co_quan": agency.full_name,
        "ten_ngan": agency.name,
        "cap_tren": agency.parent,
        "chuc_danh": agency.head_title,
        "chuc_danh_day_du": agency.head_full_title,
        "noi_trinh": agency.receiver,
        "nguoi_quyet_dinh": agency.decider,
        "don_vi_tham_muu": agency.office,
        "phong_trao": review.movement,
        "dot": review.title,
        "giai_doan": review.period,
    }


def council_values(council: CouncilFacts, lines: Sequence[LineFacts] | None = None) -> dict[str, str]:
    """Values of COUNCIL; with `lines`, only the thresholds of the awards on them are told."""
    awards = None if lines is None else {line.award_name for line in lines}
    rules = [rule for rule in council.thresholds if awards is None or rule.award_name in awards]
    return {
        "hoi_dong": council.name,
        "ngay_hop": long_date(council.ends_at.astimezone(ZONE).date()),
        "nguong": "; ".join(f"{inside(rule.award_name)} – {rule.words}" for rule in rules),
    }


def awarded_values(lines: Sequence[LineFacts]) -> dict[str, str]:
    """Values of AWARDED: how many get what."""
    awards = list(dict.fromkeys(line.award_name for line in lines))
    parts = [
        f"{inside(award)} cho {how_many([x for x in lines if x.award_name == award])}" for award in awards
    ]
    gift = "; ".join(parts)
    return {
        "so_luong": how_many(lines),
        "de_nghi": f"tặng {gift}",
        "tang": f"Tặng {gift}",
        "hinh_thuc": ", ".join(map(inside, awards)),
        "doi_tuong": ", ".join(
            word
            for word, kind in (("tập thể", True), ("cá nhân", False))
            if any(line.is_collective is kind for line in lines)
        ),
    }


def how_many(lines: Sequence[LineFacts]) -> str:
    """Gives "02 tập thể và 10 cá nhân"; a kind that is absent is not mentioned."""
    collectives = sum(line.is_collective for line in lines)
    persons = len(lines) - collectives
    parts = [f"{count(n)} {word}" for n, word in ((collectives, "tập thể"), (persons, "cá nhân")) if n]
    return " và ".join(parts) or "00 trường hợp"


def by_award(results: Sequence[ResultFacts]) -> str:
    """Gives "tặng Bằng khen cho 03 trường hợp; tặng Giấy khen cho 10 trường hợp"."""
    awards = list(dict.fromkeys(result.award_name for result in results))
    totals = ((award, sum(result.award_name == award for result in results)) for award in awards)
    return "; ".join(f"tặng {inside(award)} cho {count(total)} trường hợp" for award, total in totals)


def inside(award: str) -> str:
    """An award's name inside a sentence: "danh hiệu Lao động tiên tiến".

    Bằng khen and Giấy khen keep their capital: they are names, danh hiệu is the word before one.
    """
    return f"d{award[1:]}" if award.startswith("Danh hiệu ") else award


def legal_basis(sentences: Sequence[str]) -> list[Paragraph]:
    """Italic grounds, dates in one form, each ended by ";" and the last by "." (NĐ 30/2020, Phụ lục I)."""
    bare = [spelled_out(sentence.strip().rstrip(";.,")) for sentence in sentences]
    ends = [";"] * (len(bare) - 1) + ["."]
    return [Paragraph(text + end, Style.BASIS) for text, end in zip(bare, ends, strict=False)]


def head_signature(agency: AgencyFacts) -> Signature:
    """The signature of the agency's head, or of the deputy signing for the head."""
    return Signature(agency.sign_lines or (agency.head_title.upper(),), agency.head_name)


def running(text: str) -> list[str]:
    """Typed text cut into its lines, empty ones dropped."""
    return [line for line in map(str.strip, text.splitlines()) if line]
