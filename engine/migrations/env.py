"""Alembic's entry: runs migrations on the engine handed over by `engine.database`."""

from alembic import context
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

from engine import models

assert models  # noqa: S101 — imported for its tables


def run() -> None:
    engine: Engine = context.config.attributes["engine"]
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            user_module_prefix="sqltypes.",
            # All of a migration or nothing; SQLite's BEGIN IMMEDIATE also keeps a second process out.
            transactional_ddl=True,
        )
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                # Two processes starting at once must not migrate at once.
                connection.execute(text("SELECT pg_advisory_xact_lock(7238461)"))
            context.run_migrations()


run()
