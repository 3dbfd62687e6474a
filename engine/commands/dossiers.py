"""The dossier of provincial awards: sealed with its hash, sent, received; one version at a time."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from engine.access import Actor, demand_role
from engine.commands.dating import Earliest, earliest_paper, number_faults, submission_faults
from engine.commands.ground import Ground, move_all, note_round, stand_on
from engine.commands.numbering import submission_sign, written
from engine.dossier.dates import megabytes, moment
from engine.errors import Changed, Incomplete, NotFound, NotNow
from engine.models import Dossier, DossierLine, Nomination
from engine.stages import Act, Role, State
from engine.text import clean

MOST_BY_EMAIL = 20 * 2**20  # bytes; many a mail server takes no more once they are written out as text
_HELD_BY = (
    select(col(DossierLine.nomination_id), Dossier)
    .join(Dossier, col(Dossier.id) == col(DossierLine.dossier_id))
    .where(col(Dossier.round_id) == bindparam("round_id"), col(Dossier.state) != "draft")
    .order_by(col(Dossier.version))
)
_SUBMITTED = (
    select(Nomination)
    .where(
        col(Nomination.id).in_(bindparam("ids", expanding=True)),
        col(Nomination.state) == State.submitted.value,
    )
    .order_by(col(Nomination.id))
)


def unseal(session: Session, dossier: Dossier) -> None:
    """An archive built from an older record is no longer this one."""
    dossier.sha256, dossier.size, dossier.built_at = "", 0, None
    session.add(dossier)


def unseal_draft(session: Session, round_id: int) -> None:
    """What is inside changed: a version not sent yet has to be built again."""
    dossier = latest_dossier(session, round_id)
    if dossier is not None and dossier.state == "draft":
        unseal(session, dossier)


def lines_to_send(session: Session, ground: Ground) -> list[Nomination]:
    """What the next dossier takes along: provincial, agreed to by the head or sent back for completion."""
    provincial = [award.key for award in ground.definition.awards if award.level == "province"]
    return list(
        session.execute(
            select(Nomination)
            .where(
                col(Nomination.round_id) == ground.round_id,
                col(Nomination.award_key).in_(provincial),
                col(Nomination.state).in_([State.approved.value, State.completion.value]),
            )
            .order_by(col(Nomination.id))
        ).scalars()
    )


def dossiers_holding(session: Session, round_id: int) -> dict[int, Dossier]:
    """By nomination, the newest dossier of the round that took it along: an answer concerns that one."""
    return dict(session.execute(_HELD_BY, {"round_id": round_id}).all())


def earliest_answer(session: Session, round_id: int, nominations: Iterable[int]) -> Earliest | None:
    """From which day an award by the province may be: that of the last tờ trình that took these along.

    Not the day it is recorded as sent: what went by another channel is often written down days later.
    """
    holding = dossiers_holding(session, round_id)
    days = [held.document_date for id_ in nominations if (held := holding.get(id_)) and held.document_date]
    return Earliest(max(days), "của tờ trình") if days else None


def latest_dossier(session: Session, round_id: int) -> Dossier | None:
    """The newest version, sent or not."""
    return _newest(session, round_id)


def sent_dossier(session: Session, round_id: int) -> Dossier | None:
    """The newest version that has left."""
    return _newest(session, round_id, col(Dossier.state) != "draft")


def _newest(session: Session, round_id: int, *where: Any) -> Dossier | None:
    found = select(Dossier).where(col(Dossier.round_id) == round_id, *where)
    return session.execute(found.order_by(col(Dossier.version).desc())).scalars().first()


def dossier_of(session: Session, round_id: int, version: int) -> Dossier:
    """One version of a round's dossier. Raises NotFound."""
    found = _newest(session, round_id, col(Dossier.version) == version)
    if found is None:
        raise NotFound("Không tìm thấy hồ sơ này.")
    return found


def lines_of(session: Session, dossier: Dossier) -> list[Nomination]:
    """The nominations inside a dossier."""
    return list(
        session.execute(
            select(Nomination)
            .join(DossierLine, col(DossierLine.nomination_id) == col(Nomination.id))
            .where(col(DossierLine.dossier_id) == dossier.id)
            .order_by(col(Nomination.id))
        ).scalars()
    )


def seal_dossier(
    session: Session,
    actor: Actor,
    key: str,
    *,
    version: int,
    number: str,
    dated: date,
    sha256: str,
    size: int,
    now: datetime,
) -> Dossier:
    """Record the archive that was built from the dossier: its hash is what was sent, for ever.

    Raises Incomplete for a tờ trình without number, with one sent before, to come, or older than the vote
    or the last one sent.
    """
    demand_role(actor, Role.office)
    ground = stand_on(session, key=key)
    dossier = _draft(session, ground, version)
    earliest = earliest_paper(session, [n.id or 0 for n in lines_of(session, dossier)])
    sign = submission_sign(ground.definition)
    said = written(number, sign)
    faults = submission_faults(session, ground.round_id, said, dated) | number_faults(
        number, dated, now, sign=sign, paper="Ngày tờ trình", earliest=earliest
    )
    if faults:
        raise Incomplete(faults, rule=ground.definition.cited("Số, ký hiệu văn bản", "papers"))
    if (dossier.document_number, dossier.document_date, dossier.sha256) == (said, dated, sha256):
        return dossier
    dossier.document_number, dossier.document_date = said, dated
    dossier.sha256, dossier.size, dossier.built_at = sha256, size, now
    session.add(dossier)
    facts = {"version": version, "sha256": sha256, "number": said}
    note_round(session, actor, ground, "dossier_built", now=now, facts=facts, tell=False, wake=False)
    return dossier


