"""Everything that trains: the Celery worker, the recipes, evaluation and export.

For programs and notebooks: ``from training_worker import train, load, predict, evaluate``.
"""

from training_worker.notebook import Model, evaluate, load, predict, train

__all__ = ["Model", "evaluate", "load", "predict", "train"]
