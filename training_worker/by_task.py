"""One recipe that learns several tasks: each task has its trainer."""

from collections.abc import Mapping

from training_worker.job import Candidate, Job, Trainer
from workspace.dataset import TaskKind


class ByTask:
    """Does what the trainer of the plan's task does. See :class:`training_worker.job.Trainer`."""

    def __init__(self, trainers: Mapping[TaskKind, Trainer]) -> None:
        self.trainers = trainers

    def estimate(self, job: Job) -> float:
        return self.trainers[job.plan.task].estimate(job)

    def least_seconds(self, job: Job) -> float:
        return self.trainers[job.plan.task].least_seconds(job)

    def train(self, job: Job) -> Candidate:
        return self.trainers[job.plan.task].train(job)
