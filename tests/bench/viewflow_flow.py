"""viewflow's definition of the life; a module of its own: viewflow finds flows by their import path."""
# mypy: disable-error-code="import-not-found"

from typing import Any

from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.flow.views import UpdateProcessView
from viewflow.workflow.models import Process


def step(after: Any) -> Any:
    return flow.View(UpdateProcessView.as_view(fields=[])).Next(after)


class Life(flow.Flow):  # type: ignore[misc]  # untyped library
    """StartHandle, four View nodes, End."""

    process_class = Process
    begin = flow.StartHandle().Next(this.first)
    first = step(this.second)
    second = step(this.third)
    third = step(this.fourth)
    fourth = step(this.end)
    end = flow.End()
