"""The web application and two flow runners as processes: killed, and started again as a supervisor would."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import IO, Any

import psutil

from tests.flows.server_child import ROOT, free_port

NAMES = ("web", "runner-1", "runner-2")
WEB_POINTS = ("request", "commit", "committed", "committed", "answer", "answer", "half")
RUNNER_POINTS = ("commit", "committed")


class Processes:
    """What may be killed. `due` is how many deaths are still wanted, `kills` counts them by kind."""

    def __init__(self, environment: Mapping[str, str], log: Path, random: Random) -> None:
        self.port = free_port()
        self.random, self.log = random, log
        self.due = 0
        self.kills: Counter[str] = Counter()
        self.faults: list[str] = []
        self.runner_died = False  # and may have held leases; whoever outlives them says False again
        self._living: dict[str, int] = {}
        self._plans: dict[int, str] = {}
        self._reasons: dict[int, str] = {}
        self._buried: list[dict[str, Any]] = []  # deaths heard of while a birth was waited for
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._environment = {**environment, "TDKT_PUBLIC_URL": f"http://127.0.0.1:{self.port}"}
        self._forge: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Everything up, and from here on brought up again."""
        with self.log.open("wb") as log:
            self._forge = subprocess.Popen(
                [sys.executable, "-m", "tests.kill.forge"],
                cwd=ROOT,
                env=os.environ | self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert "ready" in self._heard(), self.log.read_text()
        for name in NAMES:
            self._make(name, "")
        threading.Thread(target=self._supervise, daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()
        with self._lock:
            for pid in self._living.values():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        if self._forge is not None:
            self._forge.kill()
            self._forge.wait()
            for pipe in (self._forge.stdin, self._forge.stdout):
                if pipe is not None:
                    pipe.close()

    def living(self) -> list[int]:
        with self._lock:
            return list(self._living.values())

    def kill(self, pid: int, reason: str) -> bool:
        """Kill one of ours; False when it is dead or dying already."""
        with self._lock:
            if pid not in self._living.values() or pid in self._reasons:
                return False
            self._reasons[pid] = reason
            os.kill(pid, signal.SIGKILL)
            return True

    def kill_client(self, port: int, reason: str) -> None:
        """Kill the process whose connection comes from this port, and see it dead before going on."""
        for pid in self.living():
            with suppress(psutil.NoSuchProcess):
                process = psutil.Process(pid)
                if any(c.laddr and c.laddr[1] == port for c in process.net_connections("tcp")):
                    self.kill(pid, reason)
                    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                        time.sleep(0.001)

    def stacks(self) -> str:
        """Where every process stands, for whoever has to find out why nothing happens."""
        for pid in self.living():
            os.kill(pid, signal.SIGUSR1)
        time.sleep(1)
        return self.log.read_text()[-8000:]

    def _heard(self) -> dict[str, Any]:
        assert self._forge is not None
        line = self._pipe(self._forge.stdout).readline()
        found: dict[str, Any] = json.loads(line) if line else {}
        return found

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe

    def _make(self, name: str, plan: str) -> None:
        """Order a process; `made` in the answer gives its pid. Only one order is open at a time."""
        what = name.partition("-")[0]
        assert self._forge is not None
        stdin = self._pipe(self._forge.stdin)
        stdin.write(json.dumps({"what": what, "plan": plan, "port": self.port}) + "\n")
        stdin.flush()
        while "made" not in (answer := self._heard()):
            assert answer, self.log.read_text()
            self._buried.append(answer)
        with self._lock:
            self._living[name] = answer["made"]
            self._plans[answer["made"]] = plan

    def _supervise(self) -> None:
        """Start again whatever has died, at once, perhaps with the plan of its next death."""
        while not self._stopping.is_set():
            heard = self._buried.pop(0) if self._buried else self._heard()
            if "dead" not in heard or self._stopping.is_set():
                continue
            pid, status = heard["dead"], heard["status"]
            with self._lock:
                name = next((n for n, p in self._living.items() if p == pid), "")
                if not name:
                    continue
                del self._living[name]
                plan = self._plans.pop(pid)
                reason = self._reasons.pop(pid, plan.partition(":")[0])
            if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL and reason:
                self.kills[f"{name.partition('-')[0]} {reason}"] += 1
                if plan and reason != plan.partition(":")[0]:
                    self.due += 1  # killed before its plan came true: the plan is still owed
            else:
                self.faults.append(f"{name} ended by itself: {status}")
                return
            self.runner_died |= name != "web"
            self._make(name, self._plan(name))

    def _plan(self, name: str) -> str:
        if self.due <= 0 or self.random.random() < 0.3:
            return ""
        self.due -= 1
        if name == "web":
            return f"{self.random.choice(WEB_POINTS)}:{self.random.randint(1, 3)}"
        return f"{self.random.choice(RUNNER_POINTS)}:{self.random.randint(1, 9)}"
