"""What a run of a flow holds in hand: the opened installation, the relay, the letters' templates.

Prefect stores parameters in clear and may carry a run anywhere, so flows are given round keys only and find
the rest here, in the context of the process that runs them.
"""

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import uuid4

import yaml
from jinja2 import Environment

from config.files import read_folder
from config.settings import Settings
from engine.access import Actor, time_itself
from engine.definition import Contact
from engine.installation import Installation, open_installation
from notifications.compose import make_environment
from notifications.desk import House
from notifications.smtp import Relay


@dataclass(frozen=True)
class Keeper:
    """One runner's means. `owner` names this process in leases and claims."""

    installation: Installation
    relay: Relay
    house: House
    templates: Environment
    connections: int = 2
    carrying: "set[asyncio.Task[int]]" = field(default_factory=set)
    actor: Actor = field(default_factory=time_itself)
    owner: str = field(default_factory=lambda: uuid4().hex)


keeping: ContextVar[Keeper] = ContextVar("keeping")


def keeper_from(settings: Settings) -> Keeper:
    """Open everything a runner needs from its settings."""
    texts = read_folder(settings.config)
    return Keeper(
        installation=open_installation(
            database_url=settings.database_url,
            secret=settings.secret.get_secret_value(),
            data=settings.data,
            texts=texts,
            demo=settings.demo,
        ),
        relay=Relay.parse(settings.smtp_url.get_secret_value()),
        house=house_from(texts["config/locale/site.yaml"], settings.public_url),
        templates=make_environment(),
    )


def house_from(site: str, public_url: str) -> House:
    """The house of letters from config/locale/site.yaml."""
    said = yaml.safe_load(site)
    return House(said["agency_name"], Contact(**said["office"]), public_url)
