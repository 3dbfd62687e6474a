"""What a member's telephone fetches for the ballot, first and after; what the web process imports."""

import gzip
import json
import re
import subprocess
from dataclasses import dataclass
from http.client import HTTPConnection

from tests.bench import hall
from tests.bench.measure import MIB, ROOT, Finding, Noise, python

FIRST_KB, AFTER_KB = 120.0, 5.0
_LINKED = re.compile(r"""(?:href|src)="(/static/[^"]+)\"""")
_IN_CSS = re.compile(r"""url\("?\./([^")]+)"?\)""")
_STYLES = re.compile(r"\.css$")
_IMPORT = (
    "import json, resource, sys, time; began = time.perf_counter(); import api.app; "
    "print(json.dumps({'wall': time.perf_counter() - began, 'cpu': time.process_time(), "
    "'kb': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, 'prefect': 'prefect' in sys.modules}))"
)


@dataclass
class Visitor:
    """A browser that accepts gzip; `fetched` holds bytes on the wire by path."""

    port: int
    cookie: str

    def fetch(self, path: str) -> tuple[bytes, bytes]:
        """The body as sent, and unpacked. Raises RuntimeError unless the answer is 200."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path, headers={"Cookie": f"tdkt={self.cookie}", "Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        sent = answer.read()
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        packed = answer.headers.get("Content-Encoding") == "gzip"
        return sent, gzip.decompress(sent) if packed else sent


def run(port: int, made: hall.Hall) -> list[Finding]:
    """Weigh the ballot page of a seat that has not voted."""
    visitor = Visitor(port, made.seats[0])
    sent, page = visitor.fetch(f"/phieu/{hall.VOTE}")
    assets = {path: visitor.fetch(path) for path in sorted(set(_LINKED.findall(page.decode())))}
    for path, (_sent, body) in list(assets.items()):
        if _STYLES.search(path):
            for name in _IN_CSS.findall(body.decode()):
                beside = f"{path.rpartition('/')[0]}/{name}"
                assets.setdefault(beside, visitor.fetch(beside))
    after = len(gzip.compress(page, 9)) / 1024
    first = after + sum(len(body) for body, _ in assets.values()) / 1024
    fonts = sum(len(body) for path, (body, _) in assets.items() if path.endswith("woff2")) / 1024
    how = f"page, {len(assets)} assets as sent, of which fonts {fonts:.0f} KB; page by gzip -9"
    wire = f"page alone by gzip -9; our server sends {len(sent) / 1024:.1f} KB"
    return [
        Finding(
            f"Ballot page, {hall.LINES} nominations, first visit",
            f"≤ {FIRST_KB:.0f} KB",
            f"{first:.0f} KB",
            first <= FIRST_KB,
            how,
        ),
        Finding("— after", f"≤ {AFTER_KB:.0f} KB", f"{after:.1f} KB", after <= AFTER_KB, wire),
    ]


def imports(noise: Noise, *, rounds: int) -> list[Finding]:
    """A fresh interpreter that imports the web application."""
    answers = []
    for _ in range(rounds):
        noise.take()
        done = subprocess.run(python("-c", _IMPORT), cwd=ROOT, capture_output=True, text=True, check=True)
        answers.append(json.loads(done.stdout))
    cpu, wall = min(a["cpu"] for a in answers), min(a["wall"] for a in answers)
    free = not any(a["prefect"] for a in answers)
    how = f"{wall:.2f} s wall, {answers[0]['kb'] * 1024 / MIB:.0f} MB resident afterwards"
    measured = f"{cpu:.2f} s CPU, {'no Prefect' if free else 'Prefect is in it'}"
    return [Finding("Import of the web process", "without Prefect", measured, free, how)]
