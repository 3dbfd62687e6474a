"""What the files of a list weigh together: an archive holds only so much, and the vote fixes them all."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, cast, func, select
from sqlmodel import Session, col

from engine.definition import Definition
from engine.dossier.dates import megabytes
from engine.dossier.package import MOST_BYTES
from engine.errors import Incomplete
from engine.models import Attachment, Nomination


def refuse_overweight(session: Session, definition: Definition, lines: Sequence[Nomination]) -> None:
    """Raises Incomplete, naming the heaviest, if what may go to Sở Nội vụ is more than `MOST_BYTES`."""
    names = {n.id: n.nominee_name for n in lines if definition.award(n.award_key).level == "province"}
    weights = session.execute(
        select(col(Attachment.nomination_id), cast(func.sum(col(Attachment.size)), BigInteger))
        .where(col(Attachment.nomination_id).in_(names), col(Attachment.removed_at).is_(None))
        .group_by(col(Attachment.nomination_id))
        .order_by(func.sum(col(Attachment.size)).desc())
    ).all()
    total = sum(weight for _, weight in weights)
    if total <= MOST_BYTES:
        return
    heaviest, weight = weights[0]
    raise Incomplete(
        {
            "list": f"Tệp kèm theo các đề nghị trình cấp trên nặng tổng cộng {megabytes(total)} MB, một "
            f"bộ hồ sơ chỉ chứa được đến {megabytes(MOST_BYTES)} MB. Nặng nhất là đề nghị của "
            f"{names[heaviest]} ({megabytes(weight)} MB): trả lại cho phòng nén tệp rồi lập lại danh sách."
        },
        rule="Dung lượng một bộ hồ sơ",
    )
