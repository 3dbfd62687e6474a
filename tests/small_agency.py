"""The agency of the tests: its definition and its people, small enough to keep in mind."""

from typing import Any

from engine.access import Actor
from engine.commands import people
from engine.definition import Definition
from engine.stages import Role

ROUND = "thu-nghiem-2025"
SEATS = 5


def small_definition(key: str = ROUND, **changes: Any) -> Definition:
    """Two departments, a council of five, one award of the agency and one of the province, no rule pack."""
    ballot = {"quorum": "2/3", "threshold": "80%"}
    point = {
        "key": "74.1.a",
        "words": "Có thành tích",
        "source": "Luật",
        "confidence": "A",
        "type": "chuyen_de",
    }
    kinds = ["person", "collective"]
    body: dict[str, Any] = {
        "key": key,
        "title": "Đợt thử nghiệm năm 2025",
        "short_title": "Thử nghiệm 2025",
        "on": "2025-10-01",
        "agency": {
            "key": "bdt",
            "name": "Ban Dân tộc tỉnh Lạng Sơn",
            "short_name": "Ban Dân tộc",
            "parent": "UBND tỉnh Lạng Sơn",
            "place": "Lạng Sơn",
            "head": {"title": "Trưởng Ban", "name": "Vi Minh Tú", "person": "head"},
            "office": {"name": "Văn phòng Ban", "email": "van-phong@bdt.example"},
            "recipient": {"name": "Sở Nội vụ", "email": "so-noi-vu@langson.example"},
            "codes": {"to_trinh": "TTr-BDT", "quyet_dinh": "QĐ-BDT"},
        },
        "departments": [{"key": "cs", "name": "Phòng Chính sách"}, {"key": "kh", "name": "Phòng Kế hoạch"}],
        "council": {
            "name": "Hội đồng Thi đua - Khen thưởng",
            "basis": "Quyết định số 45/QĐ-BDT",
            "seats": [
                {"person": f"seat{n}", "role": role}
                for n, role in enumerate(("chair", "vice_chair", "secretary", "member", "member"), start=1)
            ],
        },
        "movement": {
            "key": "ntm",
            "title": "Chung sức xây dựng nông thôn mới",
            "launched_by": "province",
            "period_from": "2021-01-01",
            "period_to": "2025-12-31",
            "legal_basis": [],
            "subjects": "Cá nhân, tập thể",
        },
        "awards": [
            {
                "key": "giay-khen",
                "name": "Giấy khen của Trưởng Ban",
                "level": "agency",
                "decided_by": "Trưởng Ban",
                "nominees": kinds,
                "points": [point],
                "ballot": {**ballot, "threshold": "1/2", "comparator": "more_than"},
            },
            {
                "key": "bang-khen",
                "name": "Bằng khen của Chủ tịch UBND tỉnh",
                "level": "province",
                "decided_by": "Chủ tịch UBND tỉnh",
                "nominees": kinds,
                "points": [point],
                "ballot": ballot,
            },
        ],
        "stages": {
            "proposal": {"opens": "2025-10-06", "due": "2025-10-17"},
            "office": {"working_days": 5},
            "council": {"working_days": 3, "remind": [1, 0]},
            "submission": {"working_days": 10},
        },
        "summary_min": 10,
        "checklist": [
            {"key": "bao-cao", "label": "Báo cáo thành tích", "kind": "confirm"},
            {"key": "minh-chung", "label": "Minh chứng", "kind": "file", "required": False},
        ],
        "rules": {"key": "none", "title": "Không", "valid_from": "2024-01-01", "rules": []},
    }
    return Definition.model_validate({**body, **changes})


def small_roster() -> list[people.RosterLine]:
    """Clerk, head and four colleagues in each department; office, agency head, and five council members."""
    lines = [
        _line("office", "Lâm Thị Phượng", "", (("office", ""),)),
        _line("head", "Vi Minh Tú", "", (("head", ""),)),
    ]
    for unit in ("cs", "kh"):
        lines.append(_line(f"clerk-{unit}", f"Cán bộ {unit}", unit, (("clerk", unit),)))
        lines.append(_line(f"chief-{unit}", f"Trưởng phòng {unit}", unit, (("department_head", unit),)))
        lines += [_line(f"{unit}{n}", f"Nông Đức {unit.upper()} {n}", unit) for n in range(1, 5)]
    lines += [_line(f"seat{n}", f"Ủy viên {n}", "kh" if n == SEATS else "") for n in range(1, SEATS + 1)]
    return lines


def _line(key: str, name: str, unit: str, grants: tuple[tuple[str, str], ...] = ()) -> people.RosterLine:
    return people.RosterLine(
        key, name, f"{key}@bdt.example", "ông/bà", "Chuyên viên", unit or None, "", grants
    )


def keeper() -> Actor:
    """The administrator at the command line."""
    return Actor(None, "Quản trị", "cli", frozenset({(Role.admin, "")}))


def actor_with(role: Role, *, unit: str = "cs", key: str = ROUND, person_id: int | None = 1) -> Actor:
    """An actor with one role, where that role has its scope."""
    scope = {
        Role.clerk: unit,
        Role.department_head: unit,
        Role.member: key,
        Role.secretary: key,
        Role.chair: key,
    }.get(role, "")
    return Actor(person_id, f"Một {role.value}", "page", frozenset({(role, scope)}))
