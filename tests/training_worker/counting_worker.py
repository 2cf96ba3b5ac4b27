"""A real Celery worker, started as a process of its own, in which only the training is the counting one."""

import sys

import training_worker.nursery
import training_worker.tasks
from training_worker.celery_app import app

if __name__ == "__main__":
    training_worker.nursery.PRELOAD = "tests.training_worker.counting_trainer"
    training_worker.tasks.starter_onnx_folder = lambda settings: settings.home  # none needed here
    app.worker_main(["worker", "--loglevel=INFO", "--without-mingle", "--without-gossip", *sys.argv[1:]])
