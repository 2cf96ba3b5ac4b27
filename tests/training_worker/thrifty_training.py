"""A small model trained by the real loop, in a process whose memory the system limits.

python -m tests.training_worker.thrifty_training WORK [MEGABYTES]
"""

import resource
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import psutil
import torch
from numpy.typing import NDArray
from torch import nn

from training_worker.job import Job
from training_worker.reporter import ListReporter
from training_worker.split import Split
from training_worker.tuning_loop import TuningLoop
from workspace.dataset import TaskKind
from workspace.plan import TrainingPlan

SETTINGS: dict[str, Any] = {
    "epochs": 1,
    "batch_size": 64,
    "learning_rate": 1e-3,
    "warmup": 0.1,
    "schedule": "linear",
    "weight_decay": 0.01,
    "patience": 1,
    "checkpoint_seconds": 60,
}


class Wide(nn.Module):
    """Keeps 96 kilobytes of each token until the way back."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Sequential(nn.Embedding(50, 16), nn.Linear(16, 12_000), nn.ReLU(), nn.Linear(12_000, 3))

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return cast(torch.Tensor, self.layers(ids).mean(1))


class Learner:
    def __init__(self) -> None:
        self.module: nn.Module = Wide()

    def body(self) -> list[nn.Parameter]:
        return list(self.module.parameters())

    def head(self) -> list[nn.Parameter]:
        return []


class Learning(TuningLoop):
    """Which of three labels: the first token's number tells."""

    metric = "accuracy"

    def weight(self, rows: NDArray[np.int64]) -> float:
        return float(len(rows))

    def losses(self, rows: NDArray[np.int64], inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        target = torch.tensor([self.tokens[i][0] % 3 for i in rows])
        return nn.functional.cross_entropy(self.learner.module(inputs["input_ids"]), target, reduction="sum")

    def judge(self) -> None:
        return None


def learn(work: Path, limit_mb: int | None = None) -> tuple[Learning, list[str]]:
    """Two steps of the loop, and what was told meanwhile.

    ``limit_mb``: what may be taken beyond what the process has when it begins.
    """
    rng = np.random.default_rng(0)
    tokens = [[int(n) for n in rng.integers(1, 50, 60)] for _ in range(128)]
    plan = TrainingPlan(dataset_id="d", task=TaskKind.CLASSIFICATION, text=("t",), label="l", metric="accuracy")
    folder = work / "wide"
    folder.mkdir(parents=True)
    messages: list[str] = []
    job = Job(
        plan=plan,
        split=cast(Split, None),
        settings=SETTINGS,
        work=folder,
        report=ListReporter(),
        deadline=time.monotonic() + 600,
        recipe="wide",
        on_progress=lambda fraction, message: messages.append(message),
    )
    tokenizer = SimpleNamespace(pad_token_id=0)
    learning = Learning(job, Learner(), tokenizer, tokens, np.arange(128), time.monotonic())
    if limit_mb is not None:
        here = psutil.Process().memory_info().vms
        resource.setrlimit(resource.RLIMIT_AS, (here + (limit_mb << 20),) * 2)
    learning.learn()
    return learning, messages


if __name__ == "__main__":
    learnt, told = learn(Path(sys.argv[1]), int(sys.argv[2]))
    torch.save(learnt.learner.module.state_dict(), Path(sys.argv[1]) / "learnt.pt")
    print("\n".join(told))
