"""From files to a definition: read, check, and resolve what is dated on the review's own date.

Pure: takes a mapping path → text ("config/reviews/hang-nam-2025.yaml" → …), as `config/files.py` reads it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from engine.definition import Agency, Award, Council, Definition, Department, FormerDepartment, Rule, RulePack
from engine.definition.checks_agency import agency_faults
from engine.definition.checks_keys import recipient_faults
from engine.definition.checks_review import (
    award_faults,
    form_faults,
    route_faults,
    staffing_faults,
    stage_faults,
)
from engine.definition.checks_rules import pack_faults
from engine.definition.entries import (
    AgencyVersion,
    CouncilEntry,
    Dated,
    DepartmentEntry,
    MovementFile,
    ReviewFile,
    RulesFile,
)
from engine.definition.faults import nearest
from engine.definition.library import AgencyFolder, Entry, Library, read_all
from engine.definition.lines import Fault
from engine.definition.parts import Movement

__all__ = ["DefinitionFaults", "Fault", "PersonRecord", "check", "load", "people", "review_keys"]


class DefinitionFaults(ValueError):  # noqa: N818 — the field's word: a file has faults, each with its remedy
    """Files that do not make a definition; `faults` says where, what and what to do."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class PersonRecord:
    """Somebody of people.yaml, to be loaded into the database; grants are (role, department or empty)."""

    key: str
    name: str
    email: str | None
    salutation: str
    title: str
    department: str
    phone: str
    active: bool
    grants: tuple[tuple[str, str], ...]


def check(files: Mapping[str, str]) -> list[Fault]:
    """Every fault of every file, in the order of files and lines; empty when all is well."""
    return _all_faults(read_all(files))


def load(files: Mapping[str, str], key: str) -> Definition:
    """The definition of one review, resolved on its date. Raises DefinitionFaults.

    Only the files this review stands on have to be right: a fault in another review does not stop it.
    """
    library = read_all(files)
    review = library.reviews.get(key)
    file = library.files.get(key, f"config/reviews/{key}.yaml")
    if key not in library.files:
        raise DefinitionFaults([Fault(file, 1, f"Không có đợt xét “{key}”", nearest(key, library.files))])
    standing = {file, *(pack.source.file for pack in library.packs.values())}
    faults = [*pack_faults(library.packs), *_second_agency(library)]
    if review:
        folder = library.agencies.get(review.value.agency)
        standing |= set(folder.files) if folder else set()
        standing.add(_movement_file(review))
        faults += [*(agency_faults(folder) if folder else ()), *stage_faults(review)]
    faults += [fault for fault in library.faults if fault.file in standing]
    resolved = _resolve(library, review) if review else []
    if faults or not isinstance(resolved, Definition):
        faults += [] if isinstance(resolved, Definition) else resolved
        raise DefinitionFaults(sorted(set(faults)))
    return resolved


def people(files: Mapping[str, str], agency: str) -> tuple[PersonRecord, ...]:
    """The people of an agency. Raises DefinitionFaults when the agency's files have faults."""
    library = read_all(files)
    folder = library.agencies.get(agency)
    if folder is None:
        raise DefinitionFaults(
            [Fault("config/agency", 1, f"Không có cơ quan “{agency}”", nearest(agency, library.agencies))]
        )
    faults = [fault for fault in library.faults if fault.file.startswith(_folder_of(folder))]
    faults += [*agency_faults(folder), *_second_agency(library)]
    if faults or folder.people is None:
        raise DefinitionFaults(sorted(set(faults)))
    return tuple(
        PersonRecord(
            key=person.key,
            name=person.name,
            email=person.email,
            salutation=person.salutation,
            title=person.title,
            department=person.department,
            phone=person.phone,
            active=person.active,
            grants=tuple((grant.role.value, grant.department) for grant in person.grants),
        )
        for person in folder.people.value.people
    )


def review_keys(files: Mapping[str, str]) -> tuple[str, ...]:
    """Keys of the reviews there are files for, readable or not."""
    return tuple(sorted(read_all(files).files))


def _movement_file(review: Entry[ReviewFile]) -> str:
    return f"{review.source.file.rpartition('/')[0]}/movements/{review.value.movement}.yaml"


def _folder_of(folder: AgencyFolder) -> str:
    return folder.files[0].rpartition("/")[0] + "/"


def _all_faults(library: Library) -> list[Fault]:
    faults = [*library.faults, *pack_faults(library.packs), *_second_agency(library)]
    for folder in library.agencies.values():
        faults += agency_faults(folder)
    for review in library.reviews.values():
        faults += stage_faults(review)
        resolved = _resolve(library, review)
        faults += [] if isinstance(resolved, Definition) else resolved
    return sorted(set(faults))


def _second_agency(library: Library) -> list[Fault]:
    """One installation serves one agency: grants name a department, not whose it is."""
    return [
        Fault(
            folder.files[0],
            1,
            "Một bản cài đặt chỉ dùng cho một cơ quan",
            "Dành một bản cài đặt riêng cho cơ quan này, với thư mục config của nó",
        )
        for folder in list(library.agencies.values())[1:]
    ]


@dataclass(frozen=True)
class _Grounds:
    """What a review stands on, on its date."""

    folder: AgencyFolder
    agency: AgencyVersion
    departments: tuple[DepartmentEntry, ...]
    ended: tuple[DepartmentEntry, ...]
    council: CouncilEntry
    movement: Entry[MovementFile]
    pack: Entry[RulesFile]


