"""Low-rank adaptation (LoRA, Hu et al. 2021): y = W x + alpha / rank * B A x, of which only A and B learn.

The product and its gradient are written out, because that is what a training consists of: against the library peft
nothing is kept for the backward pass but the input and A x, and the small product is added in place. What is saved is
peft's own form, so peft loads it.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from transformers.pytorch_utils import Conv1D

from workspace.errors import InputError

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"
_PREFIX = "base_model.model."


class _LowRankProduct(torch.autograd.Function):
    """Inputs by features in, inputs by features out. The weight and its bias are frozen."""

    @staticmethod
    def forward(
        ctx: Any,
        x: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor | None,
        down: torch.Tensor,
        up: torch.Tensor,
        scale: float,
    ) -> torch.Tensor:
        flat = x.reshape(-1, x.shape[-1])
        small = flat @ down.t()
        y = torch.mm(flat, weight.t()) if bias is None else torch.addmm(bias, flat, weight.t())
        y.addmm_(small, up.t(), alpha=scale)
        ctx.save_for_backward(flat, small, weight, down, up)
        ctx.scale, ctx.shape = scale, x.shape
        return y.view(*x.shape[:-1], weight.shape[0])

    @staticmethod
    def backward(ctx: Any, *outputs: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        flat, small, weight, down, up = ctx.saved_tensors
        gradient = outputs[0].reshape(-1, weight.shape[0])
        through = (gradient @ up).mul_(ctx.scale)
        x_gradient = None
        if ctx.needs_input_grad[0]:
            x_gradient = (gradient @ weight).addmm_(through, down).view(ctx.shape)
        return x_gradient, None, None, through.t() @ flat, (gradient.t() @ small).mul_(ctx.scale), None


class LowRank(nn.Module):
    """A frozen linear layer with something to learn beside it; at first it changes nothing, as ``up`` is zero."""

    def __init__(self, layer: nn.Module, rank: int, scale: float, generator: torch.Generator) -> None:
        super().__init__()
        self.layer, self.scale, self.transposed = layer, scale, isinstance(layer, Conv1D)
        outputs, inputs = self._weight().shape
        bound = 1 / math.sqrt(inputs)  # Kaiming's uniform distribution with a = sqrt(5), as in peft
        down = torch.empty(rank, inputs).uniform_(-bound, bound, generator=generator)
        self.down = nn.Parameter(down.to(self._weight().device))
        self.up = nn.Parameter(torch.zeros(outputs, rank, device=self._weight().device))

    def _weight(self) -> torch.Tensor:
        weight: torch.Tensor = self.layer.weight  # type: ignore[assignment]
        return weight.t() if self.transposed else weight

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weight = self._weight()
        down, up = self.down.to(weight.dtype), self.up.to(weight.dtype)
        y: torch.Tensor = _LowRankProduct.apply(x, weight, self.layer.bias, down, up, self.scale)  # type: ignore[no-untyped-call]
        return y


@dataclass(frozen=True)
class Adapter:
    """What was learned, by the path of the layer it belongs to: pairs of A (rank by inputs) and B (outputs by rank).

    ``transposed``: the layers keep their weights inputs by outputs, as in GPT-2.
    """

    parts: dict[str, tuple[torch.Tensor, torch.Tensor]]
    rank: int
    alpha: float
    transposed: bool

    def add_to(self, model: nn.Module, sign: float = 1.0) -> None:
        """Adds it to the weights of a plain model of the same form; with ``sign=-1`` it is taken out again."""
        for path, weight in self.weights_in(model).items():
            down, up = self.parts[path]
            change = (up.float() @ down.float() * (sign * self.alpha / self.rank)).to(weight.device)
            with torch.no_grad():
                weight.copy_(weight.float() + (change.t() if isinstance(model.get_submodule(path), Conv1D) else change))

    def weights_in(self, model: nn.Module) -> dict[str, torch.Tensor]:
        """The weights of a model of the same form that it changes, by their layer."""
        return {path: model.get_parameter(f"{path}.weight") for path in self.parts}

    def save(self, folder: Path, base: str) -> None:
        """Writes it in peft's form (``PeftModel.from_pretrained``)."""
        folder.mkdir(parents=True, exist_ok=True)
        weights = {}
        for path, (down, up) in self.parts.items():
            weights[f"{_PREFIX}{path}.lora_A.weight"] = down.contiguous()
            weights[f"{_PREFIX}{path}.lora_B.weight"] = up.contiguous()
        save_file(weights, folder / WEIGHTS, metadata={"format": "pt"})
        config = {
            "peft_type": "LORA",
            "task_type": "CAUSAL_LM",
            "base_model_name_or_path": base,
            "r": self.rank,
            "lora_alpha": self.alpha,
            "lora_dropout": 0.0,
            "bias": "none",
            "fan_in_fan_out": self.transposed,
            "inference_mode": True,
            "target_modules": sorted(self.parts),
        }
        (folder / CONFIG).write_text(json.dumps(config, indent=1), encoding="utf-8")


def load_adapter(folder: Path) -> Adapter:
    """Reads what :meth:`Adapter.save` wrote."""
    config = json.loads((folder / CONFIG).read_text("utf-8"))
    weights = load_file(folder / WEIGHTS)
    paths = [name.removeprefix(_PREFIX).removesuffix(".lora_A.weight") for name in weights if "lora_A" in name]
    parts = {p: (weights[f"{_PREFIX}{p}.lora_A.weight"], weights[f"{_PREFIX}{p}.lora_B.weight"]) for p in paths}
    return Adapter(parts, int(config["r"]), float(config["lora_alpha"]), bool(config["fan_in_fan_out"]))


def adapt(model: Any, rank: int, alpha: float, attention_only: bool, seed: int) -> dict[str, LowRank]:
    """Freezes the model and puts a :class:`LowRank` in the place of its linear layers; gives them by path.

    Raises:
        InputError: ``LORA_TARGET_MODULES`` where the model has no such layers.
    """
    model.requires_grad_(False)
    generator = torch.Generator().manual_seed(seed)
    found: dict[str, LowRank] = {}
    for path, layer in list(_layers(model, attention_only)):
        parent, _, name = path.rpartition(".")
        found[path] = LowRank(layer, rank, alpha / rank, generator)
        setattr(model.get_submodule(parent), name, found[path])
    if not found:
        raise InputError(
            "LORA_TARGET_MODULES",
            "This base model has no layers that can be learned in this way.",
            "Use SmolLM2-135M-Instruct, which is always here, or another causal model such as Llama, Qwen or GPT-2.",
        )
    return found


def adapter_of(layers: dict[str, LowRank], rank: int, alpha: float) -> Adapter:
    """What the layers have learned so far."""
    parts = {path: (layer.down.detach().cpu(), layer.up.detach().cpu()) for path, layer in layers.items()}
    return Adapter(parts, rank, alpha, any(layer.transposed for layer in layers.values()))


def _layers(model: Any, attention_only: bool) -> Iterator[tuple[str, nn.Module]]:
    head = model.get_output_embeddings()
    for path, layer in model.named_modules():
        if isinstance(layer, (nn.Linear, Conv1D)) and layer is not head and (not attention_only or "att" in path):
            yield path, layer
