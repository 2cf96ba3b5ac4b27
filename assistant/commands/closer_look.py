"""The closer look by a model for ``mtw inspect``: found by name, so the command line imports nothing that trains."""

from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from workspace.dataset import Check, DatasetProfile, TaskKind
from workspace.errors import WizardError

MOST_ROWS = 20_000
LEAST_ROWS = 40
MOST_SECONDS = 20.0


def looked_closely(table: Path, profile: DatasetProfile) -> DatasetProfile:
    """The profile with what a model found; as it is where there is nothing to look at, or what trains is missing."""
    from rich.progress import Progress

    from assistant.commands.printing import err
    from workspace.settings import load_settings

    task = profile.task
    seconds = min(MOST_SECONDS, load_settings().check_seconds)
    if task.kind is not TaskKind.CLASSIFICATION or not task.text or task.label is None or not seconds:
        return profile
    if not LEAST_ROWS <= profile.rows <= MOST_ROWS:
        return profile
    with Progress(console=err, transient=True, disable=not err.is_terminal) as bar:
        shown = bar.add_task("Taking a closer look at the data", total=1.0)
        try:
            entry: Any = next(iter(entry_points(group="mtw.analyses", name="check"))).load()
            check: Check = entry(
                table, profile, seconds, lambda done, message: bar.update(shown, completed=done, description=message)
            )
        except (StopIteration, ImportError):
            return profile
        except WizardError as exc:
            err.print(f"A model could not look more closely: {exc.message}", markup=False, soft_wrap=True)
            return profile
    order = {"blocking": 0, "warning": 1, "info": 2}
    problems = sorted([*profile.problems, *check.problems], key=lambda p: (order[p.severity], -p.count))
    return profile.model_copy(update={"problems": problems, "verdict": check.verdict or profile.verdict})
