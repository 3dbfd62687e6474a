"""Makes web processes and flow runners in milliseconds: everything is imported once, children are forked.

What a child runs is what `uvicorn api.app:from_environment` and `python -m flows.serve` run. Orders come as
lines of JSON on stdin ({"what": "web" | "runner", "plan": …, "port": …}); answers go to stdout: {"ready"},
{"made": pid} and, whenever a child ends, {"dead": pid, "status": …}.
"""

import ctypes
import faulthandler
import functools
import json
import os
import signal
import sys
import traceback
from collections.abc import Mapping
from typing import Any

import uvicorn

import flows.letters
import flows.review
import flows.serve
import flows.upkeep
from api.app import from_environment
from config.settings import read_settings
from flows.runner import PrefectLink
from tests.kill.strike import Strike, StruckApp, watch_commits

LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def web(port: int, strike: Strike) -> None:
    """The application as the supervisor starts it."""
    config = uvicorn.Config(
        lambda: StruckApp(from_environment(), strike),
        factory=True,
        host="127.0.0.1",
        port=port,
        log_level="warning",
        access_log=False,
        lifespan="off",
    )
    uvicorn.Server(config).run()


def runner() -> None:
    """A flow runner that does not spend five seconds of each short life hoping for Prefect to come back."""
    flows.serve._log_ours_only()
    setattr(flows.serve, "PrefectLink", functools.partial(PrefectLink, patience=0))  # noqa: B010 — a class there
    flows.serve.serve(read_settings())


def say(**fact: Any) -> None:
    sys.stdout.write(json.dumps(fact) + "\n")
    sys.stdout.flush()


def bury(_number: int = 0, _frame: object = None) -> None:
    """Report every child that has ended."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        say(dead=pid, status=status)


def make(order: Mapping[str, Any]) -> None:
    """Fork one child. Its death cannot be reported before its birth: SIGCHLD waits meanwhile."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    pid = os.fork()
    if pid:
        say(made=pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        return
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    faulthandler.register(signal.SIGUSR1)
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    strike = Strike(order["plan"])
    watch_commits(strike)
    try:
        if order["what"] == "web":
            web(order["port"], strike)
        else:
            runner()
    except BaseException:  # noqa: BLE001 — whatever it is, the log has it and the child ends
        traceback.print_exc()
    os._exit(1)  # nobody asked it to stop: that is a fault, and the test says so


def main() -> None:
    signal.signal(signal.SIGCHLD, bury)
    say(ready=True)
    for line in sys.stdin:
        make(json.loads(line))


if __name__ == "__main__":
    main()
