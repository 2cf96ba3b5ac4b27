"""Model and optimizer of a training under way, in one file that is replaced in one step. Never handed out."""

import os
from pathlib import Path

import torch
from torch import nn

from training_worker.embedding import device
from workspace.errors import TrainingFailed


def save_state(path: Path, module: nn.Module, optimizer: torch.optim.Optimizer | None = None) -> None:
    """Writes what can change: trainable weights, and the optimizer's state."""
    trainable = {name: p.detach().clone() for name, p in module.named_parameters() if p.requires_grad}
    content = {"module": trainable, "optimizer": optimizer.state_dict() if optimizer else None}
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        torch.save(content, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def load_state(path: Path, module: nn.Module, optimizer: torch.optim.Optimizer | None = None) -> None:
    """Reads what ``save_state`` wrote; ``weights_only`` because nothing else is in it.

    Raises:
        TrainingFailed: ``RESUME_MISMATCH`` where it was written for another model, such as one with other labels.
    """
    content = torch.load(path, map_location=device(), weights_only=True)
    parameters = dict(module.named_parameters())
    saved: dict[str, torch.Tensor] = content["module"]
    if any(name not in parameters or parameters[name].shape != value.shape for name, value in saved.items()):
        raise TrainingFailed(
            "RESUME_MISMATCH",
            "The saved state of this training is of another one: of other labels, or of another base model.",
            "Start it anew, without the old state.",
        )
    with torch.no_grad():
        for name, value in saved.items():
            parameters[name].copy_(value)
    if optimizer is not None and content["optimizer"] is not None:
        optimizer.load_state_dict(content["optimizer"])
