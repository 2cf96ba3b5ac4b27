"""What the fork server imports once, so that each training process starts in milliseconds.

Only imports: nothing here may start a thread, open a connection or touch a GPU, because the process is forked.
"""

import gc
import importlib
import signal

from workspace.processes import die_with_parent

MODULES = (
    "torch",
    "sklearn.linear_model",
    "sklearn.feature_extraction.text",
    "skops.io",
    "safetensors.torch",
    "pyarrow.parquet",
    "transformers.models.auto.modeling_auto",
    "transformers.models.auto.tokenization_auto",
    "transformers.models.bert.modeling_bert",
    "sqlalchemy.dialects.sqlite",
    "training_worker.training",
    "training_worker.prediction",
    "training_worker.runner",
    "training_worker.predictor_process",
)

# A worker that is killed takes the fork server with it, and that takes the trainings: none trains on unsupervised.
die_with_parent()
# Signals to the whole process group (Ctrl-C, a service manager) are the worker's to handle: it lets trainings save.
for _signal in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(_signal, signal.SIG_IGN)
for _module in MODULES:
    importlib.import_module(_module)
# Keeps the garbage collector from touching, and so copying, the pages shared with the children.
gc.collect()
gc.freeze()
