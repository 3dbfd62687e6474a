"""How Prefect is started and spoken to: command line and environments, nothing imported from it.

The embedded server is a child process bound to loopback, with a home of its own under the data folder.
Everything that looks outward is off, and so is every server loop the engine has no use for: we deploy
nothing, schedule nothing, pause nothing and automate nothing in Prefect, it only shows what was done.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import NoReturn
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import OpenerDirector, ProxyHandler, build_opener

LOOPBACK = "127.0.0.1"

_OUTWARD = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",  # its pages ask amplitude.com whatever the settings say
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
}

# The one service kept is the task run recorder: without it task runs do not appear in the UI.
_UNUSED_SERVICES = {
    f"PREFECT_SERVER_SERVICES_{service}_ENABLED": "false"
    for service in (
        "CANCELLATION_CLEANUP",
        "CLEANUP_RECONCILER",
        "EVENT_PERSISTER",
        "FOREMAN",
        "LATE_RUNS",
        "PAUSE_EXPIRATIONS",
        "REPOSSESSOR",
        "SCHEDULER",
        "TRIGGERS",
    )
} | {
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "[]",  # flows.picture.prune does it, with our retention
    "PREFECT_SERVER_EVENTS_STREAM_OUT_ENABLED": "false",
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
}

# Written one by one, task runs collide with the flow runs of the next round ("database is locked", each
# repeated by the client after 2 s: 10 runs took 17 s). Written together once a second they do not (2.7 s).
_RECORDER = {
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "50",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
}

_SMALL = {
    "MALLOC_ARENA_MAX": "1",  # one heap for all threads: 5 MB less, nothing slower at this load
    "PYTHONOPTIMIZE": "2",  # without docstrings: 13 MB less; tests start the pinned server this way
}


def server_environment(home: Path, port: int, inherited: Mapping[str, str] | None = None) -> dict[str, str]:
    """The whole environment of the server child; its database, pages and settings live under `home`.

    `inherited` is the environment to start from (the process's own by default). Foreign Prefect settings
    are dropped so that nobody's profile leaks in, and ours (`TDKT_…`) because they hold passwords that
    Prefect has no business knowing.
    """
    kept = {
        name: value
        for name, value in (os.environ if inherited is None else inherited).items()
        if not name.startswith(("PREFECT_", "TDKT_"))
    }
    return (
        kept
        | _OUTWARD
        | _UNUSED_SERVICES
        | _RECORDER
        | _SMALL
        | {
            "PREFECT_HOME": str(home),
            "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
            "PREFECT_SERVER_API_HOST": LOOPBACK,
            "PREFECT_SERVER_API_PORT": str(port),
            "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home / "ui"),  # site-packages may be read-only
            "PREFECT_SERVER_UI_API_URL": "/api",  # relative: right behind any host name or tunnel
            "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
            "PREFECT_LOGGING_LEVEL": "WARNING",
            "PREFECT_CLI_COLORS": "false",
            # The default, any origin, would let any page in an operator's browser change runs.
            "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": api_url_of(port).removesuffix("/api"),
        }
    )


def server_command(port: int) -> list[str]:
    """The command line of the server child, run with this interpreter and bound to loopback."""
    return [
        sys.executable,
        "-m",
        "prefect",
        "server",
        "start",
        "--host",
        LOOPBACK,
        "--port",
        str(port),
        "--analytics-off",
        "--log-level",
        "WARNING",
    ]


def api_url_of(port: int) -> str:
    """Address of the embedded server's API."""
    return f"http://{LOOPBACK}:{port}/api"


def client_environment(api_url: str, home: Path) -> dict[str, str]:
    """Settings of the process that runs flows; put them into os.environ before importing Prefect.

    They bound what a dying server may cost: one request waits at most 5 s, is repeated once, so a flow
    run whose server hangs fails within 40 s and `flows.runner.run_round` does the work without.
    """
    return _OUTWARD | {
        "PREFECT_API_URL": api_url,
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        "PREFECT_API_REQUEST_TIMEOUT": "5",
        "PREFECT_CLIENT_MAX_RETRIES": "1",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",  # never a hidden server of the client's own
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "3600",  # runs last seconds; zombies are ours to sweep
        "PREFECT_TASKS_DEFAULT_NO_CACHE": "true",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_LOGGING_LEVEL": "INFO",  # what the UI shows of a run
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # our own log says it in one line
        "PREFECT_INTERNAL_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        "PREFECT_LOGGING_COLORS": "false",
        "NO_PROXY": _without_proxy(os.environ.get("NO_PROXY", os.environ.get("no_proxy", ""))),
    }


def is_healthy(api_url: str, timeout: float) -> bool:
    """Whether Prefect's API answers within `timeout` seconds. Never raises."""
    try:
        with _opener(api_url).open(f"{api_url}/health", timeout=timeout) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 — HTTP's OK
    except (URLError, HTTPException, OSError, ValueError):
        return False


def _opener(api_url: str) -> OpenerDirector:
    """A proxy set for the machine must not stand between us and our own child."""
    direct = urlsplit(api_url).hostname in {LOOPBACK, "localhost", "::1"}
    return build_opener(ProxyHandler({})) if direct else build_opener()


def _without_proxy(existing: str) -> str:
    hosts = [host.strip() for host in existing.split(",") if host.strip()]
    return ",".join(dict.fromkeys([*hosts, LOOPBACK, "localhost"]))


def main(argv: Sequence[str]) -> NoReturn:
    """Become the Prefect server: `python -m flows.server --data data --port 4200`."""
    parser = argparse.ArgumentParser(prog="python -m flows.server", description=main.__doc__)
    parser.add_argument("--data", type=Path, required=True, help="Prefect's own store goes to <data>/prefect")
    parser.add_argument("--port", type=int, default=4200)
    options = parser.parse_args(argv)
    home = options.data.resolve() / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    command = server_command(options.port)
    os.execve(command[0], command, server_environment(home, options.port))  # noqa: S606 — our own command


if __name__ == "__main__":
    main(sys.argv[1:])
