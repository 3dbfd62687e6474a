"""The demonstration's post office: a real SMTP server on loopback that keeps each letter as one .eml file.

Started as a process of its own: `python -m api.demo.mail_server --folder demo-data/mail --port 2525`.
"""

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST = 64 * 2**20  # bytes of one letter: a whole dossier fits


class Keeper:
    """Writes what arrives; a letter is acknowledged only once it is on disk under its final name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._last = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 — aiosmtpd calls it so
        content = envelope.content
        if not isinstance(content, bytes):
            return "451 no content"
        self._last = max(self._last + 1, time.time_ns() // 1_000_000)
        name = (
            f"{self._last:015d}"  # arrival in milliseconds: the file's name is the letter's id and its place
        )
        partial = self.folder / f".{name}.part"
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(self.folder / f"{name}.eml")
        return f"250 kept as {name}"


def door(keeper: Keeper, loop: asyncio.AbstractEventLoop) -> Callable[[], SMTP]:
    """What answers each connection."""
    return lambda: SMTP(keeper, hostname="hop-thu-dung-thu", data_size_limit=LARGEST, loop=loop)


async def serve(folder: Path, port: int, *, host: str = "127.0.0.1") -> None:
    """Take letters until SIGTERM or SIGINT. Raises OSError when the port is taken."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(door(Keeper(folder), loop), host, port)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with server:
        await stop.wait()


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m api.demo.mail_server", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args(argv)
    options.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(serve(options.folder, options.port))


if __name__ == "__main__":
    main(sys.argv[1:])
