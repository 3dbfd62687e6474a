"""`tdkt`: what an operator types. Each command says what it did, or what is wrong and what to do about it.

Imports are inside the commands: `tdkt serve` must become the supervisor without having loaded the engine,
and `tdkt check` must work where no settings exist yet.
"""
# ruff: noqa: PLC0415, T201 — see above; and a command's output is the terminal

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from api.cli_rounds import round_app
from api.opening import acting, fail, opened, operator, print_faults, refuse_faulty_files, texts_of
from config.settings import BadSettings, Settings, config_folder, read_settings

if TYPE_CHECKING:
    from engine.installation import Installation

app = typer.Typer(
    help="Award nominations of a public agency: operate one installation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
people_app = typer.Typer(help="The agency's people, from config/agency/<agency>/people.yaml.")
history_app = typer.Typer(help="The chained record of who did what.")
app.add_typer(people_app, name="people", no_args_is_help=True)
app.add_typer(round_app, name="round", no_args_is_help=True)
app.add_typer(history_app, name="history", no_args_is_help=True)


SUPERVISOR = "api.supervise"


def main() -> None:
    """Entry point: bad settings end as plain lines with exit code 2, never as a trace."""
    try:
        app()
    except BadSettings as wrong:
        print(f"The settings need attention (environment or .env):\n{wrong}", file=sys.stderr)
        print("`tdkt settings` lists them all; .env.example explains each.", file=sys.stderr)
        sys.exit(2)


@app.command()
def check(
    config: Annotated[Path | None, typer.Option(help="The folder to check; TDKT_CONFIG otherwise.")] = None,
) -> None:
    """Check every file under config/: file, line, what is wrong, what to do. Exit code 1 for any fault."""
    from api.checking import all_faults
    from engine.definition import files as definition_files

    folder = config or config_folder()
    texts = texts_of(folder)
    print_faults(all_faults(texts), folder, 1)
    keys = definition_files.review_keys(texts)
    print(f"Đã kiểm tra {len(texts)} tệp, không có lỗi. {len(keys)} đợt xét: {', '.join(keys)}.")


@app.command()
def secret() -> None:
    """Print a good value for TDKT_SECRET (256 bits). Keep it outside the database and its backups."""
    import secrets

    print(secrets.token_urlsafe(32))


@app.command("settings")
def show_settings() -> None:
    """What is set, what is left at its default, what is missing. Never shows a secret's value."""
    from api.operations import settings_report, settings_to_serve

    lines, sound = settings_report(settings_to_serve)
    print("\n".join(lines))
    if not sound:
        raise typer.Exit(2)


@app.command()
def migrate() -> None:
    """Bring the database's tables up to date. `tdkt serve` does it by itself."""
    with opened(read_settings()) as installation:
        print(f"Tables are up to date ({installation.database.engine.url.render_as_string()}).")


@people_app.command("load")
def load_people() -> None:
    """Bring everybody up to people.yaml: adds, changes, and switches off who is no longer there."""
    from api.operations import load_everybody

    for agency, count in acting(
        lambda session, here, now: load_everybody(session, operator(), here.texts, now=now)
    ):
        print(f"{agency}: {count} people.")


@history_app.command("verify")
def verify_history() -> None:
    """Follow every chain of the record to its head; exit code 1 names the first break in it."""
    from api.operations import broken_history
    from engine.history import set_back

    with opened(read_settings()) as installation, installation.database.read() as session:
        chains, events, broken = broken_history(session)
        earlier = set_back(session)
    if broken:
        fail(f"BROKEN: {broken}\nRestore from a backup made before, and keep this database as evidence.")
    print(f"The record is whole: {events} events in {chains} chains.")
    if earlier:
        told = ", ".join(map(str, earlier[:10])) + (" …" if len(earlier) > 10 else "")  # noqa: PLR2004
        print(
            f"TIME RAN BACKWARDS at {len(earlier)} events ({told}): each is dated before the one it follows, "
            "so this machine's clock was set back. See to its time service, and note it in the file."
        )


@app.command()
def backup(target: Annotated[Path, typer.Argument(help="A folder that does not exist yet.")]) -> None:
    """Copy database and files, consistent while the system runs. The secret is not in it."""
    from api.operations import CannotBackUp, back_up

    settings = read_settings()
    try:
        for line in back_up(settings.database_url, settings.data, target):
            print(line)
    except CannotBackUp as cannot:
        fail(str(cannot), 2)


@app.command()
def restore(source: Annotated[Path, typer.Argument(help="A folder made by `tdkt backup`.")]) -> None:
    """Put a backup back while everything is stopped; the database of before is kept beside it."""
    from api.restoring import CannotRestore
    from api.restoring import restore as put_back
    from engine.clock import system_clock

    settings = read_settings()
    try:
        for line in put_back(settings.database_url, settings.data, source, now=system_clock()):
            print(line)
    except CannotRestore as cannot:
        fail(str(cannot), 2)


@app.command()
def serve() -> None:
    """Start everything and keep it running: web pages, clock, and Prefect unless an outside one is set."""
    from api.checking import all_faults
    from api.operations import settings_to_serve

    settings = settings_to_serve()
    if settings.demo:
        fail("TDKT_DEMO: anybody could act as anybody; unset it, or start the demonstration: `tdkt demo`.", 2)
    refuse_faulty_files(all_faults(texts_of(settings.config)), settings.config)
    refuse_without_pages()
    arguments = supervised(settings)
    refuse_busy_ports(arguments)
    with opened(settings) as installation:
        hint = nothing_yet(installation)
    greeting = f"Ready: {settings.public_url}"
    if not settings.prefect_api_url:
        greeting += f"   Prefect: http://127.0.0.1:{settings.prefect_port}"
    become(SUPERVISOR, [*arguments, "--greeting", "\n".join(filter(None, (greeting, hint)))])


def supervised(settings: Settings, *, smtp_port: int = 0) -> list[str]:
    """The supervisor's arguments; everything else its children read from the environment."""
    return [
        *("--data", str(settings.data), "--host", settings.host, "--port", str(settings.port)),
        *("--workers", str(settings.workers), "--smtp-port", str(smtp_port)),
        *("--prefect-port", "0" if settings.prefect_api_url else str(settings.prefect_port)),
    ]


def refuse_without_pages() -> None:
    """A web process without its built files would only die and be started again, for ever."""
    from api import assets

    try:
        assets.demand_built(assets.DIST)
    except assets.AssetsMissingError as missing:
        fail(str(missing), 2)


def refuse_busy_ports(arguments: Sequence[str]) -> None:
    from api.processes import busy_ports, ports_of, read_options

    taken = busy_ports(ports_of(read_options(arguments)))
    if taken:
        fail("\n".join(taken), 2)


def nothing_yet(installation: "Installation") -> str:
    """What to do first on an empty system, "" when there are people."""
    from sqlmodel import select

    from engine.models import Person

    with installation.database.read() as session:
        if session.exec(select(Person.id).limit(1)).first() is None:
            return "Nobody can sign in yet: run `tdkt people load`, then `tdkt round plan KEY`."
    return ""


def become(module: str, arguments: Sequence[str]) -> NoReturn:
    """Turn this process into another program: what was loaded to get here costs nothing from now on."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606 — our own module


@app.command()
def demo(
    *,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Throw the sample data away and make it anew.")
    ] = False,
    data: Annotated[Path, typer.Option(help="Folder of the demonstration.")] = Path("demo-data"),
    port: Annotated[int, typer.Option(help="Port of the web pages.")] = 8000,
    prefect_port: Annotated[int, typer.Option(help="Port of Prefect's own pages.")] = 4200,
    smtp_port: Annotated[int, typer.Option(help="Port of the mailbox.")] = 2525,
) -> None:
    """Start everything with sample rounds, a mailbox, a clock to push and a door for each persona."""
    from api.demo import start

    refuse_without_pages()
    os.environ.update(start.environment(data, port=port, prefect_port=prefect_port, smtp_port=smtp_port))
    settings = read_settings()
    arguments = supervised(settings, smtp_port=smtp_port)
    refuse_busy_ports(arguments)
    if fresh:
        start.throw_away(data)
    with opened(settings) as installation:
        made = start.make_sample(installation)
    if made:
        print(made, file=sys.stderr)
    become(SUPERVISOR, [*arguments, "--greeting", start.greeting(settings)])


if __name__ == "__main__":
    main()
