"""Housekeeping once a day: old runs in Prefect, dead sessions, files nobody refers to."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import col, select

from engine.clock import system_clock
from engine.models import Attachment, Dossier, SignIn
from flows.keeper import Keeper
from flows.picture import prune

log = logging.getLogger("tdkt.upkeep")

KEEP_RUNS = timedelta(days=30)


def tidy(keeper: Keeper, *, now: datetime) -> None:
    """Drop sessions that are over, and kept files that no row names (after a day's grace)."""
    with keeper.installation.database.unit_of_work() as session:
        session.execute(delete(SignIn).where(col(SignIn.expires_at) < now))
        named = set(session.exec(select(Attachment.sha256)).all())
        named |= set(session.exec(select(Dossier.sha256)).all())
    keeper.installation.files.sweep(named)


async def tidy_prefect(engine_id: str) -> int:
    """Delete Prefect's old runs; nothing of ours is in them. Returns how many; 0 when Prefect is away."""
    try:
        return await prune(system_clock() - KEEP_RUNS, engine_id)
    except Exception as error:  # noqa: BLE001 — old pictures stay a day longer; the clock goes on
        log.warning("old runs not deleted from Prefect: %s", type(error).__qualname__)
        return 0
