"""Opening an installation from the command line: what stands in the way ends in plain lines with the remedy.

Imports are inside the functions, as in `api/cli.py`.
"""
# ruff: noqa: PLC0415, T201 — see above; and a command's output is the terminal

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from config.settings import CONFIG_FOLDER, Settings, read_settings

if TYPE_CHECKING:
    from sqlmodel import Session

    from engine.access import Actor
    from engine.definition.lines import Fault
    from engine.installation import Installation


def fail(sentence: str, code: int = 1) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise typer.Exit(code)


def texts_of(folder: Path) -> Mapping[str, str]:
    """The files under the config folder. Exits with the remedy when there is no such folder."""
    from config.files import read_folder

    try:
        return read_folder(folder)
    except FileNotFoundError as missing:
        fail(f"{missing}. Set TDKT_CONFIG to the folder with agency/, reviews/ and rules/.", 2)


@contextmanager
def opened(settings: Settings) -> Iterator["Installation"]:
    """The installation of these settings, with the database's newest tables, closed afterwards."""
    from api.checking import standing_faults
    from engine.installation import open_installation

    texts = texts_of(settings.config)
    print_faults(standing_faults(texts), settings.config, 2)
    make_folder(settings.data)
    with database_trouble(settings):
        installation = open_installation(
            database_url=settings.database_url,
            secret=settings.secret.get_secret_value(),
            data=settings.data,
            texts=texts,
            demo=settings.demo,
        )
    try:
        with database_trouble(settings):
            installation.database.migrate()
            yield installation
    finally:
        installation.database.dispose()


def make_folder(data: Path) -> None:
    """The data folder, there and writable. Exits with the remedy otherwise."""
    import tempfile

    try:
        data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data):
            pass
    except OSError as error:
        remedy = "name a folder this user may write in, or give this user the folder"
        fail(f"TDKT_DATA: {data} cannot be written ({error.strerror or 'no access'}); {remedy}.", 2)


@contextmanager
def database_trouble(settings: Settings) -> Iterator[None]:
    """A database that cannot be used ends in one plain line, without its password, exit code 2."""
    from alembic.util import CommandError
    from sqlalchemy import make_url
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except (DBAPIError, CommandError) as error:
        place = make_url(settings.database_url).render_as_string(hide_password=True)
        if isinstance(error, CommandError):
            remedy = "its tables are of another release: run the release that made them, or a newer one"
        elif place.startswith("sqlite"):
            remedy = "check the file, its folder and who may write there"
        else:
            remedy = "start PostgreSQL, check host, port, user and password, and that the database exists"
        said = str(error.orig).strip().partition("\n")[0] if isinstance(error, DBAPIError) else str(error)
        fail(f"TDKT_DATABASE_URL: the database at {place} cannot be used; {remedy}. It said: {said}", 2)


def operator() -> "Actor":
    """Whoever may type on this machine: the administrator, through the door `cli`."""
    from engine.access import Actor
    from engine.stages import Role

    return Actor(None, "Quản trị (dòng lệnh)", "cli", frozenset({(Role.admin, "")}))


def acting(work: Callable[["Session", "Installation", datetime], Any]) -> Any:
    """Do `work` in one transaction; a refusal is printed with who may help, exit code 1."""
    from engine.errors import Refused

    with opened(read_settings()) as installation:
        try:
            with installation.database.unit_of_work() as session:
                return work(session, installation, installation.clock())
        except Refused as refused:
            help_from = f" → {refused.help_from}" if refused.help_from else ""
            fail(f"{refused.sentence}{help_from}")


def print_faults(faults: Sequence["Fault"], folder: Path, code: int | None) -> None:
    """Print faults of the files under `folder`, each where it really stands, and exit with `code` if any.

    None for a code: nothing is wrong enough to stop.
    """
    for fault in faults:
        there = fault.file if folder == CONFIG_FOLDER else f"{folder}/{fault.file.removeprefix('config/')}"
        print(replace(fault, file=there))
    if faults and code is None:
        print(f"Có {len(faults)} chỗ phải sửa trước khi lập đợt từ các quy trình ấy.")
    elif faults:
        fail(f"Có {len(faults)} chỗ phải sửa.", code or 1)


def refuse_faulty_files(faults: Sequence["Fault"], folder: Path) -> None:
    """Print all faults and exit with 2; but for faults of reviews alone: those stop no round under way.

    A round has kept its definition since it was planned: a file half written for the next one is that file's
    trouble, told here and on the page where rounds are planned.
    """
    if all(fault.file.startswith("config/reviews/") for fault in faults):
        print_faults(faults, folder, None)
    else:
        print_faults(faults, folder, 2)
