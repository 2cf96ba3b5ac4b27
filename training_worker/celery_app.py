"""The Celery application of the workers: ``python -m celery -A training_worker.celery_app worker``.

No flags are needed: the pool, its size and the queues are set here, the rest comes from the environment
(``REDIS_URL``, ``MTW_HOME``, ``DATABASE_URL``, ``STORAGE_URL``, see ``workspace.settings``). Useful flags are
``--queues=cpu``, ``--loglevel``, ``--hostname``, and ``--without-gossip --without-mingle`` for a quicker start.

Queues: ``cpu`` and ``gpu`` carry trainings, ``control`` carries short work such as trying a model and is always
listened to. A worker with ``--queues=control`` takes no trainings, not from the sweep either.

Tasks run in threads, because a task only supervises: a training has a process of its own, and so have predictions.
The database is the truth about runs. A message is a wake-up, so it does no harm when it is lost or comes twice.
"""

from typing import Any

from celery import Celery
from kombu.entity import Exchange, Queue

from workspace.analysis import ANALYSES_AT_ONCE
from workspace.errors import SettingsError
from workspace.queue import CONTROL_QUEUE, CPU_QUEUE, GPU_QUEUE
from workspace.settings import Settings, load_settings

CONTROL_THREADS = 4
"""Threads beyond those that trainings and analyses may hold, for predictions."""
QUEUES = (CPU_QUEUE, GPU_QUEUE, CONTROL_QUEUE)
_DAYS = 24 * 3600


def create_app(settings: Settings) -> Celery:
    """Raises SettingsError where no broker is named."""
    if not settings.redis_url:
        raise SettingsError(
            "BROKER_NOT_SET", "A worker needs a broker.", "Set REDIS_URL, or use mtw up, which brings its own."
        )
    app = Celery("mtw", broker=settings.redis_url, backend=settings.redis_url, include=["training_worker.tasks"])
    app.conf.update(
        worker_pool="threads",
        worker_concurrency=settings.max_parallel_runs + ANALYSES_AT_ONCE + CONTROL_THREADS,
        task_queues=[_queue(name) for name in QUEUES],
        task_create_missing_queues=False,
        # A message is done with when its task starts. Nothing is lost by that: the sweep finds every run that waits.
        # A message held for as long as a training would come back to a second worker after the visibility timeout,
        # and a worker that holds one when the broker goes away ends (kombu 5.7 cannot give it back to a lost one).
        task_acks_late=False,
        task_default_queue=CONTROL_QUEUE,
        task_serializer="json",
        result_serializer="json",
        accept_content=["json"],
        result_expires=3600,
        result_backend_always_retry=True,
        result_backend_max_retries=5,
        worker_prefetch_multiplier=1,
        # Without it a thread pool that is full still takes messages, which then wait behind a training.
        worker_disable_prefetch=True,
        # A message whose worker died comes back after this time; the sweep is there within seconds.
        broker_transport_options={
            "visibility_timeout": 7 * _DAYS,
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
            "socket_connect_timeout": 3,
            "socket_keepalive": True,
        },
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        # Trainings go on while the broker is away.
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
    )
    return app


def _queue(name: str) -> Any:
    """As Celery makes a queue that is only named, which is how the sending side names it."""
    return Queue(name, Exchange(name, type="direct"), routing_key=name)  # type: ignore[no-untyped-call]


app = create_app(load_settings())
