"""A demonstration's settings, and the installation opened under them."""

from pathlib import Path

from pydantic import SecretStr

from config.files import read_folder
from config.settings import CONFIG_FOLDER, Settings, read_settings
from engine.installation import Installation, open_installation


def settings_for(folder: Path, *, demo: bool) -> Settings:
    return read_settings(
        _env_file=None,
        secret=SecretStr("s" * 40),
        smtp_url=SecretStr("smtp://127.0.0.1:2525"),
        data=folder,
        demo=demo,
    )


def opened(settings: Settings) -> Installation:
    return open_installation(
        database_url=settings.database_url,
        secret=settings.secret.get_secret_value(),
        data=settings.data,
        texts=read_folder(CONFIG_FOLDER),
        demo=settings.demo,
    )
