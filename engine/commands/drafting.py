"""What a clerk types, checked and turned into columns: refuses what could never be right, lets gaps wait."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Integer, and_, bindparam, or_, select
from sqlmodel import Session, SQLModel

from engine.commands.ground import Ground
from engine.definition import Definition
from engine.errors import Incomplete, NotFound
from engine.models.nominations import LIVE
from engine.text import clean, fold, has_letter, same_name

LONGEST_LINE, LONGEST_TEXT = 250, 20_000
_ROSTER, _NOMINATION = SQLModel.metadata.tables["person"], SQLModel.metadata.tables["nomination"]
_PERSON = select(
    _ROSTER.c.id, _ROSTER.c.name, _ROSTER.c.title, _ROSTER.c.department_key, _ROSTER.c.active
).where(_ROSTER.c.key == bindparam("key"), _ROSTER.c.agency_key == bindparam("agency"))
_NAMESAKES = (
    select(_ROSTER.c.id, _ROSTER.c.name, _ROSTER.c.title, _ROSTER.c.department_key)
    .where(
        _ROSTER.c.agency_key == bindparam("agency"),
        _ROSTER.c.folded == bindparam("folded"),
        _ROSTER.c.active.is_(True),
    )
    .order_by(_ROSTER.c.id)
)
# The same key, or the same name in the department; but two people of the roster may well be namesakes.
_TWIN = (
    select(_NOMINATION.c.code, _NOMINATION.c.department_key)
    .where(
        _NOMINATION.c.round_id == bindparam("round_id"),
        _NOMINATION.c.award_key == bindparam("award_key"),
        or_(
            _NOMINATION.c.nominee_key == bindparam("nominee_key"),
            and_(
                _NOMINATION.c.department_key == bindparam("department"),
                _NOMINATION.c.nominee_folded == bindparam("folded"),
                or_(_NOMINATION.c.person_id.is_(None), bindparam("listed", type_=Integer) == 0),
            ),
        ),
        LIVE,
        _NOMINATION.c.id != bindparam("but"),
    )
    .limit(1)
)


class Twin(Incomplete):
    """The nominee has a live nomination for the award already: `other`, its code ("" if another's)."""

    def __init__(self, fields: Mapping[str, str], *, rule: str, other: str) -> None:
        super().__init__(fields, rule=rule)
        self.other = other


@dataclass(frozen=True)
class Draft:
    """What a clerk has typed so far; anything may still be empty except who is proposed for what."""

    nominee_kind: str
    person_key: str = ""
    nominee_name: str = ""
    nominee_title: str = ""
    nominee_unit: str = ""
    award_key: str = ""
    legal_point: str = ""
    period_from: date | None = None
    period_to: date | None = None
    summary: str = ""
    achievements: str = ""
    answers: Mapping[str, str] | None = None


@dataclass(frozen=True)
class _Nominee:
    """Who is proposed: somebody on the roster, a collective, or a name nobody knows yet."""

    key: str
    name: str
    title: str
    person_id: int | None = None


def columns_of(session: Session, ground: Ground, department: str, draft: Draft) -> dict[str, Any]:
    """Columns of a nomination from what was typed. Raises Incomplete, field by field, or NotFound."""
    definition = ground.definition
    home = department_name(definition, department)
    faults: dict[str, str] = {}
    nominee = _nominee(session, definition, department, draft, faults)
    faults |= dict(_faults(definition, draft, nominee))
    if faults:
        raise Incomplete(faults)
    award = definition.award(draft.award_key)
    point = next((p for p in award.points if p.key == draft.legal_point), None)
    answers = {q.key: clean((draft.answers or {}).get(q.key, "")) for q in definition.questions}
    return {
        "nominee_kind": draft.nominee_kind,
        "nominee_key": nominee.key,
        "person_id": nominee.person_id,
        "nominee_name": nominee.name,
        "nominee_folded": fold(nominee.name),
        "nominee_title": nominee.title,
        "nominee_unit": clean(draft.nominee_unit) or home,
        "award_key": award.key,
        "type_key": point.type if point else "",
        "legal_point": point.key if point else "",
        "period_from": draft.period_from,
        "period_to": draft.period_to,
        "summary": clean(draft.summary, lines=True),
        "achievements": clean(draft.achievements, lines=True),
        "facts": {key: value for key, value in answers.items() if value},
    }


def _nominee(
    session: Session, definition: Definition, department: str, draft: Draft, faults: dict[str, str]
) -> _Nominee:
    name, title = clean(draft.nominee_name), clean(draft.nominee_title)
    if draft.nominee_kind == "collective":
        home = department_name(definition, department)
        name = name or home
        for other in definition.departments:
            if other.key != department and same_name(other.name) == same_name(name) != same_name(home):
                faults["nominee_name"] = (
                    f"{definition.cited(f'{other.name} là phòng khác, tự đề nghị cho mình', 'proposer')}. "
                    "Ghi đúng tên tập thể của phòng ông/bà."
                )
        return _Nominee(f"c:{department}:{same_name(name)}", name, title)
    if draft.nominee_kind == "person" and draft.person_key:
        asked = {"key": draft.person_key, "agency": definition.agency.key}
        known = session.connection().execute(_PERSON, asked).one_or_none()
        if known is not None and known[3] == department and known[4]:
            return _Nominee(f"p:{known[0]}", known[1], title or known[2], known[0])
        faults["person_key"] = (
            "Người này không thuộc phòng của ông/bà. "
            f"{definition.cited('Cơ quan quản lý cán bộ mới được đề nghị', 'proposer')}; "
            "Văn phòng cập nhật danh sách nhân sự nếu có sai sót."
        )
    elif draft.nominee_kind == "person" and not name:
        faults["person_key"] = "Chọn hoặc ghi tên cá nhân, tập thể được đề nghị."
    elif draft.nominee_kind == "person":
        asked = {"folded": fold(name), "agency": definition.agency.key}
        namesakes = session.connection().execute(_NAMESAKES, asked).all()
        if len(namesakes) == 1 and namesakes[0].department_key == department:
            one = namesakes[0]
            return _Nominee(f"p:{one.id}", one.name, title or one.title, one.id)
        if namesakes:
            # Otherwise a name typed by hand would go around the council's recusal and the check for twins.
            faults["person_key"] = (
                f"{name} có trong danh sách nhân sự: chọn tên trong danh sách của phòng quản lý người đó. "
                "Nếu là người khác trùng họ tên, ghi thêm nơi công tác ngay sau họ tên để phân biệt."
            )
    return _Nominee(f"x:{department}:{same_name(name)}", name, title)


def _faults(definition: Definition, draft: Draft, nominee: _Nominee) -> Iterator[tuple[str, str]]:
    if draft.nominee_kind not in {"person", "collective"}:
        yield "nominee_kind", "Chọn cá nhân hoặc tập thể."
    if not draft.award_key:
        yield "award_key", "Chọn hình thức khen thưởng."
    elif draft.award_key not in definition.award_keys:
        yield (
            "award_key",
            "Đợt này không xét hình thức khen thưởng đó. Chọn một hình thức trong danh sách.",
        )
    if nominee.name and not has_letter(nominee.name):
        yield "nominee_name", "Ghi tên bằng chữ; số hay ký hiệu không phải là tên."
    for field, value, most in (
        ("nominee_name", nominee.name, LONGEST_LINE),
        ("nominee_title", nominee.title, LONGEST_LINE),
        ("nominee_unit", draft.nominee_unit, LONGEST_LINE),
        ("summary", draft.summary, LONGEST_TEXT),
        ("achievements", draft.achievements, LONGEST_TEXT),
        *((f"answers.{key}", value, LONGEST_TEXT) for key, value in (draft.answers or {}).items()),
    ):
        if len(value) > most:
            yield field, f"Quá dài: {len(value)} ký tự, tối đa {most}."
    if draft.period_from and draft.period_to and draft.period_from > draft.period_to:
        yield "period_to", "Ngày cuối của thời gian thành tích phải sau ngày đầu."


def department_name(definition: Definition, department: str) -> str:
    """The department's name on the review's date. Raises NotFound for one that takes no part."""
    try:
        return definition.department(department).name
    except KeyError as unknown:
        raise NotFound(
            "Phòng này không tham gia đợt xét.", rule="Danh sách phòng của đợt xét", help_from="Văn phòng"
        ) from unknown


def refuse_twin(
    session: Session, ground: Ground, department: str, values: Mapping[str, Any], *, but: int = 0
) -> None:
    """Raises Twin when the nominee has a live nomination for this award already (`but` aside).

    A name typed by hand is the listed person of that name in the same department; the same name in another
    department may be somebody else, and the rules only warn of it.
    """
    twin = session.execute(
        _TWIN,
        {
            "round_id": ground.round_id,
            "award_key": values["award_key"],
            "nominee_key": values["nominee_key"],
            "department": department,
            "folded": values["nominee_folded"],
            "listed": int(values["person_id"] is not None),
            "but": but,
        },
    ).first()
    if twin is not None:
        field = "nominee_name" if values["person_id"] is None else "person_key"
        award, name = ground.definition.award(values["award_key"]).name, values["nominee_name"]
        said = f"{name} đã có đề nghị {award} trong đợt này (mã {twin.code}). Sửa đề nghị đó thay vì lập mới."
        if twin.department_key != department:  # moved from there since
            whose = ground.definition.department(twin.department_key).name
            said = f"{name} đã được {whose} đề nghị {award} trong đợt này. Hỏi Văn phòng nếu cần chuyển."
        rule = ground.definition.cited("Một thành tích chỉ đề nghị một hình thức", "one_award")
        raise Twin({field: said}, rule=rule, other=twin.code if twin.department_key == department else "")
