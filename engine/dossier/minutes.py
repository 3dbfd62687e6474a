"""Biên bản: the minutes of the council that considered the list (domain notes 4.4)."""

from collections.abc import Iterator, Sequence

from engine.dossier.dates import count, moment, percent, short_date
from engine.dossier.facts import (
    AgencyFacts,
    CouncilFacts,
    DeadlineMoved,
    Registration,
    RoundFacts,
    SeatChanged,
    SeatFacts,
)
from engine.dossier.phrases import AGENCY, COUNCIL, agency_values, by_award, council_values, many, one
from engine.dossier.view import (
    Block,
    Column,
    Document,
    Head,
    Kind,
    Paragraph,
    Row,
    Signature,
    Style,
    Symbol,
    Table,
)
from engine.dossier.wording import Wording

FILE = "bien-ban.yaml"
_BASE = AGENCY | COUNCIL
_SEAT = frozenset({"ten", "chuc_vu", "vai_tro"})
_BALLOT = frozenset({"hinh_thuc_bieu_quyet", "phat_ra", "thu_ve", "hop_le", "khong_hop_le"})
_MOVED = frozenset({"nguoi_doi", "han", "han_moi", "ly_do"})
_CHANGED = frozenset({"ngay", "nguoi_cu", "nguoi_moi", "vai_tro", "can_cu"})
_PLAIN_KEYS = (
    *("title", "heading_members", "absent_none", "silent_none"),
    *("heading_course", "heading_result", "result_intro"),
    *("column_order", "column_name", "column_award", "column_yes", "column_no", "column_blank"),
    *("column_rate", "column_result", "passed", "failed", "conclusion_none", "dissent_none", "dissent"),
    *("sign_secretary", "sign_chair", "recipients_title"),
)
EXPECTED = {
    **{key: one(_BASE) for key in _PLAIN_KEYS},
    "absent_no_reason": one(),
    "subject_meeting": one(_BASE),
    "subject_circulated": one(_BASE),
    "time_start": one(_BASE, frozenset({"bat_dau"})),
    "venue": one(_BASE, frozenset({"dia_diem"})),
    "founded": one(_BASE, frozenset({"quyet_dinh_thanh_lap"})),
    "member_changed": one(_CHANGED),
    "purpose": one(_BASE),
    "chair": one(_SEAT),
    "secretary": one(_SEAT),
    "present": one(frozenset({"co_mat", "tong"})),
    "took_part": one(frozenset({"co_mat", "tong"})),
    "member": one(_SEAT, frozenset({"so"})),
    "absent": one(frozenset({"vang", "tong"})),
    "absent_member": one(_SEAT, frozenset({"so", "ly_do"})),
    "silent": one(frozenset({"vang", "tong"})),
    "silent_member": one(_SEAT, frozenset({"so"})),
    "quorum": one(frozenset({"dieu_kien"})),
    "quorum_circulated": one(frozenset({"dieu_kien"})),
    "course_meeting": many(_BASE),
    "course_circulated": many(_BASE),
    "deadline_missed": one(frozenset({"han", "da_gui", "tong", "can"})),
    "deadline_later": one(_MOVED),
    "deadline_sooner": one(_MOVED),
    "ballot": one(_BASE, _BALLOT),
    "written": one(frozenset({"y_kien"})),
    "threshold": one(frozenset({"hinh_thuc", "quy_tac", "can", "tong"})),
    "recused": one(frozenset({"chi_tiet"})),
    "conclusion": one(_BASE, frozenset({"de_nghi"})),
    "attachments": one(frozenset({"tai_lieu"})),
    "closing_meeting": one(_BASE, frozenset({"ket_thuc"})),
    "closing_circulated": one(_BASE, frozenset({"ket_thuc"})),
    "recipients": many(_BASE),
}


