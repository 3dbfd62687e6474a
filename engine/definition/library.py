"""Files under config/ read and checked one by one; what stands across files is checked afterwards."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from engine.definition.entries import (
    AgencyFile,
    CouncilFile,
    DepartmentsFile,
    MovementFile,
    PeopleFile,
    ReviewFile,
    RulesFile,
)
from engine.definition.faults import empties, of_validation
from engine.definition.lines import Fault, Source, read

Model = TypeVar("Model", bound=BaseModel)
Shape_co = TypeVar("Shape_co", bound=BaseModel, covariant=True)
OURS = re.compile(r"(?:^|.*/)(agency|reviews|rules)/(.+)$")


@dataclass(frozen=True)
class Entry(Generic[Shape_co]):
    """A file that could be read, and where each of its entries stands."""

    source: Source
    value: Shape_co

    def fault(self, sentence: str, remedy: str, *location: str | int) -> Fault:
        return self.source.fault(location, sentence, remedy)


@dataclass
class AgencyFolder:
    """The four files of one agency; None for one that is missing or cannot be read."""

    agency: Entry[AgencyFile] | None = None
    departments: Entry[DepartmentsFile] | None = None
    people: Entry[PeopleFile] | None = None
    council: Entry[CouncilFile] | None = None
    files: list[str] = field(default_factory=list)


@dataclass
class Library:
    """Everything under config/ that defines a review."""

    agencies: dict[str, AgencyFolder] = field(default_factory=dict)
    reviews: dict[str, Entry[ReviewFile]] = field(default_factory=dict)
    movements: dict[str, Entry[MovementFile]] = field(default_factory=dict)
    packs: dict[str, Entry[RulesFile]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)  # review key → its file, readable or not
    faults: list[Fault] = field(default_factory=list)

    def entry(self, file: str, text: str, model: type[Model]) -> Entry[Model] | None:
        source = read(file, text)
        self.faults += source.faults
        if source.data is None:
            return None
        try:
            value = model.model_validate(source.data)
        except ValidationError as wrong:
            self.faults += of_validation(source, model, wrong)
            return None
        self.faults += empties(source, value)
        return Entry(source, value)


def read_all(files: Mapping[str, str]) -> Library:
    """Reads every file that belongs to a definition; other folders of config/ are not looked at."""
    library = Library()
    for path in sorted(files):
        ours = OURS.match(path)
        if ours:
            _place(library, path, files[path], ours[1], ours[2])
    for key, folder in library.agencies.items():
        library.faults += _missing_files(key, folder)
    return library


def _place(library: Library, path: str, text: str, kind: str, rest: str) -> None:
    key, _, name = rest.rpartition("/")
    stem = name.removesuffix(".yaml")
    if stem == name:
        remedy = "Đổi tên tệp thành .yaml, hoặc đưa ra khỏi thư mục này"
        library.faults.append(Fault(path, 1, "Tệp không được dùng vì không có đuôi .yaml", remedy))
    elif kind == "agency" and key and stem in {"agency", "departments", "people", "council"}:
        _place_agency(library, path, text, key, stem)
    elif kind == "reviews" and key == "movements":
        _keep(library, library.movements, library.entry(path, text, MovementFile), stem)
    elif kind == "reviews" and not key:
        library.files[stem] = path
        _keep(library, library.reviews, library.entry(path, text, ReviewFile), stem)
    elif kind == "rules" and not key:
        _keep(library, library.packs, library.entry(path, text, RulesFile), stem)
    else:
        remedy = "Đặt tệp đúng chỗ theo hướng dẫn, hoặc đưa ra khỏi thư mục này"
        library.faults.append(Fault(path, 1, "Tệp không được dùng: tên hoặc chỗ đặt không đúng", remedy))


def _place_agency(library: Library, path: str, text: str, key: str, stem: str) -> None:
    folder = library.agencies.setdefault(key, AgencyFolder())
    folder.files.append(path)
    if stem == "agency":
        folder.agency = library.entry(path, text, AgencyFile)
        if folder.agency and folder.agency.value.key != key:
            library.faults.append(_wrong_key(folder.agency, key))
    elif stem == "departments":
        folder.departments = library.entry(path, text, DepartmentsFile)
    elif stem == "people":
        folder.people = library.entry(path, text, PeopleFile)
    else:
        folder.council = library.entry(path, text, CouncilFile)


Kept = TypeVar("Kept", MovementFile, ReviewFile, RulesFile)


def _keep(library: Library, shelf: dict[str, Entry[Kept]], entry: Entry[Kept] | None, stem: str) -> None:
    if entry is None:
        return
    if entry.value.key != stem:
        library.faults.append(_wrong_key(entry, stem))
    shelf[stem] = entry


def _wrong_key(entry: Entry[Model], expected: str) -> Fault:
    return entry.fault(
        "Khóa key khác tên tệp hoặc thư mục", f"Ghi “key: {expected}”, hoặc đổi tên cho khớp", "key"
    )


def _missing_files(key: str, folder: AgencyFolder) -> Iterable[Fault]:
    for name in ("agency", "departments", "people", "council"):
        if not any(path.endswith(f"/{name}.yaml") for path in folder.files):
            place = folder.files[0].rpartition("/")[0]
            yield Fault(
                f"{place}/{name}.yaml", 1, f"Cơ quan “{key}” thiếu tệp {name}.yaml", "Thêm tệp theo tệp mẫu"
            )
