"""Refusals: what a person is told when an act is not done.

Every refusal carries a sentence a clerk understands, the rule it stands on, and who can help.
The edges (pages, REST, command line) map the classes below to their own codes; anything else is a bug.
"""

from collections.abc import Mapping


class Refused(Exception):  # noqa: N818 — the field's word, not "Error": nothing is broken
    """An act not done, and why: `sentence` for people, `rule` it rests on, `help_from` who may help."""

    code = "refused"

    def __init__(self, sentence: str, *, rule: str = "", help_from: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.rule = rule
        self.help_from = help_from


class NotFound(Refused):
    """No such thing, or one that this person must not know of."""

    code = "not_found"


class NotYours(Refused):
    """The act belongs to somebody else."""

    code = "not_yours"


class StageClosed(Refused):
    """The stage is not open, or its deadline has passed."""

    code = "stage_closed"


class NotNow(Refused):
    """The thing is in a state that does not allow the act."""

    code = "not_now"


class Changed(Refused):
    """Somebody changed it in between; `theirs` is what stands now, field by field."""

    code = "changed"

    def __init__(self, sentence: str, *, theirs: Mapping[str, object], version: int) -> None:
        super().__init__(sentence, rule="Hai người cùng sửa một bản nháp")
        self.theirs = dict(theirs)
        self.version = version


class Incomplete(Refused):
    """Something given is missing or wrong: `fields` maps a field's name to its sentence."""

    code = "incomplete"

    def __init__(self, fields: Mapping[str, str], *, sentence: str = "", rule: str = "") -> None:
        super().__init__(sentence or " ".join(fields.values()), rule=rule)
        self.fields = dict(fields)


class Busy(Refused):
    """Somebody else held the record for longer than we wait; nothing was done, and trying again may work."""

    code = "busy"
    said = "Hệ thống đang bận, nội dung ông/bà gõ còn nguyên; bấm gửi lại sau vài giây."
    help_by = "Văn phòng"

    def __init__(self) -> None:
        super().__init__(self.said, help_from=self.help_by)


class Away(Busy):
    """The database does not answer, or was lost half-way: whether the act was done is not known."""

    code = "away"
    said = "Cơ sở dữ liệu không trả lời. Đợi ít phút rồi thử lại; nếu vẫn vậy, báo người quản trị hệ thống."
    help_by = "quản trị hệ thống"


class NoRoom(Busy):
    """The disk is full; nothing was done, and nothing will be before somebody makes room."""

    code = "no_room"
    said = "Máy chủ hết chỗ lưu nên việc vừa làm chưa được ghi. Báo người quản trị hệ thống."
    help_by = "quản trị hệ thống"


class LinkExpired(Refused):
    """The personal link is over, replaced, revoked or meant for something else."""

    code = "link_expired"


class SeatTaken(LinkExpired):
    """The link of a ballot whose seat another member holds by now: there is none to ask for again."""

    code = "seat_taken"
