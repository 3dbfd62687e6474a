"""May this actor do this act now? Yes, or why not and who may.

Deny unless stated. Every command asks here, so every door (page, REST, command line, flow) is held alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.errors import NotFound, NotNow, NotYours, StageClosed
from engine.stages import MOVE_OF, ON_THE_LIST, Act, Role, Stage, State


@dataclass(frozen=True)
class Actor:
    """Who acts, with what roles, through which door (page, link, cli, rest, flow)."""

    person_id: int | None
    name: str
    door: str
    grants: frozenset[tuple[Role, str]] = field(default_factory=frozenset)
    department_key: str = ""

    def has(self, role: Role, scope: str = "") -> bool:
        return (role, scope) in self.grants

    def departments(self) -> frozenset[str]:
        """Departments this person proposes for."""
        return frozenset(scope for role, scope in self.grants if role in {Role.clerk, Role.department_head})


def time_itself(name: str = "Hệ thống") -> Actor:
    """The flow: acts only where the table of moves names `time`."""
    return Actor(None, name, "flow", frozenset({(Role.time, "")}))


WHO_MAY: dict[Role, str] = {
    Role.clerk: "cán bộ lập hồ sơ của phòng",
    Role.department_head: "Trưởng phòng đề nghị",
    Role.office: "Văn phòng",
    Role.member: "thành viên Hội đồng",
    Role.secretary: "Thư ký Hội đồng",
    Role.chair: "Chủ tịch Hội đồng",
    Role.head: "Thủ trưởng cơ quan",
    Role.admin: "quản trị hệ thống",
    Role.time: "hệ thống (đúng hạn)",
}

STATE_WORDS: dict[State, str] = {
    State.draft: "nháp",
    State.ready: "chờ Trưởng phòng ký",
    State.proposed: "phòng đã đề nghị",
    State.returned: "trả lại để bổ sung",
    State.held: "tạm dừng xét",
    State.accepted: "Văn phòng đã chấp nhận",
    State.declined: "không đưa vào danh sách",
    State.withdrawn: "phòng đã rút",
    State.lapsed: "không nộp trong hạn",
    State.listed: "trong danh sách lấy phiếu",
    State.recommended: "Hội đồng đề nghị khen",
    State.not_recommended: "không đủ phiếu",
    State.approved: "Thủ trưởng đồng ý",
    State.refused: "Thủ trưởng không đồng ý",
    State.submitted: "đã trình Sở Nội vụ",
    State.received: "Sở Nội vụ đã nhận",
    State.completion: "Sở Nội vụ trả để bổ sung",
    State.awarded: "đã được khen thưởng",
    State.not_awarded: "không được khen thưởng",
    State.revoked: "đã huỷ quyết định khen thưởng",
}

STAGE_WORDS: dict[Stage, str] = {
    Stage.planned: "chưa mở",
    Stage.proposal: "phòng đề nghị",
    Stage.office: "Văn phòng tổng hợp",
    Stage.council: "Hội đồng bỏ phiếu",
    Stage.submission: "trình và gửi Sở Nội vụ",
    Stage.closed: "đã kết thúc",
}


def who_may(roles: Iterable[Role]) -> str:
    """The roles in words, joined for a sentence: "Văn phòng hoặc Trưởng phòng đề nghị"."""
    return " hoặc ".join(WHO_MAY[role] for role in sorted(roles, key=list(Role).index) if role != Role.time)


def holds(actor: Actor, role: Role, *, department: str = "", round_key: str = "") -> bool:
    """Whether the actor has the role where it matters: in the department, the round, or at large."""
    if role in {Role.clerk, Role.department_head}:
        return actor.has(role, department)
    if role in {Role.member, Role.secretary, Role.chair}:
        return actor.has(role, round_key)
    return actor.has(role)


def demand_role(actor: Actor, *roles: Role, department: str = "", round_key: str = "") -> None:
    """Raises NotYours unless the actor holds one of `roles`."""
    if not any(holds(actor, role, department=department, round_key=round_key) for role in roles):
        raise NotYours(
            f"Việc này do {who_may(roles)} thực hiện.", rule="Phân công trách nhiệm", help_from=who_may(roles)
        )


def demand_move(actor: Actor, act: Act, *, state: State, department: str, round_key: str) -> State:
    """The state `act` leads to. Raises NotYours (wrong person) or NotNow (wrong state)."""
    move = MOVE_OF[act]
    demand_role(actor, *move.roles, department=department, round_key=round_key)
    if state not in move.sources:
        raise NotNow(
            f"Đề nghị đang ở tình trạng “{STATE_WORDS[state]}” nên không làm được việc này.",
            rule="Trình tự xét khen thưởng",
            help_from="Văn phòng",
        )
    return move.target


def demand_stage(act: Act, *, stage: Stage) -> None:
    """Raises StageClosed when the round is not in a stage that knows the act."""
    if stage not in MOVE_OF[act].stages:
        raise StageClosed(
            f"Đợt xét đang ở giai đoạn “{STAGE_WORDS[stage]}” nên không làm được việc này.",
            rule="Trình tự xét khen thưởng",
            help_from="Văn phòng",
        )


def may_see(actor: Actor, *, department: str, round_key: str, state: State, list_published: bool) -> bool:
    """A department sees its own; office and head all that was proposed; the council what came on its list.

    Nobody else: the administrator keeps the system and reads no dossier.
    """
    if department in actor.departments():
        return True
    if actor.has(Role.office) or actor.has(Role.head):
        return state not in {State.draft, State.ready}
    on_council = any(
        holds(actor, role, round_key=round_key) for role in (Role.member, Role.secretary, Role.chair)
    )
    return on_council and list_published and state in ON_THE_LIST


def demand_sight(
    actor: Actor, *, department: str, round_key: str, state: State, list_published: bool
) -> None:
    """Raises NotFound, the same as for something that does not exist."""
    if not may_see(
        actor, department=department, round_key=round_key, state=state, list_published=list_published
    ):
        raise NotFound("Không tìm thấy đề nghị này, hoặc ông/bà không có quyền xem.", help_from="Văn phòng")
