"""The quicker attention kernel is taken, and only the model that learns is changed."""

import torch
from torch import nn
from transformers import BertConfig, BertModel

from training_worker.attention import attend_by, quicker_kernel


def tiny() -> nn.Module:
    torch.manual_seed(0)
    config = BertConfig(vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
    return nn.ModuleDict({"body": BertModel(config)})


def kernel_of(module: nn.Module) -> str:
    return str(module["body"].config._attn_implementation)  # type: ignore[index]


def test_the_fused_kernel_has_to_be_clearly_quicker() -> None:
    for fused, expected in ((0.5, "sdpa"), (0.99, "eager"), (2.0, "eager")):
        model = tiny()
        taken = {"eager": 1.0, "sdpa": fused}

        def seconds_of_step(model: nn.Module = model, taken: dict[str, float] = taken) -> float:
            return taken[kernel_of(model)]

        assert quicker_kernel(model, seconds_of_step) == (expected, taken[expected])
        assert kernel_of(model) == expected


def test_both_kernels_say_the_same() -> None:
    model = tiny().eval()
    ids, mask = torch.randint(1, 20, (3, 7)), torch.ones(3, 7, dtype=torch.long)
    mask[0, 4:] = 0
    said = []
    for kernel in ("eager", "sdpa"):
        attend_by(model, kernel)
        said.append(model["body"](input_ids=ids, attention_mask=mask).last_hidden_state)  # type: ignore[index]
    torch.testing.assert_close(said[0][mask.bool()], said[1][mask.bool()], rtol=1e-4, atol=1e-5)