def _resolve(library: Library, review: Entry[ReviewFile]) -> Definition | list[Fault]:
    """The definition, or why there is none. Stage faults are reported by themselves."""
    faults: list[Fault] = []
    grounds = _grounds(library, review, faults)
    if grounds is None:
        return faults
    faults += award_faults(review, grounds.pack.value)
    faults += route_faults(review, grounds.pack.value, grounds.agency.head.title)
    faults += form_faults(review, grounds.pack.value)
    if grounds.folder.agency:
        faults += recipient_faults(review, grounds.folder.agency, grounds.agency)
    faults += staffing_faults(grounds.folder, grounds.departments, review.value.on)
    if faults or any(stage_faults(review)):
        return faults
    return _build(review.value, grounds)


def _grounds(library: Library, review: Entry[ReviewFile], faults: list[Fault]) -> _Grounds | None:
    """Finds each thing a review stands on; what is missing is added to `faults`."""
    value = review.value
    folder = library.agencies.get(value.agency)
    movement = library.movements.get(value.movement)
    if folder is None:
        remedy = nearest(value.agency, library.agencies)
        faults.append(review.fault(f"Không có cơ quan “{value.agency}”", remedy, "agency"))
    if movement is None:
        remedy = nearest(value.movement, library.movements)
        faults.append(review.fault(f"Không có phong trào “{value.movement}”", remedy, "movement"))
    pack = _pack(library, review, faults)
    if folder is None or not (folder.agency and folder.departments and folder.council):
        return None
    named = value.agency_on or value.on
    agency = _valid_one(
        review, folder.agency.value.versions, "thông tin cơ quan", "agency.yaml", named, faults
    )
    council = _valid_one(review, folder.council.value.councils, "Hội đồng", "council.yaml", value.on, faults)
    entries = folder.departments.value.departments
    valid = tuple(entry for entry in entries if entry.valid_on(value.on))
    if not valid:
        faults.append(_not_valid(review, "phòng nào", "departments.yaml", value.on))
    if not (agency and council and valid and movement and pack):
        return None
    living = {entry.key for entry in valid}
    ended = tuple(
        entry for entry in entries if entry.key not in living and entry.valid_to and entry.valid_to < value.on
    )
    return _Grounds(folder, agency, valid, ended, council, movement, pack)


def _pack(library: Library, review: Entry[ReviewFile], faults: list[Fault]) -> Entry[RulesFile] | None:
    on = review.value.on
    valid = [pack for pack in library.packs.values() if pack.value.valid_on(on)]
    if not valid:
        sentence = f"Không có bộ quy tắc nào hiệu lực vào ngày {on:%d/%m/%Y}"
        remedy = "Thêm tệp vào config/rules cho thời gian này, hoặc sửa ngày on"
        faults.append(review.fault(sentence, remedy, "on"))
    elif len(valid) > 1:
        names = ", ".join(pack.value.key for pack in valid)
        sentence = f"Có {len(valid)} bộ quy tắc cùng hiệu lực vào ngày {on:%d/%m/%Y}: {names}"
        faults.append(review.fault(sentence, "Sửa valid_from, valid_to của các bộ quy tắc", "on"))
    return valid[0] if len(valid) == 1 else None


Version = TypeVar("Version", bound=Dated)


def _valid_one(  # noqa: PLR0917 — called twice, in the order of its sentence
    review: Entry[ReviewFile],
    versions: Sequence[Version],
    what: str,
    file: str,
    day: date,
    faults: list[Fault],
) -> Version | None:
    found = next((version for version in versions if version.valid_on(day)), None)
    if found is None:
        faults.append(_not_valid(review, what, file, day))
    return found


def _not_valid(review: Entry[ReviewFile], what: str, file: str, day: date) -> Fault:
    line = "on" if day == review.value.on else "agency_on"
    return review.fault(
        f"Không có {what} hiệu lực vào ngày {day:%d/%m/%Y}",
        f"Thêm mục có valid_from, valid_to bao gồm ngày ấy vào {file}, hoặc sửa ngày {line}",
        line,
    )


def _build(review: ReviewFile, grounds: _Grounds) -> Definition:
    pack = grounds.pack.value
    points = {point.key: point for point in pack.points}
    names = {entry.key: entry.name for entry in grounds.folder.departments.value.departments}  # type: ignore[union-attr]
    return Definition(
        **review.model_dump(exclude={"agency", "agency_on", "movement", "awards"}),
        agency=Agency(key=review.agency, **grounds.agency.model_dump(exclude={"valid_from", "valid_to"})),
        departments=tuple(Department(key=entry.key, name=entry.name) for entry in grounds.departments),
        former_departments=tuple(_former(grounds.ended, names)),
        council=Council(**grounds.council.model_dump(exclude={"valid_from", "valid_to"})),
        movement=Movement(**grounds.movement.value.model_dump()),
        awards=tuple(
            Award(**award.model_dump(exclude={"points"}), points=tuple(points[key] for key in award.points))
            for award in review.awards
        ),
        rules=_rules(pack, review.on),
    )


def _former(ended: Sequence[DepartmentEntry], names: Mapping[str, str]) -> Iterator[FormerDepartment]:
    for entry in ended:
        if entry.valid_to:
            heir = names.get(entry.successor, "")
            yield FormerDepartment(key=entry.key, name=entry.name, until=entry.valid_to, successor=heir)


def _rules(pack: RulesFile, on: date) -> RulePack:
    rules = tuple(
        Rule(**rule.model_dump(exclude={"valid_from", "valid_to"}))
        for rule in pack.rules
        if rule.valid_on(on)
    )
    kept = pack.model_dump(exclude={"in_force", "points", "rules"})
    return RulePack(**kept, rules=rules)
