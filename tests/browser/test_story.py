"""From an empty database to the archive on disk and letters in a mailbox, in a browser, on PostgreSQL.

The same walk on SQLite is made by test_accessibility.py, which looks at every page on the way.
"""

import pytest

from tests.browser import ending, walk
from tests.browser.hall import Hall

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_whole_story_in_a_browser(hall: Hall) -> None:
    codes = walk.department(hall)
    hall.leave()
    walk.office(hall, codes)
    hall.leave()
    walk.council(hall)
    walk.submission(hall)

    ending.check(hall)
