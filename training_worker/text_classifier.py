"""Trainable text classifiers of the finetune recipe: from a base model to a saved sequence classifier.

``StarterClassifier`` begins where the embed recipe ends (mean of the tokens, a head fitted by logistic regression),
so the first step of fine-tuning already starts from a good model. ``NativeClassifier`` is any other encoder with the
head that transformers gives it.
"""

from copy import deepcopy
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import AutoModel, AutoModelForSequenceClassification

from training_worker.embedding import Encoder, device
from training_worker.sequence_export import problem_type, save_head_on_encoder, save_tokenizer
from training_worker.starter import loading


def last_linear(module: nn.Module, labels: int) -> nn.Linear:
    """The layer whose product the logits are."""
    return [m for m in module.modules() if isinstance(m, nn.Linear) and m.out_features == labels][-1]


class TextClassifier(Protocol):
    """``module`` maps a padded batch to logits; ``body`` and ``head`` learn at different rates."""

    @property
    def module(self) -> nn.Module: ...

    def logits(self, inputs: dict[str, torch.Tensor]) -> torch.Tensor: ...

    def body(self) -> list[nn.Parameter]: ...

    def head(self) -> list[nn.Parameter]: ...

    def save(
        self, folder: Path, scale: float, labels: list[str], max_tokens: int, *, several: bool = False
    ) -> dict[str, Any]: ...


class StarterClassifier:
    """A BERT encoder, the mean of its tokens (or the first one) centred and set to length 1, and a linear head."""

    def __init__(self, encoder: Encoder, weights: NDArray[np.float64], bias: NDArray[np.float64]) -> None:
        self.encoder = encoder
        linear = nn.Linear(weights.shape[1], weights.shape[0])
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(weights))
            linear.bias.copy_(torch.tensor(bias))
        # A copy: the encoder that other recipes use stays as it is.
        body: Any = AutoModel.from_config(  # type: ignore[no-untyped-call]
            deepcopy(encoder.model.config), attn_implementation="eager", add_pooling_layer=False
        )
        state = {k: v for k, v in encoder.model.state_dict().items() if not k.startswith("pooler.")}
        body.load_state_dict(state)
        self._encoder, self._head = body, linear
        self.module: nn.Module = nn.ModuleDict({"body": body, "head": linear}).to(device())

    def logits(self, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        hidden = self._encoder(**inputs).last_hidden_state
        mask = inputs["attention_mask"].unsqueeze(-1)
        pooled = hidden[:, 0] if self.encoder.pooling == "cls" else (hidden * mask).sum(1) / mask.sum(1)
        centred = pooled - pooled.mean(dim=1, keepdim=True)
        result: torch.Tensor = self._head(nn.functional.normalize(centred))
        return result

    def body(self) -> list[nn.Parameter]:
        return list(self._encoder.parameters())

    def head(self) -> list[nn.Parameter]:
        return list(self._head.parameters())

    def save(
        self, folder: Path, scale: float, labels: list[str], max_tokens: int, *, several: bool = False
    ) -> dict[str, Any]:
        learned = Encoder(self.encoder.base, self.encoder.tokenizer, self._encoder, self.encoder.pooling, max_tokens)
        weights, bias = (p.detach().cpu().double().numpy() * scale for p in (self._head.weight, self._head.bias))
        return save_head_on_encoder(learned, weights, bias, labels, max_tokens, folder, several=several)


class NativeClassifier:
    """Any encoder as ``AutoModelForSequenceClassification``, with the head of its kind."""

    def __init__(self, encoder: Encoder, labels: int, seed: int) -> None:
        self.encoder = encoder
        torch.manual_seed(seed)  # the head begins at random
        with loading(encoder.base):
            self.module: Any = AutoModelForSequenceClassification.from_pretrained(
                encoder.base.source,
                num_labels=labels,
                use_safetensors=True,
                attn_implementation="eager",
                dtype=torch.float32,
                problem_type="single_label_classification",
            ).to(device())
        self._body = {id(p) for p in self.module.base_model.parameters()}

    def logits(self, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        result: torch.Tensor = self.module(**inputs).logits
        return result

    def body(self) -> list[nn.Parameter]:
        return [p for p in self.module.parameters() if id(p) in self._body]

    def head(self) -> list[nn.Parameter]:
        return [p for p in self.module.parameters() if id(p) not in self._body]

    def save(
        self, folder: Path, scale: float, labels: list[str], max_tokens: int, *, several: bool = False
    ) -> dict[str, Any]:
        self.module.config.problem_type = problem_type(several)
        self.module.config.id2label = dict(enumerate(labels))
        self.module.config.label2id = {label: i for i, label in enumerate(labels)}
        last = last_linear(self.module, len(labels))
        with torch.no_grad():  # calibration: the logits are the head's last product, so its weights carry the scale
            last.weight.mul_(scale)
            if last.bias is not None:
                last.bias.mul_(scale)
        self.module.save_pretrained(folder)
        save_tokenizer(self.encoder.tokenizer, folder, max_tokens)
        base = self.encoder.base
        return {
            "format": "transformers",
            "max_tokens": max_tokens,
            "base_licence": base.licence,
            "base_hub_id": base.hub_id,
        }
