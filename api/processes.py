"""Which processes make up the running system, which ports they need, and the options that say so.

Like the supervisor that starts them, this stands on the standard library alone.
"""

import argparse
import errno
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from config.address import own_address


class Command(NamedTuple):
    """A process to keep alive. `health` is an address that answers 200 once it works, "" for none.

    `after` names a process whose health (or failure to get there in 20 s) this one waits for. A `quiet` one
    says on stderr what matters, and on stdout what nobody reads. An `expendable` one keeps nothing of ours:
    at the end it is killed, not asked, for its goodbye takes time and may be a traceback.
    """

    name: str
    command: Sequence[str]
    health: str = ""
    after: str = ""
    quiet: bool = False
    expendable: bool = False


def busy(host: str, port: int) -> str:
    """Why nobody can listen on host and port; "" when it is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return "is in use" if error.errno == errno.EADDRINUSE else str(error.strerror or error)
    return ""


@dataclass(frozen=True)
class Port:
    """A port a child will listen on, and the setting that moves it."""

    host: str
    number: int
    setting: str
    what: str


def busy_ports(ports: Sequence[Port]) -> list[str]:
    """One line with the remedy for each port that cannot be had."""
    return [
        f"Port {port.number} for {port.what} {reason}: stop what uses it, or set {port.setting} to another."
        for port in ports
        if (reason := busy(port.host, port.number))
    ]


def commands_of(options: argparse.Namespace) -> list[Command]:
    """What this installation needs running: mailbox (demo), Prefect's server, the web pages, the clock."""
    python = sys.executable
    commands = []
    if options.smtp_port:
        mail = ["--folder", f"{options.data}/mail", "--port", str(options.smtp_port)]
        commands.append(Command("mail", (python, "-m", "api.demo.mail_server", *mail)))
    web = (
        *(python, "-m", "uvicorn", "api.app:from_environment", "--factory", "--no-access-log"),
        *("--host", options.host, "--port", str(options.port), "--workers", str(options.workers)),
        *("--log-level", "warning", "--no-server-header", "--timeout-graceful-shutdown", "5"),
        # Only a proxy on this machine is believed about who is asking: the brake counts by address.
        *("--proxy-headers", "--forwarded-allow-ips", "127.0.0.1"),
    )
    commands.append(Command("web", web, health=f"{own_address(options.host, options.port)}/health"))
    if options.prefect_port:
        server = (python, "-m", "flows.server", "--data", options.data, "--port", str(options.prefect_port))
        health = f"http://127.0.0.1:{options.prefect_port}/api/health"
        commands.append(Command("prefect", server, health, quiet=True, expendable=True))
    commands.append(
        Command("clock", (python, "-m", "flows.serve"), after="prefect" if options.prefect_port else "")
    )
    return commands


def ports_of(options: argparse.Namespace) -> list[Port]:
    """Every port the commands will listen on; in the demonstration options name them, not the environment."""
    demo = bool(options.smtp_port)
    ports = [Port(options.host, options.port, "--port" if demo else "TDKT_PORT", "the web pages")]
    if options.prefect_port:
        setting = "--prefect-port" if demo else "TDKT_PREFECT_PORT"
        ports.append(Port("127.0.0.1", options.prefect_port, setting, "Prefect's own pages"))
    if demo:
        ports.append(Port("127.0.0.1", options.smtp_port, "--smtp-port", "the demonstration's mailbox"))
    return ports


def read_options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m api.supervise", description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--prefect-port", type=int, default=0, help="0: an outside Prefect server is used")
    parser.add_argument("--smtp-port", type=int, default=0, help="0: no demonstration mailbox")
    parser.add_argument("--greeting", default="", help="printed when everything answers")
    return parser.parse_args(argv)
