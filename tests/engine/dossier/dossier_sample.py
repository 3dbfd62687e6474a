"""Figures and lines the dossier's tests share."""

import datetime as dt
from pathlib import Path

from engine.dossier.facts import LineFacts, ListFacts

ROOT = Path(__file__).parents[3]
FONTS = ROOT / "node_modules" / "@expo-google-fonts" / "tinos"
DAY = dt.date(2026, 11, 27)
MOVEMENT = "Phong trào thi đua “Lạng Sơn cùng cả nước chung sức xây dựng nông thôn mới”"
CERTIFICATE = "Bằng khen của Chủ tịch UBND tỉnh"
LETTER = "Giấy khen của Trưởng Ban"


def line(order: int, *, is_collective: bool = False, award: str = CERTIFICATE, name: str = "") -> LineFacts:
    return LineFacts(
        order=order,
        name=name or ("Phòng Chính sách Dân tộc" if is_collective else f"Nông Đức Ưởng {order}"),
        is_collective=is_collective,
        title="Phó Trưởng phòng",
        unit="Phòng Kế hoạch - Tổng hợp",
        achievement=f"Vận động nhân dân hiến {order + 7}.727 m² đất làm đường thôn, tổ chức 10 lớp tập huấn.",
        award_name=award,
        yes=10,
        base=11,
    )


def listed(lines: tuple[LineFacts, ...]) -> ListFacts:
    return ListFacts(lines, "Tờ trình", "128/TTr-BDT", DAY, DAY)
