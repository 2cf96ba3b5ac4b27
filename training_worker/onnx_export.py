"""A trained model as ONNX, in full precision or with its weights in 8 bits.

Read top to bottom: the network of a model folder as one torch module from tokens to logits, its export, the 8 bits,
and the new model folder. What counts words (scikit-learn, CRFsuite) goes along as it is: it is small and quick.

8 bits: dynamic quantisation by ONNX Runtime, one scale for each column of a weight, which loses less than one for all
(measured on banking77: 0.4 points against 1.0). Weights use 7 of the 8 bits, as processors without VNNI instructions
cut off sums of products otherwise. The head stays in full precision: it is small, and its errors would all count.
"""

import contextlib
import hashlib
import json
import logging
import shutil
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import AutoModelForSequenceClassification, AutoModelForTokenClassification, AutoTokenizer

from training_worker.embedding import Encoder, load_encoder, pooled
from training_worker.job import write_json
from training_worker.label_predictor import load_skops
from training_worker.onnx_model import FILE
from training_worker.prediction import META
from training_worker.sequence_export import head_after_pooling
from training_worker.starter import Base
from workspace.errors import InputError

OPSET = 17
MOST_DIFFERENCE = 1e-3
_TEXTS = ["Hello.", "Where is the card I ordered two weeks ago?", "ok"]


class _Pooled(nn.Module):
    """Encoder, one vector a text, and a linear head."""

    def __init__(self, encoder: Encoder, weights: NDArray[np.floating[Any]], bias: NDArray[np.floating[Any]]) -> None:
        super().__init__()
        self.model, self._pooling, self._depths = encoder.model, encoder.pooling, encoder.depths
        self.head = nn.Linear(weights.shape[1], weights.shape[0])
        with torch.no_grad():
            self.head.weight.copy_(torch.tensor(weights))
            self.head.bias.copy_(torch.tensor(bias))

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        found = self.model(input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=bool(self._depths))
        layers = [found.hidden_states[depth] for depth in self._depths]
        logits: torch.Tensor = self.head(pooled(found.last_hidden_state, layers, attention_mask, self._pooling))
        return logits


class _WithHead(nn.Module):
    """A model of transformers that has a head already."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.head = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(input_ids=input_ids, attention_mask=attention_mask).logits
        return logits


def network_of(folder: Path, meta: dict[str, Any]) -> nn.Module:
    """The network in ``folder``: token numbers and attention mask (texts by tokens) to logits."""
    if meta["format"] == "encoder":
        encoder = load_encoder(Base(folder.name, str(folder / "encoder")), meta["pooling"])
        weights, bias = _linear(load_skops(folder / "head.skops"))
        return _Pooled(Encoder(**{**vars(encoder), "depths": tuple(meta.get("layers", ()))}), weights, bias)
    options: dict[str, Any] = {"use_safetensors": True, "attn_implementation": "eager", "dtype": torch.float32}
    if meta["format"] == "token_classification":
        return _WithHead(AutoModelForTokenClassification.from_pretrained(folder, **options))
    model = AutoModelForSequenceClassification.from_pretrained(folder, **options)
    if (head := head_after_pooling(model)) is None:
        return _WithHead(model)
    # A layer that only takes the mean of the tokens: numbers of 2**14 beside 2**-10 are nothing for 8 bits.
    model.base_model.encoder.layer = model.base_model.encoder.layer[:-1]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    return _Pooled(Encoder(Base(folder.name, str(folder)), tokenizer, model.base_model, "mean", 0), *head)


def _linear(head: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights (labels by dimensions) and bias of a scikit-learn head; two rows where it has two labels."""
    if hasattr(head, "estimators_"):
        return (
            np.concatenate([part.coef_ for part in head.estimators_]),
            np.concatenate([part.intercept_ for part in head.estimators_]),
        )
    if len(head.classes_) == 2:
        return np.vstack([np.zeros_like(head.coef_), head.coef_]), np.concatenate([[0.0], head.intercept_])
    return head.coef_, head.intercept_


def write_onnx(network: nn.Module, tokenizer: Any, out: Path) -> None:
    """Writes ``model.onnx``: inputs ``input_ids`` and ``attention_mask`` (int64, both sizes free), output ``logits``.

    Raises:
        RuntimeError: it does not give what torch gives.
    """
    network = network.cpu().eval()
    inputs = _tokens(tokenizer, _TEXTS)
    free = {0: "texts", 1: "tokens"}
    file = out / FILE
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the tracing exporter is announced to go; it is ten times the faster one
        torch.onnx.export(
            network,
            (inputs["input_ids"], inputs["attention_mask"]),
            str(file),
            input_names=["input_ids", "attention_mask"],
            output_names=["logits"],
            dynamic_axes={"input_ids": free, "attention_mask": free, "logits": {0: "texts"}},
            opset_version=OPSET,
            dynamo=False,
        )
    _compare(network, tokenizer, file)


