"""What the tasks differ in: how rows are read, what answers are worth, how a saved model answers. One module a task."""

import importlib
import importlib.util

from training_worker.kinds.base import Kind
from workspace.dataset import TaskKind
from workspace.errors import InputError

__all__ = ["Kind", "kind_of"]

_NAMES = {
    TaskKind.CLASSIFICATION: "sorting texts into groups",
    TaskKind.MULTILABEL: "giving one text several labels",
    TaskKind.NER: "finding names in text",
    TaskKind.GENERATION: "writing text",
}


def kind_of(task: TaskKind) -> Kind:
    """The task's own part; loaded only when it is needed.

    Raises:
        InputError: ``TASK_NOT_YET`` where this version cannot train for the task.
    """
    name = f"{__name__}.{task.value}"
    if importlib.util.find_spec(name) is None:
        raise InputError(
            "TASK_NOT_YET",
            f"This version cannot train models for {_NAMES[task]} yet.",
            "It can sort texts into labels: choose the task classification and a column with one label per row.",
        )
    kind: Kind = importlib.import_module(name).KIND
    return kind
