"""Whether data is worth training on, judged by counts alone: a rule of thumb until a learning curve is measured."""

from collections.abc import Mapping, Sequence

from workspace.dataset import DataProblem, TaskKind, Verdict

START, GOOD = 50, 200
"""Rows for each answer: enough to start, and good (the rule of thumb that the wizard tells people)."""

_FEW = 20
_TEXTS = {TaskKind.NER: 200, TaskKind.GENERATION: 200, TaskKind.MULTILABEL: 200}


def quick_verdict(
    rows: int, labels: Mapping[str, int], task: TaskKind | None, problems: Sequence[DataProblem]
) -> Verdict | None:
    """None where it is not known what is to be learnt; the problems say what is missing then.

    Args:
        labels: rows per answer; empty for tasks without classes.
    """
    if task is None or rows == 0:
        return None
    needed = rows_needed(rows, labels, task)
    if _too_few(rows, labels, task):
        return Verdict(
            kind="not_enough",
            sentence=f"Not enough yet: about {needed:,} more rows would help, so that each answer has {START}."
            if labels
            else f"Not enough yet: about {needed:,} more rows would help.",
            rows_needed=needed,
        )
    hurting = [p for p in problems if p.severity != "info" and (p.fix is not None or p.severity == "blocking")]
    if hurting:
        first = "this first" if len(hurting) == 1 else f"these {len(hurting)} things first"
        return Verdict(kind="fix_first", sentence=f"Better fix {first}, then train.", rows_needed=needed or None)
    if not needed:
        return Verdict(kind="ready", sentence="Ready to train.")
    least = min(labels, key=lambda label: labels[label]) if labels else None
    more = f" More rows would help most for “{least[:60]}”." if least is not None else " More rows would still help."
    return Verdict(kind="ready", sentence=f"Ready to train.{more}", rows_needed=needed)


def rows_needed(rows: int, labels: Mapping[str, int], task: TaskKind) -> int:
    """Rows until every answer has enough to start with."""
    if task in _TEXTS and not labels:
        return max(0, _TEXTS[task] - rows)
    return sum(max(0, START - count) for count in labels.values())


def _too_few(rows: int, labels: Mapping[str, int], task: TaskKind) -> bool:
    if not labels:
        return rows < _TEXTS.get(task, START)
    counts = sorted(labels.values())
    # The middle answer decides: a few rare ones are a problem of their own.
    return counts[len(counts) // 2] < _FEW
