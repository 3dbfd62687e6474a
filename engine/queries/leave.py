"""Which leave to hand in late counts: a department's newest, so that a slip can be put right."""

from sqlalchemy import ColumnElement, exists
from sqlmodel import SQLModel

_LEAVE = SQLModel.metadata.tables["leave"]
_NEWER = _LEAVE.alias("newer_leave")

IN_FORCE: ColumnElement[bool] = ~exists().where(
    _NEWER.c.round_id == _LEAVE.c.round_id,
    _NEWER.c.department_key == _LEAVE.c.department_key,
    _NEWER.c.id > _LEAVE.c.id,
)
"""A condition on rows of `leave`: no newer one was given to the same department in the same round."""
