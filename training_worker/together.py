"""Several processes that train one model together, one for each graphics card, on one computer or on several.

Each process computes some of the pieces of every batch; the gradients are added up, so all make the same step, and the
result is that of one process but for rounding. The first process alone decides (when to judge, when to stop) and alone
writes; what it decides, ``agree`` tells the others. In a run of the worker it starts the others by itself, as many as
``MTW_PROCESSES`` says or the computer has graphics cards, and only for the steps of fine-tuning; over several computers
``training_worker.train_together`` is what torchrun starts.
"""

import logging
import multiprocessing
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import torch
from torch import distributed

from training_worker.child_process import settle
from training_worker.job import Job
from training_worker.reporter import Stop
from workspace.errors import Unavailable
from workspace.run import MetricLogged, Progressed
from workspace.settings import load_settings

logger = logging.getLogger(__name__)
Value = TypeVar("Value")
PATIENCE = timedelta(minutes=10)
"""How long a process waits for the others; one of them may be judging meanwhile."""

END_PATIENCE = 10
"""Seconds for the others to end by themselves."""


class Helped(Stop):
    """The steps are done: this process has helped, and the first one goes on alone."""

    reason = "helped"


class _Silent:
    """The reporter of a process that helps: the first one tells."""

    def progress(self, event: Progressed) -> None: ...

    def metric(self, event: MetricLogged) -> None: ...

    def check(self) -> None: ...

    def checkpointed(self) -> None: ...


def size() -> int:
    """How many processes train together; 1: this one alone."""
    return distributed.get_world_size() if distributed.is_initialized() else 1


def rank() -> int:
    """Which of them this is; 0 is the one that decides and writes."""
    return distributed.get_rank() if distributed.is_initialized() else 0


def agree(value: Value) -> Value:
    """What the first process says, in all of them."""
    if size() == 1:
        return value
    said: list[Value] = [value]
    with _lost_others():
        distributed.broadcast_object_list(said, 0)
    return said[0]


def begin_alike(parameters: Sequence[torch.Tensor]) -> None:
    """Gives all processes the first one's parameters."""
    if size() > 1:
        with _lost_others(), torch.no_grad():
            for parameter in parameters:
                distributed.broadcast(parameter.data, 0)


def add_up(gradients: Sequence[torch.Tensor], loss: float) -> float:
    """Replaces each gradient by the sum over all processes, and returns the sum of the losses."""
    if size() == 1:
        return loss
    flat = torch.cat([*(gradient.flatten() for gradient in gradients), gradients[0].new_tensor([loss])])
    with _lost_others():
        distributed.all_reduce(flat)
    start = 0
    for gradient in gradients:
        gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
        start += gradient.numel()
    return float(flat[-1])


def processes_wanted() -> int:
    """As many as are set, else one for each graphics card; never less than one."""
    return load_settings().processes or max(1, torch.cuda.device_count())


@contextmanager
def helpers(job: Job) -> Iterator[None]:
    """Starts the processes that help with a recipe's steps; with torchrun they are there already.

    In a process that helps, the end of the steps is the end of its work.

    Raises:
        Helped: in a process that helps, when the steps are done.
    """
    if distributed.is_initialized():
        yield
        if rank():
            raise Helped
        return
    count = processes_wanted()
    if count == 1:
        yield
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    told = replace(job, report=_Silent(), on_progress=_say_nothing, vectors=job.vectors.in_memory())
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=_help, args=(told, address, number, count)) for number in range(1, count)]
    for process in others:
        process.start()
    try:
        join(address, 0, count)
        yield
        for process in others:
            process.join(END_PATIENCE)
    finally:
        for process in others:
            process.kill()
        leave()


def _say_nothing(fraction: float, message: str) -> None:
    """The first process tells how far it is."""


def _help(job: Job, address: str, number: int, count: int) -> None:
    """The whole life of a process that helps."""
    settle(first_to_go=True)
    from training_worker.auto import trainer_of
    from training_worker.embedding import compute_as

    with ExitStack() as ending:
        ending.callback(leave)
        try:
            join(address, number, count)
            compute_as(job.settings)
            trainer_of(job.recipe).train(job)
        except Helped:
            return


def join(address: str, number: int, count: int) -> None:
    """Meets the others at the address (``env://``: where torchrun says)."""
    os.environ.setdefault("LOCAL_RANK", str(number))
    os.environ.setdefault("LOCAL_WORLD_SIZE", str(count))
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    backend = "nccl" if torch.cuda.is_available() else "gloo"
    with _lost_others():
        distributed.init_process_group(backend, init_method=address, rank=number, world_size=count, timeout=PATIENCE)


def leave() -> None:
    """From now on this process trains alone."""
    if distributed.is_initialized():
        distributed.destroy_process_group()
    os.environ.pop("LOCAL_RANK", None)
    os.environ.pop("LOCAL_WORLD_SIZE", None)


@contextmanager
def _lost_others() -> Iterator[None]:
    try:
        yield
    except RuntimeError as exc:
        raise Unavailable(
            "HELPER_LOST",
            "One of the processes that train together has ended.",
            "Start the training again: it goes on from its last checkpoint.",
        ) from exc
