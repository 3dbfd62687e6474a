import datetime as dt
from dataclasses import replace

import pytest
from dossier_sample import CERTIFICATE, DAY, LETTER, line, listed

from engine.dossier.award_list import award_list
from engine.dossier.dates import ZONE, long_date, moment, percent, spelled_out
from engine.dossier.decision import decision
from engine.dossier.facts import (
    AgencyFacts,
    CouncilFacts,
    LineFacts,
    Registration,
    ReportFacts,
    RoundFacts,
    SentPaper,
)
from engine.dossier.minutes import minutes
from engine.dossier.report import achievement_report
from engine.dossier.submission import submission
from engine.dossier.texts import Texts
from engine.dossier.view import Document, Kind, Paragraph, Row, Style, Symbol, Table, plain

Lines = tuple[LineFacts, ...]


def said(document: Document) -> str:
    return "\n".join(
        (block.lead + " " + block.text) if isinstance(block, Paragraph) else repr(block)
        for block in document.blocks
    )


def test_codes_are_those_of_the_decree_and_numbers_are_padded() -> None:
    assert [kind.value for kind in Kind] == ["TTr", "QĐ", "BB", "BC"]
    assert str(Symbol(Kind.SUBMISSION, "BDT", 5)) == "05/TTr-BDT"
    assert str(Symbol(Kind.DECISION, "BDT", 128)) == "128/QĐ-BDT"
    assert str(Symbol(Kind.MINUTES, "HĐTĐKT")) == "…/BB-HĐTĐKT"


def test_dates_are_padded_as_the_decree_asks() -> None:
    assert long_date(dt.date(2026, 2, 5)) == "ngày 05 tháng 02 năm 2026"
    assert long_date(dt.date(2026, 3, 15)) == "ngày 15 tháng 3 năm 2026"
    assert long_date(None) == "ngày … tháng … năm …"
    assert moment(dt.datetime(2026, 11, 26, 10, 0, tzinfo=dt.UTC)) == "17 giờ 00, thứ Năm 26/11/2026"
    mixed = "Quyết định 587/QĐ-TTg ngày 18/5/2022, Kế hoạch ngày 02/1/2023; ngày 31/2/2022; tờ 1/2/2022"
    assert spelled_out(mixed) == (
        "Quyết định 587/QĐ-TTg ngày 18 tháng 5 năm 2022, Kế hoạch ngày 02 tháng 01 năm 2023; "
        "ngày 31/2/2022; tờ 1/2/2022"
    )
    with pytest.raises(ValueError, match="zone"):
        moment(dt.datetime(2026, 11, 26, 10, 0))  # noqa: DTZ001 — the refusal is what is tested


def test_a_rate_is_never_rounded_up_to_a_threshold() -> None:
    assert percent(7999, 10000) == "79,9%"
    assert percent(10, 11) == "90,9%"
    assert percent(4, 5) == "80%"
    assert percent(0, 0) == "…"


def test_plain_text_is_normal_and_printable() -> None:
    assert plain("Nguye\u0302\u0303n\r\n Va\u0306n\x00 A\u200b") == "Nguyễn Văn A"
    assert plain("tốt 👍🏽 漢") == "tốt □□ □"
    assert plain("m² ≥ 80% – “a”") == "m² ≥ 80% – “a”"


def test_a_ragged_table_is_refused() -> None:
    with pytest.raises(ValueError, match="2 cells for 0 columns"):
        Table((), (Row(("a", "b")),))


def test_the_submission_tells_only_the_rules_of_its_awards(
    texts: Texts,
    agency: AgencyFacts,
    review: RoundFacts,
    lines: Lines,
    council: CouncilFacts,
) -> None:
    made = submission(
        texts.submission,
        agency=agency,
        review=review,
        lines=lines,
        registration=Registration(128, DAY, DAY),
        council=council,
    )
    text = said(made)
    assert "tặng Bằng khen của Chủ tịch UBND tỉnh cho 01 tập thể và 06 cá nhân" in text
    assert "từ 80% trở lên" in text
    assert LETTER not in text
    grounds = [b.text for b in made.blocks if isinstance(b, Paragraph) and b.style is Style.BASIS]
    assert all(ground.endswith(";") for ground in grounds[:-1])
    assert grounds[-1].endswith("ngày 26 tháng 11 năm 2026.")
    assert made.recipients[-1] == "- Lưu: VT, hồ sơ."


