"""What the tasks differ in: how rows are read, what answers are worth, how a saved model answers. One module a task."""

import importlib

from training_worker.kinds.base import Kind
from workspace.dataset import TaskKind

__all__ = ["Kind", "kind_of"]


def kind_of(task: TaskKind) -> Kind:
    """The task's own part; loaded only when it is needed."""
    kind: Kind = importlib.import_module(f"{__name__}.{task.value}").KIND
    return kind
