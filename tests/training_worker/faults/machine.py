"""What can be wrong with the machine: done in the training process itself, before it begins.

Each limit is the system's own (``setrlimit``) or a hole made where a part of the program should be.
"""

import os
import resource
import sys
from collections.abc import Callable
from typing import Any

import psutil

from training_worker.nursery import Child, Nursery

MB = 1 << 20
Function = Callable[..., Any]


def _around(owner: Any, name: str, instead: Function) -> None:
    """``instead`` is called in place of a function of ``owner``, with that function as its first argument."""
    whole = getattr(owner, name)

    def called(*args: Any) -> Any:
        return instead(whole, *args)

    setattr(owner, name, called)


def too_little_memory() -> None:
    """As much as a classifier on word counts needs, and too little to fine-tune."""
    limit = psutil.Process().memory_info().vms + 900 * MB
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def files_stay_small() -> None:
    """A checkpoint is larger than any file may be; the signal for it is off in Python, so an error is raised."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (8 * MB, 8 * MB))


def killed() -> None:
    """The kernel kills the process (SIGKILL) when it has computed for a second."""
    resource.setrlimit(resource.RLIMIT_CPU, (1, 1))


def little_time() -> None:
    """The kernel ends the process (SIGXCPU) when it has computed for two seconds, as a job system does."""
    resource.setrlimit(resource.RLIMIT_CPU, (2, 60))


def memory_at_a_batch() -> None:
    """Each batch of learning asks for more memory than any machine has; reading texts does not."""
    import numpy as np

    from training_worker.tuning_loop import TuningLoop

    def greedy(whole: Function, *args: Any) -> Any:
        np.ones((1 << 30, 1 << 20))
        return whole(*args)

    _around(TuningLoop, "_add_gradients", greedy)


def any_learning_rate() -> None:
    """Nothing keeps a plan from absurd settings, so that the training itself meets them."""
    from workspace.recipe import load_recipes

    for recipe in load_recipes().values():
        for name in ("learning_rate", "head_learning_rate"):
            if name in recipe.settings:
                recipe.settings[name] = recipe.settings[name].model_copy(update={"maximum": None})


def unwritable_facts() -> None:
    """The classifier on word counts reports what cannot be written as JSON."""
    from training_worker.recipes import linear

    def train(whole: Function, job: Any) -> Any:
        candidate = whole(job)
        _around(candidate, "save", lambda save, *args: {**save(*args), "words": {"a", "set"}})
        return candidate

    _around(linear.TRAINER, "train", train)


def package_missing() -> None:
    """The package that stores the classifier is not there."""
    for name in [name for name in sys.modules if name.split(".")[0] == "skops"]:
        del sys.modules[name]
    sys.modules["skops"] = None  # type: ignore[assignment]


def label_out_of_range() -> None:
    """The stored number of a label is higher than the model knows."""
    from training_worker.recipes.finetune import Learning

    def shifted(whole: Function, learning: Learning, rows: Any, inputs: Any) -> Any:
        learning.classes = learning.classes.clone()
        learning.classes[rows] = len(learning.job.split.labels)
        return whole(learning, rows, inputs)

    _around(Learning, "losses", shifted)


def database_locked() -> None:
    """Another program holds the database while the model is stored; nobody waits for it as long as usual."""
    import sqlite3
    import threading

    from sqlalchemy import event

    from training_worker import runner

    def impatient(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA busy_timeout=100")

    def while_locked(store: Function, engine: Any, *args: Any) -> Any:
        event.listen(engine, "connect", impatient)
        other = sqlite3.connect(str(engine.url.database), check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(1.0, other.rollback).start()
        engine.dispose()
        return store(engine, *args)

    _around(runner, "store_model", while_locked)


def folder_protected() -> None:
    """The folder of models may not be written by whom the training runs as, who is nobody special any more."""
    from training_worker import runner

    def as_nobody(store: Function, *args: Any) -> Any:
        before = os.geteuid()
        os.seteuid(65534)
        try:
            return store(*args)
        finally:
            os.seteuid(before)

    _around(runner, "store_model", as_nobody)


def hub_turned_off() -> None:
    """Downloads are not wanted on this computer."""
    os.environ["HF_HUB_OFFLINE"] = "1"


def begin(fault: Callable[[], None], target: Callable[..., None], *args: Any) -> None:
    """In the training process: the fault, then the training."""
    fault()
    target(*args)


class FaultyNursery(Nursery):
    """Its processes suffer from ``fault`` as long as there is one; the rest is the real nursery."""

    fault: Callable[[], None] | None = None

    def start(self, target: Callable[..., None], *args: Any, daemon: bool = False) -> Child:
        if self.fault is None:
            return super().start(target, *args, daemon=daemon)
        return super().start(begin, self.fault, target, *args, daemon=daemon)