def test_without_a_ballot_the_submission_names_no_council(
    texts: Texts, agency: AgencyFacts, review: RoundFacts, lines: Lines, registration: Registration
) -> None:
    made = submission(
        texts.submission, agency=agency, review=review, lines=lines, registration=registration, council=None
    )
    assert "thủ tục đơn giản" in said(made)
    assert "Hội đồng" not in said(made)


def test_a_deputy_signs_for_the_head(
    texts: Texts, agency: AgencyFacts, review: RoundFacts, council: CouncilFacts
) -> None:
    deputy = replace(agency, sign_lines=("KT. TRƯỞNG BAN", "PHÓ TRƯỞNG BAN"), head_name="Bế Thị Duyệt")
    made = decision(
        texts.decision,
        agency=deputy,
        review=review,
        lines=[line(1, award=LETTER), line(2, award=LETTER, is_collective=True)],
        registration=Registration(5, dt.date(2026, 2, 5), DAY),
        council=council,
    )
    assert made.signatures[0].lines == ("KT. TRƯỞNG BAN", "PHÓ TRƯỞNG BAN")
    assert made.head is not None
    assert str(made.head.symbol) == "05/QĐ-BDT"
    leads = [block.lead for block in made.blocks if isinstance(block, Paragraph) and block.lead]
    assert leads == ["Điều 1.", "Điều 2.", "Điều 3."]
    assert "Điều 1. Tặng Giấy khen của Trưởng Ban cho 01 tập thể và 01 cá nhân" in said(made)
    assert "TRƯỞNG BAN DÂN TỘC TỈNH LẠNG SƠN" in said(made)


def test_the_minutes_hold_what_minutes_must(
    texts: Texts, agency: AgencyFacts, review: RoundFacts, council: CouncilFacts
) -> None:
    made = minutes(
        texts.minutes,
        agency=agency,
        review=review,
        council=council,
        registration=Registration(None, None, DAY),
    )
    text = said(made)
    for wanted in (
        "14 giờ 00, thứ Năm 26/11/2026",
        "16 giờ 30, thứ Năm 26/11/2026",
        "Phòng họp Ban Dân tộc",
        "Có mặt: 5/6",
        "1. Bế Thị Duyệt, Phó Trưởng Ban – Phó Chủ tịch (đi công tác).",
        "bỏ phiếu kín: số phiếu phát ra 6, số phiếu thu về 6, số phiếu hợp lệ 5, số phiếu không hợp lệ 1",
        "01 ý kiến",
        f"{CERTIFICATE}: từ 80% trở lên trên tổng số thành viên Hội đồng (cần ít nhất 5/6 phiếu đồng ý)",
        "'4/6', '1', '1', '66,6%', 'Không đủ tỷ lệ'",
        "Hứa Thị Khuê (01 thành viên)",
        "đủ 2/3 tổng số thành viên",
        "Ông Hoàng Văn An đề nghị",
        "Biên bản kiểm phiếu",
    ):
        assert wanted in text
    assert [each.name for each in made.signatures] == ["Lâm Thị Phượng", "Vi Minh Tú"]
    circulated = minutes(
        texts.minutes,
        agency=agency,
        review=review,
        council=replace(council, circulated=True, absent=(), dissents=(), results=(), place=""),
        registration=Registration(None, None, DAY),
    )
    assert "Lấy ý kiến bằng văn bản" in circulated.subject
    assert "Tất cả thành viên Hội đồng đã gửi ý kiến." in said(circulated)
    assert "thành viên vắng mặt" not in said(circulated)
    quiet = replace(
        council, circulated=True, absent=(replace(council.absent[0], absence=""), council.absent[0])
    )
    asked = minutes(
        texts.minutes, agency=agency, review=review, council=quiet, registration=Registration(None, None, DAY)
    )
    assert "Không gửi ý kiến: 2/6 thành viên, gồm:" in said(asked)
    assert "1. Bế Thị Duyệt, Phó Trưởng Ban – Phó Chủ tịch;" in said(asked)
    assert "2. Bế Thị Duyệt, Phó Trưởng Ban – Phó Chủ tịch (đi công tác)." in said(asked)
    assert "Vắng mặt" not in said(asked)
    assert "Không có trường hợp nào đủ tỷ lệ" in said(circulated)
    assert council.starts_at.astimezone(ZONE).hour == 14


