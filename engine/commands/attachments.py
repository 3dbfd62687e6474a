"""Files of a nomination: put on a draft, taken off it. The bytes themselves are kept by `engine/files.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from engine.access import Actor, demand_role
from engine.commands.dossiers import sent_dossier, unseal_draft
from engine.commands.ground import Ground, note, own_nomination_of
from engine.commands.term import demand_open
from engine.errors import Incomplete, NotFound, NotNow
from engine.file_kinds import kept_name
from engine.models import Attachment, Nomination
from engine.stages import EDITABLE, Role, State

MOST_FILES = 20
_DEPARTMENT = (Role.clerk, Role.department_head)


@dataclass(frozen=True)
class StoredFile:
    """A file whose bytes are already kept under their hash (`engine/files.py`)."""

    name: str
    media_type: str
    size: int
    sha256: str


def editable(session: Session, actor: Actor, code: str, *, now: datetime) -> tuple[Ground, Nomination]:
    """A draft this person may change now. Raises NotFound, NotYours, NotNow or StageClosed."""
    ground, nomination = own_nomination_of(session, actor, code)
    _demand_editable(session, ground, nomination, now=now)
    return ground, nomination


def _demand_editable(session: Session, ground: Ground, nomination: Nomination, *, now: datetime) -> None:
    if State(nomination.state) not in EDITABLE:
        raise NotNow(
            "Đề nghị này không còn là bản nháp nên không sửa được. "
            "Nếu cần sửa, bấm “Mở lại để sửa” (khi còn chờ Trưởng phòng ký) hoặc đề nghị Văn phòng trả lại.",
            rule="Trình tự xét khen thưởng",
            help_from="Văn phòng",
        )
    demand_open(session, ground, nomination.department_key, nomination, now=now)


def open_to_files(session: Session, actor: Actor, code: str, *, now: datetime) -> tuple[Ground, Nomination]:
    """A draft of the own department, or what Sở Nội vụ sent back for completion (the office too may mend it).

    Raises NotFound, NotYours, NotNow or StageClosed.
    """
    ground, nomination = own_nomination_of(session, actor, code, *_DEPARTMENT, Role.office)
    if nomination.state != State.completion:
        demand_role(actor, *_DEPARTMENT, department=nomination.department_key)
        _demand_editable(session, ground, nomination, now=now)
    return ground, nomination


def attach(
    session: Session, actor: Actor, code: str, *, item_key: str, file: StoredFile, now: datetime
) -> Attachment:
    """Add a file to a draft, or one that Sở Nội vụ asked for to a nomination it sent back for completion.

    The same bytes for the same item again are the same attachment.
    """
    ground, nomination = open_to_files(session, actor, code, now=now)
    supplement = nomination.state == State.completion
    items = ground.definition.items_for(award=nomination.award_key, nominee_kind=nomination.nominee_kind)
    if not any(item.key == item_key and item.kind == "file" for item in items):
        raise Incomplete({item_key: "Đề nghị này không cần loại tệp đó."}, rule="Danh mục hồ sơ")
    kept: Sequence[Attachment] = (
        session.execute(
            select(Attachment).where(
                col(Attachment.nomination_id) == nomination.id, col(Attachment.removed_at).is_(None)
            )
        )
        .scalars()
        .all()
    )
    for one in kept:
        if (one.item_key, one.sha256) == (item_key, file.sha256):
            return one
    # What the council saw cannot be taken off any more, so it leaves as much room for what is added.
    if sum(one.supplement == supplement for one in kept) >= MOST_FILES:
        whose = "Phần bổ sung của mỗi đề nghị" if supplement else "Mỗi đề nghị"
        raise Incomplete({item_key: f"{whose} tối đa {MOST_FILES} tệp. Gỡ bớt tệp rồi tải lại."})
    row = Attachment(
        nomination_id=nomination.id or 0,
        item_key=item_key,
        name=kept_name(file.name),
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        uploaded_by=actor.person_id,
        uploaded_at=now,
        supplement=supplement,
    )
    session.add(row)
    session.flush()
    facts: dict[str, Any] = {"item": item_key, "name": row.name, "sha256": file.sha256}
    if supplement:
        facts["supplement"] = True
        unseal_draft(session, ground.round_id)
    tell = supplement and not actor.has(Role.office)
    note(session, actor, nomination, "attached", now=now, facts=facts, changes=_grown(nomination), tell=tell)
    return row


def detach(session: Session, actor: Actor, code: str, *, attachment_id: int, now: datetime) -> None:
    """Take a file off a draft; its bytes stay for the record. Safe to repeat.

    Of a nomination sent back for completion only files added since: what was voted on, or sent, stays.
    """
    ground, nomination = open_to_files(session, actor, code, now=now)
    row = session.get(Attachment, attachment_id)
    if row is None or row.nomination_id != nomination.id:
        raise NotFound("Không tìm thấy tệp này trong đề nghị.")
    if row.removed_at is None:
        if nomination.state == State.completion:
            _refuse_sent(session, ground, row)
            unseal_draft(session, ground.round_id)
        row.removed_at = now
        session.add(row)
        session.flush()  # rules read the table itself
        facts = {"item": row.item_key, "name": row.name, "sha256": row.sha256}
        note(session, actor, nomination, "detached", now=now, facts=facts, changes=_grown(nomination))


def _grown(nomination: Nomination) -> dict[str, int]:
    """Files are part of what the department head signs, so they are part of its version."""
    return {"version": nomination.version + 1}


def _refuse_sent(session: Session, ground: Ground, row: Attachment) -> None:
    sent = sent_dossier(session, ground.round_id)
    if not row.supplement or (
        sent is not None and sent.sent_at is not None and row.uploaded_at <= sent.sent_at
    ):
        raise NotNow(
            "Tệp này đã nằm trong hồ sơ Hội đồng xem hoặc hồ sơ đã gửi nên không gỡ được. "
            "Tải thêm tệp bổ sung bên cạnh.",
            rule="Hồ sơ đã trình giữ nguyên",
            help_from="Văn phòng",
        )
