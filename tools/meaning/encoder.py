"""Sentence vectors of the starter model in ONNX Runtime: no torch, one thread, a few milliseconds a sentence."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

MAX_TOKENS = 64
"""Wishes are short; what somebody pastes behind them does not change what they want."""


class Encoder:
    """all-MiniLM-L6-v2 as exported: token vectors, averaged over the text and scaled to length 1."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError or RuntimeError where the files are missing or damaged."""
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # Arenas keep the memory of the largest batch for ever; the sentences here are tiny.
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {node.name for node in self._session.get_inputs()}
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()
        self._lock = threading.Lock()
        self.identity = f"{(folder / 'model.weights').stat().st_size}-{self._tokenizer.get_vocab_size()}"

    def __call__(self, texts: list[str]) -> Vectors:
        """Unit vectors, shape [len(texts), 384]."""
        with self._lock:  # the tokenizer's padding state is shared
            encoded = self._tokenizer.encode_batch(texts)
        ids = np.array([e.ids for e in encoded], dtype=np.int64)
        mask = np.array([e.attention_mask for e in encoded], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, {k: v for k, v in feed.items() if k in self._inputs})[0]
        if hidden.ndim == 3:
            weights = mask[:, :, None].astype(np.float32)
            hidden = (hidden * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1.0)
        norms = np.linalg.norm(hidden, axis=1, keepdims=True)
        return np.asarray(hidden / np.maximum(norms, 1e-9), dtype=np.float32)
