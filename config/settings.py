"""Settings of one installation, from the environment or `.env`. Nothing here changes while it runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.address import own_address

CONFIG_FOLDER = Path(__file__).parent
SHORTEST_INTERVAL = timedelta(seconds=0.1)


def _parts(url: str, wanted: str) -> SplitResult:
    """The parts of an address with a host and a port that exists. Raises ValueError, which shows no value."""
    try:
        parts = urlsplit(url)
        sound = bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise ValueError(f"{wanted}; the port, if any, is a number from 1 to 65535")
    return parts


def _database(url: str) -> str:
    wanted = "must begin with sqlite:/// or postgresql://, e.g. postgresql://tdkt:password@127.0.0.1/tdkt"
    if url.startswith(("postgresql://", "postgresql+psycopg://")):
        # Without a host PostgreSQL is reached by its local socket.
        _parts(url if urlsplit(url).netloc.rpartition("@")[2] else "postgresql://localhost", wanted)
    elif not url.startswith("sqlite:///"):
        raise ValueError(wanted)
    return url


def _smtp(url: SecretStr) -> SecretStr:
    wanted = "must look like smtp+starttls://user:password@host:587, smtps://… or smtp://127.0.0.1:25"
    if _parts(url.get_secret_value(), wanted).scheme not in {"smtp", "smtps", "smtp+starttls"}:
        raise ValueError(wanted)
    return url


def _web(url: str) -> str:
    wanted = "must look like https://tdkt.example.gov.vn, without a path"
    parts = _parts(url, wanted)
    if parts.scheme not in {"http", "https"} or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError(wanted)
    return url.rstrip("/")


def _prefect(url: str) -> str:
    if not url:
        return url
    wanted = "must look like http://127.0.0.1:4200/api, or be empty to start the embedded server"
    parts = _parts(url, wanted)
    if parts.scheme not in {"http", "https"} or not parts.path.rstrip("/").endswith("/api"):
        raise ValueError(wanted)
    return url.rstrip("/")


def _secret(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < 32:  # noqa: PLR2004 — 256 bits in any usual alphabet
        raise ValueError("needs at least 32 characters; `tdkt secret` prints a good one")
    return secret


def _seconds(value: Any) -> Any:
    """A bare number is seconds, as .env.example writes it."""
    try:
        return timedelta(seconds=float(value))
    except (TypeError, ValueError, OverflowError):
        return value


def _unhurried(value: timedelta) -> timedelta:
    """Something done over and over without a pause would keep one core busy for nothing."""
    if value < SHORTEST_INTERVAL:
        raise ValueError(
            f"must be at least {SHORTEST_INTERVAL.total_seconds():g} seconds, or a whole core is spent on "
            "asking; 0.5 does"
        )
    return value


Interval = Annotated[timedelta, BeforeValidator(_seconds), AfterValidator(_unhurried)]


class Settings(BaseSettings):
    """Every field is an environment variable with the prefix TDKT_; the README explains each."""

    model_config = SettingsConfigDict(
        env_prefix="TDKT_",
        env_file=".env",
        env_file_encoding="utf-8-sig",  # Notepad puts a mark before the first letter
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    secret: Annotated[SecretStr, AfterValidator(_secret)] = Field(
        description="Master secret of links and sessions; keep it outside the database and its backups."
    )
    smtp_url: Annotated[SecretStr, AfterValidator(_smtp)] = Field(
        description="Where letters are handed over."
    )
    public_url: Annotated[str, AfterValidator(_web)] = Field(
        default="",
        validate_default=False,
        description="The address people type; links in letters begin with it. By default host and port.",
    )
    data: Path = Field(default=Path("data"), description="Folder of database, files and Prefect's own store.")
    database_url: Annotated[str, AfterValidator(_database)] = Field(
        default="",
        validate_default=False,
        description="SQLite in the data folder by default; PostgreSQL for many users.",
    )
    config: Path = Field(
        default=CONFIG_FOLDER, description="Folder of agency, reviews, rules, calendar, documents."
    )
    host: str = Field(default="127.0.0.1", description="Address the web application listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port the web application listens on.")
    workers: int = Field(default=1, ge=1, le=16, description="Web processes; more than one needs PostgreSQL.")
    prefect_api_url: Annotated[str, AfterValidator(_prefect)] = Field(
        default="", description="An outside Prefect server; empty starts the embedded one."
    )
    prefect_port: int = Field(
        default=4200, ge=1, le=65535, description="Port of the embedded Prefect server."
    )
    poll: Interval = Field(
        default=timedelta(seconds=0.5),
        description="How often the flow runner asks what is due; 0.1 seconds or more.",
    )
    upload_limit: int = Field(default=25 * 2**20, ge=2**20, description="Largest file, in bytes.")
    demo: bool = Field(default=False, description="Sample data and demo doors; never on a real system.")

    def model_post_init(self, _context: Any) -> None:
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.data.resolve() / 'tdkt.db'}")
        if not self.public_url:
            object.__setattr__(self, "public_url", own_address(self.host, self.port))

    @property
    def secure(self) -> bool:
        """Whether people come by https: cookies are then `Secure` and bear the `__Host-` prefix."""
        return self.public_url.startswith("https://")


class _Folder(BaseSettings):
    """The one setting a check of the files needs, read as all the others are."""

    model_config = Settings.model_config
    config: Path = CONFIG_FOLDER


def config_folder() -> Path:
    """The folder TDKT_CONFIG names, in the environment or `.env`; nothing else has to be set.

    Raises BadSettings for a `.env` that cannot be read.
    """
    with _env_read():
        return _Folder().config


class BadSettings(ValueError):  # noqa: N818 — what it is, said plainly
    """The settings make no sense; each line names a variable (or `.env`) and the remedy."""


@contextmanager
def _env_read() -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError:
        raise BadSettings(".env: is not in UTF-8; open it in an editor and save it again as UTF-8") from None
    except OSError as failed:
        raise BadSettings(f".env: cannot be read ({failed.strerror}); give this user the file") from None


def read_settings(**overrides: Any) -> Settings:
    """Read and check the settings. Raises BadSettings, never showing a value."""
    try:
        with _env_read():
            settings = Settings(**overrides)
    except ValidationError as wrong:
        lines = [_line(error) for error in wrong.errors(include_input=False, include_url=False)]
        raise BadSettings("\n".join(lines)) from None
    if settings.demo and not (_is_loopback(settings.host) and _is_loopback(settings.public_url)):
        raise BadSettings(
            "TDKT_DEMO: anybody may act as anybody; unset it, or keep host and public_url on 127.0.0.1"
        )
    if settings.workers > 1 and settings.database_url.startswith("sqlite"):
        raise BadSettings(
            "TDKT_WORKERS: SQLite has one writer; set TDKT_DATABASE_URL to PostgreSQL or TDKT_WORKERS=1"
        )
    return settings


def _is_loopback(address: str) -> bool:
    return (urlsplit(address).hostname or address) in {"127.0.0.1", "localhost", "::1"}


_REMEDIES = {
    "missing": "is not set; .env.example shows how it is written",
    "int_parsing": "must be a whole number, e.g. 8000",
    "bool_parsing": "must be 1 or 0",
    "time_delta_parsing": "must be a number of seconds, e.g. 0.5",
}


def _line(error: Any) -> str:
    """One fault of the settings: the variable and what to do, never its value."""
    name = "_".join(str(part) for part in error["loc"]).upper()
    said = _REMEDIES.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    return f"TDKT_{name}: {said}"