def _draft(session: Session, ground: Ground, version: int) -> Dossier:
    dossier = latest_dossier(session, ground.round_id)
    if dossier is None or dossier.version != version or dossier.state != "draft":
        raise NotNow(
            "Hồ sơ này đã gửi hoặc đã có bản mới hơn. Tải lại trang để xem bản hiện tại.",
            rule="Phiên bản hồ sơ",
        )
    return dossier


def send_dossier(
    session: Session,
    actor: Actor,
    key: str,
    *,
    version: int,
    channel: str,
    channel_number: str = "",
    seen: str | None = None,
    now: datetime,
) -> Dossier:
    """The dossier leaves: by letter to the configured address, or marked as sent by another channel.

    `channel` is "email" or "other" (needs its number). Safe to repeat: what has left is returned as it is.
    `seen` is the SHA-256 of the archive the sender was shown, None where nothing was shown: raises Changed
    when another archive stands in its place, or has left.
    """
    demand_role(actor, Role.office)
    ground = stand_on(session, key=key)
    latest = latest_dossier(session, ground.round_id)
    if latest is not None and latest.version == version and seen not in {None, latest.sha256}:
        raise _other_archive(latest)
    if latest is not None and latest.version == version and latest.state != "draft":
        return latest
    dossier = _draft(session, ground, version)
    said = clean(channel_number)
    lines = lines_of(session, dossier)
    faults = {}
    if channel not in {"email", "other"}:
        faults["channel"] = "Chọn cách gửi: thư điện tử hoặc kênh khác."
    if channel == "other" and not said:
        faults["channel_number"] = "Ghi số văn bản đi hoặc mã biên nhận của kênh đã gửi."
    if channel == "email" and dossier.size > MOST_BY_EMAIL:
        faults["channel"] = (
            f"Hồ sơ nặng {megabytes(dossier.size)} MB, thư điện tử chỉ chuyển được đến "
            f"{megabytes(MOST_BY_EMAIL)} MB. Tải hồ sơ về, gửi qua trục liên thông văn bản hoặc nộp "
            "trực tiếp, rồi chọn “kênh khác” và ghi số văn bản đi hoặc mã biên nhận."
        )
    if not dossier.sha256 or not lines:  # a version may hold the facts of the minutes alone
        faults["dossier"] = "Hồ sơ chưa được tạo. Bấm “Tạo bộ hồ sơ” trước khi gửi."
    elif {n.id for n in lines} != {n.id for n in lines_to_send(session, ground)}:
        faults["dossier"] = "Đã có thêm kết luận sau khi tạo hồ sơ. Cập nhật, tạo lại hồ sơ rồi gửi."
    if faults:
        raise Incomplete(faults)
    dossier.state, dossier.sent_at = "sent", now
    dossier.channel, dossier.channel_number = channel, said
    dossier.recipient = ground.definition.agency.recipient.email if channel == "email" else ""
    session.add(dossier)
    about = {"version": version}
    move_all(session, actor, ground, lines, Act.submit, now=now, facts=lambda _: about)
    facts = {**about, "channel": channel, "number": said, "sha256": dossier.sha256}
    note_round(session, actor, ground, "dossier_sent", now=now, facts=facts)
    return dossier


def _other_archive(dossier: Dossier) -> Changed:
    """Nobody sends what they have not looked into."""
    if dossier.state != "draft":
        told = f"bản {dossier.version} đã được gửi, với bộ hồ sơ khác bộ ông/bà xem"
        do = "Xem bộ đã gửi dưới đây."
    elif dossier.sha256 and dossier.document_date and dossier.built_at:
        told = (
            f"bộ hồ sơ đã được tạo lại lúc {moment(dossier.built_at)}, nay là Tờ trình số "
            f"{dossier.document_number} ngày {dossier.document_date:%d/%m/%Y}"
        )
        do = "Hồ sơ chưa được gửi. Kiểm tra bộ mới dưới đây rồi bấm gửi."
    else:
        told = "thông tin hoặc tệp của hồ sơ đã thay đổi nên bộ hồ sơ ấy không còn dùng được"
        do = "Hồ sơ chưa được gửi. Tạo lại bộ hồ sơ, kiểm tra rồi gửi."
    theirs = {"sha256": dossier.sha256, "number": dossier.document_number}
    return Changed(f"Sau khi ông/bà mở trang, {told}. {do}", theirs=theirs, version=dossier.version)


def record_receipt(
    session: Session, actor: Actor, key: str, *, version: int, number: str, now: datetime
) -> int:
    """Sở Nội vụ has received this version (its receipt number, if it gave one); returns how many lines.

    A line that a later version took along since is received with that one. Safe to repeat: 0 when nothing of
    it waits for a receipt. Raises NotFound, and NotNow for a version that has not left.
    """
    demand_role(actor, Role.office)
    ground = stand_on(session, key=key)
    dossier = dossier_of(session, ground.round_id, version)
    if dossier.state == "draft":
        raise NotNow(f"Chưa gửi hồ sơ bản {version} nên chưa ghi nhận được.", rule="Trình tự gửi, nhận hồ sơ")
    holding = dossiers_holding(session, ground.round_id)
    asked = {"ids": [id_ for id_, held in holding.items() if held.version == version]}
    waiting = list(session.execute(_SUBMITTED, asked).scalars())
    if not waiting:
        return 0
    if dossier.state == "sent":
        dossier.state, dossier.received_at = "received", now
        session.add(dossier)
    facts = {"version": version, "number": clean(number)}
    move_all(session, actor, ground, waiting, Act.receive, now=now, facts=lambda _: facts)
    note_round(session, actor, ground, "dossier_received", now=now, facts=facts, tell=False)
    return len(waiting)
