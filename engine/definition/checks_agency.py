"""Faults inside one agency's files: codes, versions, people, grants, council."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from engine.definition.checks_keys import agency_key_faults, duplicates
from engine.definition.entries import CouncilEntry, Dated, PersonEntry
from engine.definition.faults import nearest
from engine.definition.library import AgencyFolder, Entry
from engine.definition.lines import Fault
from engine.definition.parts import Part

# NĐ 30/2020/NĐ-CP, Phụ lục III; there is none for a list.
ABBREVIATIONS = frozenset(
    [
        "NQ",
        "QĐ",
        "CT",
        "QC",
        "QyĐ",
        "TC",
        "TB",
        "HD",
        "CTr",
        "KH",
        "PA",
        "ĐA",
        "DA",
        "BC",
        "BB",
        "TTr",
        "HĐ",
        "CĐ",
        "BGN",
        "BTT",
        "GUQ",
        "GM",
        "GGT",
        "GNP",
        "PG",
        "PC",
        "PB",
    ]
)
CODE_OF = {"to_trinh": "TTr", "quyet_dinh": "QĐ", "bien_ban": "BB", "bao_cao": "BC"}


def agency_faults(folder: AgencyFolder) -> Iterator[Fault]:
    """Everything wrong in an agency's files that does not depend on a review's date."""
    yield from _codes(folder)
    yield from _versions(folder)
    yield from _people(folder)
    yield from _councils(folder)
    yield from agency_key_faults(folder)


def _codes(folder: AgencyFolder) -> Iterator[Fault]:
    if not folder.agency:
        return
    for index, version in enumerate(folder.agency.value.versions):
        at = ("versions", index, "codes")
        for kind in CODE_OF.keys() - version.codes.keys():
            yield folder.agency.fault(
                f"Thiếu ký hiệu văn bản “{kind}”", f"Thêm dòng “{kind}: {CODE_OF[kind]}-…”", *at
            )
        for kind, code in version.codes.items():
            if kind not in CODE_OF:
                yield folder.agency.fault(
                    f"Không có loại văn bản “{kind}”", nearest(kind, CODE_OF), *at, kind
                )
                continue
            begins, dash, body = code.partition("-")
            if begins not in ABBREVIATIONS:
                yield folder.agency.fault(
                    f"“{begins}” không phải chữ viết tắt tên loại văn bản (NĐ 30/2020/NĐ-CP, Phụ lục III)",
                    f"Dùng {CODE_OF[kind]}, ví dụ {CODE_OF[kind]}-BDT",
                    *at,
                    kind,
                )
            elif begins != CODE_OF[kind] or not dash or not re.fullmatch(r"[^\W\d_][\w&-]*", body):
                yield folder.agency.fault(
                    f"Ký hiệu “{code}” không hợp với loại văn bản “{kind}”",
                    f"Viết theo dạng {CODE_OF[kind]}-BDT",
                    *at,
                    kind,
                )


def _versions(folder: AgencyFolder) -> Iterator[Fault]:
    if folder.agency:
        yield from _overlaps(folder.agency, "versions", folder.agency.value.versions)
    if folder.council:
        yield from _overlaps(folder.council, "councils", folder.council.value.councils)
    if folder.departments:
        entries = folder.departments.value.departments
        keys = [entry.key for entry in entries]
        yield from _overlaps(folder.departments, "departments", entries, keys)
        for index, entry in enumerate(entries):
            if entry.successor and entry.successor not in keys:
                yield folder.departments.fault(
                    f"Đơn vị kế thừa “{entry.successor}” không có trong danh sách phòng",
                    nearest(entry.successor, keys),
                    *("departments", index, "successor"),
                )


def _overlaps(
    entry: Entry[Part], name: str, versions: Sequence[Dated], keys: Sequence[str] = ()
) -> Iterator[Fault]:
    for (first, one), (second, two) in combinations(enumerate(versions), 2):
        if keys and keys[first] != keys[second]:
            continue
        if one.overlaps(two):
            yield entry.fault(
                "Hai mục cùng có hiệu lực trong một thời gian",
                "Sửa valid_from hoặc valid_to để hai mục nối tiếp nhau",
                *(name, second, "valid_from"),
            )


def _people(folder: AgencyFolder) -> Iterator[Fault]:
    if not folder.people:
        return
    people = folder.people.value.people
    yield from duplicates(folder.people, "people", [person.key for person in people], "key")
    emails = [(person.email or "").casefold() for person in people]
    yield from duplicates(folder.people, "people", emails, "email")
    if folder.departments:
        known = {entry.key for entry in folder.departments.value.departments}
        for index, person in enumerate(people):
            yield from _departments_of(folder.people, index, person, known)
    if folder.agency:
        for index, version in enumerate(folder.agency.value.versions):
            if version.head.person not in {person.key for person in people}:
                yield folder.agency.fault(
                    f"Không có ai mang mã “{version.head.person}” trong people.yaml",
                    nearest(version.head.person, [person.key for person in people]),
                    *("versions", index, "head", "person"),
                )


def _departments_of(
    entry: Entry[Part], index: int, person: PersonEntry, known: Iterable[str]
) -> Iterator[Fault]:
    places: list[tuple[str, tuple[str | int, ...]]] = [(person.department, ("department",))]
    places += [(grant.department, ("grants", i, "department")) for i, grant in enumerate(person.grants)]
    for key, where in places:
        if key and key not in known:
            yield entry.fault(
                f"Không có phòng “{key}” trong departments.yaml",
                nearest(key, known),
                *("people", index),
                *where,
            )


def _councils(folder: AgencyFolder) -> Iterator[Fault]:
    if not folder.council:
        return
    people = {person.key: person for person in folder.people.value.people} if folder.people else {}
    for index, council in enumerate(folder.council.value.councils):
        yield from _roles(folder.council, index, council)
        keys = [seat.person for seat in council.seats]
        yield from duplicates(folder.council, "councils", keys, "person", within=(index, "seats"))
        for place, key in enumerate(keys if people else []):
            at = ("councils", index, "seats", place, "person")
            person = people.get(key)
            if person is None:
                yield folder.council.fault(
                    f"Không có ai mang mã “{key}” trong people.yaml", nearest(key, people), *at
                )
            elif not person.active:
                yield folder.council.fault(
                    f"{person.name} không còn công tác", "Thay người khác, hoặc sửa people.yaml", *at
                )
            elif not person.email:
                yield folder.council.fault(
                    f"{person.name} chưa có địa chỉ thư điện tử nên không nhận được phiếu",
                    "Ghi email của người này trong people.yaml",
                    *at,
                )


def _roles(entry: Entry[Part], index: int, council: CouncilEntry) -> Iterator[Fault]:
    count = Counter(seat.role for seat in council.seats)
    for role, words in (("chair", "Chủ tịch"), ("secretary", "Thư ký")):
        if count[role] != 1:  # type: ignore[index]
            have = "chưa có" if not count[role] else f"có {count[role]}"  # type: ignore[index]
            yield entry.fault(
                f"Hội đồng {have} {words}",
                f"Ghi “role: {role}” cho đúng một thành viên",
                *("councils", index, "seats"),
            )
