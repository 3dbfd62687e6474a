"""In a process of its own: one PDF of the tờ trình with a list of 200 lines, then the same again, warm."""

import datetime as dt
import os
import time
from pathlib import Path

from engine.dossier.award_list import award_list
from engine.dossier.facts import (
    AgencyFacts,
    LineFacts,
    ListFacts,
    Registration,
    RoundFacts,
)
from engine.dossier.pdf import render_pdf
from engine.dossier.submission import submission
from engine.dossier.texts import FILES, load_texts
from tests.bench.turns import say

ROOT = Path(__file__).parents[2]
FONTS = ROOT / "api/static/dist/fonts-pdf"
LINES, WARM = 200, 3
DAY = dt.date(2026, 11, 27)
AWARD = "Bằng khen của Chủ tịch UBND tỉnh"
AGENCY = AgencyFacts(
    name="Ban Dân tộc",
    full_name="Ban Dân tộc tỉnh Lạng Sơn",
    parent="UBND tỉnh Lạng Sơn",
    head_title="Trưởng Ban",
    head_full_title="Trưởng Ban Dân tộc tỉnh Lạng Sơn",
    head_name="Vi Minh Tú",
    place="Lạng Sơn",
    code="BDT",
    receiver="Sở Nội vụ tỉnh Lạng Sơn",
    decider="Chủ tịch UBND tỉnh",
    office="Văn phòng Ban",
)
REVIEW = RoundFacts(
    title="đợt tổng kết năm 2025",
    movement="Phong trào thi đua “Lạng Sơn cùng cả nước chung sức xây dựng nông thôn mới”",
    period="giai đoạn 2021 - 2025",
    legal_basis=("Căn cứ Luật Thi đua, khen thưởng ngày 15 tháng 6 năm 2022",),
)


def line(order: int) -> LineFacts:
    return LineFacts(
        order=order,
        name=f"Nông Đức Ưởng {order}",
        is_collective=False,
        title="Phó Trưởng phòng",
        unit="Phòng Kế hoạch - Tổng hợp",
        achievement=f"Vận động nhân dân hiến {order}.727 m² đất làm đường thôn, tổ chức 10 lớp tập huấn.",
        award_name=AWARD,
        yes=10,
        base=11,
    )


def render() -> bytes:
    folder = ROOT / "config" / "documents"
    texts = load_texts({name: (folder / name).read_text(encoding="utf-8") for name in FILES})
    lines = tuple(line(order) for order in range(1, LINES + 1))
    facts = ListFacts(lines, "Tờ trình", "128/TTr-BDT", DAY, DAY)
    letter = submission(
        texts.submission,
        agency=AGENCY,
        review=REVIEW,
        lines=lines,
        registration=Registration(128, DAY, DAY),
        council=None,
    )
    attached = award_list(texts.award_list, agency=AGENCY, review=REVIEW, facts=facts)
    return render_pdf([letter, attached], fonts=FONTS, layout=texts.layout)


def main() -> None:
    pdf = render()
    say({"cpu": sum(os.times()[:4]), "bytes": len(pdf)})  # the child's own, and that of the typesetter
    warm = []
    for _ in range(WARM):
        began = time.perf_counter()
        render()
        warm.append(time.perf_counter() - began)
    say({"warm": min(warm)})


if __name__ == "__main__":
    main()