def _compare(network: nn.Module, tokenizer: Any, file: Path) -> None:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    for texts in (_TEXTS, _TEXTS[:1], ["one more " * 40]):
        inputs = _tokens(tokenizer, texts)
        with torch.no_grad():
            expected = network(**inputs)
        found = torch.from_numpy(session.run(None, {k: v.numpy() for k, v in inputs.items()})[0])
        difference = float((expected - found).abs().max() / expected.abs().max().clamp(min=1.0))
        if difference > MOST_DIFFERENCE:
            raise RuntimeError(f"the ONNX file differs from the model by {difference:.2g}")


def _tokens(tokenizer: Any, texts: list[str]) -> dict[str, torch.Tensor]:
    found = tokenizer(texts, padding=True, truncation=True, max_length=64, return_tensors="pt")
    return {name: found[name] for name in ("input_ids", "attention_mask")}


def quantise(file: Path) -> None:
    """Puts the weights of ``file`` into 8 bits, in place."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    logger = logging.getLogger()
    level, part = logger.level, file.with_name("8bit.onnx")
    logger.setLevel(logging.ERROR)  # it advises on the root logger to optimise first; what runs the model does that
    try:
        graph = onnx.load(file).graph
        heads = [n.name for n in graph.node if n.op_type in ("MatMul", "Gemm") and "/head/" in f"/{n.name}"]
        quantize_dynamic(
            file,
            part,
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=heads[-1:],
        )
    finally:
        logger.setLevel(level)
    part.replace(file)


def export_onnx(
    folder: Path, meta: dict[str, Any], out: Path, *, eight_bits: bool, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Writes the model in ``folder`` as ONNX into the empty folder ``out``; gives the new ``mtw.json``.

    Raises:
        InputError: ``NO_ONNX`` for a model without a network that reads.
    """
    meta = {name: value for name, value in meta.items() if name != "files"}
    networks = _networks(meta)
    if not networks:
        raise InputError(
            "NO_ONNX",
            "Only models with a base model that reads texts can be written as ONNX.",
            "This one is best taken as it is: export it as zip.",
        )
    written = []
    for member in meta.get("members", [meta]):
        source, target = folder / member.get("folder", ""), out / member.get("folder", "")
        if member not in networks:
            shutil.copytree(source, target)
            written.append(member)
            continue
        target.mkdir(exist_ok=True)
        tell("Writing the network as ONNX")
        written.append({**member, **_export_network(source, member, target)})
        if eight_bits:
            tell("Putting its weights into 8 bits")
            quantise(target / FILE)
    if (folder / "model.crfsuite").exists():
        shutil.copyfile(folder / "model.crfsuite", out / "model.crfsuite")
    changed = {"members": written, "format": "ensemble"} if "members" in meta else written[0]
    return {**meta, **changed, "weights": "int8" if eight_bits else "fp32"}


def _networks(meta: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts of a model that can be written as ONNX."""
    readable = ("encoder", "transformers", "token_classification")
    return [member for member in meta.get("members", [meta]) if member["format"] in readable]


def _export_network(source: Path, meta: dict[str, Any], target: Path) -> dict[str, Any]:
    tokenizer_of = source / "encoder" if meta["format"] == "encoder" else source
    tokenizer = AutoTokenizer.from_pretrained(tokenizer_of)
    write_onnx(network_of(source, meta), tokenizer, target)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(tokenizer_of / name, target / name)
    return {"format": "onnx", "pad": int(tokenizer.pad_token_id or 0)}


def quick_form(folder: Path, meta: dict[str, Any], cache: Path, tell: Callable[[str], None]) -> Path:
    """The model with its weights in 8 bits: made once, then kept in ``cache``; as it is where it has no network."""
    name = hashlib.sha256(json.dumps(meta, sort_keys=True).encode()).hexdigest()[:32]
    if not _networks(meta):
        tell("This model has no network that 8 bits could make quicker; it is used as it is.")
        return folder
    if not (cache / name / META).exists():
        cache.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=".part-", dir=cache))
        tell("Putting the model's weights into 8 bits, once; mtw export --format onnx-int8 says what that costs.")
        try:
            write_json(part / META, export_onnx(folder, meta, part, eight_bits=True, tell=lambda text: None))
            with contextlib.suppress(OSError):  # another process was quicker
                part.rename(cache / name)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return cache / name
