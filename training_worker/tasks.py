"""The Celery tasks, and the parts that live as long as a worker does."""

import logging
import subprocess
import sys
import threading
from typing import Any

from celery import signals

from training_worker.celery_app import app
from training_worker.nursery import Nursery
from training_worker.predictor_process import PredictorProcess
from training_worker.supervision import Foreman
from workspace.queue import COMPUTE_TASK, CONTROL_QUEUE, CPU_QUEUE, GPU_QUEUE, PREDICT_TASK, TRAIN_TASK
from workspace.settings import Settings, load_settings
from workspace.starter import starter_onnx_folder

logger = logging.getLogger(__name__)


class Worker:
    """What one worker process has: a fork server, a foreman for the trainings, a process that predicts."""

    def __init__(self, settings: Settings, *, trains: bool = True) -> None:
        self._settings = settings
        self._trains = trains
        self._nursery = Nursery()
        self.foreman = Foreman(settings, self._nursery, nice=10)
        self.predictor = PredictorProcess(settings, self._nursery)
        self._sweeper = threading.Thread(target=self.foreman.sweep_until_stopped, name="sweep", daemon=True)

    def start(self) -> None:
        """Begins to load what trainings need, and to look for waiting runs."""
        self._nursery.warm()
        if self._trains:
            self._sweeper.start()
        if starter_onnx_folder(self._settings) is None:
            threading.Thread(target=self._export_starter, name="export-starter", daemon=True).start()

    def stop(self) -> None:
        """Usable in a signal handler: trainings write a checkpoint and end."""
        self.foreman.stop()

    def join(self) -> None:
        """Waits for the trainings to end, then ends the predictor."""
        self.foreman.join()
        self.predictor.close()

    def _export_starter(self) -> None:
        command = [sys.executable, "-m", "training_worker", "export-starter", "--home"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            logger.warning("the starter model could not be prepared for the chat: %s", done.stderr[-500:])


_worker: Worker | None = None


def current_worker() -> Worker:
    """The worker of this process."""
    if _worker is None:
        raise RuntimeError("no worker was started in this process")
    return _worker


def _start(instance: Any, **_: Any) -> None:
    global _worker
    queues = instance.app.amqp.queues
    trains = bool({CPU_QUEUE, GPU_QUEUE} & set(queues.consume_from))
    if CONTROL_QUEUE not in queues.consume_from:
        queues.select_add(CONTROL_QUEUE)
    _worker = Worker(load_settings(), trains=trains)
    _worker.start()


def _stop(**_: Any) -> None:
    if _worker is not None:
        _worker.stop()


def _join(**_: Any) -> None:
    if _worker is not None:
        _worker.join()


def train(run_id: str) -> None:
    """Trains (or analyses) the run if it is free and this worker idle; returns when this worker has done with it."""
    current_worker().foreman.train(run_id)


def predict(owner_id: str, model_id: str, texts: list[str]) -> dict[str, Any]:
    """``{"predictions": [...]}``, or ``{"error": {"code", "message", "next_step", "kind"}}``."""
    return current_worker().predictor.answer(owner_id, model_id, texts)


def compute(owner_id: str, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """``{"result": {...}}``, or an error as ``predict`` gives it."""
    return current_worker().predictor.compute(owner_id, name, arguments)


def _discreet(**_: Any) -> None:
    # At level INFO Celery logs the result of each task, which for a prediction is the user's text.
    logging.getLogger("celery.app.trace").setLevel(logging.WARNING)


signals.after_setup_logger.connect(_discreet)
signals.celeryd_after_setup.connect(_start)
signals.worker_shutting_down.connect(_stop)
signals.worker_shutdown.connect(_join)
app.task(name=TRAIN_TASK, ignore_result=True)(train)
app.task(name=PREDICT_TASK)(predict)
app.task(name=COMPUTE_TASK)(compute)
