"""Column types that say more than an annotation can."""

from typing import Any

from sqlalchemy import JSON, Column, Text


def json_column(*, nullable: bool = False) -> Any:
    return Column(JSON(none_as_null=True), nullable=nullable)


def long_text() -> Any:
    return Column(Text, nullable=False, server_default="")
