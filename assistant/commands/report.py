"""``mtw report``: how well the wizard does what it is for."""

from typing import TYPE_CHECKING, Annotated

import typer

from workspace.errors import InputError

if TYPE_CHECKING:
    from assistant.support.report import Report


def report(
    month: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="Which month; this one, if left out.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the success figures of a month."""
    from assistant.commands.printing import console, print_json
    from assistant.support.report import month_of
    from assistant.support.report import report as figures_of
    from workspace.database import engine_for
    from workspace.migrations import upgrade
    from workspace.settings import load_settings

    try:
        begin, end = month_of(month)
    except ValueError as exc:
        raise InputError("MONTH_INVALID", f"{month} is no month.", "Write it as in 2026-11.") from exc
    settings = load_settings()
    upgrade(settings.database)
    figures = figures_of(engine_for(settings.database), begin, end)
    if json:
        print_json(figures.model_dump(mode="json"))
        return
    screen = console()
    for line in _lines(figures):
        screen.print(line, markup=False, soft_wrap=True)


def _lines(figures: "Report") -> list[str]:
    """The figures with what they mean."""
    if not figures.conversations:
        return [f"Nobody used the wizard in {figures.month}."]
    trainings = figures.trainings
    lines = [
        f"{figures.month}: {figures.conversations:,} conversations of {figures.people:,} people.",
        f"{figures.outcomes.get('trained', 0):,} led to a model ({figures.reached_a_model:.0%}), "
        f"{figures.outcomes.get('failed', 0):,} failed, {figures.outcomes.get('gave up', 0):,} ended without one, "
        f"{figures.outcomes.get('in progress', 0):,} go on.",
    ]
    if figures.minutes_to_first_model is not None:
        lines.append(f"Half of those had their first model within {figures.minutes_to_first_model:.1f} minutes.")
    if figures.gave_up_at:
        lines.append(f"Where people gave up: {_listed(figures.gave_up_at)}.")
    lines.append(
        f"Trainings: {trainings.started:,} started, {trainings.succeeded:,} succeeded, {trainings.failed:,} failed, "
        f"{trainings.cancelled:,} cancelled; {trainings.better_than_guessing:,} beat guessing."
    )
    if trainings.failures:
        lines.append(f"Why trainings failed: {_listed(trainings.failures)}.")
    if figures.errors_shown:
        lines.append(f"Errors that people saw: {_listed(figures.errors_shown)}.")
    lines.append(f"Thumbs: {figures.thumbs_up:,} up, {figures.thumbs_down:,} down.")
    if figures.texts_labelled or figures.texts_answered_online:
        lines.append(
            f"{figures.texts_labelled:,} texts were labelled by hand; models online answered "
            f"{figures.texts_answered_online:,}."
        )
    return lines


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())
