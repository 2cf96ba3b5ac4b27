"""What the fork server imports once, so that each training process starts in milliseconds.

Only imports: nothing here may start a thread, open a connection or touch a GPU, because the process is forked.
"""

import gc
import importlib

from training_worker.fork_server import serve_the_worker

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

serve_the_worker()
for _module in MODULES:
    importlib.import_module(_module)
# Keeps the garbage collector from touching, and so copying, the pages shared with the children.
gc.collect()
gc.freeze()
