"""Which columns a plan reads and learns, from wishes, an older plan and what was found in the file."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from workspace.dataset import ColumnProfile, ColumnRole, DatasetProfile, TaskKind
from workspace.plan import TrainingPlan
from workspace.plan_wishes import Faults, PlanWishes


@dataclass(frozen=True)
class LabelForm:
    """How several labels a text are written: in a yes-or-no column each, or in one cell with a separator."""

    columns: tuple[str, ...] = ()
    separator: str | None = None


def label_form(
    profile: DatasetProfile, task: TaskKind | None, wishes: PlanWishes, plan: TrainingPlan | None, faults: Faults
) -> LabelForm:
    """What was asked for, else what the plan said, else what was found in the file."""
    if task is not TaskKind.MULTILABEL:
        return LabelForm()
    names = [c.name for c in profile.columns]
    if wishes.label_columns:
        return LabelForm(tuple(found for n in wishes.label_columns if (found := known_column(n, names, faults))))
    if wishes.label is None and plan and plan.task is task:
        return LabelForm(plan.label_columns, wishes.label_separator or plan.label_separator)
    guess = profile.task
    asked = wishes.label and wishes.label.strip().casefold()
    if asked in (None, (guess.label or "").strip().casefold()):
        columns = () if asked else tuple(guess.label_columns)
        return LabelForm(columns, wishes.label_separator or guess.label_separator)
    return LabelForm(separator=wishes.label_separator)


def columns_of(
    profile: DatasetProfile,
    wishes: PlanWishes,
    plan: TrainingPlan | None,
    label_columns: tuple[str, ...],
    faults: Faults,
) -> tuple[list[str], str | None]:
    """The text columns and the label column, by the names they have in the file.

    With one column for each label, the label is all their names: what is learned, for people to read.
    """
    names = [c.name for c in profile.columns]
    if label_columns:
        label: str | None = ", ".join(label_columns)
    elif wishes.label:
        label = known_column(wishes.label, names, faults)
    else:
        label = plan.label if plan and not plan.label_columns else profile.task.label
    answers = label_columns or (label,)
    if wishes.text:
        text = [found for name in wishes.text if (found := known_column(name, names, faults))]
    else:
        text = list(plan.text) if plan else [name for name in profile.task.text if name not in answers]
    if not text and not wishes.text:
        longest = sorted((c for c in profile.columns if _readable(c, answers)), key=lambda c: -c.mean_length)
        text = [c.name for c in longest[:1]]
    if not text and not wishes.text:
        faults.add("MISSING_COLUMN", f"No column holds text to read; name one of: {_listed(names)}.")
    if label is None and not wishes.label:
        label = _guess_label(profile, text)
    if label is None and not wishes.label:
        faults.add("MISSING_COLUMN", f"No column holds the answers to learn; name one of: {_listed(names)}.")
    for both in text:
        if both in answers:
            faults.add("PLAN_INVALID", f"The column '{both}' cannot be both the text and the answer.")
    return text, label


def _readable(column: ColumnProfile, answers: Iterable[str | None]) -> bool:
    return column.name not in answers and (column.role is ColumnRole.TEXT or column.type == "text")


def _guess_label(profile: DatasetProfile, text: list[str]) -> str | None:
    labels = [c for c in profile.columns if c.role in (ColumnRole.LABEL, ColumnRole.LABELS) and c.name not in text]
    return labels[0].name if labels else None


def known_column(name: str, names: list[str], faults: Faults) -> str | None:
    """The column meant by ``name``: that very name, or the only one equal but for case and outer spaces."""
    if name in names:
        return name
    alike = [n for n in names if n.strip().casefold() == name.strip().casefold()]
    if len(alike) == 1:
        return alike[0]
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"Did you mean '{near[0]}'?" if near else f"There are: {_listed(names)}."
    faults.add("MISSING_COLUMN", f"There is no column '{name}'. {hint}")
    return None


def _listed(names: list[str]) -> str:
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")


def columns_to_read(profile: DatasetProfile, learned: Iterable[str]) -> tuple[str, ...]:
    """What a model reads of a file: the columns it learned from, else what looks like text; empty if nothing does."""
    learned = tuple(learned)
    if learned and all(profile.column(name) for name in learned):
        return learned
    return tuple(profile.task.text) or tuple(c.name for c in profile.columns if c.type == "text")[:1]
