"""Models that were exported as ONNX: read by ONNX Runtime, a batch a processor, without torch."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training_worker.length_batches import batches, processors

FILE = "model.onnx"
_CHARS_A_TOKEN = 20
Logits = NDArray[np.float64]


class OnnxModel:
    """``model.onnx`` in a folder: from token numbers to logits. ``pad``: the number that fills short rows."""

    def __init__(self, folder: Path, pad: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # batches side by side are quicker than one batch with all processors
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(folder / FILE), options, providers=["CPUExecutionProvider"])
        self._pad = pad

    def read(self, tokens: Sequence[Sequence[int]]) -> Iterator[tuple[NDArray[np.int64], Logits]]:
        """Row numbers of a batch and its logits, batch by batch, longest texts first."""

        def one(rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], Logits]:
            return rows, self._logits([tokens[i] for i in rows])

        wanted = list(batches(tokens))
        if len(wanted) == 1:  # one or a few texts: no threads to start
            yield one(wanted[0])
            return
        with ThreadPoolExecutor(processors(), thread_name_prefix="onnx") as pool:
            yield from pool.map(one, wanted)

    def _logits(self, tokens: Sequence[Sequence[int]]) -> Logits:
        longest = max(map(len, tokens))
        ids = np.full((len(tokens), longest), self._pad, dtype=np.int64)
        mask = np.zeros((len(tokens), longest), dtype=np.int64)
        for row, numbers in enumerate(tokens):
            ids[row, : len(numbers)] = numbers
            mask[row, : len(numbers)] = 1
        found = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return np.asarray(found, dtype=np.float64)


class OnnxClassifier:
    """An exported classifier as a function from texts to logits, rows by labels."""

    def __init__(self, folder: Path, max_tokens: int, pad: int, labels: int) -> None:
        from tokenizers import Tokenizer

        self._model = OnnxModel(folder, pad)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens)
        self._chars = max_tokens * _CHARS_A_TOKEN
        self._labels = labels

    def __call__(self, texts: Sequence[str], tick: Callable[[int], None]) -> Logits:
        """``tick`` gets the rows done."""
        found = np.zeros((len(texts), self._labels))
        if not texts:
            return found
        cut = [text[: self._chars] for text in texts]
        for rows, logits in self._model.read([read.ids for read in self._tokenizer.encode_batch_fast(cut)]):
            found[rows] = logits
            tick(len(rows))
        return found