def test_the_list_separates_collectives_and_persons(
    texts: Texts, agency: AgencyFacts, review: RoundFacts, lines: Lines
) -> None:
    made = award_list(texts.award_list, agency=agency, review=review, facts=listed(lines))
    assert made.note.startswith("(Kèm theo Tờ trình số 128/TTr-BDT ngày 27 tháng 11 năm 2026")
    assert made.landscape
    assert made.head is None
    headings = [b.text for b in made.blocks if isinstance(b, Paragraph) and b.style is Style.HEADING]
    assert headings == ["Tập thể", "Cá nhân"]
    mixed = (line(1), line(2, is_collective=True, award=LETTER), line(3, award=LETTER))
    several = award_list(texts.award_list, agency=agency, review=review, facts=listed(mixed))
    assert [b.text for b in several.blocks if isinstance(b, Paragraph) and b.style is Style.HEADING] == [
        f"{CERTIFICATE}: cá nhân",
        f"{LETTER}: tập thể",
        f"{LETTER}: cá nhân",
    ]
    persons = award_list(texts.award_list, agency=agency, review=review, facts=listed(lines[1:]))
    assert isinstance(persons.blocks[0], Table)
    empty = award_list(texts.award_list, agency=agency, review=review, facts=listed(()))
    assert said(empty).strip() == "Danh sách không có trường hợp nào."


def test_the_report_is_confirmed_by_the_proposing_level(
    texts: Texts, agency: AgencyFacts, review: RoundFacts, report_facts: ReportFacts
) -> None:
    made = achievement_report(texts.report, agency=agency, review=review, facts=report_facts)
    assert made.signatures[0].lines == ("XÁC NHẬN CỦA ĐƠN VỊ/CẤP TRÌNH", "TRƯỞNG PHÒNG")
    assert made.signatures[1].name == "Nông Đức Ưởng"
    assert "- Vận động 45 hộ hiến 7.727 m² đất;\n =1+1" in said(made)
    group = achievement_report(
        texts.report, agency=agency, review=review, facts=replace(report_facts, is_collective=True)
    )
    assert "Tên tập thể:" in said(group)


def test_a_submission_sent_again_opens_with_what_it_completes(
    texts: Texts,
    agency: AgencyFacts,
    review: RoundFacts,
    lines: Lines,
) -> None:
    def made(*some: LineFacts) -> tuple[str, str]:
        paper = submission(
            texts.submission,
            agency=agency,
            review=review,
            lines=some,
            registration=Registration(128, DAY, DAY),
            council=None,
        )
        body = [b.text for b in paper.blocks if isinstance(b, Paragraph) and b.style == Style.BODY]
        return paper.subject, body[0]

    first, second = (
        SentPaper("12/TTr-BDT", dt.date(2026, 11, 5), completed=True),
        SentPaper("19/TTr-BDT", dt.date(2026, 12, 1), completed=True),
    )
    back = [replace(lines[0], sent_with=second), replace(lines[1], sent_with=first)]
    subject, opening = made(back[1])
    assert subject.startswith(f"Về việc bổ sung hồ sơ đề nghị tặng {CERTIFICATE} cho cá nhân có thành tích")
    assert opening == (
        "Thực hiện yêu cầu của Sở Nội vụ tỉnh Lạng Sơn về việc bổ sung hồ sơ đã gửi kèm theo Tờ trình số "
        "12/TTr-BDT ngày 05 tháng 11 năm 2026, Ban Dân tộc tỉnh Lạng Sơn đã hoàn thiện và trình lại hồ sơ "
        "của 01 cá nhân."
    )
    subject, opening = made(*back, lines[2])
    assert subject.startswith("Về việc đề nghị tặng"), "one goes for the first time"
    assert (
        "Tờ trình số 12/TTr-BDT ngày 05 tháng 11 năm 2026 và Tờ trình số 19/TTr-BDT ngày 01 tháng 12"
        in opening
    )
    assert "hồ sơ của 01 tập thể và 01 cá nhân." in opening
    untouched = replace(lines[0], sent_with=replace(second, completed=False))
    subject, opening = made(untouched)
    assert subject.startswith("Về việc đề nghị tặng"), "it claims no completion"
    assert opening == (
        "Ban Dân tộc tỉnh Lạng Sơn trình lại hồ sơ của 01 tập thể đã gửi kèm theo Tờ trình số 19/TTr-BDT "
        "ngày 01 tháng 12 năm 2026."
    )
    subject, opening = made(*lines)
    assert subject.startswith(f"Về việc đề nghị tặng {CERTIFICATE} cho tập thể, cá nhân có thành tích")
    assert "kính trình" in opening
