"""The dossier's PDF of 200 lines: a cold process from its start to the bytes, and the same again warm."""

import json
import subprocess
import time

from tests.bench.measure import ROOT, Finding, Noise, python

MOST_S = 0.5


def run(noise: Noise, *, rounds: int) -> list[Finding]:
    """A new process every round, the best kept. It says when the first PDF is there, then goes on warm."""
    cold, cpu, warm = [], [], []
    for _ in range(rounds):
        noise.take()
        began = time.perf_counter()
        with subprocess.Popen(
            python("-m", "tests.bench.dossier_child"), cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            first = json.loads(process.stdout.readline())
            cold.append(time.perf_counter() - began)
            cpu.append(first["cpu"])
            warm.append(json.loads(process.stdout.readline())["warm"])
    how = (
        f"from the start of the process, interpreter and imports included; {min(cpu):.2f} s CPU; "
        f"tờ trình and list, PDF/A-2b, {first['bytes'] / 1024:.0f} KB; the next one {min(warm):.2f} s"
    )
    best = min(cold)
    return [Finding("Dossier PDF of 200 lines, cold", f"≤ {MOST_S} s", f"{best:.2f} s", best <= MOST_S, how)]
