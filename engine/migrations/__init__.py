"""Alembic migrations, dated names; `engine.database.Database.migrate` runs them."""
