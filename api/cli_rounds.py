"""`tdkt round …`: rounds on the calendar. Imports are inside the commands, as in `api/cli.py`."""
# ruff: noqa: PLC0415, T201 — see above; and a command's output is the terminal

from typing import Annotated

import typer

from api.opening import acting, fail, operator

round_app = typer.Typer(help="Rounds (đợt xét khen thưởng), from config/reviews/.")


@round_app.command("plan")
def plan_round(
    key: Annotated[str, typer.Argument(help="Name of the file in config/reviews/, without .yaml.")],
) -> None:
    """Put a round on the calendar: it opens by itself on the day its definition names. Safe to repeat."""
    from api.operations import plan
    from engine.definition.files import DefinitionFaults

    try:
        title, opens = acting(lambda session, here, now: plan(session, operator(), here, key, now=now))
    except DefinitionFaults as faults:
        fail("\n".join(map(str, faults.faults)))
    print(f"{title}\nopens {opens}")


@round_app.command("move")
def move_round(
    key: Annotated[str, typer.Argument(help="A round that is running; its files have been corrected.")],
    reason: Annotated[str, typer.Option(help="Why. Without a reason nothing is changed, only shown.")] = "",
) -> None:
    """Show what the corrected files would change in a running round; with --reason, take them over."""
    from api.operations import move
    from engine.definition.files import DefinitionFaults

    try:
        found = acting(
            lambda session, here, now: move(session, operator(), here, key, reason=reason, now=now)
        )
    except DefinitionFaults as faults:
        fail("\n".join(map(str, faults.faults)))
    for difference in found.differences:
        print(difference.sentence)
    for each in found.touched:
        print(f"  {each.code} {each.name}: {each.why}")
    if found.refusals:
        fail("Không áp dụng được:\n" + "\n".join(found.refusals))
    if not found.differences:
        print("Đợt đang chạy đúng theo các tệp này.")
    elif reason:
        print("Đã áp dụng. Ghi trong nhật ký của đợt.")
    else:
        print(f'Chưa ghi gì. Để áp dụng: tdkt round move {key} --reason "…"')


@round_app.command("list")
def list_rounds() -> None:
    """Rounds on the calendar, and definitions not planned yet."""
    from api.operations import rounds_in_words

    for line in acting(lambda session, here, _now: rounds_in_words(session, here.texts)):
        print(line)
