"""All wordings of a dossier, loaded and checked together."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.dossier import award_list, decision, minutes, report, submission
from engine.dossier.layout import Layout, load_layout
from engine.dossier.wording import Wording, load_wording

LAYOUT_FILE = "layout.yaml"
FILES = (submission.FILE, award_list.FILE, minutes.FILE, decision.FILE, report.FILE, LAYOUT_FILE)
"""Names of the files `load_texts` wants, all of `config/documents`."""


@dataclass(frozen=True)
class Texts:
    """What an agency may change about its documents: sentences and measures."""

    submission: Wording
    award_list: Wording
    minutes: Wording
    decision: Wording
    report: Wording
    layout: Layout


def load_texts(files: Mapping[str, str]) -> Texts:
    """Texts from a mapping of file name → content.

    Raises WordingError or LayoutError, whose message names file, line and remedy in Vietnamese.
    """
    expected = {
        submission.FILE: submission.EXPECTED,
        award_list.FILE: award_list.EXPECTED,
        minutes.FILE: minutes.EXPECTED,
        decision.FILE: decision.EXPECTED,
        report.FILE: report.EXPECTED,
    }
    loaded = load_wording(files, expected)
    return Texts(
        submission=loaded[submission.FILE],
        award_list=loaded[award_list.FILE],
        minutes=loaded[minutes.FILE],
        decision=loaded[decision.FILE],
        report=loaded[report.FILE],
        layout=load_layout(files.get(LAYOUT_FILE, ""), file=LAYOUT_FILE),
    )
