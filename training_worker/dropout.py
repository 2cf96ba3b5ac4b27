"""Dropout that an interrupted training repeats bit by bit (Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html).

torch draws what is dropped from one stream of random numbers for the whole process; here several threads learn side by
side, and their order is not always the same. So each piece of a batch draws from a stream of its own, which follows
from the seed, the step and the piece.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from training_worker.embedding import device

_here = threading.local()


class SeededDropout(nn.Module):
    """Drops nothing but inside of :func:`dropping`, whether the model is in training mode or not."""

    p = 0.0
    """What attention asks for by name: its weights are never dropped, as fast kernels cannot."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        generator: torch.Generator | None = getattr(_here, "generator", None)
        if generator is None:
            return values
        kept = torch.rand(values.shape, generator=generator, device=values.device) >= self.rate
        return values * kept / (1 - self.rate)


def set_dropout(module: nn.Module, rate: float) -> None:
    """Every dropout of the model gets this rate; with 0 none drops anything."""
    for parent in list(module.modules()):
        for name, child in parent.named_children():
            if isinstance(child, nn.Dropout):
                child.p = 0.0
                if rate:
                    setattr(parent, name, SeededDropout(rate))


@contextmanager
def dropping(seed: int, step: int, piece: int) -> Iterator[None]:
    """In this thread, dropout drops, always the same for the same three numbers."""
    number = (seed * 1_000_003 + step) * 1_000_003 + piece
    _here.generator = torch.Generator(device()).manual_seed(number % 2**63)
    try:
        yield
    finally:
        _here.generator = None