def minutes(
    wording: Wording,
    *,
    agency: AgencyFacts,
    review: RoundFacts,
    council: CouncilFacts,
    registration: Registration,
) -> Document:
    """The minutes, signed by the secretary and the chair."""
    values = agency_values(agency, review) | council_values(council)
    way = "circulated" if council.circulated else "meeting"
    return Document(
        title=wording.one("title", values),
        subject=wording.one(f"subject_{way}", values),
        stamp=registration.date or registration.stamp,
        # mẫu 1.9: minutes carry no place-and-date line, their time and place stand in the text.
        head=Head(
            parent=agency.full_name,
            issuer=council.name,
            symbol=Symbol(Kind.MINUTES, council.code, registration.number),
            dateline=False,
        ),
        blocks=(
            *_opening(wording, council, values),
            *_members(wording, council, values),
            *_course(wording, council, values, way),
            *_results(wording, council, values),
            *_closing(wording, council, values, way),
        ),
        signatures=(
            Signature((wording.one("sign_secretary", values),), council.secretary.name),
            Signature((wording.one("sign_chair", values),), council.chair.name),
        ),
        recipients_title=wording.one("recipients_title", values),
        recipients=wording.many("recipients", values),
    )


def _opening(wording: Wording, council: CouncilFacts, values: dict[str, str]) -> list[Block]:
    texts = [wording.one("time_start", values | {"bat_dau": moment(council.starts_at)})]
    if council.place:
        texts.append(wording.one("venue", values | {"dia_diem": council.place}))
    if council.founded_by:
        texts.append(wording.one("founded", values | {"quyet_dinh_thanh_lap": council.founded_by}))
    texts += [wording.one("member_changed", _changed(each)) for each in council.changed]
    texts.append(wording.one("purpose", values))
    return [Paragraph(text) for text in texts]


def _changed(seat: SeatChanged) -> dict[str, str]:
    return {
        "ngay": short_date(seat.on),
        "nguoi_cu": seat.before,
        "nguoi_moi": seat.after,
        "vai_tro": seat.role,
        "can_cu": seat.reason,
    }


def _members(wording: Wording, council: CouncilFacts, values: dict[str, str]) -> list[Block]:
    total = str(council.seats_total)
    attendance = "took_part" if council.circulated else "present"
    blocks: list[Block] = [
        Paragraph(wording.one("heading_members", values), Style.HEADING),
        Paragraph(wording.one("chair", _seat(council.chair))),
        Paragraph(wording.one("secretary", _seat(council.secretary))),
        Paragraph(wording.one(attendance, {"co_mat": str(len(council.present)), "tong": total})),
        *_numbered(wording, "member", council.present),
    ]
    # Nobody is absent from a consultation in writing: one sends an opinion or does not.
    missing = "silent" if council.circulated else "absent"
    if council.absent:
        blocks.append(Paragraph(wording.one(missing, {"vang": str(len(council.absent)), "tong": total})))
        blocks += _numbered(wording, f"{missing}_member", council.absent)
    else:
        blocks.append(Paragraph(wording.one(f"{missing}_none", values)))
    if council.quorum:
        quorum = "quorum_circulated" if council.circulated else "quorum"
        blocks.append(Paragraph(wording.one(quorum, {"dieu_kien": council.quorum})))
    return blocks


def _numbered(wording: Wording, key: str, seats: Sequence[SeatFacts]) -> list[Paragraph]:
    no_reason = wording.one("absent_no_reason", {}) if key == "absent_member" else ""
    texts = [
        wording.one(
            "absent_member" if seat.absence and key == "silent_member" else key,
            _seat(seat) | {"so": str(number), "ly_do": seat.absence or no_reason},
        )
        for number, seat in enumerate(seats, start=1)
    ]
    texts[-1:] = [texts[-1].rstrip(";.") + "."] if texts else []
    return [Paragraph(text, Style.ITEM) for text in texts]


def _seat(seat: SeatFacts) -> dict[str, str]:
    return {"ten": seat.name, "chuc_vu": seat.position, "vai_tro": seat.role}


