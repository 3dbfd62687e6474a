"""The measurements still run: lives come to their end, and nothing has become absurdly dear.

The bounds are generous because machines differ; `make bench` measures. Peers need the package index, so that
they stay out of here.
"""

from pathlib import Path

from tests.bench import life, report
from tests.bench.measure import Finding, Noise

COUNT, TOO_DEAR_MS, TOO_MANY_FLOORS = 6, 400.0, 400.0


def test_lives_come_to_their_end_at_a_bearable_cost(tmp_path: Path) -> None:
    noise = Noise()
    played = {one.name: one for one in life.run(tmp_path, noise, rounds=1, count=COUNT, with_peers=False)}
    assert set(played) == {life.OURS, life.BATCHES, life.FLOOR}
    floor = played[life.FLOOR].best
    for name in (life.OURS, life.BATCHES):
        one = played[name]
        assert floor < one.best < min(TOO_DEAR_MS, TOO_MANY_FLOORS * floor)
        # started, finish, sign_off, accept, freeze, recommend, approve, decide leave an event each
        assert one.rows["events"] >= 8
        assert one.rows["messages"] > 0
        assert sum(one.parts.values()) <= one.best * 1.01
    assert len(noise.taken) == len(played)


def test_the_page_says_what_was_not_met() -> None:
    noise = Noise([0.1, 0.2])
    findings = [
        Finding("A", "≤ 1 ms", "2 ms", met=False, how="so"),
        Finding("B", "≤ 1 ms", "1 ms", met=True),
        Finding("C", "–", "1 ms", met=None),
    ]
    page = report.page(findings, {"Life": ["| x |"]}, noise, setup=True)
    assert "| A | ≤ 1 ms | 2 ms | **no** | so |" in page
    assert "| B | ≤ 1 ms | 1 ms | yes |  |" in page
    assert "| C | – | 1 ms | – |  |" in page
    assert "--with-setup" in page
    assert "100–200 ms over 2 times" in page
