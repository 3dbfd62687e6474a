"""Keys that become parts of addresses and files, names that tell things apart, figures that hang together."""

import re
from collections.abc import Iterator, Sequence

from engine.definition.entries import AgencyFile, AgencyVersion, DepartmentEntry, ReviewFile
from engine.definition.library import AgencyFolder, Entry
from engine.definition.lines import Fault, Location
from engine.definition.parts import Part
from engine.text import has_letter, same_name

KEY = re.compile(r"[a-z0-9][a-z0-9._-]*")


def review_key_faults(review: Entry[ReviewFile]) -> Iterator[Fault]:
    """Of a review: its awards, checklist, questions and their answers."""
    for name in ("awards", "checklist", "questions"):
        yield from _unfit(review, [one.key for one in getattr(review.value, name)], name)
    for index, question in enumerate(review.value.questions):
        for option in question.options:
            if not KEY.fullmatch(option):
                yield _bad_key(review, option, ("questions", index, "options"))
    yield from _awards(review)


def _awards(review: Entry[ReviewFile]) -> Iterator[Fault]:
    for index, award in enumerate(review.value.awards):
        for other in review.value.awards[:index]:
            if same_name(other.name) == same_name(award.name) and set(other.nominees) & set(award.nominees):
                yield review.fault(
                    f"Hai hình thức cùng tên “{award.name}” cho cùng một đối tượng",
                    "Đổi tên một hình thức",
                    *("awards", index, "name"),
                )
        for name, used in (("points", award.points), ("nominees", award.nominees)):
            for place, one in enumerate(used):
                if one in used[:place]:
                    yield review.fault(f"“{one}” ghi hai lần", "Xoá một", "awards", index, name, place)
        if award.quota_of and (award.quota_of == award.key or not award.quota_percent):
            yield review.fault(
                "quota_of phải chỉ hình thức khác, và đi cùng quota_percent",
                "Sửa quota_of, hoặc thêm quota_percent",
                *("awards", index, "quota_of"),
            )


def recipient_faults(
    review: Entry[ReviewFile], agency: Entry[AgencyFile], version: AgencyVersion
) -> Iterator[Fault]:
    """A dossier mailed back to the office it comes from; a round that sends none may name anybody."""
    sends = any(award.level == "province" for award in review.value.awards)
    if sends and version.recipient.email.casefold() == version.office.email.casefold():
        yield agency.fault(
            "Nơi nhận hồ sơ có cùng địa chỉ thư với Văn phòng nên hồ sơ không đến cấp trên",
            "Ghi địa chỉ của nơi nhận, hoặc của văn phòng",
            *("versions", agency.value.versions.index(version), "recipient", "email"),
        )


def agency_key_faults(folder: AgencyFolder) -> Iterator[Fault]:
    """Of an agency: its departments, its people, and who its head is."""
    if folder.departments:
        entries = folder.departments.value.departments
        yield from _unfit(folder.departments, [entry.key for entry in entries], "departments")
        yield from _same_name(folder.departments, entries)
    if not folder.people:
        return
    people = folder.people.value.people
    yield from _unfit(folder.people, [person.key for person in people], "people")
    for index, person in enumerate(people):
        if not has_letter(person.name):
            yield folder.people.fault("Tên người không có chữ nào", "Ghi họ và tên", "people", index, "name")
        if person.active and person.grants and not person.email:
            yield folder.people.fault(
                f"{person.name} có vai trò mà chưa có email nên không đăng nhập được",
                "Ghi email của người này",
                *("people", index, "key"),
            )
    names = {person.key: person.name for person in people}
    for index, version in enumerate(folder.agency.value.versions if folder.agency else ()):
        name = names.get(version.head.person, version.head.name)
        if folder.agency and not _plain(version.head.name).endswith(_plain(name)):  # "TS. Vi Minh Tú"
            yield folder.agency.fault(
                f"Người đứng đầu ghi “{version.head.name}” mà people.yaml ghi “{name}”",
                "Ghi hai nơi như nhau, hoặc sửa person",
                *("versions", index, "head", "name"),
            )


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _unfit(entry: Entry[Part], keys: Sequence[str], name: str) -> Iterator[Fault]:
    for index, key in enumerate(keys):
        if not KEY.fullmatch(key):
            yield _bad_key(entry, key, (name, index, "key"))


def _bad_key(entry: Entry[Part], key: str, at: Location) -> Fault:
    return entry.fault(
        f"“{key}” không dùng làm mã được",
        "Dùng chữ thường không dấu, chữ số, nối bằng dấu gạch ngang, ví dụ bao-cao",
        *at,
    )


def _same_name(entry: Entry[Part], departments: Sequence[DepartmentEntry]) -> Iterator[Fault]:
    for index, one in enumerate(departments):
        for other in departments[:index]:
            named_alike = one.name.casefold() == other.name.casefold()
            if one.key != other.key and named_alike and one.overlaps(other):
                yield entry.fault(
                    f"Hai phòng cùng tên “{one.name}”", "Đổi tên một phòng", "departments", index, "name"
                )


def duplicates(
    entry: Entry[Part], name: str, keys: Sequence[str], label: str, *, within: tuple[str | int, ...] = ()
) -> Iterator[Fault]:
    """A fault for every key of a list that stood there before."""
    for index, key in enumerate(keys):
        if key and key in keys[:index]:
            yield entry.fault(
                f"“{key}” được dùng hai lần", "Mỗi mục cần một mã riêng", name, *within, index, label
            )
