"""What papers that leave the house say: no ballot in a decision, no claim nobody made, one form of dates."""

import datetime as dt
from dataclasses import replace
from typing import Any

from dossier_sample import DAY, listed

from engine.dossier.award_list import award_list
from engine.dossier.decision import decision
from engine.dossier.facts import (
    AgencyFacts,
    CouncilFacts,
    DeadlineMoved,
    LineFacts,
    QuorumMissed,
    Registration,
    ReportFacts,
    RoundFacts,
)
from engine.dossier.minutes import minutes
from engine.dossier.phrases import awarded_values
from engine.dossier.report import achievement_report
from engine.dossier.submission import submission
from engine.dossier.texts import Texts
from engine.dossier.view import Paragraph, Style, Table

Lines = tuple[LineFacts, ...]


def test_every_date_of_the_legal_grounds_is_spelled_out(
    texts: Texts, agency: AgencyFacts, review: RoundFacts, lines: Lines, council: CouncilFacts
) -> None:
    typed = "Căn cứ Quyết định số 587/QĐ-TTg ngày 18/5/2022 của Thủ tướng Chính phủ;"
    mixed = replace(review, legal_basis=(review.legal_basis[0], typed))
    about: dict[str, Any] = {
        "agency": agency,
        "review": mixed,
        "lines": lines,
        "registration": Registration(5, DAY, DAY),
    }
    for made in (
        submission(texts.submission, council=council, **about),
        decision(texts.decision, council=council, **about),
    ):
        grounds = [b.text for b in made.blocks if isinstance(b, Paragraph) and b.style is Style.BASIS]
        assert grounds[:2] == [
            "Căn cứ Luật Thi đua, khen thưởng ngày 15 tháng 6 năm 2022;",
            "Căn cứ Quyết định số 587/QĐ-TTg ngày 18 tháng 5 năm 2022 của Thủ tướng Chính phủ;",
        ]


def test_the_minutes_tell_of_a_deadline_that_passed_without_a_quorum(
    texts: Texts, agency: AgencyFacts, review: RoundFacts, council: CouncilFacts
) -> None:
    first, second, third = (dt.datetime(2026, 1, day, 10, 0, tzinfo=dt.UTC) for day in (9, 14, 13))
    missed = DeadlineMoved("Văn phòng Ban", first, second, "Hai người\nđi công tác.", QuorumMissed(3, 6, 4))
    sooner = DeadlineMoved("Phó Trưởng Ban", second, third, "Đủ phiếu")

    def course(*deadlines: DeadlineMoved) -> list[str]:
        made = minutes(
            texts.minutes,
            agency=agency,
            review=review,
            council=replace(council, circulated=True, deadlines=deadlines),
            registration=Registration(None, None, DAY),
        )
        told = [block.text for block in made.blocks if isinstance(block, Paragraph)]
        start = told.index("II. DIỄN BIẾN") + 2
        return told[start : next(n for n, text in enumerate(told) if text.startswith("Hội đồng biểu quyết"))]

    assert course() == []
    assert course(missed, sooner) == [
        (
            "Đến hết hạn gửi phiếu (17 giờ 00, thứ Sáu 09/01/2026) có 3/6 thành viên gửi phiếu, "
            "ít hơn số tối thiểu 4 thành viên."
        ),
        "Văn phòng Ban gia hạn gửi phiếu đến 17 giờ 00, thứ Tư 14/01/2026. Lý do: Hai người đi công tác.",
        (
            "Phó Trưởng Ban đổi hạn gửi phiếu từ 17 giờ 00, thứ Tư 14/01/2026 sang sớm hơn, 17 giờ 00, "
            "thứ Ba 13/01/2026. Lý do: Đủ phiếu."
        ),
    ]


def test_the_list_of_a_decision_tells_no_ballot_and_whose_decision_it_is(
    texts: Texts, agency: AgencyFacts, review: RoundFacts, lines: Lines
) -> None:
    about: dict[str, Any] = {"agency": agency, "review": review}
    decided = replace(listed(lines), parent="Quyết định", parent_symbol="131/QĐ-BDT")
    published = award_list(texts.award_list, facts=decided, awarded=True, **about)
    assert published.note == (
        "(Kèm theo Quyết định số 131/QĐ-BDT ngày 27 tháng 11 năm 2026 của Trưởng Ban Dân tộc tỉnh Lạng Sơn)"
    )
    assert "10/11" not in repr(published.blocks)
    assert "Phiếu" not in repr(published.blocks)
    proposed = award_list(texts.award_list, facts=listed(lines), **about)
    assert proposed.note.endswith("năm 2026 của Ban Dân tộc tỉnh Lạng Sơn)")
    tables = [block for block in proposed.blocks if isinstance(block, Table)]
    assert [table.columns[-1].title for table in tables] == ["Phiếu đồng ý"] * 2
    assert {row.cells[-1] for table in tables for row in table.rows} == {"10/11"}


def test_a_report_says_nothing_of_awards_nobody_told(
    texts: Texts, agency: AgencyFacts, review: RoundFacts, report_facts: ReportFacts
) -> None:
    """A sealed paper has no blanks, and that there was none before is not known."""
    for is_collective in (True, False):
        facts = replace(report_facts, is_collective=is_collective, past_awards=())
        made = achievement_report(texts.report, agency=agency, review=review, facts=facts)
        assert "III." not in repr(made)
        assert "…" not in repr(made.blocks)
        assert not [block for block in made.blocks if isinstance(block, Table)]
        closing = made.blocks[-1]
        assert isinstance(closing, Paragraph)
        assert "chịu trách nhiệm" in closing.text
        assert "hệ thống" not in repr(made).lower()
    told = achievement_report(texts.report, agency=agency, review=review, facts=report_facts)
    heading = Paragraph("III. CÁC HÌNH THỨC ĐÃ ĐƯỢC KHEN THƯỞNG", Style.HEADING)
    assert isinstance(told.blocks[told.blocks.index(heading) + 1], Table)


def test_danh_hieu_is_a_word_inside_a_sentence_and_bang_khen_a_name(
    texts: Texts, agency: AgencyFacts, review: RoundFacts, lines: Lines, report_facts: ReportFacts
) -> None:
    named = ("Danh hiệu Lao động tiên tiến", "Bằng khen của Chủ tịch UBND tỉnh", "Danh hiệu Tập thể tốt")
    given = [replace(lines[0], award_name=name) for name in named]
    values = awarded_values(given)
    assert values["hinh_thuc"] == (
        "danh hiệu Lao động tiên tiến, Bằng khen của Chủ tịch UBND tỉnh, danh hiệu Tập thể tốt"
    )
    assert values["tang"].startswith("Tặng danh hiệu Lao động tiên tiến cho ")
    facts = replace(report_facts, award_name=named[0])
    made = achievement_report(texts.report, agency=agency, review=review, facts=facts)
    assert made.subject.startswith("Đề nghị tặng danh hiệu Lao động tiên tiến trong ")
    listed_ = award_list(texts.award_list, agency=agency, review=review, facts=listed(given))
    assert named[0] in repr(listed_.blocks), "a cell of its own begins with its capital"
