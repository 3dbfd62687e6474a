"""The peer: django-viewflow on SQLite. Runs in the throw-away environment that `peers` makes.

Like for like: WAL and synchronous=FULL, BEGIN IMMEDIATE, one transaction for the start and one for each task,
in which the task is read, assigned to a user, started and executed. viewflow keeps the process and a row for
each node; it writes no chained history and no letters.
"""
# mypy: disable-error-code="import-not-found"
# ruff: noqa: PLC0415 — models can be imported only when Django has been configured

import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from tests.bench.turns import Play, serve

STEPS = 4


def configure(database: Path) -> None:
    settings.configure(
        SECRET_KEY="of-a-measurement",
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "viewflow",
            "viewflow.workflow",
            "tests.bench",
        ],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(database),
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
                },
            }
        },
    )
    django.setup()
    call_command("migrate", verbosity=0)


def main(folder: Path) -> None:
    configure(folder / "viewflow.db")
    from django.contrib.auth import get_user_model
    from viewflow.workflow.models import Process, Task
    from viewflow.workflow.status import PROCESS, STATUS

    from tests.bench.viewflow_flow import Life

    user = get_user_model().objects.create_user("somebody")

    def one_life() -> None:
        with transaction.atomic():
            process = Life.begin.run()
        for _ in range(STEPS):
            with transaction.atomic():
                task = Task.objects.select_related("process").get(process_id=process.pk, status=STATUS.NEW)
                task.flow_task.activation_class(task).assign(user)
                activation = task.flow_task.activation_class(task)
                activation.start(None)
                activation.execute()

    def prepare(count: int) -> Play:
        before = Process.objects.filter(status=PROCESS.DONE).count()

        def play() -> dict[str, float]:
            for _ in range(count):
                one_life()
            return {"ended": Process.objects.filter(status=PROCESS.DONE).count() - before}

        return play

    serve(prepare)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
