"""Faults of one review against the files it stands on: dates, stages, awards, questions, people."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from engine.days_off import YEARS
from engine.definition.checks_keys import duplicates, review_key_faults
from engine.definition.checks_rules import questions_of
from engine.definition.entries import DepartmentEntry, PeopleFile, ReviewFile, RuleEntry, RulesFile
from engine.definition.faults import nearest
from engine.definition.library import AgencyFolder, Entry
from engine.definition.lines import Fault
from engine.definition.parts import Item, Question
from engine.definition.steps import Steps
from engine.stages import STAGES, Role, Stage

SATURDAY = 5


def stage_faults(review: Entry[ReviewFile]) -> Iterator[Fault]:
    """Stages left out, out of order, or too close for the working days asked."""
    yield from _which_stages(review)
    stages = review.value.stages
    before, room, length = review.value.on, 0, 0
    for stage in STAGES:
        steps = stages.get(stage)
        if steps and (beyond := list(_beyond_calendar(review, stage, steps))):
            yield from beyond
            continue
        for name, day in (("opens", steps.opens), ("due", steps.due)) if steps else ():
            if day and (day < before or _weekdays(before, day) < room):
                why = f"sau {before:%d/%m/%Y}" + (f" ít nhất {room} ngày làm việc" if room else "")
                yield review.fault(
                    f"Ngày {day:%d/%m/%Y} của giai đoạn “{stage.value}” không hợp với giai đoạn trước",
                    f"Chọn ngày {why}",
                    *("stages", stage.value, name),
                )
            if day:
                length, before, room = _weekdays(before, day) - room, day, 0
        if steps:
            yield from _ladder_faults(review, stage, steps, steps.working_days or length)
            room += steps.working_days or 0


def _which_stages(review: Entry[ReviewFile]) -> Iterator[Fault]:
    """Stages left out, stages nobody knows, and a round that nobody opens."""
    stages = review.value.stages
    for stage in STAGES:
        if stage not in stages:
            yield review.fault(
                f"Thiếu giai đoạn “{stage.value}”",
                f"Thêm “{stage.value}:” với due hoặc working_days",
                "stages",
            )
    for stage in stages.keys() - set(STAGES):
        yield review.fault(
            f"“{stage.value}” không phải giai đoạn có thời hạn",
            nearest(stage.value, [one.value for one in STAGES]),
            *("stages", stage.value),
        )
    if Stage.proposal in stages and stages[Stage.proposal].opens is None:
        yield review.fault("Chưa có ngày mở đợt", "Ghi opens: ngày mở đợt", "stages", "proposal")


def _beyond_calendar(review: Entry[ReviewFile], stage: Stage, steps: Steps) -> Iterator[Fault]:
    """Days the working calendar has no answer for: the round would stop when it gets there."""
    for name, day in (("opens", steps.opens), ("due", steps.due)):
        if day and day.year not in YEARS:
            yield review.fault(
                f"Lịch làm việc không tính được đến năm {day.year:04}",
                f"Chọn ngày từ năm {YEARS.start} đến năm {YEARS.stop - 1}",
                *("stages", stage.value, name),
            )


def _ladder_faults(review: Entry[ReviewFile], stage: Stage, steps: Steps, length: int) -> Iterator[Fault]:
    """A ladder that reminds nobody, or begins before its stage does; `length` in working days, at most.

    The ladder nobody wrote down fits every stage: what falls before the opening is left out of it.
    """
    if not steps.remind:
        yield review.fault(
            f"Giai đoạn “{stage.value}” không nhắc ai trước hạn",
            "Ghi các bậc nhắc, ví dụ remind: [3, 1, 0], hoặc bỏ dòng này để dùng mặc định",
            *("stages", stage.value, "remind"),
        )
    elif "remind" in steps.model_fields_set and steps.remind[0] > max(length, 0):
        yield review.fault(
            f"Giai đoạn “{stage.value}” dài {max(length, 0)} ngày làm việc nhưng nhắc trước hạn "
            f"{steps.remind[0]} ngày",
            f"Bỏ các bậc nhắc lớn hơn {max(length, 0)}, hoặc lùi hạn của giai đoạn",
            *("stages", stage.value, "remind"),
        )
    if stage == Stage.council and "late" in steps.model_fields_set:
        yield review.fault(
            "Giai đoạn “council” kết thúc đúng hạn nên không ai nhận thông báo quá hạn",
            "Bỏ dòng late; thiếu số phiếu tối thiểu thì Văn phòng và Thư ký được báo riêng",
            *("stages", stage.value, "late"),
        )


def _weekdays(start: date, end: date) -> int:
    """Days from Monday to Friday after `start`, up to `end`: no fewer than the working days there are."""
    days = (start + timedelta(n) for n in range(1, (end - start).days + 1))
    return sum(day.weekday() < SATURDAY for day in days)


def award_faults(review: Entry[ReviewFile], pack: RulesFile) -> Iterator[Fault]:
    """Awards and legal points unknown to the pack, ballots not supported, quotas of nothing."""
    keys = [award.key for award in review.value.awards]
    yield from duplicates(review, "awards", keys, "key")
    points = [point.key for point in pack.points]
    for index, award in enumerate(review.value.awards):
        if award.key not in pack.awards:
            yield review.fault(
                f"Bộ quy tắc “{pack.key}” không biết hình thức “{award.key}” nên không quy tắc nào áp dụng",
                nearest(award.key, pack.awards),
                *("awards", index, "key"),
            )
        for place, point in enumerate(award.points):
            if point not in points:
                yield review.fault(
                    f"Bộ quy tắc “{pack.key}” không có căn cứ “{point}”",
                    nearest(point, points),
                    *("awards", index, "points", place),
                )
        if award.quota_of and award.quota_of not in keys:
            yield review.fault(
                f"Đợt xét không có hình thức “{award.quota_of}”",
                nearest(award.quota_of, keys),
                *("awards", index, "quota_of"),
            )
        if award.ballot.kind == "secret":
            yield review.fault(
                "Chưa hỗ trợ bỏ phiếu kín: phiếu ghi ở đây gắn với tên thành viên",
                "Ghi “kind: open”, hoặc bỏ phiếu kín trên giấy",
                *("awards", index, "ballot", "kind"),
            )


def route_faults(review: Entry[ReviewFile], pack: RulesFile, head: str) -> Iterator[Fault]:
    """Awards whose route contradicts their legal points or their decider; `head`: the agency's head's title.

    Whose award it is follows from the law it rests on (Luật TĐKT Đ.74, Đ.80.1): the head's own end in a
    decision of the agency, all others in a dossier for the province.
    """
    level_of = {point.key: point.level for point in pack.points}
    names_head = {
        one.decided_by for one in review.value.awards if head.casefold() in one.decided_by.casefold()
    }
    own = names_head & {one.decided_by for one in review.value.awards if one.level == "agency"}
    for index, award in enumerate(review.value.awards):
        other = {level_of.get(key) for key in award.points} - {award.level, None}
        if other:
            level = min(map(str, other))
            yield review.fault(
                f"Căn cứ của “{award.name}” là của hình thức cấp “{level}”, mà level ghi “{award.level}”",
                f"Ghi “level: {level}”, chọn căn cứ khác, hoặc sửa level của căn cứ trong bộ quy tắc",
                *("awards", index, "level"),
            )
        elif (award.level == "agency") != (award.decided_by in own):
            yield review.fault(
                f"“{award.name}” có level “{award.level}” mà decided_by ghi “{award.decided_by}”",
                f"Hình thức cấp “agency” do {head} quyết định, cấp “province” do cấp trên: sửa decided_by",
                *("awards", index, "decided_by"),
            )


def form_faults(review: Entry[ReviewFile], pack: RulesFile) -> Iterator[Fault]:
    """Checklist and questions: repeated keys, unknown awards, and questions a rule needs but nobody asks."""
    keys = [award.key for award in review.value.awards]
    yield from review_key_faults(review)
    yield from duplicates(review, "checklist", [item.key for item in review.value.checklist], "key")
    yield from duplicates(review, "questions", [one.key for one in review.value.questions], "key")
    lists: dict[str, Sequence[Item | Question]] = {
        "checklist": review.value.checklist,
        "questions": review.value.questions,
    }
    for name, parts in lists.items():
        for index, part in enumerate(parts):
            for place, key in enumerate(part.awards):
                if key not in keys:
                    yield review.fault(
                        f"Đợt xét không có hình thức “{key}”",
                        nearest(key, keys),
                        *(name, index, "awards", place),
                    )
    if review.value.summary_max < review.value.summary_min:
        yield review.fault("summary_max nhỏ hơn summary_min", "Sửa một trong hai số", "summary_max")
    if review.value.close_of_office <= review.value.morning:
        yield review.fault("Giờ đóng cửa không sau giờ mở cửa", "Sửa morning hoặc close_of_office", "morning")
    asked = {one.key for one in review.value.questions}
    for rule in pack.rules:
        if rule.valid_on(review.value.on) and _concerns(review.value, pack, rule):
            for key in sorted(questions_of(rule) - asked):
                yield review.fault(
                    f"Quy tắc {rule.id} cần câu trả lời “{key}” nhưng đợt xét không hỏi",
                    f"Thêm câu hỏi “key: {key}” vào questions",
                    "questions",
                )


def _concerns(review: ReviewFile, pack: RulesFile, rule: RuleEntry) -> bool:
    """Whether the rule may apply to some nomination of the review."""
    types = {point.key: point.type for point in pack.points}
    return any(
        (not rule.awards or award.key in rule.awards)
        and (not rule.points or point in rule.points)
        and (not rule.types or types.get(point) in rule.types)
        and bool(set(rule.nominees) & set(award.nominees))
        for award in review.awards
        for point in award.points
    )


def staffing_faults(folder: AgencyFolder, valid: Sequence[DepartmentEntry], on: date) -> Iterator[Fault]:
    """Work nobody can do: of the office, the head, a department; and people in a department that has ended.

    A department with an end is not asked for staff: people.yaml tells of today, a review may be of last year.
    """
    if not (folder.people and folder.departments):
        return
    people = [person for person in folder.people.value.people if person.active]
    for role, work in ((Role.office, "kiểm tra, lập danh sách"), (Role.head, "xem xét kết quả bỏ phiếu")):
        if not any(grant.role == role for person in people for grant in person.grants):
            yield folder.people.fault(
                f"Chưa ai có vai {role.value} để {work}",
                f"Thêm “role: {role.value}” cho một người còn công tác",
                "people",
            )
    for entry in (entry for entry in valid if entry.valid_to is None):
        for role, words in ((Role.department_head, "Trưởng phòng"), (Role.clerk, "cán bộ lập hồ sơ")):
            held = any(g.role == role and g.department == entry.key for p in people for g in p.grants)
            if not held:
                yield folder.departments.fault(
                    f"{entry.name} chưa có {words}",
                    f"Thêm vai {role.value} của phòng “{entry.key}” cho một người trong people.yaml",
                    *("departments", folder.departments.value.departments.index(entry), "key"),
                )
    yield from _in_ended_departments(folder.people, folder.departments.value.departments, on)


def _in_ended_departments(
    people: Entry[PeopleFile], departments: Sequence[DepartmentEntry], on: date
) -> Iterator[Fault]:
    last = {
        entry.key: max((one.valid_to or date.max) for one in departments if one.key == entry.key)
        for entry in departments
    }
    for index, person in enumerate(people.value.people):
        used = {person.department, *(grant.department for grant in person.grants)}
        for key in sorted(used & last.keys() if person.active else set()):
            if last[key] < on:
                yield people.fault(
                    f"{person.name} thuộc phòng “{key}” đã hết hiệu lực từ sau ngày {last[key]:%d/%m/%Y}",
                    "Chuyển sang phòng đang có hiệu lực",
                    *("people", index, "department"),
                )
