"""The starter model as ONNX for programs without torch: texts' tokens in, normalised vectors out."""

import shutil
import warnings
from pathlib import Path
from typing import Any

import onnx
import torch
from torch import nn

from training_worker.starter import STARTER, resolve_base

MOST_DIFFERENCE = 1e-4
OPSET = 17
_TEXTS = ["Hello.", "Where is the card I ordered two weeks ago?", "ok"]


class _SentenceVectors(nn.Module):
    """Mean of the tokens' vectors, scaled to length 1, as sentence-transformers computes it."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        return nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9))


def export_onnx(folder: Path) -> Path:
    """Writes ``model.onnx``, ``model.weights`` and ``tokenizer.json`` into ``folder``; gives ``folder``.

    The weights lie in a file of their own, because ONNX Runtime maps such a file into memory: of the table of word
    vectors, half of the model, only the words that occur are ever loaded.

    Inputs ``input_ids`` and ``attention_mask`` (int64, texts by tokens, both free), output ``embedding`` (float32,
    texts by 384, length 1). The file is compared with torch before it is put in place; the folder appears in one
    step, so a killed process leaves nothing half-written.

    Raises:
        RuntimeError: the exported model does not give what torch gives.
    """
    from training_worker.embedding import load_encoder

    encoder = load_encoder(resolve_base(STARTER))
    module = _SentenceVectors(encoder.model).eval()
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    inputs = _tokens(encoder.tokenizer, _TEXTS)
    whole = part / "whole.onnx"
    free = {0: "texts", 1: "tokens"}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the tracing exporter is announced to go; it is ten times the faster one
        torch.onnx.export(
            module,
            (inputs["input_ids"], inputs["attention_mask"]),
            str(whole),
            input_names=["input_ids", "attention_mask"],
            output_names=["embedding"],
            dynamic_axes={"input_ids": free, "attention_mask": free, "embedding": {0: "texts"}},
            opset_version=OPSET,
            dynamo=False,
        )
    onnx.save_model(
        onnx.load(whole),
        part / "model.onnx",
        save_as_external_data=True,
        location="model.weights",
        size_threshold=1024,
    )
    whole.unlink()
    (part / "model.weights").chmod(0o644)
    shutil.copyfile(Path(encoder.base.source) / "tokenizer.json", part / "tokenizer.json")
    _compare(module, encoder.tokenizer, part / "model.onnx")
    shutil.rmtree(folder, ignore_errors=True)
    part.replace(folder)
    return folder


def _compare(module: nn.Module, tokenizer: Any, file: Path) -> None:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    for texts in (_TEXTS, _TEXTS[:1], ["one more " * 40]):
        inputs = _tokens(tokenizer, texts)
        with torch.no_grad():
            expected = module(**inputs)
        found = torch.from_numpy(session.run(None, {k: v.numpy() for k, v in inputs.items()})[0])
        difference = float((expected - found).abs().max())
        if difference > MOST_DIFFERENCE:
            raise RuntimeError(f"the ONNX file differs from the model by {difference:.2g}")


def _tokens(tokenizer: Any, texts: list[str]) -> dict[str, torch.Tensor]:
    found = tokenizer(texts, padding=True, truncation=True, max_length=256, return_tensors="pt")
    return {name: found[name] for name in ("input_ids", "attention_mask")}