def _course(wording: Wording, council: CouncilFacts, values: dict[str, str], way: str) -> list[Block]:
    ballot = wording.one(
        "ballot",
        values
        | {
            "hinh_thuc_bieu_quyet": council.ballot_kind,
            "phat_ra": str(council.issued),
            "thu_ve": str(council.collected),
            "hop_le": str(council.valid),
            "khong_hop_le": str(council.collected - council.valid),
        },
    )
    written = [] if council.circulated else [_written(wording, council)]
    rules = [
        wording.one(
            "threshold",
            {
                "hinh_thuc": rule.award_name,
                "quy_tac": rule.words,
                "can": str(rule.needed),
                "tong": str(rule.base),
            },
        )
        for rule in council.thresholds
    ]
    moved = [text for each in council.deadlines for text in _moved(wording, each)]
    texts = [*wording.many(f"course_{way}", values), *moved, ballot, *written]
    return [
        Paragraph(wording.one("heading_course", values), Style.HEADING),
        *(Paragraph(text) for text in texts),
        *(Paragraph(text, Style.ITEM) for text in rules),
    ]


def _moved(wording: Wording, moved: DeadlineMoved) -> Iterator[str]:
    """What came of a deadline: who had not answered by it, and until when it was put off."""
    before = moment(moved.before)
    if moved.missed:
        numbers = {
            "da_gui": str(moved.missed.sent),
            "tong": str(moved.missed.seats),
            "can": str(moved.missed.needed),
        }
        yield wording.one("deadline_missed", numbers | {"han": before})
    yield wording.one(
        "deadline_later" if moved.due > moved.before else "deadline_sooner",
        {
            "nguoi_doi": moved.by,
            "han": before,
            "han_moi": moment(moved.due),
            "ly_do": moved.reason.rstrip(" .;"),
        },
    )


def _written(wording: Wording, council: CouncilFacts) -> str:
    return wording.one("written", {"y_kien": count(council.written_opinions)})


def _results(wording: Wording, council: CouncilFacts, values: dict[str, str]) -> list[Block]:
    keys = ("order", "name", "award", "yes", "no", "blank", "rate", "result")
    weights = (9, 26, 21, 11, 13, 13, 12.5, 19)
    columns = tuple(
        Column(wording.one(f"column_{key}", values), weight, "left" if key == "name" else "center")
        for key, weight in zip(keys, weights, strict=True)
    )
    passed, failed = wording.one("passed", values), wording.one("failed", values)
    rows = tuple(
        Row(
            (
                str(each.order),
                f"{each.name} – {each.unit}" if each.unit not in ("", each.name) else each.name,
                each.award_name,
                f"{each.yes}/{each.base}",
                str(each.no),
                str(each.blank),
                percent(each.yes, each.base),
                passed if each.passed else failed,
            )
        )
        for each in council.results
    )
    recused = [f"{each.name} ({count(each.recused)} thành viên)" for each in council.results if each.recused]
    return [
        Paragraph(wording.one("heading_result", values), Style.HEADING),
        Paragraph(wording.one("result_intro", values)),
        Table(columns, rows),
        *([Paragraph(wording.one("recused", {"chi_tiet": "; ".join(recused)}))] if recused else []),
    ]


def _closing(wording: Wording, council: CouncilFacts, values: dict[str, str], way: str) -> list[Block]:
    passed = [each for each in council.results if each.passed]
    if passed:
        conclusion = wording.one("conclusion", values | {"de_nghi": by_award(passed)})
    else:
        conclusion = wording.one("conclusion_none", values)
    blocks: list[Block] = [Paragraph(conclusion)]
    if council.dissents:
        blocks.append(Paragraph(wording.one("dissent", values)))
        blocks += [Paragraph(text, Style.ITEM) for text in council.dissents]
    else:
        blocks.append(Paragraph(wording.one("dissent_none", values)))
    if council.attachments:
        attached = "; ".join(council.attachments)
        blocks.append(Paragraph(wording.one("attachments", {"tai_lieu": attached})))
    closing = wording.one(f"closing_{way}", values | {"ket_thuc": moment(council.ends_at)})
    return [*blocks, Paragraph(closing)]
